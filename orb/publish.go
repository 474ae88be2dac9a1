package orb

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
)

// publishing is what the references of an ORB name, by who gets them. It is worked out when the
// ORB has begun to listen, and again when it is told of other daemons; what rules ask of the machine is asked then.
type publishing struct {
	rules, ofDaemon *reach.Publish       // ofDaemon is nil where there is none
	daemonTLS       *reach.Publish       // where the daemon takes TLS; nil: nowhere
	daemonMutual    bool                 // there clients must show certificates
	daemonSealed    bool                 // nothing that is not sealed is to be named of the daemon
	listeners       []transport.Endpoint // of plain IIOP, if references may name those
	sealed          []transport.Endpoint // of TLS
	mutual          bool                 // there clients must show certificates
	local           []ior.Component      // of sockets of this machine, of names of NetBIOS, and of SPX
	web             []transport.Endpoint // of WebSocket
	daemonNamed     []string             // endpoints of NetBIOS, SPX and WebSocket of the daemon
	daemonLocal     []ior.Component      // of its sockets of this machine
	back            []transport.Endpoint // without a listener, but with an offer to be called back: where nobody can connect to
	varies          bool                 // clients get different references
	standard        *names               // for whom no other rule holds, and while nobody is known

	mu    sync.Mutex
	all   map[views]*names
	known map[transport.Endpoint]whose // what some references name
}

// names is what references name for some clients.
type names struct {
	views
	own, daemon ior.Places
	err         error // why there is no own address
	daemonErr   error // why there is none of the daemon
	isDaemon    bool  // this ORB is one of the daemon's addresses: what it has others have too, unless it is transient
}

type views struct{ forOwn, forDaemon, forDaemonTLS reach.View }

// whose says who is reached at an address.
type whose uint8

const (
	someone whose = iota
	thisORB
	theDaemon
)

// publish works out what references name.
func (o *ORB) publish(rules, ofDaemon string, sealed DaemonTLS) (err error) {
	p := &publishing{all: map[views]*names{}, known: map[transport.Endpoint]whose{}}
	if was := o.publishing.Load(); was != nil { // what was named once leads here still
		was.mu.Lock()
		maps.Copy(p.known, was.known)
		was.mu.Unlock()
		for len(p.known) > mostKnown {
			for at := range p.known {
				delete(p.known, at)
				break
			}
		}
	}
	if p.rules, err = reach.ParsePublish(rules); err != nil {
		return badRule("Config.Publish", err)
	}
	if ofDaemon != "" {
		if p.ofDaemon, err = complete(ofDaemon); err != nil {
			return badRule("Config.Daemon", err)
		}
		if err = p.sealDaemon(sealed, o.requireTLS); err != nil {
			return badRule("Config.DaemonTLS", err)
		}
	}
	p.daemonNamed, p.daemonLocal = o.daemonEndpoints()
	p.listeners, p.sealed = o.published()
	p.local = o.localComponents()
	p.web = o.webEndpoints()
	if len(p.local)+len(p.web) > 0 && o.maxVersion.Minor == 0 && len(p.listeners) == 0 {
		return badRule("Config.Listen", errors.New("references of IIOP 1.0 cannot name a socket of the machine, or an endpoint of WebSocket, NetBIOS or SPX: listen by TCP as well, or let MaxVersion be 1.1 or more"))
	}
	if m, ok := o.findTransport(sealedNetwork).(interface{ MutualTLS() bool }); ok {
		p.mutual = m.MutualTLS()
	}
	if len(p.sealed) > 0 && o.maxVersion.Minor == 0 {
		return badRule("Config.Listen", errors.New("references of IIOP 1.0 cannot name an endpoint of TLS: MaxVersion must be 1.1 or more"))
	}
	if o.bidir.Offer && o.maxVersion.Minor >= 2 {
		p.back = []transport.Endpoint{{Network: "tcp", Host: o.fakeHost(), Port: fakePort}}
	}
	if o.maxVersion.Minor == 0 { // whose references have no room for it
		p.daemonTLS = nil
	}
	p.varies = p.rules.Varies() || p.ofDaemon.Varies() || p.daemonTLS.Varies()
	for _, v := range p.ofDaemon.Views() {
		p.names(views{forDaemon: v})
	}
	for _, v := range p.daemonTLS.Views() {
		p.names(views{forDaemonTLS: v})
	}
	for _, v := range p.rules.Views() {
		n := p.names(views{forOwn: v})
		if n.err != nil && len(p.listeners)+len(p.sealed)+len(p.web) > 0 && !p.rules.Empty() {
			return badRule("Config.Publish", n.err)
		}
	}
	p.standard = p.names(views{})
	o.publishing.Store(p)
	return nil
}

