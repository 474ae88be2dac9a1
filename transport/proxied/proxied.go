// Package proxied takes connections that come by a proxy, and learns from it who has called: by the PROXY protocol, version 2, of HAProxy
// (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt). It stands around another transport, such as that of TCP.
//
// Who can say of himself that he is a proxy can call in anybody's name; so only those are heard whose addresses are named. They must begin each
// connection with a header. Others are served as they come: a header of theirs is no message of GIOP, and ends the connection.
package proxied

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// A Config says who is a proxy.
type Config struct {
	Proxies []netip.Prefix // whose connections begin with a header
	Limits  *limits.Limits // has the time for a header, connect-timeout; nil is the defaults
	Logger  *slog.Logger   // is told whose header is no good; nil is slog.Default

	// Refused, if set, is told of each connection of a proxy that is refused: since its header is no good, has not come in time, or there are MostWaiting. It is called concurrently.
	Refused func(proxy net.Addr, why error)
}

// MostWaiting is how many connections of proxies may wait for their header at a time; further ones are closed.
const MostWaiting = 256

// New returns t, with listeners that hear proxies. Its Dial is t's.
func New(t transport.Transport, c Config) transport.Transport {
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &proxied{t, c}
}

// Prefixes reads a list of addresses, and of networks in the form 10.0.0.0/8, with commas between.
func Prefixes(list string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for s := range strings.SplitSeq(list, ",") {
		p, err := transport.ParseNetwork(strings.TrimSpace(s))
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

type proxied struct {
	transport.Transport
	config Config
}

func (p *proxied) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	below, err := p.Transport.Listen(ctx, e)
	if err != nil {
		return nil, err
	}
	l := &listener{Listener: below, config: p.config, ready: make(chan arrival), waiting: make(chan struct{}, MostWaiting), over: make(chan struct{}), raw: map[transport.Conn]bool{}}
	l.running.Go(l.run)
	return l, nil
}

// An arrival is a connection, or why there is none.
type arrival struct {
	conn transport.Conn
	err  error
}

// A listener has each connection of a proxy read its header in a goroutine of its own, so that none waits for another's.
type listener struct {
	transport.Listener
	config  Config
	ready   chan arrival
	waiting chan struct{} // as many as are in it wait for their header
	over    chan struct{}
	once    sync.Once
	running sync.WaitGroup

	mu  sync.Mutex
	raw map[transport.Conn]bool // those that wait for their header
}

func (l *listener) Accept() (transport.Conn, error) {
	select {
	case a := <-l.ready:
		return a.conn, a.err
	case <-l.over:
		return nil, net.ErrClosed
	}
}

// Close also closes connections that wait for their header.
func (l *listener) Close() error {
	err := net.ErrClosed
	l.once.Do(func() {
		close(l.over)
		err = l.Listener.Close()
		l.mu.Lock()
		for c := range l.raw {
			c.Close()
		}
		l.mu.Unlock()
		l.running.Wait()
	})
	return err
}

// run takes connections until the listener is closed.
func (l *listener) run() {
	for {
		c, err := l.Listener.Accept()
		switch {
		case err != nil && errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			l.give(arrival{err: err})
		case !l.isProxy(c.RemoteAddr()):
			l.give(arrival{conn: c})
		default:
			select {
			case l.waiting <- struct{}{}:
				l.running.Go(func() { l.hear(c) })
			default:
				l.refuse(c, fmt.Errorf("%d wait for their header already (MostWaiting)", MostWaiting))
			}
		}
	}
}

// give hands an arrival to Accept.
func (l *listener) give(a arrival) {
	select {
	case l.ready <- a:
	case <-l.over:
		if a.conn != nil {
			a.conn.Close()
		}
	}
}

// isProxy reports whether connections from there begin with a header.
func (l *listener) isProxy(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return false
	}
	for _, p := range l.config.Proxies {
		if p.Contains(at.Addr().Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

// hear reads the header of a proxy's connection.
func (l *listener) hear(c transport.Conn) {
	h, err := l.header(c)
	<-l.waiting
	if err != nil {
		if !errors.Is(err, net.ErrClosed) && !errors.Is(err, io.EOF) { // who only looks whether somebody listens says nothing
			l.refuse(c, err)
			return
		}
		c.Close()
		return
	}
	if !h.Local && h.Source.IsValid() {
		c = wrap(c, h)
	}
	l.give(arrival{conn: c})
}

// refuse closes a connection, and says why.
func (l *listener) refuse(c transport.Conn, why error) {
	l.config.Logger.Warn("a connection of a proxy is refused", "proxy", c.RemoteAddr().String(), "reason", why.Error())
	if l.config.Refused != nil {
		l.config.Refused(c.RemoteAddr(), why)
	}
	c.Close()
}

// header reads a header, and nothing behind it.
func (l *listener) header(c transport.Conn) (h Header, err error) {
	if !l.note(c) {
		return h, net.ErrClosed
	}
	defer l.unnote(c)
	if err := c.SetReadDeadline(time.Now().Add(l.config.Limits.Time(limits.ConnectTimeout))); err != nil {
		return h, err
	}
	b := make([]byte, fixed, 256)
	if _, err := io.ReadFull(c, b); err != nil {
		return h, err
	}
	n, err := length(b)
	if err != nil {
		return h, err
	}
	b = append(b, make([]byte, n)...)
	if _, err := io.ReadFull(c, b[fixed:]); err != nil {
		return h, fmt.Errorf("%w: %w", errShort, err)
	}
	if h, _, err = Parse(b); err != nil {
		return h, err
	}
	return h, c.SetReadDeadline(time.Time{})
}

// note has Close end c, if it has not been called.
func (l *listener) note(c transport.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.over:
		return false
	default:
	}
	l.raw[c] = true
	return true
}

func (l *listener) unnote(c transport.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.raw, c)
}

// An Addr is the address of a client as a proxy tells it. It is no net.TCPAddr, since it is not that of a socket that this machine knows: what is on
// loopback there is no program here.
type Addr struct {
	At netip.AddrPort
	By string // the proxy's address; "" for that of the server
}

// Network returns "tcp".
func (a Addr) Network() string { return "tcp" }

// String returns host:port.
func (a Addr) String() string { return a.At.String() }

// A conn is one whose client is another than who has connected.
type conn struct {
	transport.Conn
	client, server Addr
}

var _ transport.Identified = (*conn)(nil)

func wrap(c transport.Conn, h Header) transport.Conn {
	return &conn{c, Addr{h.Source, c.RemoteAddr().String()}, Addr{At: h.Destination}}
}

func (c *conn) RemoteAddr() net.Addr { return c.client }
func (c *conn) LocalAddr() net.Addr  { return c.server }

// Identity is that of the connection below, but for its process, which is the proxy's.
func (c *conn) Identity() transport.Identity {
	k := transport.IdentityOf(c.Conn)
	k.Process = nil
	return k
}
