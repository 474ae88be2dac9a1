// Package spx is the transport by Novell's Sequenced Packet Exchange over IPX: DSOM's IPXSockets. It speaks SPX and SPX-II: connections with sequence numbers,
// acknowledgements and windows, packets whose size is negotiated, retransmission by measured round trips, a watchdog, attention, and orderly release.
//
// Endpoints are spx:NET.NODE:SOCKET, such as spx:00003053.020000000001:3053, or spx:NAME:SOCKET with a name that servers are found by ([Resolver]). The socket is a number
// of base 10, as ports are. Nothing is sealed, and an address proves nothing: a reference that offers TLS is not called by this.
package spx

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/ipx"
)

// Name is the network of endpoints of this transport.
const Name = "spx"

// Port is the socket of a daemon if nothing else is said: 0BED, the number that is registered for TCP and UDP.
const Port = 3053

// A Resolver finds the address of a server by its name, such as by SAP. The socket that it finds is used where an endpoint has none.
type Resolver interface {
	Resolve(ctx context.Context, s *ipx.Station, name string) (ipx.Addr, error)
}

// A Config says how connections are made.
type Config struct {
	// Open makes the station, when it is first needed. The transport closes it with itself.
	Open     func(ctx context.Context) (*ipx.Station, error)
	Resolver Resolver       // nil: only addresses are called
	Node     string         // the name by which this machine is found, for references; "": they have its address
	Limits   *limits.Limits // for connect-timeout; nil is the defaults
	Host     HostConfig
}

// A Transport is the transport. It is safe for concurrent use.
type Transport struct {
	c       Config
	mu      sync.Mutex
	host    *Host
	opening chan struct{} // closed when the station is open, or is not; nil: nobody opens it
}

var _ transport.Flusher = (*Transport)(nil)

// New returns the transport that c describes.
func New(c Config) *Transport { return &Transport{c: c} }

// Name returns the transport's name.
func (*Transport) Name() string { return Name }

// Host returns the host that the transport has, made now if it was not.
func (t *Transport) Host(ctx context.Context) (*Host, error) {
	for {
		h, opening := t.begin()
		switch {
		case h != nil:
			return h, nil
		case opening == nil:
			return t.open(ctx)
		}
		select {
		case <-opening:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// begin returns the host, or what tells that another has opened the station, or else begins to open it.
func (t *Transport) begin() (*Host, chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.host != nil || t.opening != nil {
		return t.host, t.opening
	}
	t.opening = make(chan struct{})
	return nil, nil
}

// open opens the station, and makes its host. It holds no lock meanwhile, as that may take a while.
func (t *Transport) open(ctx context.Context) (*Host, error) {
	s, err := (*ipx.Station)(nil), errors.New("this program takes no part in a network of IPX: it was not told how")
	if t.c.Open != nil {
		if s, err = t.c.Open(ctx); err != nil {
			err = fmt.Errorf("IPX: %w", err)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.opening)
	t.opening = nil
	if err != nil {
		return nil, err
	}
	t.host = NewHost(s, t.c.Host)
	return t.host, nil
}

// Close ends all connections, as [Host.Close] does, and the station: one that is being opened when it is open.
func (t *Transport) Close() error {
	t.mu.Lock()
	for t.opening != nil {
		opening := t.opening
		t.mu.Unlock()
		<-opening
		t.mu.Lock()
	}
	h := t.host
	t.host = nil
	t.mu.Unlock()
	if h == nil {
		return nil
	}
	return errors.Join(h.Close(), h.s.Close())
}

// Flush waits for connections that were closed: see [Host.Flush].
func (t *Transport) Flush(ctx context.Context) error {
	t.mu.Lock()
	h := t.host
	t.mu.Unlock()
	if h == nil {
		return nil
	}
	return h.Flush(ctx)
}

// Counts returns how often what has happened; ok is false if nothing can have: the station is not made.
func (t *Transport) Counts() (c Counts, at ipx.Counts, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.host == nil {
		return c, at, false
	}
	return t.host.Counts(), t.host.s.Counts(), true
}

// Published returns what references name of a listener's endpoint.
func (t *Transport) Published(e transport.Endpoint) transport.Endpoint {
	if t.c.Node != "" {
		e.Host = t.c.Node
	}
	return e
}

// Dial connects to e, which has an address or a name, within connect-timeout.
func (t *Transport) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, t.c.Limits.Time(limits.ConnectTimeout))
	defer cancel()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h, err := t.Host(ctx)
	if err != nil {
		return nil, err
	}
	to, err := ipx.ParseHost(e.Host)
	if err != nil {
		if t.c.Resolver == nil {
			return nil, fmt.Errorf("endpoint %v: %w, and this program finds no names of servers there", e, err)
		}
		if to, err = t.c.Resolver.Resolve(ctx, h.s, e.Host); err != nil {
			return nil, err
		}
	}
	if e.Port != 0 {
		to.Socket = e.Port
	}
	if to.Socket == 0 {
		to.Socket = Port
	}
	if to.Node == ipx.Broadcast || to.Node == (ipx.Node{}) {
		return nil, fmt.Errorf("endpoint %v: nobody in particular", e)
	}
	c, err := h.Dial(ctx, to)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Listen takes connections at a socket of this machine's, whatever the host of e says but a node that is another's.
func (t *Transport) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	h, err := t.Host(ctx)
	if err != nil {
		return nil, err
	}
	own := h.s.Addr()
	if a, err := ipx.ParseHost(e.Host); err == nil && (a.Node != own.Node || a.Net != own.Net && a.Net != 0) {
		return nil, fmt.Errorf("endpoint %v: this machine is %s", e, own.Host())
	} else if err != nil && e.Host != "" {
		return nil, fmt.Errorf("endpoint %v: %w, or without it", e, err)
	}
	l, err := h.Listen(e.Port)
	if err != nil {
		return nil, err
	}
	if e.Network = Name; e.Host == "" {
		e.Host = own.Host()
	}
	e.Port = l.Socket()
	return &listener{l, e}, nil
}

type listener struct {
	l  *Listener
	at transport.Endpoint
}

func (l *listener) Endpoint() transport.Endpoint { return l.at }
func (l *listener) Close() error                 { return l.l.Close() }

func (l *listener) Accept() (transport.Conn, error) {
	c, err := l.l.Accept()
	if err != nil {
		return nil, err
	}
	return c, nil
}