// mostKnown bounds the addresses that are remembered because references have named them before.
const mostKnown = 1024

// SetDaemon changes what persistent references name from now on, as Config.Daemon and Config.DaemonTLS do when the ORB is made: for a
// daemon that has others beside it, which answer for its objects too. References that were given out stay as they are. Calls under way are not held up.
func (o *ORB) SetDaemon(rules string, sealed DaemonTLS) error {
	o.setDaemon.Lock()
	defer o.setDaemon.Unlock()
	return o.publish(o.publishing.Load().rules.String(), rules, sealed)
}

// now returns what references name to the peer by the present rules.
func (x references) now() *names {
	p := x.orb.publishing.Load()
	if x.views == (views{}) || !p.rules.Has(x.views.forOwn) || !p.ofDaemon.Has(x.views.forDaemon) || !p.daemonTLS.Has(x.views.forDaemonTLS) {
		return p.standard
	}
	return p.names(x.views)
}

func badRule(where string, err error) error {
	return exc.New(exc.BadParam, exc.MinorBadAddress, exc.No, "%s: %w", where, err)
}

var errNoListener = exc.New(exc.InvPolicy, exc.MinorNoListener, exc.No,
	"an object is to be made, but the ORB listens nowhere: set Config.Listen, to tcp::0 for instance")

// published returns the endpoints that references can name: those of TCP, if there are any, and of TLS, which are all if nothing else is taken.
func (o *ORB) published() (plain, sealed []transport.Endpoint) {
	var others []transport.Endpoint
	for _, e := range o.Endpoints() {
		switch {
		case e.Network == sealedNetwork:
			sealed = append(sealed, e)
		case localNetwork(e.Network), namedNetwork(e.Network), e.Network == webNetwork, e.Network == sealedWebNetwork:
		case o.requireTLS && e.Network == "tcp":
		case e.Network == "tcp":
			plain = append(plain, e)
		default:
			others = append(others, e)
		}
	}
	if len(plain)+len(sealed) == 0 {
		return others, nil
	}
	return plain, sealed
}

// names returns what is named in the views of a client.
func (p *publishing) names(v views) *names {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := p.all[v]; n != nil {
		return n
	}
	n := &names{views: v}
	p.all[v] = n // bounded: rules times addresses of this machine
	if p.ofDaemon != nil {
		n.daemon, n.daemonErr = p.daemonPlaces(v)
	}
	n.own.Mutual, n.own.Local, n.own.Host = p.mutual, p.local, cmp.Or(hostName(), "localhost")
	if len(p.listeners)+len(p.sealed) == 0 {
		web, err := p.webComponents(v, p.rules)
		n.own.Local = append(slices.Clip(n.own.Local), web...)
		switch {
		case err != nil:
			n.err = exc.New(exc.InvPolicy, exc.MinorNoListener, exc.No, "there is no address that references could name: %w", err)
		case len(n.own.Local) > 0:
		case p.back != nil:
			n.own.Plain = p.note("tcp", p.back, thisORB)
		default:
			n.err = errNoListener
		}
		return n
	}
	rules := p.rules
	for _, x := range []struct {
		network string
		at      []transport.Endpoint
		to      *[]ior.Address
	}{{"tcp", p.listeners, &n.own.Plain}, {sealedNetwork, p.sealed, &n.own.Sealed}} {
		if len(x.at) == 0 {
			continue
		}
		all, err := rules.Addresses(v.forOwn, x.at, reach.System())
		if err != nil {
			n.err = exc.New(exc.InvPolicy, exc.MinorNoListener, exc.No, "there is no address that references could name: %w", err)
			return n
		}
		*x.to = p.note(x.network, all, thisORB)
		rules = rules.Hosts() // ports in rules are of the first kind that there is
	}
	web, err := p.webComponents(v, rules)
	if err != nil {
		n.err = exc.New(exc.InvPolicy, exc.MinorNoListener, exc.No, "there is no address that references could name: %w", err)
		return n
	}
	n.own.Local = append(slices.Clip(n.own.Local), web...)
	n.isDaemon = len(n.own.Plain) > 0 && slices.Contains(n.daemon.Plain, n.own.Plain[0]) || len(n.own.Sealed) > 0 && slices.Contains(n.daemon.Sealed, n.own.Sealed[0])
	return n
}

