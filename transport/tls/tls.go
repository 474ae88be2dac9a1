// Package tls is the transport by TLS over TCP, as package crypto/tls has it: what ORBs call SSLIOP (OMG Security Service 1.8,
// clause 3.12; TLS 1.3 is RFC 8446). References tell of it by a component of tag TAG_SSL_SEC_TRANS.
//
// A server listens at endpoints such as tls::3055. A connection that it accepts shakes hands when it is first read, so that a
// client that is slow or silent holds up nobody else. A client that speaks plain GIOP there is heard, and not sealed
// ([transport.Identity]): an ORB answers its requests with NO_PERMISSION.
package tls

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"time"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// Name is the network of endpoints of this transport.
const Name = "tls"

// A Config says by which certificates this side is known, and by which it knows others. Files are in PEM, and are read again when they
// have changed, with the next handshake: connections that there are stay. The zero value is a client that knows
// servers by the authorities of the system.
type Config struct {
	// Certificate is the file of the certificate to be shown, with those of authorities between it and a known one behind it, Key that of its
	// private key; "" is Certificate's own. A server needs them; a client shows them if it is asked to.
	Certificate, Key string

	// Authorities is the file of the certificates of authorities by which servers are known; "" is the system's.
	Authorities string

	// KnowOwn has a server known, besides, that shows the certificate which this side shows: a program knows itself, whoever has signed that.
	KnowOwn bool

	// Clients is the file of the certificates of authorities by which clients are known. If it is set, a client must show a
	// certificate of theirs: mutual TLS. Else clients are not asked.
	Clients string

	// ServerName is the name that servers' certificates must be for, instead of the host that was connected to, and that servers are
	// told (SNI); "" is the host.
	ServerName string

	// TLS12 allows TLS 1.2 as well, for peers that know no 1.3.
	TLS12 bool

	// KeyLog is a file to which the secrets of all connections are appended, in the form of NSS: who has it can read what was recorded of
	// them. "" is none. The variable SSLKEYLOGFILE is not looked at here.
	KeyLog string

	// Carrier is by what connections are made and taken that are then sealed, such as one that hears proxies; nil is TCP.
	Carrier transport.Transport

	// Limits has the time for a handshake, connect-timeout; nil is the defaults.
	Limits *limits.Limits

	// Logger is told of files that have changed and cannot be used; nil is slog.Default.
	Logger *slog.Logger
}

// New returns the transport. An error says which file cannot be used.
func New(c Config) (*Transport, error) {
	t := &Transport{config: c, files: files{config: c, clock: time.Now}, carrier: c.Carrier}
	if t.carrier == nil {
		t.carrier = tcp.New()
	}
	if t.config.Logger == nil {
		t.config.Logger = slog.Default()
	}
	t.files.log = t.config.Logger
	if err := t.files.load(); err != nil {
		t.files.close()
		return nil, err
	}
	return t, nil
}

// A Transport is the transport by TLS. It is safe for concurrent use.
type Transport struct {
	config  Config
	files   files
	carrier transport.Transport
}

var _ transport.Transport = (*Transport)(nil)

// Name returns the transport's name.
func (*Transport) Name() string { return Name }

// Reload reads the files again, whether they have changed or not. If one cannot be used, all is as it was. Handshakes look by
// themselves whether files have changed.
func (t *Transport) Reload() error { return t.files.load() }

// Close closes the file of secrets, if there is one. Connections go on, and write no more to it.
func (t *Transport) Close() error { return t.files.close() }

// MutualTLS reports whether clients must show a certificate.
func (t *Transport) MutualTLS() bool { return t.config.Clients != "" }

// Dial connects to e and shakes hands. An error of the handshake is a [transport.HandshakeError].
func (t *Transport) Dial(ctx context.Context, e transport.Endpoint) (transport.Conn, error) {
	at := e
	at.Network = tcp.Name
	return t.Seal(ctx, e, func(ctx context.Context) (transport.Conn, error) { return t.carrier.Dial(ctx, at) }, nil)
}

