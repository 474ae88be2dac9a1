package orb

import (
	"slices"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// namedNetwork reports whether a network's endpoints are no addresses of IP: that of names of NetBIOS, of package transport/netbios, and that of SPX.
func namedNetwork(network string) bool { return network == "netbios" || network == "spx" }

// named returns the endpoints of NetBIOS and SPX at which the ORB listens, as references have them.
func (o *ORB) named() []string {
	var all []string
	for _, e := range o.Endpoints() {
		if !namedNetwork(e.Network) {
			continue
		}
		if p, ok := o.findTransport(e.Network).(interface {
			Published(transport.Endpoint) transport.Endpoint
		}); ok {
			e = p.Published(e)
		}
		all = append(all, e.String())
	}
	return all
}

// namedWays returns the endpoints of NetBIOS and SPX that a profile has, of those transports that the ORB has, if rules say nothing else of the host. Where TLS is offered there are none: what is
// not sealed is not tried in its place. What their names lead to is held against the rules when it is known.
func (rt *route) namedWays(p ior.IIOP) []transport.Endpoint {
	if _, sealed := p.TLS(); sealed && rt.orb.findTransport(sealedNetwork) != nil {
		return nil
	}
	at := transport.Endpoint{Network: "tcp", Host: p.Host, Port: p.Port}
	if to, err := rt.orb.connect.Way(at); p.Port != 0 && (err != nil || to.To != at) {
		return nil
	}
	var all []transport.Endpoint
	for _, n := range p.Named() {
		if e, err := transport.ParseEndpoint(n); err == nil && namedNetwork(e.Network) && rt.orb.findTransport(e.Network) != nil && !slices.Contains(all, e) {
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