// note remembers whose addresses are, and returns them as references have them. The lock is held.
func (p *publishing) note(network string, all []transport.Endpoint, w whose) []ior.Address {
	list := make([]ior.Address, len(all))
	for i, e := range all {
		list[i] = ior.Address{Scheme: "iiop", Host: e.Host, Port: e.Port}
		if at := place(network, e.Host, e.Port); p.known[at] != thisORB { // which is sure of itself
			p.known[at] = w
		}
	}
	return list
}

// place is an address as a key.
func place(network, host string, port uint16) transport.Endpoint {
	return transport.Endpoint{Network: network, Host: strings.ToLower(host), Port: port}
}

// whose says who is reached at the address of a profile.
func (p *publishing) whose(b ior.IIOP) whose {
	at := place("tcp", b.Host, b.Port)
	if s, ok := b.TLS(); ok && b.Port == 0 {
		at = place(sealedNetwork, b.Host, s.Port)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known[at]
}

// referencesFor returns how the peer of a connection is to see references.
func (o *ORB) referencesFor(c net.Conn) references {
	p := o.publishing.Load()
	if !p.varies {
		return references{orb: o}
	}
	client := reach.Client{Peer: addressOf(c.RemoteAddr()), Local: addressOf(c.LocalAddr())}
	return references{orb: o, views: views{p.rules.View(client), p.ofDaemon.View(client), p.daemonTLS.View(client)}}
}

func addressOf(a net.Addr) netip.Addr {
	if a == nil {
		return netip.Addr{}
	}
	at, err := netip.ParseAddrPort(a.String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

// Published returns what references of this ORB name, as rules that say everything: their ports are those of TCP, or of TLS where references name no others.
func (o *ORB) Published() (*reach.Publish, error) {
	p := o.publishing.Load()
	switch {
	case len(p.listeners) > 0:
		return p.rules.Fixed(p.listeners, reach.System())
	case len(p.sealed) > 0:
		return p.rules.Fixed(p.sealed, reach.System())
	}
	return nil, errNoListener
}

// PublishedTLS returns where references lead to this ORB by TLS, as rules that say everything; nil: it takes no calls by that.
func (o *ORB) PublishedTLS() (*reach.Publish, error) {
	p := o.publishing.Load()
	switch {
	case len(p.sealed) == 0:
		return nil, nil
	case len(p.listeners) > 0:
		return p.rules.Hosts().Fixed(p.sealed, reach.System())
	}
	return p.rules.Fixed(p.sealed, reach.System())
}

// MutualTLS reports whether this ORB takes calls by TLS from those alone who show a certificate.
func (o *ORB) MutualTLS() bool {
	p := o.publishing.Load()
	return len(p.sealed) > 0 && p.mutual
}

// RequiresTLS reports whether requests are taken over sealed connections alone.
func (o *ORB) RequiresTLS() bool { return o.requireTLS }

// PublishedFor returns what is named to the client whose request a handler's ctx belongs to, for
// what listens at at on this machine by this ORB's rules: for servers beside this one. Ports are those of at.
func (o *ORB) PublishedFor(ctx context.Context, at []transport.Endpoint) ([]transport.Endpoint, error) {
	v, _ := ctx.Value(viewKey{}).(reach.View)
	return o.publishing.Load().rules.Hosts().Addresses(v, at, reach.System())
}

// PublishedToAll returns the rules by which [ORB.PublishedFor] answers, if it answers everybody the same as long as these are the rules; else nil.
func (o *ORB) PublishedToAll() *reach.Publish {
	if rules := o.publishing.Load().rules; rules.Constant() {
		return rules
	}
	return nil
}

// Reference returns the reference of an object of interface i with a key. A persistent one
// names the daemon, if there is one; so does any other that is not transient, if this ORB is one of that daemon's addresses.
func (o *ORB) Reference(i *Interface, key []byte, persistent bool) (*Ref, error) {
	n := o.publishing.Load().standard
	at := n.own
	if persistent && n.daemonErr != nil {
		return nil, exc.OfCall(n.daemonErr)
	}
	if !n.daemon.None() && (persistent || n.isDaemon && !transient(key)) {
		at = n.daemon
	} else if n.err != nil {
		return nil, exc.OfCall(n.err)
	}
	p := ior.IIOP{Version: o.maxVersion, Key: key}
	if o.maxVersion.Minor >= 1 {
		p.Components = []ior.Component{ior.ORBTypeComponent(ior.ORBTypeDSOM), {Tag: ior.TagCodeSets, Data: o.offers.Append(nil)}}
	}
	more, err := o.establish(i, key, persistent)
	if err != nil {
		return nil, exc.OfCall(err)
	}
	p.Components = more.components(p.Components)
	return &Ref{orb: o, ior: &ior.IOR{TypeID: i.ID, Profiles: more.profiles(at.Profiles(p))}}, nil
}

// transient reports whether a key is that of an object which ends with its ORB.
func transient(key []byte) bool {
	k, ours := ior.ParseKey(key)
	return ours && k.Incarnation != 0
}

// seen returns a reference as the peer is to see it: one of this ORB, or of its daemon, names
// what is published to that peer, and every other is what it was. Profiles that tell one address each become one; what
// another profile says beyond that is kept.
func (x references) seen(i *ior.IOR) *ior.IOR {
	if !x.orb.publishing.Load().varies || i.IsNil() {
		return i
	}
	to := x.now()
	out := make([]ior.Profile, 0, len(i.Profiles))
	var written []ior.Profile // those that have been named anew, as they are at no address
	for _, raw := range i.Profiles {
		at, p := x.moved(raw, to)
		if at.None() {
			out = append(out, raw)
			continue
		}
		nowhere := ior.Places{Plain: []ior.Address{{}}}.Profiles(p)[0]
		if !slices.ContainsFunc(written, nowhere.Equal) {
			out = append(out, at.Profiles(p)...)
			written = append(written, nowhere)
		}
	}
	r := &ior.IOR{TypeID: i.TypeID, Profiles: out}
	if r.Equal(i) {
		return i
	}
	return r
}

// moved returns the addresses that a profile is to name instead of its own; none for one that stays.
func (x references) moved(raw ior.Profile, to *names) (ior.Places, ior.IIOP) {
	if raw.Tag != ior.TagInternetIOP {
		return ior.Places{}, ior.IIOP{}
	}
	p, err := raw.IIOP()
	if err != nil {
		return ior.Places{}, p
	}
	if k, ours := ior.ParseKey(p.Key); ours && k.Server == x.orb.serverID {
		if k.Incarnation == 0 && !to.daemon.None() {
			return to.daemon, p
		}
		return to.own, p
	}
	switch x.orb.publishing.Load().whose(p) {
	case thisORB:
		if to.isDaemon {
			return to.daemon, p
		}
		return to.own, p
	case theDaemon:
		return to.daemon, p
	}
	return ior.Places{}, p
}
