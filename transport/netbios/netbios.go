// Package netbios is the transport by sessions of NetBIOS over TCP/IP (RFC 1001 and 1002): DSOM's NBSockets. A machine is found by its name, and
// called at port 139; there it is the daemon that listens, and sends who calls a server's name on to the port of that server (SESSION RETARGET).
//
// Endpoints are netbios:ADA:139, the name ADA of the kind 53 at the machine that has it, or netbios:BANK@ADA:139, the name BANK at the machine ADA, or
// netbios:BANK@192.0.2.1:139. Nothing is sealed, and who has a name is not known for sure: a reference that offers TLS is not called by this.
package netbios

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios/nbname"
	"github.com/opendsom/dsom/transport/netbios/nbns"
	"github.com/opendsom/dsom/transport/netbios/nbss"
	"github.com/opendsom/dsom/transport/tcp"
)

// Name is the network of endpoints of this transport.
const Name = "netbios"

// MostRetargets is how often a client is sent on, netbios-retargets.
const MostRetargets = 4

// MostControl is how many packets without octets, such as those that keep a session alive, a peer may send in a second while it sends no octets.
const MostControl = 64

// A Resolver finds who has a name, such as a node.Node.
type Resolver interface {
	Lookup(ctx context.Context, n nbname.Name) ([]nbns.Entry, error)
}

// A Config says how sessions are made. The zero value calls endpoints that have addresses, and listens.
type Config struct {
	Resolver Resolver    // nil: names of machines are not found
	Calling  nbname.Name // told to who is called; zero: DSOM
	Node     string      // the name by which this machine is found, for references; "": they name its address
	Port     uint16      // at which it is called, for references; 0: 139

	// Elsewhere, if set, says where a name is listened on that a listener has not: the client is sent there. ctx ends when he has waited long enough. Its error
	// may be a nbss.Code in a SessionError; whatever else it is, the client is told that the name is not there.
	Elsewhere func(ctx context.Context, called nbname.Name, local netip.AddrPort) (netip.AddrPort, error)

	Limits *limits.Limits // for connect-timeout, within which a session must be there; nil is the defaults
}

// A FormError says that a peer does not keep to the protocol.
type FormError struct {
	Peer string
	Err  error
}

func (e *FormError) Error() string {
	return "the session service with " + e.Peer + ": " + e.Err.Error()
}

func (e *FormError) Unwrap() error { return e.Err }

// A SessionError says why there is no session.
type SessionError struct {
	Called nbname.Name
	At     string
	Code   nbss.Code
}

func (e *SessionError) Error() string { return fmt.Sprintf("%v at %s: %v", e.Called, e.At, e.Code) }

// A RetargetError says that a client was sent from one to the other too often, or in a circle.
type RetargetError struct{ Path []netip.AddrPort }

func (e *RetargetError) Error() string {
	return fmt.Sprintf("limit netbios-retargets: sent from one to the next by %v, and %d are followed, none to where a session was asked for before", e.Path, MostRetargets)
}

// Counts says how often what has happened at the listeners of a transport, and in sessions.
type Counts struct {
	Sessions  uint64 // that were made
	Retargets uint64 // clients that were sent on
	Refused   uint64 // clients that called a name which is not there
	Malformed uint64 // clients that did not ask for a session, or not as one does
	Floods    uint64 // sessions that were ended for more than MostControl packets without octets in a second
}

// A Transport is the transport. It is safe for concurrent use.
type Transport struct {
	c       Config
	carrier transport.Transport

	sessions, retargets, refused, malformed, floods atomic.Uint64
}

var _ transport.Transport = (*Transport)(nil)

// New returns the transport that c describes.
func New(c Config) *Transport {
	if c.Calling == (nbname.Name{}) {
		c.Calling, _ = nbname.New("DSOM", nbname.Workstation, "")
	}
	if c.Port == 0 {
		c.Port = nbss.Port
	}
	return &Transport{c: c, carrier: tcp.New()}
}

// Name returns the transport's name.
func (*Transport) Name() string { return Name }

