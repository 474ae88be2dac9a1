// Package mem is a transport within one process: for tests, and for ORBs that live side by
// side. Its streams behave as those of TCP do: they are bounded, they end in each direction
// by itself, they have deadlines. It is deterministic, waits only in ways that testing/synctest sees
// through, and takes the time from package time, so that it runs on virtual time as well.
package mem

import (
	"context"
	"fmt"
	"net"
	"sync"

	"github.com/opendsom/dsom/transport"
)

// Name is the network of endpoints of this transport.
const Name = "mem"

// DefaultBuffer is how many octets a stream holds that were written and not yet read.
const DefaultBuffer = 64 << 10

// backlog is how many connections wait for Accept before Dial waits.
const backlog = 128

// A Network is a transport whose listeners see nothing of other Networks. Endpoints are a
// host of any name and a port. Make one with [New].
type Network struct {
	// Buffer is the capacity of a stream in octets; 0 is DefaultBuffer. Set it before use.
	Buffer int

	mu        sync.Mutex
	listeners map[transport.Endpoint]*listener
	port      uint16 // the last that was given
}

var _ transport.Transport = (*Network)(nil)

// New returns a network without listeners.
func New() *Network { return &Network{listeners: map[transport.Endpoint]*listener{}} }

// Name returns the transport's name.
func (n *Network) Name() string { return Name }

// InProcess says that nothing outside the process is reached, so that time may be virtual.
func (n *Network) InProcess() {}

// Listen takes connections at e, which nobody else may listen at.
func (n *Network) Listen(_ context.Context, e transport.Endpoint) (transport.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	e.Network = Name
	for free := e.Port == 0; free; _, free = n.listeners[e] {
		if n.port++; n.port < 1024 {
			n.port = 1024
		}
		e.Port = n.port
	}
	if n.listeners[e] != nil {
		return nil, fmt.Errorf("mem: %v is in use", e)
	}
	l := &listener{net: n, endpoint: e, queue: make(chan *conn, backlog), closed: make(chan struct{})}
	n.listeners[e] = l
	return l, nil
}

// Dial connects to e.
func (n *Network) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	n.mu.Lock()
	e.Network = Name
	l := n.listeners[e]
	n.mu.Unlock()
	if l == nil {
		return nil, fmt.Errorf("mem: nobody listens at %v", e)
	}
	ours, theirs := n.pair(addr{e})
	select {
	case l.queue <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, fmt.Errorf("mem: nobody listens at %v", e)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Pipe returns the two ends of a connection, without a listener.
func (n *Network) Pipe() (transport.Conn, transport.Conn) {
	return n.pair(addr{transport.Endpoint{Network: Name, Host: "pipe"}})
}

func (n *Network) pair(to addr) (ours, theirs *conn) {
	size := n.Buffer
	if size <= 0 {
		size = DefaultBuffer
	}
	there, back := newStream(size), newStream(size)
	from := addr{transport.Endpoint{Network: Name, Host: "client"}}
	return &conn{in: back, out: there, local: from, remote: to}, &conn{in: there, out: back, local: to, remote: from}
}

type listener struct {
	net      *Network
	endpoint transport.Endpoint
	queue    chan *conn
	once     sync.Once
	closed   chan struct{}
}

func (l *listener) Endpoint() transport.Endpoint { return l.endpoint }

func (l *listener) Accept() (transport.Conn, error) {
	select {
	case <-l.closed:
		return nil, net.ErrClosed
	default:
	}
	select {
	case c := <-l.queue:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		l.net.mu.Lock()
		delete(l.net.listeners, l.endpoint)
		l.net.mu.Unlock()
		close(l.closed)
		for {
			select {
			case c := <-l.queue:
				c.Close()
			default:
				return
			}
		}
	})
	return nil
}

// An addr is an endpoint as a net.Addr.
type addr struct{ e transport.Endpoint }

func (a addr) Network() string { return Name }
func (a addr) String() string  { return a.e.Address() }
