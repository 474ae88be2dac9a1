package orb

import (
	"errors"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
)

// sealedNetwork is the network of endpoints that are TLS: that of package transport/tls.
const sealedNetwork = "tls"

// unwelcome returns why a request is not taken because of what its connection is: see the other.
func (r *ServerRequest) unwelcome() error {
	if s, ok := r.from.(*serverConn); ok {
		return s.unwelcome(r.work.Conn())
	}
	return nil // a call within the process
}

// unwelcome returns why requests that come over s, which is c, are not taken: the transport would seal and has not, since the peer spoke plain
// GIOP, or this ORB takes nothing else, or it takes requests of those alone of whom the transport has made sure.
func (s *serverConn) unwelcome(c *conn.Conn) error {
	if s.welcome.Load() {
		return nil
	}
	switch k := c.Identity(); {
	case k.Plain:
		return exc.New(exc.NoPermission, exc.MinorNotSealed, exc.No, "requests at %v are taken over TLS alone", c.LocalAddr())
	case s.orb.requireTLS && !k.Sealed:
		return exc.New(exc.NoPermission, exc.MinorNotSealed, exc.No, "requests are taken over TLS alone, and this one came without")
	case s.orb.requireIdentity && k.Name() == "":
		e := exc.New(exc.NoPermission, exc.MinorNotIdentified, exc.No, "requests are taken of identified callers alone, and %v is none: it has shown no certificate by TLS, and does not call over a socket of this machine", c.RemoteAddr())
		e.Public = true
		return e
	}
	s.welcome.Store(true)
	return nil
}

// errNotSealed says why a way is not gone.
var errNotSealed = errors.New("it is not sealed, and Config.CallTLSOnly wants that")

// sealedHere reports whether calls by a way are sealed, as far as the network tells.
func (h hop) sealedHere() bool {
	return h.endpoint.Network != "tcp" && !namedNetwork(h.endpoint.Network) && h.endpoint.Network != webNetwork
}

// findTransport returns the transport of a network, nil if there is none.
func (o *ORB) findTransport(network string) transport.Transport {
	for _, t := range o.transports {
		if t.Name() == network {
			return t
		}
	}
	return nil
}