// Counts returns how often what has happened.
func (t *Transport) Counts() Counts {
	return Counts{t.sessions.Load(), t.retargets.Load(), t.refused.Load(), t.malformed.Load(), t.floods.Load()}
}

// Published returns what references name of a listener's endpoint: the name by which the machine is found, if it is found by one, and the daemon's port.
func (t *Transport) Published(e transport.Endpoint) transport.Endpoint {
	p, err := parse(e)
	if err != nil || t.c.Node == "" {
		return e
	}
	node, err := nbname.Parse(t.c.Node, nbname.DSOM)
	if err != nil {
		return e
	}
	e.Host, e.Port = t.c.Node, t.c.Port
	if p.called != node {
		e.Host = p.called.String() + "@" + t.c.Node
	}
	return e
}

// Dial asks for a session at e, and follows where it is sent.
func (t *Transport) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	p, err := parse(e)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, t.c.Limits.Time(limits.ConnectTimeout))
	defer cancel()
	to := []netip.Addr{p.addr}
	if !p.addr.IsValid() {
		if t.c.Resolver == nil {
			return nil, fmt.Errorf("endpoint %v: this program finds no names of NetBIOS: it was not told how", e)
		}
		owners, err := t.c.Resolver.Lookup(ctx, p.node)
		if err != nil {
			return nil, err
		}
		to = to[:0]
		for _, o := range owners {
			to = append(to, o.Addr)
		}
	}
	var first error
	for _, a := range to {
		c, err := t.call(ctx, p.called, netip.AddrPortFrom(a, p.port))
		if err == nil {
			return c, nil
		}
		if first = errors.Join(first, err); ctx.Err() != nil {
			break
		}
	}
	return nil, first
}

// call asks for a session with a name at an address, or where it is sent.
func (t *Transport) call(ctx context.Context, called nbname.Name, at netip.AddrPort) (transport.Conn, error) {
	path := []netip.AddrPort{at}
	for {
		raw, err := t.carrier.Dial(ctx, transport.Endpoint{Network: tcp.Name, Host: at.Addr().String(), Port: at.Port()})
		if err != nil {
			return nil, err
		}
		next, err := ask(ctx, raw, called, t.c.Calling)
		if err == nil && !next.IsValid() {
			c := &conn{raw: raw, flood: &t.floods}
			c.open.Store(true)
			return c, nil
		}
		raw.Close()
		if err != nil {
			return nil, err
		}
		again := slices.Contains(path, next)
		if path = append(path, next); again || len(path) > 1+MostRetargets {
			return nil, &RetargetError{path}
		}
		at = next
	}
}

// ask asks for a session over raw. It returns where else it is to be asked for, if the peer says so.
func ask(ctx context.Context, raw transport.Conn, called, calling nbname.Name) (elsewhere netip.AddrPort, err error) {
	stop := context.AfterFunc(ctx, func() { raw.SetDeadline(time.Unix(1, 0)) })
	defer func() {
		if !stop() {
			err = context.Cause(ctx)
		}
	}()
	at := raw.RemoteAddr().String()
	if _, err := raw.Write(nbss.AppendRequest(nil, called, calling)); err != nil {
		return elsewhere, err
	}
	kind, body, err := packet(raw, at, nbss.Positive, nbss.Negative, nbss.Retarget)
	if err != nil {
		return elsewhere, err
	}
	switch kind {
	case nbss.Negative:
		return elsewhere, &SessionError{called, at, nbss.Code(body[0])}
	case nbss.Retarget:
		to := nbss.ParseRetarget([6]byte(body))
		if !to.Addr().IsValid() || to.Addr().IsUnspecified() || to.Addr().IsMulticast() || to.Port() == 0 {
			return elsewhere, &FormError{at, fmt.Errorf("a client is sent to %v", to)}
		}
		return to, nil
	}
	return elsewhere, nil
}

