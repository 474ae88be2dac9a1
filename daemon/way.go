package daemon

import (
	"bytes"
	"cmp"
	"context"
	"net"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
	"github.com/opendsom/dsom/transport/ws"
)

// A way is what the references have in common by which clients are sent to one process, made when the first is sent there and kept until the process says
// that it takes calls elsewhere. It may be used by several goroutines.
type way struct {
	endpoints  []string
	networks   []string // of the endpoints
	version    cdr.Version
	components []ior.Component

	one   bool       // it is the same for all clients, and nothing but the process changes it …
	at    ior.Places // … and this is where they are sent
	ruled bool       // it may differ for any two clients, by the process's rules or the daemon's names
	woven atomic.Pointer[woven]
}

// A woven reference is the last one of a way.
type woven struct {
	from vantage
	key  []byte
	to   *ior.IOR
}

// A vantage is all that decides where clients find a process that listens everywhere and has no rules of its own. It is comparable; all clients of a way that is the same for
// all have the zero value.
type vantage struct {
	rules    *reach.Publish // of the daemon, if they name the same hosts to everybody
	loopback string         // by which the client came, if he is to stay there
}

// wayOf returns what was made for the process before, nil if nothing was.
func wayOf(live supervise.Live) *way {
	if live.Made == nil {
		return nil
	}
	w, _ := live.Made.Load().(*way)
	return w
}

func (l *locator) newWay(endpoints []string) *way {
	how := l.speech(endpoints)
	w := &way{endpoints: endpoints, networks: networksOf(endpoints), version: how.Version}
	if w.is11() {
		w.components = []ior.Component{ior.ORBTypeComponent(ior.ORBTypeDSOM), {Tag: ior.TagCodeSets, Data: how.CodeSets.Append(nil)}}
	}
	w.ruled = l.named != nil || slices.ContainsFunc(endpoints, isRule)
	if w.one = !w.ruled && isFixed(endpoints); w.one {
		w.at = w.places(context.Background(), l)
	}
	return w
}

func isRule(endpoint string) bool { return strings.HasPrefix(endpoint, admin.PublishedPrefix) }

// isFixed reports whether where a server that has no rules of its own takes calls is the same for all clients: it says each address.
func isFixed(endpoints []string) bool {
	for _, s := range endpoints {
		e, err := transport.ParseEndpoint(s)
		if err != nil || e.Network == unix.Name || e.Network == pipe.Name { // a socket's path says nothing of addresses
			continue
		}
		if ip := net.ParseIP(e.Host); e.Host == "" || ip != nil && ip.IsUnspecified() {
			return false
		}
	}
	return true
}

func (w *way) is11() bool { return w.version.AtLeast(cdr.V11) }

// reference returns the reference with a key by which the client of ctx is sent to the process. It has no profile if the process is nowhere. Nobody changes it.
func (w *way) reference(ctx context.Context, l *locator, key []byte) *ior.IOR {
	from, lasts := w.from(ctx, l)
	if last := w.woven.Load(); lasts && last != nil && last.from == from && bytes.Equal(last.key, key) {
		return last.to
	}
	at := w.at
	if !w.one {
		at = w.places(ctx, l)
	}
	to := w.weave(at, key)
	if lasts {
		w.woven.Store(&woven{from, key, to})
	}
	return to
}

// from returns what decides where the client of ctx is sent; false if that may be more than a vantage has.
func (w *way) from(ctx context.Context, l *locator) (v vantage, lasts bool) {
	if w.one || w.ruled {
		return v, w.one
	}
	if v.rules = l.orb.PublishedToAll(); v.rules == nil {
		return v, false
	}
	v.loopback, _ = l.id.loopback(orb.Peer(ctx))
	return v, true
}

// places returns where the client of ctx finds the process.
func (w *way) places(ctx context.Context, l *locator) (at ior.Places) {
	at.Plain = addressesOf(w.addresses(ctx, l, "tcp"))
	at.Sealed, at.Mutual = addressesOf(w.addresses(ctx, l, tls.Name)), slices.Contains(w.endpoints, admin.CertifiedClients)
	if w.is11() {
		w.addOthers(ctx, l, &at)
	}
	return at
}

// addOthers adds what IIOP 1.0 has no room for.
func (w *way) addOthers(ctx context.Context, l *locator, at *ior.Places) {
	if sockets := socketsOf(w.endpoints); len(sockets) > 0 { // the server is on this machine
		at.Host, _ = os.Hostname()
		at.Local = ior.LocalComponents(unix.Machine(), at.Host, sockets)
		at.Host = cmp.Or(at.Host, "localhost")
	}
	if names := l.named.components(w.endpoints); len(names) > 0 {
		at.Local, at.Host = append(at.Local, names...), cmp.Or(at.Host, "localhost")
	}
	if names := l.ipx.components(w.endpoints); len(names) > 0 {
		at.Local, at.Host = append(at.Local, names...), cmp.Or(at.Host, "localhost")
	}
	if names := w.web(ctx, l); len(names) > 0 {
		at.Local, at.Host = append(at.Local, ior.WebComponents(names)...), cmp.Or(at.Host, "localhost")
	}
}

// networksOf returns the networks of endpoints, each once.
func networksOf(endpoints []string) []string {
	var all []string
	for _, s := range endpoints {
		if e, err := transport.ParseEndpoint(s); err == nil && !slices.Contains(all, e.Network) {
			all = append(all, e.Network)
		}
	}
	return all
}

// addresses returns where the client of ctx reaches the process by a network. Of one that it does not listen on nothing is worked out.
func (w *way) addresses(ctx context.Context, l *locator, network string) []transport.Endpoint {
	if !slices.Contains(w.networks, network) {
		return nil
	}
	return l.addresses(ctx, network, w.endpoints)
}

// web returns where the client of ctx reaches the process by WebSocket.
func (w *way) web(ctx context.Context, l *locator) []string {
	var names []string
	for _, network := range []string{ws.Name, ws.Sealed} {
		for _, e := range w.addresses(ctx, l, network) {
			e.Network = network
			names = append(names, e.String())
		}
	}
	return names
}

func addressesOf(endpoints []transport.Endpoint) []ior.Address {
	var all []ior.Address
	for _, e := range endpoints {
		all = append(all, ior.Address{Host: e.Host, Port: e.Port})
	}
	return all
}

func (w *way) weave(at ior.Places, key []byte) *ior.IOR {
	to := new(ior.IOR)
	p := ior.IIOP{Version: w.version, Key: key, Components: w.components[:len(w.components):len(w.components)]}
	if len(at.Sealed)+len(at.Local) == 0 {
		for _, a := range at.Plain { // a profile each, which every version has
			p.Host, p.Port = a.Host, a.Port
			to.Profiles = append(to.Profiles, p.Profile())
		}
	} else if !at.None() {
		to.Profiles = at.Profiles(p)
	}
	return to
}
