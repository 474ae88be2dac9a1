// Package oneport takes several protocols at one port, and tells them apart by the first octets of each connection: plain IIOP, TLS, and WebSocket, plain and within TLS.
// It stands around another transport: that of TCP, or of TLS for WebSockets within that. Whoever speaks none of them is read as he speaks, as at a port of plain IIOP.
package oneport

import (
	"context"

	"github.com/opendsom/dsom/transport"
)

// A Layer is a protocol that may be spoken over connections that were accepted: TLS (package tls), or WebSocket (package ws).
type Layer interface {
	// Name is its network in endpoints.
	Name() string
	// Over returns a connection that finds out, when it is first read, whether its client speaks the protocol, and that is read as it is otherwise.
	Over(transport.Conn) transport.Conn
}

// A Config says what is spoken besides plain IIOP. The zero value is nothing.
type Config struct {
	TLS Layer // nil: no TLS
	Web Layer // nil: no WebSockets. With TLS they are taken within it, too, as the network wss
}

// New returns t, whose listeners take what c says. Its Dial is t's.
func New(t transport.Transport, c Config) transport.Transport { return &ported{t, c} }

type ported struct {
	transport.Transport
	config Config
}

// MutualTLS reports whether clients must show a certificate, where t is TLS itself.
func (p *ported) MutualTLS() bool {
	m, ok := p.Transport.(interface{ MutualTLS() bool })
	return ok && m.MutualTLS()
}

func (p *ported) Listen(ctx context.Context, e transport.Endpoint) (transport.Listener, error) {
	l, err := p.Transport.Listen(ctx, e)
	if err != nil {
		return nil, err
	}
	return &listener{l, p.config}, nil
}

type listener struct {
	transport.Listener
	config Config
}

func (l *listener) Accept() (transport.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return over(c, l.config), nil
}

// over returns c as one over which what config says may be spoken.
func over(c transport.Conn, config Config) transport.Conn {
	for _, layer := range []Layer{config.TLS, config.Web} { // WebSocket last, so that it is within TLS
		if layer != nil {
			c = layer.Over(c)
		}
	}
	return c
}

// Also returns the endpoints of other networks at which the listener takes calls: the same port, by what else is spoken there.
func (l *listener) Also() []transport.Endpoint {
	e := l.Endpoint()
	sealed := e.Network == "tls"
	var all []transport.Endpoint
	add := func(network string) {
		e.Network = network
		all = append(all, e)
	}
	if l.config.TLS != nil {
		add(l.config.TLS.Name())
	}
	if l.config.Web != nil {
		if !sealed {
			add(l.config.Web.Name())
		}
		if sealed || l.config.TLS != nil {
			add(l.config.Web.Name() + "s")
		}
	}
	return all
}
