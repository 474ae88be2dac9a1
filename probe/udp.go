package probe

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/probe/byudp"
	"github.com/opendsom/dsom/transport/socket"
)

// An Echo is what came back when an address was asked by UDP, too, where the object is. Its JSON is stable.
type Echo struct {
	Outcome EchoOutcome `json:"outcome"`
	Detail  string      `json:"detail,omitempty"`
	Forward []string    `json:"forward,omitempty"` // the addresses of the reference that was told
	Asked   int         `json:"asked,omitempty"`   // octets of the question
	Octets  int         `json:"octets,omitempty"`  // of what came back
	Millis  int64       `json:"ms"`
}

// An EchoOutcome is what came back by UDP. Its text is stable.
type EchoOutcome string

// The outcomes of asking by UDP.
const (
	EchoHere      EchoOutcome = "here"      // whoever answers takes the object's calls
	EchoForwarded EchoOutcome = "forwarded" // a server has it
	EchoUnknown   EchoOutcome = "unknown"   // there is none
	EchoOther     EchoOutcome = "other"     // something that is no answer
	EchoSilent    EchoOutcome = "silent"    // nothing
	EchoRefused   EchoOutcome = "refused"   // nobody hears datagrams at the port
	EchoUnasked   EchoOutcome = "unasked"   // no datagram could be sent: see Detail
)

// Answered reports whether a daemon has answered; e may be nil.
func (e *Echo) Answered() bool {
	return e != nil && (e.Outcome == EchoHere || e.Outcome == EchoForwarded || e.Outcome == EchoUnknown)
}

// String says in words what came back, "" if nothing did.
func (e *Echo) String() string {
	switch {
	case e == nil:
		return ""
	case e.Outcome == EchoHere:
		return "who answers takes its calls (OBJECT_HERE)"
	case e.Outcome == EchoForwarded:
		return "it is at " + strings.Join(e.Forward, ", ") + " (OBJECT_FORWARD)"
	case e.Outcome == EchoUnknown:
		return "there is no such object (UNKNOWN_OBJECT)"
	case e.Outcome == EchoOther:
		return e.Detail
	}
	return ""
}

// echo asks by UDP who was connected to last, or would have been, unless that is no address of plain IIOP. It takes as long as [byudp.Ask].
func (x *run) echo(t target, f *Finding) *Echo {
	at, err := netip.ParseAddrPort(f.Peer)
	if f.TLS || t.direct.Network != "" || err != nil || x.ctx.Err() != nil {
		return nil
	}
	begun := time.Now()
	var a byudp.Answer
	c, err := x.Network.DialUDP(x.ctx, at)
	if err == nil {
		a, err = byudp.Ask(x.ctx, c, t.key)
		c.Close()
	}
	e := ofAnswer(a, err)
	e.Millis = time.Since(begun).Milliseconds()
	return e
}

func ofAnswer(a byudp.Answer, err error) *Echo {
	var other *byudp.OtherError
	switch {
	case errors.As(err, &other):
		return &Echo{Outcome: EchoOther, Octets: len(other.Octets), Detail: "something else answers: " + protocol(other.Octets[:min(len(other.Octets), 16)])}
	case errors.Is(err, byudp.ErrRefused), socket.IsRefused(err):
		return &Echo{Outcome: EchoRefused}
	case errors.Is(err, byudp.ErrSilent):
		return &Echo{Outcome: EchoSilent}
	case err != nil:
		return &Echo{Outcome: EchoUnasked, Detail: err.Error()}
	}
	e := &Echo{Asked: a.Asked, Octets: len(a.Octets)}
	switch a.Status {
	case giop.ObjectHere:
		e.Outcome = EchoHere
	case giop.UnknownObject:
		e.Outcome = EchoUnknown
	case giop.ObjectForward, giop.ObjectForwardPerm:
		e.Outcome, e.Forward = EchoForwarded, addressesOf(a.Forward)
	default:
		e.Outcome, e.Detail = EchoOther, fmt.Sprintf("it answers %v", a.Status)
	}
	return e
}

// addressesOf returns the addresses of all profiles that can be read.
func addressesOf(r *ior.IOR) []string {
	var all []string
	for _, p := range r.Profiles[:min(len(r.Profiles), maxAddresses)] {
		b, err := p.IIOP()
		if err != nil {
			continue
		}
		for _, a := range b.Addresses()[:min(len(b.Addresses()), maxAddresses)] {
			if s := a.HostPort(); !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// ofEcho says what the answer by UDP makes of what came of the connection; nothing if they agree.
func ofEcho(f *Finding) (problem, advice string) {
	if !f.UDP.Answered() {
		return "", ""
	}
	port := f.port
	if at, err := netip.ParseAddrPort(f.Peer); err == nil {
		port = at.Port()
	}
	switch f.Outcome {
	case Refused, TimedOut, NoRoute, Silent, Closed, NotGIOP:
		return fmt.Sprintf("by UDP a daemon of DSOM answers at port %d all the same", port), "see that TCP gets through to it as UDP does, and that no other program has its port of TCP"
	case Reachable:
		if f.UDP.Outcome == EchoUnknown {
			return fmt.Sprintf("by UDP another answers at port %d, who does not know the object", port), "see which programs have the two ports: dsom port"
		}
	}
	return "", ""
}
