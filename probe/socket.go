package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"

	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/netbios/node"
	"github.com/opendsom/dsom/transport/unix"
)

// connectDirect connects to a socket of this machine, or by a name of NetBIOS.
func (a *attempt) connectDirect() net.Conn {
	c, err := a.dialDirect()
	forbidden, refused := (*reach.RefusedError)(nil), (*netbios.SessionError)(nil)
	name, silence := (*node.NameError)(nil), (*node.SilenceError)(nil)
	switch {
	case err == nil:
		return c
	case errors.As(err, &forbidden):
		a.is(Forbidden, err)
	case errors.As(err, &name), errors.As(err, &silence):
		a.is(Unresolved, err)
	case refusedBy(err), errors.As(err, &refused):
		a.is(Refused, err)
	case errors.Is(err, fs.ErrNotExist):
		a.is(Refused, fmt.Errorf("there is no such file: %w", err))
	case a.late(err):
		a.is(TimedOut, nil)
	default:
		a.is(Failed, err)
	}
	return nil
}

func (a *attempt) dialDirect() (net.Conn, error) {
	by, ctx := unix.New(), a.ctx
	if a.target.direct.Network == netbios.Name {
		by, ctx = a.named, transport.WithGuard(ctx, func(at netip.Addr) error { return a.rules.Check(a.target.direct, at) })
	}
	c, err := by.Dial(ctx, a.target.direct)
	if err != nil {
		return nil, err
	}
	a.finding.Peer = c.RemoteAddr().String()
	until, _ := a.ctx.Deadline()
	return c, c.SetDeadline(until)
}

// again makes another connection to where the last one led.
func (a *attempt) again() (net.Conn, error) {
	if a.target.direct.Network != "" {
		return a.dialDirect()
	}
	peer, _ := netip.ParseAddrPort(a.finding.Peer)
	return a.dial(peer, 1)
}
