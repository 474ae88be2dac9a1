package orb

import (
	"slices"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
)

// The networks of endpoints that are WebSockets: those of package transport/ws.
const (
	webNetwork       = "ws"
	sealedWebNetwork = "wss"
)

// webEndpoints returns the endpoints of WebSocket that references can name: none that is not sealed, if nothing else is taken.
func (o *ORB) webEndpoints() []transport.Endpoint {
	var all []transport.Endpoint
	for _, e := range o.Endpoints() {
		if e.Network == sealedWebNetwork || e.Network == webNetwork && !o.requireTLS {
			all = append(all, e)
		}
	}
	return all
}

// webComponents returns what references say of WebSockets in the views of a client. Hosts are those of the rules; ports too, if these are of WebSockets alone.
func (p *publishing) webComponents(v views, rules *reach.Publish) ([]ior.Component, error) {
	var names []string
	for _, at := range p.web {
		all, err := rules.Addresses(v.forOwn, []transport.Endpoint{at}, reach.System())
		if err != nil {
			return nil, err
		}
		for _, e := range all {
			e.Network, e.Path = at.Network, at.Path
			if n := e.String(); !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
	}
	return ior.WebComponents(names), nil
}

// webWays returns the endpoints of WebSocket that a profile has, for which the ORB has the transport. Where TLS is offered and there is a transport for that, those that are
// not sealed are left out: they are not tried in its place.
func (rt *route) webWays(p ior.IIOP) []transport.Endpoint {
	o := rt.orb
	_, offered := p.TLS()
	offered = offered && o.findTransport(sealedNetwork) != nil
	var all []transport.Endpoint
	for _, n := range p.Web() {
		e, err := transport.ParseEndpoint(n)
		if err != nil || o.findTransport(e.Network) == nil || offered && e.Network != sealedWebNetwork {
			continue
		}
		all = append(all, e)
	}
	return all
}

// addWeb adds the ways by WebSocket, behind those by addresses: whom a rule leads elsewhere, to where a WebSocket is asked for there.
func (rt *route) addWeb(web []transport.Endpoint, h way) error {
	o := rt.orb
	for _, e := range web {
		if most := o.limits.Int(limits.HostName); len(e.Host) > most {
			return o.limits.Exceeded(limits.HostName, int64(len(e.Host)))
		}
		if len(rt.ways) >= o.limits.Int(limits.Profiles) {
			break
		}
		to, err := o.connect.Way(e)
		if err != nil {
			rt.refused = append(rt.refused, err)
			continue
		}
		h.endpoint, h.rule, h.open = to.To, to.Rule, to.Open
		rt.ways = append(rt.ways, h)
	}
	return nil
}
