package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"strings"

	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx/sap"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/netbios/node"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/socket"
	"github.com/opendsom/dsom/transport/spx"
	"github.com/opendsom/dsom/transport/unix"
	"github.com/opendsom/dsom/transport/ws"
)

// connectDirect connects to a socket of this machine, by WebSocket, by a name of NetBIOS, or by SPX.
func (a *attempt) connectDirect() net.Conn {
	c, err := a.dialDirect()
	forbidden, refused := (*reach.RefusedError)(nil), (*netbios.SessionError)(nil)
	shake, unknown := (*transport.HandshakeError)(nil), (*net.DNSError)(nil)
	name, silence, server := (*node.NameError)(nil), (*node.SilenceError)(nil), (*sap.NotFoundError)(nil)
	switch {
	case err == nil:
		return c
	case errors.As(err, &shake):
		a.is(ofHandshake(shake), shake.Err)
	case a.refusedWeb(err):
	case errors.As(err, &forbidden):
		a.is(Forbidden, err)
	case errors.As(err, &name), errors.As(err, &silence), errors.As(err, &server), errors.As(err, &unknown):
		a.is(Unresolved, err)
	case socket.IsRefused(err), errors.As(err, &refused):
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

// socketAt returns the endpoint that a reference names, of a socket of the machine or a pipe.
func socketAt(name string) transport.Endpoint {
	network, at, _ := strings.Cut(name, ":")
	return transport.Endpoint{Network: network, Host: at}
}

func (a *attempt) dialDirect() (net.Conn, error) {
	by, ctx, to := unix.New(), a.ctx, a.target.direct
	if to.Network != unix.Name && to.Network != pipe.Name {
		ctx = transport.WithGuard(ctx, func(at netip.Addr) error { return a.rules.Check(to, at) })
	}
	switch to.Network {
	case pipe.Name:
		by = pipe.New()
	case netbios.Name:
		by = a.named
	case spx.Name:
		by = a.spx
	case ws.Name, ws.Sealed:
		var err error
		if by, err = a.web.Find(to.Network); err != nil {
			return nil, err
		}
		way, err := a.rules.Way(to)
		if err != nil {
			return nil, err
		}
		if to = way.To; way.Rule != "" {
			a.finding.Tried, a.finding.rule = to.String(), way.Rule
		}
	}
	c, err := by.Dial(ctx, to)
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
