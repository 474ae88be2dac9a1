// Package ws is the transport by WebSocket (RFC 6455), for clients that reach a server through proxies of HTTP alone, and for pages in browsers. The octets of
// GIOP travel in frames of binary messages, under the subprotocol that omniORB 4.3 gave them.
//
// A server listens at endpoints such as ws::8080, and takes plain GIOP there as well: which of the two a client speaks is told by its first octets. What
// is neither is handed on as it came, and [Transport.Over] tells them apart on connections of others' making, such as those of TLS: so one port serves all.
//
// A page that a browser has loaded from anywhere may open WebSockets to any host, this machine's own included, and says where it is from in the header Origin. A server
// refuses all of them but those of Config.Origins; that the page comes from the very host is no reason to believe it, since names can be made to resolve to this machine.
package ws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// The networks of endpoints of this transport: plain, and within TLS.
const (
	Name   = "ws"
	Sealed = "wss"
)

// Protocol is the subprotocol, in the header Sec-WebSocket-Protocol, under which GIOP is spoken: omniORB's.
const Protocol = "giop.omniorb.net"

// AnyOrigin stands in Config.Origins for all of them.
const AnyOrigin = "*"

// A Sealer is TLS, as package transport/tls has it.
type Sealer interface {
	transport.Transport
	// Seal seals a connection to e that open makes, over which begin speaks first; and does so once more with another if the server takes offence at the session that it was to resume.
	Seal(ctx context.Context, e transport.Endpoint, open func(context.Context) (transport.Conn, error), begin func(context.Context, transport.Conn) error) (transport.Conn, error)
}

// A Config describes the transport. The zero value is one that calls directly, and to which no page of a browser can call.
type Config struct {
	// Origins are the pages whose WebSockets are taken, as browsers write them: scheme://host, with :port if it is not the scheme's own; or AnyOrigin. Clients
	// that are no browsers send no header Origin, and are taken in any case.
	Origins []string

	// Proxy is the proxy of HTTP through which calls are made, by its method CONNECT: http://host:port, with user:password@ if it wants that. Whose address a name is is then for the
	// proxy to say, so that rules for what names resolve to hold for the proxy's name and for addresses alone. "" is none.
	Proxy string

	// TLS makes this the transport of network wss: connections are sealed by it first. Nil is ws.
	TLS Sealer

	// Carrier is by what connections are made and taken, below TLS; nil is TCP.
	Carrier transport.Transport

	// Limits has the time for a handshake, connect-timeout; nil is the defaults.
	Limits *limits.Limits
}

// New returns the transport. An error says which origin or proxy is none.
func New(c Config) (*Transport, error) {
	t := &Transport{config: c, carrier: c.Carrier}
	if t.carrier == nil {
		t.carrier = tcp.New()
	}
	for _, o := range c.Origins {
		if err := CheckOrigin(o); err != nil {
			return nil, err
		}
	}
	if c.Proxy != "" {
		u, err := url.Parse(c.Proxy)
		switch {
		case err != nil:
			return nil, fmt.Errorf("the proxy: %w", errors.Unwrap(err)) // without the URL, which may have a password
		case u.Scheme != "http" || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "":
			return nil, errors.New("the proxy is not of the form http://host:port")
		}
		if t.proxy, err = transport.ParseEndpoint(tcp.Name + ":" + net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "80"))); err != nil {
			return nil, fmt.Errorf("the proxy: %w", err)
		}
		t.user = u.User
	}
	return t, nil
}

// CheckOrigin returns why o can be no origin in Config.Origins; nil: it can.
func CheckOrigin(o string) error {
	if o == AnyOrigin || o == "null" {
		return nil
	}
	u, err := url.Parse(o)
	if err != nil || u.Scheme == "" || u.Host == "" || u.User != nil || strings.TrimPrefix(o, u.Scheme+"://") != u.Host || strings.ToLower(o) != o {
		return fmt.Errorf("%q is no origin of pages: write it as https://www.example.org, in small letters and without a path, or * for all", o)
	}
	return nil
}

