package orb

import (
	"os"
	"slices"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// localNetwork is the network of endpoints that are sockets of the machine: that of package transport/unix.
const localNetwork = "unix"

// machine returns what tells this machine from others, if the ORB has the transport by its sockets.
func (o *ORB) machine() (id [16]byte, ok bool) {
	m, ok := o.findTransport(localNetwork).(interface{ Machine() [16]byte })
	if !ok {
		return id, false
	}
	return m.Machine(), true
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
		if e.Network == localNetwork {
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
	paths := p.Sockets(id, hostName())
	if len(paths) == 0 {
		return
	}
	at := transport.Endpoint{Network: "tcp", Host: p.Host, Port: p.Port}
	if to, err := o.connect.Way(at); err != nil || to.To != at {
		return
	}
	for _, path := range paths {
		h.endpoint = transport.Endpoint{Network: localNetwork, Host: path}
		if len(rt.ways) < o.limits.Int(limits.Profiles) && !slices.ContainsFunc(rt.ways, func(w way) bool { return w.endpoint == h.endpoint && string(w.key) == string(h.key) }) {
			rt.ways = append(rt.ways, h)
		}
	}
}
