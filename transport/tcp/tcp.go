// Package tcp is the transport over TCP, which IIOP stands on (CORBA 3.3 part 2, clause 9.7).
// Both versions of IP are used, as the system resolves names.
package tcp

import (
	"context"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/socket"
)

// Name is the network of endpoints of this transport.
const Name = "tcp"

// keepAlive finds peers that vanished without a word: after 30 s of silence the system asks,
// and gives up after six questions 10 s apart.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 10 * time.Second, Count: 6}

// unheard is how long a client's system tries, where that can be said (Linux), to have what it has written taken note of by the server's: then
// the connection has broken, and the object is looked for elsewhere. A server that is slow takes note all the same; one that takes nothing for so long, though its
// buffers are full, is as good as gone.
const unheard = 30 * time.Second

// New returns the transport.
func New() transport.Transport { return tcp{} }

type tcp struct{}

func (tcp) Name() string { return Name }

func (tcp) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	d := net.Dialer{KeepAliveConfig: keepAlive}
	allow := transport.GuardOf(ctx)
	d.Control = func(_, address string, c syscall.RawConn) error {
		if allow != nil {
			at, err := netip.ParseAddrPort(address)
			if err == nil {
				err = allow(at.Addr())
			}
			if err != nil {
				return err
			}
		}
		_ = boundUnheard(c) // an old system knows no bound
		return nil
	}
	c, err := d.DialContext(ctx, "tcp", e.Address())
	if err != nil {
		return nil, err
	}
	return socket.Wrap(c.(*net.TCPConn)) // with TCP_NODELAY: a message goes out when it is written
}

func (tcp) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	lc := listening()
	l, err := lc.Listen(ctx, "tcp", e.Address())
	if err != nil {
		return nil, err
	}
	e.Network, e.Port = Name, uint16(l.Addr().(*net.TCPAddr).Port)
	return &listener{l.(*net.TCPListener), e}, nil
}

type listener struct {
	l        *net.TCPListener
	endpoint transport.Endpoint
}

func (l *listener) Accept() (transport.Conn, error) {
	c, err := l.l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return socket.Wrap(c)
}

func (l *listener) Close() error                 { return l.l.Close() }
func (l *listener) Endpoint() transport.Endpoint { return l.endpoint }