// A Transport is the transport by WebSocket. It is safe for concurrent use.
type Transport struct {
	config  Config
	carrier transport.Transport
	proxy   transport.Endpoint // zero: none
	user    *url.Userinfo      // at the proxy
}

var _ transport.Transport = (*Transport)(nil)

// Name returns "ws", or "wss" for the one that is sealed.
func (t *Transport) Name() string {
	if t.config.TLS != nil {
		return Sealed
	}
	return Name
}

// Dial connects to e, through the proxy if there is one, and asks for the WebSocket. A server that answers with something else is a [StatusError] or a [RefusedError].
func (t *Transport) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	if t.config.TLS == nil {
		raw, err := t.open(ctx, e)
		if err != nil {
			return nil, err
		}
		c, err := t.begin(ctx, raw, e)
		if err != nil {
			return nil, err // and no conn that is nil
		}
		return c, nil
	}
	var c *conn
	_, err := t.config.TLS.Seal(ctx, e, func(ctx context.Context) (transport.Conn, error) { return t.open(ctx, e) }, func(ctx context.Context, raw transport.Conn) (err error) {
		c, err = t.begin(ctx, raw, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// open makes a connection that leads to e, through the proxy if there is one.
func (t *Transport) open(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	raw, err := t.reach(ctx, e)
	if err != nil || t.proxy == (transport.Endpoint{}) {
		return raw, err
	}
	ctx, cancel := context.WithTimeout(ctx, t.config.Limits.Time(limits.ConnectTimeout))
	defer cancel()
	if err := t.tunnel(ctx, raw, e); err != nil {
		raw.Close()
		return nil, err
	}
	return raw, nil
}

// begin asks for the WebSocket over raw. If there is none, raw is closed.
func (t *Transport) begin(ctx context.Context, raw transport.Conn, e transport.Endpoint) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, t.config.Limits.Time(limits.ConnectTimeout))
	defer cancel()
	c := newConn(raw, true)
	if err := c.ask(ctx, e); err != nil {
		raw.Close()
		return nil, err
	}
	return c, nil
}

// reach connects to e, or to the proxy.
func (t *Transport) reach(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	at := e
	if t.proxy != (transport.Endpoint{}) {
		at = t.proxy
		if err := checkLiteral(ctx, e.Host); err != nil {
			return nil, err
		}
	}
	at.Network, at.Path = t.carrier.Name(), ""
	return t.carrier.Dial(ctx, at)
}

// Listen takes connections at e: WebSockets, for its path if it has one, and plain GIOP.
func (t *Transport) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	by := t.carrier
	if t.config.TLS != nil {
		by = t.config.TLS
	}
	at := e
	at.Network, at.Path = by.Name(), ""
	l, err := by.Listen(ctx, at)
	if err != nil {
		return nil, err
	}
	return &listener{l, t, e.Path}, nil
}

type listener struct {
	transport.Listener
	of   *Transport
	path string
}

func (l *listener) Endpoint() transport.Endpoint {
	e := l.Listener.Endpoint()
	e.Network, e.Path = l.of.Name(), l.path
	return e
}

func (l *listener) Accept() (transport.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.of.over(raw, l.path), nil
}

// Over returns raw, a connection that was accepted, as one over which WebSocket may be spoken: that is found out when it is first read. What is not, is read as it comes.
func (t *Transport) Over(raw transport.Conn) transport.Conn { return t.over(raw, "") }

func (t *Transport) over(raw transport.Conn, path string) transport.Conn {
	c := newConn(raw, false)
	c.path = path
	c.patience = t.config.Limits.Time(limits.ConnectTimeout)
	c.origins = t.config.Origins
	return c
}

// allows reports whether a page of an origin may connect.
func allows(origins []string, origin string) bool {
	return slices.Contains(origins, AnyOrigin) || slices.Contains(origins, strings.ToLower(origin))
}
