package orb

import (
	"os"
	"slices"
	"strings"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// localNetworks are those of endpoints that only programs of the machine reach: of packages transport/unix and transport/pipe.
var localNetworks = []string{"unix", "pipe"}

func localNetwork(network string) bool { return slices.Contains(localNetworks, network) }

// machine returns what tells this machine from others, if the ORB has a transport by its sockets.
func (o *ORB) machine() (id [16]byte, ok bool) {
	for _, network := range localNetworks {
		if m, ok := o.findTransport(network).(interface{ Machine() [16]byte }); ok {
			return m.Machine(), true
		}
	}
	return id, false
}

// hostName returns this machine's name, by which omniORB tells it from others; "" if it has none.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// localComponents returns what references say of the sockets at which the ORB listens, for ORBs of this project, and of omniORB; of the names of NetBIOS, and of SPX.
func (o *ORB) localComponents() []ior.Component {
	named := ior.NamedComponents(o.named())
	id, ok := o.machine()
	if !ok {
		return named
	}
	var names []string
	for _, e := range o.Endpoints() {
		if localNetwork(e.Network) {
			names = append(names, e.String())
		}
	}
	return append(ior.LocalComponents(id, hostName(), names), named...)
}

// addLocal adds the ways by sockets of this machine that p names, before all others: unless rules say otherwise of the host.
func (rt *route) addLocal(p ior.IIOP, h way) {
	o := rt.orb
	id, ok := o.machine()
	if !ok {
		return
	}
	sockets := p.Sockets(id, hostName())
	if len(sockets) == 0 {
		return
	}
	at := transport.Endpoint{Network: "tcp", Host: p.Host, Port: p.Port}
	if to, err := o.connect.Way(at); err != nil || to.To != at {
		return
	}
	for _, s := range sockets {
		network, name, _ := strings.Cut(s, ":")
		h.endpoint = transport.Endpoint{Network: network, Host: name}
		if o.findTransport(network) == nil {
			continue
		}
		if len(rt.ways) < o.limits.Int(limits.Profiles) && !slices.ContainsFunc(rt.ways, func(w way) bool { return w.endpoint == h.endpoint && string(w.key) == string(h.key) }) {
			rt.ways = append(rt.ways, h)
		}
	}
}
