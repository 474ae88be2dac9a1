package orb

import (
	"slices"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// namedNetwork is the network of endpoints that are names of NetBIOS: that of package transport/netbios.
const namedNetwork = "netbios"

// named returns the endpoints of NetBIOS at which the ORB listens, as references have them.
func (o *ORB) named() []string {
	t := o.findTransport(namedNetwork)
	var all []string
	for _, e := range o.Endpoints() {
		if e.Network != namedNetwork {
			continue
		}
		if p, ok := t.(interface {
			Published(transport.Endpoint) transport.Endpoint
		}); ok {
			e = p.Published(e)
		}
		all = append(all, e.String())
	}
	return all
}

// namedWays returns the endpoints of NetBIOS that a profile has, if the ORB has the transport and rules say nothing else of the host. Where TLS is offered there are none: what is
// not sealed is not tried in its place. What their names lead to is held against the rules when it is known.
func (rt *route) namedWays(p ior.IIOP) []transport.Endpoint {
	if rt.orb.findTransport(namedNetwork) == nil {
		return nil
	}
	if _, sealed := p.TLS(); sealed && rt.orb.findTransport(sealedNetwork) != nil {
		return nil
	}
	at := transport.Endpoint{Network: "tcp", Host: p.Host, Port: p.Port}
	if to, err := rt.orb.connect.Way(at); p.Port != 0 && (err != nil || to.To != at) {
		return nil
	}
	var all []transport.Endpoint
	for _, n := range p.Named() {
		if e, err := transport.ParseEndpoint(n); err == nil && !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	return all
}

// addNamed adds the ways by names, behind all others.
func (rt *route) addNamed(named []transport.Endpoint, h way) {
	for _, e := range named {
		if len(rt.ways) >= rt.orb.limits.Int(limits.Profiles) {
			return
		}
		h.endpoint, h.rule, h.open = e, "", true
		rt.ways = append(rt.ways, h)
	}
}
