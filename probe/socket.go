package probe

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/unix"
)

// connectSocket connects to a socket of this machine.
func (a *attempt) connectSocket() net.Conn {
	c, err := a.dialSocket()
	switch {
	case err == nil:
		return c
	case refusedBy(err):
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

func (a *attempt) dialSocket() (net.Conn, error) {
	c, err := unix.New().Dial(a.ctx, transport.Endpoint{Network: unix.Name, Host: a.target.socket})
	if err != nil {
		return nil, err
	}
	a.finding.Peer = c.RemoteAddr().String()
	until, _ := a.ctx.Deadline()
	return c, c.SetDeadline(until)
}

// again makes another connection to where the last one led.
func (a *attempt) again() (net.Conn, error) {
	if a.target.socket != "" {
		return a.dialSocket()
	}
	peer, _ := netip.ParseAddrPort(a.finding.Peer)
	return a.dial(peer, 1)
}
