package orb

import (
	"errors"
	"slices"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/transport"
)

// sealedNetwork is the network of endpoints that are TLS: that of package transport/tls.
const sealedNetwork = "tls"

// unsealed returns why a request is not taken whose connection is not sealed: see the other.
func (r *ServerRequest) unsealed() error {
	if s, ok := r.from.(*serverConn); ok {
		return s.unsealed(r.work.Conn())
	}
	return nil // a call within the process
}

// unsealed returns why requests that come over s, which is c, are not taken: the transport would seal and has not, since the peer spoke plain
// GIOP, or this ORB takes nothing else.
func (s *serverConn) unsealed(c *conn.Conn) error {
	if s.sealed.Load() {
		return nil
	}
	switch k := c.Identity(); {
	case k.Sealed:
		s.sealed.Store(true)
	case k.Plain:
		return exc.New(exc.NoPermission, exc.MinorNotSealed, exc.No, "requests at %v are taken over TLS alone", c.LocalAddr())
	case s.orb.requireTLS:
		return exc.New(exc.NoPermission, exc.MinorNotSealed, exc.No, "requests are taken over TLS alone, and this one came without")
	default:
		s.sealed.Store(true) // as far as it matters
	}
	return nil
}

// errNotSealed says why a way is not gone.
var errNotSealed = errors.New("it is not sealed, and Config.RequireTLS wants that")

// sealedHere reports whether calls by a way are sealed, as far as the network tells.
func (h hop) sealedHere() bool { return h.endpoint.Network != "tcp" }

// findTransport returns the transport of a network, nil if there is none.
func (o *ORB) findTransport(network string) transport.Transport {
	for _, t := range o.transports {
		if t.Name() == network {
			return t
		}
	}
	return nil
}

// places is where references lead.
type places struct {
	plain  []ior.Address // of IIOP alone
	sealed []ior.Address // of IIOP over TLS
	mutual bool          // there clients must show certificates
}

func (x places) none() bool { return len(x.plain)+len(x.sealed) == 0 }

// profiles returns the profiles of p's object at x: a host that takes TLS beside plain IIOP has a profile with both, one that takes TLS alone one with
// port 0. Everything else of p stays.
func (x places) profiles(p ior.IIOP) []ior.Profile {
	if _, is := p.Find(ior.TagSSLSecTrans); is {
		p = p.Without(ior.TagSSLSecTrans)
	}
	if len(x.sealed) == 0 {
		return p.At(x.plain)
	}
	groups := [][]ior.Address{x.plain}
	if p.Version.Minor < 2 { // which has a profile for each
		groups = nil
		for i := range x.plain {
			groups = append(groups, x.plain[i:i+1])
		}
	}
	rest := slices.Clone(x.sealed)
	var all []ior.Profile
	for _, g := range groups {
		if len(g) == 0 {
			continue
		}
		q := p
		if i := slices.IndexFunc(rest, func(a ior.Address) bool { return a.Host == g[0].Host }); i >= 0 {
			q.Components = append(slices.Clip(p.Components), x.ssl(rest[i].Port, false).Component())
			rest = slices.Delete(rest, i, i+1)
		}
		all = append(all, q.At(g)...)
	}
	for _, a := range rest {
		q := p.Without(ior.TagAlternateIIOPAddress)
		q.Host, q.Port = a.Host, 0
		q.Components = append(q.Components, x.ssl(a.Port, true).Component())
		all = append(all, q.Profile())
	}
	return all
}

// ssl says what TLS at a port gives, and whether there is no other way.
func (x places) ssl(port uint16, alone bool) ior.SSL {
	s := ior.SSL{Supports: ior.Sealed | ior.EstablishTrustInTarget, Requires: ior.NoProtection, Port: port}
	if alone {
		s.Requires = ior.Integrity | ior.Confidentiality
	} else {
		s.Supports |= ior.NoProtection
	}
	if x.mutual {
		s.Supports |= ior.EstablishTrustInClient
		if alone {
			s.Requires |= ior.EstablishTrustInClient
		}
	}
	return s
}