// packet reads a packet of one of some kinds, and not one octet more. Those that keep a session alive are passed over.
func packet(raw io.Reader, peer string, kinds ...nbss.Type) (nbss.Type, []byte, error) {
	var head [nbss.HeadSize]byte
	for range 4 {
		if _, err := io.ReadFull(raw, head[:]); err != nil {
			return 0, nil, err
		}
		kind, size, err := nbss.ParseHead(head)
		if err == nil && kind == nbss.KeepAlive {
			continue
		}
		if err == nil && !slices.Contains(kinds, kind) {
			err = fmt.Errorf("%v before there is a session", kind)
		}
		if err != nil {
			return 0, nil, &FormError{peer, err}
		}
		body := make([]byte, size)
		_, err = io.ReadFull(raw, body)
		return kind, body, err
	}
	return 0, nil, &FormError{peer, errors.New("nothing but packets that keep a session alive, and no session")}
}

// Listen takes sessions with the name that e calls, at its address, or at all of this machine's if it has none. Clients that call another name are sent
// elsewhere, or away. A session is made when the connection is first read.
func (t *Transport) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	at := e
	at.Network = tcp.Name
	e.Network = Name
	p, err := parse(transport.Endpoint{Network: Name, Host: e.Host, Port: 1})
	if err != nil {
		return nil, err
	}
	at.Host = "0.0.0.0"
	if p.addr.IsValid() {
		at.Host = p.addr.String()
	}
	l, err := t.carrier.Listen(ctx, at)
	if err != nil {
		return nil, err
	}
	e.Port = l.Endpoint().Port
	return &listener{l, t, p.called, e}, nil
}

type listener struct {
	transport.Listener
	of     *Transport
	called nbname.Name
	at     transport.Endpoint
}

func (l *listener) Endpoint() transport.Endpoint { return l.at }

func (l *listener) Accept() (transport.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, flood: &l.of.floods}
	c.greet = func() error { return l.of.greet(raw, l.called) }
	return c, nil
}

// greet answers a session request. Its error is net.ErrClosed if the client was told what he needs to know.
func (t *Transport) greet(raw transport.Conn, called nbname.Name) error {
	ctx, cancel := context.WithTimeout(context.Background(), t.c.Limits.Time(limits.ConnectTimeout))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	defer stop()
	peer := raw.RemoteAddr().String()
	_, body, err := packet(raw, peer, nbss.Request)
	if err != nil {
		if form := (*FormError)(nil); errors.As(err, &form) || errors.Is(err, io.ErrUnexpectedEOF) {
			t.malformed.Add(1)
		}
		return err
	}
	want, _, err := nbss.ParseRequest(body)
	if err != nil {
		t.malformed.Add(1)
		_, _ = raw.Write(nbss.AppendNegative(nil, nbss.Unspecified))
		return &FormError{peer, err}
	}
	if want == called {
		t.sessions.Add(1)
		_, err := raw.Write(nbss.AppendHead(nil, nbss.Positive, 0))
		return err
	}
	code := nbss.NotPresent
	if t.c.Elsewhere != nil {
		local, _ := netip.ParseAddrPort(raw.LocalAddr().String())
		to, err := t.c.Elsewhere(ctx, want, local)
		if err == nil {
			t.retargets.Add(1)
			return t.dismiss(raw, nbss.AppendRetarget(nil, to), fmt.Errorf("%v, who calls %v, was sent to %v", peer, want, to))
		}
		if no := (*SessionError)(nil); errors.As(err, &no) {
			code = no.Code
		}
	}
	t.refused.Add(1)
	return t.dismiss(raw, nbss.AppendNegative(nil, code), fmt.Errorf("%v calls %v: %v", peer, want, code))
}

// A DismissedError is the error of a connection that had no session, and whose client knows why.
type DismissedError struct{ err error }

func (e *DismissedError) Error() string { return e.err.Error() }

// dismiss says a last word to a client.
func (t *Transport) dismiss(raw transport.Conn, word []byte, why error) error {
	if _, err := raw.Write(word); err != nil {
		return err
	}
	_ = raw.CloseWrite()
	return &DismissedError{why}
}
