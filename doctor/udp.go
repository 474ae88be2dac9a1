package doctor

import (
	"context"
	"net/netip"
	"strings"
)

// udp looks at what the daemon says of the datagrams that it hears.
func (e *exam) udp(context.Context) {
	if e.status == nil || e.status.UDP == nil {
		return
	}
	const about = "UDP"
	u := e.status.UDP
	var open []string
	for _, s := range u.Addresses {
		if at, err := netip.ParseAddrPort(s); err == nil && !at.Addr().IsLoopback() {
			open = append(open, s)
		}
	}
	e.say(about, Good, "", "where objects are is told by datagrams at %s", strings.Join(u.Addresses, ", "))
	if n := u.Counts["limited"]; n > 0 {
		e.say(about, Note, "see who asks so much: dsom port --visitors", "%d datagrams were not looked at, since their host, or all together, sent more than is taken (udp-rate-per-host, udp-rate)", n)
	}
	if n := u.Counts["garbage"] + u.Counts["malformed"]; n > 0 && len(open) > 0 {
		e.say(about, Note, "see who sends them: dsom port --visitors; say where datagrams are heard with --udp", "%d datagrams came that are nothing a client says; others than this machine reach %s", n, strings.Join(open, ", "))
	}
}
