package doctor

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/probe"
	"github.com/opendsom/dsom/probe/byudp"
)

// udp asks the daemon by datagrams, where it hears them, and looks at what it says of those that came.
func (e *exam) udp(ctx context.Context) {
	if e.status == nil || e.status.UDP == nil {
		return
	}
	const about = "UDP"
	u := e.status.UDP
	var open, answered []string
	for _, s := range u.Addresses {
		at, err := netip.ParseAddrPort(s)
		if err != nil {
			continue
		}
		if !at.Addr().IsLoopback() {
			open = append(open, s)
		}
		if err := e.askUDP(ctx, at); err != nil {
			e.say(about, Bad, "see whether a filter on this machine stops datagrams there; --udp says where they are heard", "the daemon is to hear datagrams at %s, and was not heard to answer: %v", s, err)
			continue
		}
		answered = append(answered, s)
	}
	if len(answered) > 0 {
		e.say(about, Good, "", "where objects are is told by datagrams at %s", strings.Join(answered, ", "))
	}
	if n := u.Counts["limited"]; n > 0 {
		e.say(about, Note, "see who asks so much: dsom port --visitors", "%d datagrams were not looked at, since their host, or all together, sent more than is taken (udp-rate-per-host, udp-rate)", n)
	}
	if n := u.Counts["garbage"] + u.Counts["malformed"]; n > 0 && len(open) > 0 {
		e.say(about, Note, "see who sends them: dsom port --visitors; say where datagrams are heard with --udp", "%d datagrams came that are nothing a client says; others than this machine reach %s", n, strings.Join(open, ", "))
	}
}

var errOther = errors.New("who answers knows no naming service: it is another program")

// askUDP asks where the naming service is.
func (e *exam) askUDP(ctx context.Context, at netip.AddrPort) error {
	by := e.Machine.Network()
	if by == nil {
		by = probe.Machine()
	}
	c, err := by.DialUDP(ctx, at)
	if err != nil {
		return err
	}
	defer c.Close()
	a, err := byudp.Ask(ctx, c, []byte("NameService"))
	if err == nil && a.Status == giop.UnknownObject {
		return errOther
	}
	return err
}