// Seal has open make a connection to e, shakes hands over it, and has begin, if it is not nil, say over what is sealed by then what is to be said before anything else. After an error the connection is closed.
//
// A session of an earlier connection to e is resumed, if the server wants that. Some take offence at what they have themselves given: OpenSSL's do that know clients by certificates and were not told in what context, and so may
// others that have been started again, or what stands before them. So if a session was offered, and the handshake fails, or begin does before an octet has come, that is done once more, by another connection and without one:
// nothing but what begin says has been said by then.
func (t *Transport) Seal(ctx context.Context, e transport.Endpoint, open func(context.Context) (transport.Conn, error), begin func(context.Context, transport.Conn) error) (transport.Conn, error) {
	c, offended, err := t.try(ctx, e, open, begin, true)
	if offended && ctx.Err() == nil {
		c, _, err = t.try(ctx, e, open, begin, false)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// try is Seal with one connection. It reports whether an error may be for the session that was offered.
func (t *Transport) try(ctx context.Context, e transport.Endpoint, open func(context.Context) (transport.Conn, error), begin func(context.Context, transport.Conn) error, resume bool) (c *conn, offended bool, err error) {
	raw, err := open(ctx)
	if err != nil {
		return nil, false, err
	}
	c = t.client(raw, e, resume)
	limited, cancel := context.WithTimeout(ctx, t.config.Limits.Time(limits.ConnectTimeout))
	defer cancel()
	if err = c.tls.HandshakeContext(limited); err != nil {
		raw.Close()
		c.session.forget()
		return nil, c.session.offered, c.explain(err)
	}
	c.shaken()
	if begin == nil {
		return c, false, nil
	}
	if err = begin(ctx, c); err != nil {
		c.Close()
		if offended = c.resumed() && !c.heard.Load(); offended {
			c.session.forget()
		}
		return nil, offended, err
	}
	return c, false, nil
}

// client is a connection to e over raw, whose hands are not shaken yet.
func (t *Transport) client(raw transport.Conn, e transport.Endpoint, resume bool) *conn {
	c := &conn{carrier: newCarrier(raw), peer: e.Address()}
	now := t.files.now()
	cfg := now.client.Clone()
	cfg.ServerName = cmp.Or(t.config.ServerName, e.Host, "localhost")
	c.session = &session{of: cfg.ClientSessionCache, at: cfg.ServerName + " " + e.Address(), resume: resume}
	cfg.ClientSessionCache = c.session
	cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		c.asked.Store(true)
		if now.own == nil {
			return new(tls.Certificate), nil // the peer decides whether it must have one
		}
		c.shown.Store(true)
		return now.own, nil
	}
	c.tls = tls.Client(c.carrier, cfg)
	return c
}

// A session is what a client remembers of the server at one endpoint: that of another port has none of its own.
type session struct {
	of      tls.ClientSessionCache
	at      string
	resume  bool // it may be told to the server
	offered bool // it was
}

// Get returns the session that is to be resumed.
func (s *session) Get(string) (*tls.ClientSessionState, bool) {
	if !s.resume {
		return nil, false
	}
	state, ok := s.of.Get(s.at)
	s.offered = s.offered || ok
	return state, ok
}

// Put keeps what the server gives.
func (s *session) Put(_ string, state *tls.ClientSessionState) { s.of.Put(s.at, state) }

func (s *session) forget() { s.of.Put(s.at, nil) }

// Listen takes connections at e.
func (t *Transport) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	if t.config.Certificate == "" {
		return nil, fmt.Errorf("endpoint %v: a server needs a certificate, and none is configured", e)
	}
	at := e
	at.Network = tcp.Name
	l, err := t.carrier.Listen(ctx, at)
	if err != nil {
		return nil, err
	}
	return &listener{l, t}, nil
}

type listener struct {
	transport.Listener
	of *Transport
}

func (l *listener) Endpoint() transport.Endpoint {
	e := l.Listener.Endpoint()
	e.Network = Name
	return e
}

func (l *listener) Accept() (transport.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.of.server(raw), nil
}

// Over returns raw, a connection that was accepted where other things than TLS are spoken too, as one that is sealed if its client begins with TLS, and as it is otherwise:
// that is found out when it is first read.
func (t *Transport) Over(raw transport.Conn) transport.Conn {
	c := t.server(raw)
	c.open = true
	return c
}

// server is a connection that has been accepted, which shakes hands when it is read.
func (t *Transport) server(raw transport.Conn) *conn {
	c := &conn{carrier: newCarrier(raw), peer: raw.RemoteAddr().String(), server: true, patience: t.config.Limits.Time(limits.ConnectTimeout)}
	c.tls = tls.Server(c.carrier, &tls.Config{
		MinVersion: tls.VersionTLS12, // the other decides
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return t.files.now().server, nil
		},
	})
	return c
}

// closing is how long a connection that is closed may take to say so: an empty buffer takes it at once.
const closing = 100 * time.Millisecond
