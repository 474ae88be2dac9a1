// Package probe tries the addresses that an object reference names, each by itself, and says in
// words what is wrong with those at which the object is not reached: dsom ior --probe.
//
// An address is resolved, connected to, and asked for the object by a LocateRequest and by the
// operation _non_existent (CORBA 3.3 part 2, clause 9.4.5; part 1, clause 8.3.5.1). Both are
// without effect on the object, but a daemon may start its server for them. An address of plain
// IIOP is then asked by UDP, too, where the object is, for which nothing is started.
package probe

import (
	"context"
	"net/netip"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/netbios"
	"github.com/opendsom/dsom/transport/spx"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
	"github.com/opendsom/dsom/transport/ws"
)

// The bounds of a probe.
const (
	DefaultTimeout = 5 * time.Second // for each address
	maxForwards    = 8               // followed, one after the other
	maxAddresses   = 64              // tried in all, those of forwards included, at once if need be
	maxMessage     = 64 << 10        // octets of an answer that are read
)

// An Outcome is what came of an address. Its text is stable.
type Outcome string

// The outcomes.
const (
	Reachable  Outcome = "reachable"        // the object is there
	NotExist   Outcome = "object-not-exist" // a server is there, the object is not
	Raised     Outcome = "exception"        // the server answered with another exception
	Forwarded  Outcome = "forwarded"        // the server named another place: see Finding.Forward
	Unresolved Outcome = "unresolved"       // the name does not resolve
	Refused    Outcome = "refused"          // nobody listens there
	TimedOut   Outcome = "timeout"          // no connection in time
	NoRoute    Outcome = "no-route"         // the network does not lead there
	NotGIOP    Outcome = "not-giop"         // something else answered
	Silent     Outcome = "silent"           // connected, and not answered in time
	Closed     Outcome = "closed"           // connected, and closed without an answer
	NoWeb      Outcome = "no-websocket"     // a server of HTTP, or a proxy, does not give what was asked for
	OldVersion Outcome = "version"          // the server speaks an older GIOP than the reference says
	NeedsTLS   Outcome = "tls-only"         // the reference names no port for plain IIOP, and none for TLS that could be tried

	TLSExpired     Outcome = "tls-expired"             // the server's certificate is not good any more
	TLSEarly       Outcome = "tls-not-yet-valid"       // the server's certificate is not good yet
	TLSName        Outcome = "tls-wrong-name"          // the server's certificate is for another host
	TLSUnknown     Outcome = "tls-unknown-authority"   // nobody whom we trust has signed the server's certificate
	TLSCertificate Outcome = "tls-bad-certificate"     // it is wrong in another way
	NotTLS         Outcome = "not-tls"                 // something else answers where the reference says TLS
	TLSWanted      Outcome = "tls-client-certificate"  // the server wants a certificate of us, and we have none
	TLSRefused     Outcome = "tls-certificate-refused" // the server does not take our certificate
	TLSVersion     Outcome = "tls-version"             // the server speaks other versions of TLS
	TLSFailed      Outcome = "tls-failed"              // anything else of TLS; see Detail

	Forbidden   Outcome = "forbidden"   // a rule here forbids to connect
	BadAddress  Outcome = "bad-address" // nobody can connect to that
	BadProfile  Outcome = "bad-profile" // the profile cannot be read
	Unsupported Outcome = "unsupported" // the profile is of a kind that is not tried
	Failed      Outcome = "failed"      // anything else; see Detail
)

// A Finding is what came of one address. Its JSON is stable.
type Finding struct {
	Profile  int      `json:"profile"`            // the profile that names it, from 0
	Address  string   `json:"address,omitempty"`  // as the reference names it, host:port
	Version  string   `json:"version,omitempty"`  // of IIOP, as the reference says
	Resolved []string `json:"resolved,omitempty"` // what the host's name means here
	Tried    string   `json:"tried,omitempty"`    // where a rule led instead
	Peer     string   `json:"peer,omitempty"`     // who was connected to last
	TLS      bool     `json:"tls,omitempty"`      // it is an address of TLS
	Sealed   string   `json:"sealed,omitempty"`   // by which version and cipher, and whose certificate
	Outcome  Outcome  `json:"outcome"`
	Detail   string   `json:"detail,omitempty"` // in the words of the system, or the peer
	Problem  string   `json:"problem,omitempty"`
	Advice   string   `json:"advice,omitempty"`
	Millis   int64    `json:"ms"`
	Forward  *Report  `json:"forward,omitempty"`
	UDP      *Echo    `json:"udp,omitempty"`  // what came back by UDP; nil: it was not asked so
	Turn     int      `json:"turn,omitempty"` // which of the reference's it is for calls, from 1; 0: no call goes there, or it is the only one

	host  string // that was published
	port  uint16
	addrs []netip.Addr // what it means here
	seen  string       // what answered that is no GIOP
	rule  string

	socket, named, spx, web bool
}

// A Report is what came of a reference. Its JSON is stable.
type Report struct {
	Reachable bool      `json:"reachable"`
	Addresses []Finding `json:"addresses"`
}

// A Prober probes references. The zero value is useful. It is safe for concurrent use.
type Prober struct {
	Timeout  time.Duration        // for each address, and byudp.Patience more for its datagrams; 0 is DefaultTimeout
	Connect  *reach.Connect       // rules for where addresses lead
	Network  Network              // nil is that of this machine
	TLS      *tls.Transport       // by which certificates servers are known; nil: by those of the system's authorities
	Web      transport.Set        // by which WebSockets are asked for; nil: plain ones are, directly
	NetBIOS  transport.Transport  // by which names of NetBIOS are called; nil: they are not
	SPX      transport.Transport  // by which endpoints of SPX are; nil: they are not
	Progress func(address string) // if set, is told what is tried; called concurrently
}

// Probe tries all addresses of a reference, and of those that it is forwarded to. It ends when
// ctx does.
func (p *Prober) Probe(ctx context.Context, r *ior.IOR) *Report {
	x := &run{Prober: *p, ctx: ctx}
	if x.Network == nil {
		x.Network = machine{}
	}
	if x.Timeout <= 0 {
		x.Timeout = DefaultTimeout
	}
	if x.TLS == nil {
		var err error
		if x.TLS, err = tls.New(tls.Config{TLS12: true}); err != nil { // cannot be: there is no file
			panic(err)
		}
	}
	if x.Web == nil {
		by, err := ws.New(ws.Config{})
		if err != nil { // cannot be: there is nothing in it
			panic(err)
		}
		x.Web = transport.Set{by}
	}
	x.at = x.Network.Own()
	x.left.Store(maxAddresses)
	return x.probe(r, path{})
}

// A run is one probe under way.
type run struct {
	Prober
	ctx  context.Context
	at   surround
	left atomic.Int32 // addresses that may still be tried: a server must not have us try the world
}

// A place is where an object is looked for: servers forward among their own objects, too.
type place struct{ address, key string }

// place returns where t is.
func (t *target) place() place { return place{t.finding.Address, string(t.key)} }

// A path is what has led to a reference by forwards: the places that sent on, and all that were tried beside them.
type path struct{ been, tried []place }

// probe tries r, which by has led to.
func (x *run) probe(r *ior.IOR, by path) *Report {
	targets := plan(r, map[string]bool{netbios.Name: x.NetBIOS != nil, spx.Name: x.SPX != nil})
	by.tried = slices.Clip(by.tried)
	for _, t := range targets {
		by.tried = append(by.tried, t.place())
	}
	rep := &Report{Addresses: make([]Finding, len(targets))}
	var wait sync.WaitGroup
	for i := range targets {
		wait.Go(func() { rep.Addresses[i] = x.try(targets[i], by) })
	}
	wait.Wait()
	turns(rep.Addresses)
	for _, f := range rep.Addresses {
		rep.Reachable = rep.Reachable || f.Outcome == Reachable || f.Forward != nil && f.Forward.Reachable
	}
	return rep
}

// turns says in which order an ORB that has all transports would try the addresses of a reference: as they stand there, and, if one offers TLS, none that is plain.
func turns(all []Finding) {
	if len(all) < 2 {
		return
	}
	sealed := slices.ContainsFunc(all, func(f Finding) bool { return f.TLS && !f.web })
	n := 0
	for i := range all {
		switch f := &all[i]; f.Outcome {
		case BadProfile, Unsupported, BadAddress, NeedsTLS:
		default:
			if f.TLS || f.socket || !sealed {
				n++
				f.Turn = n
			}
		}
	}
}

// A target is an address to be tried, or why there is none.
type target struct {
	finding Finding
	direct  transport.Endpoint // a socket of this machine, a name of NetBIOS, or an endpoint of SPX; zero: it is an address
	ior     *ior.IOR           // that names it, with finding.Profile
	key     []byte
	version cdr.Version
}

// plan returns the addresses of all profiles, in the order in which calls try them. Endpoints of NetBIOS and SPX are to be tried if by says so.
func plan(r *ior.IOR, by map[string]bool) []target {
	var all []target
	if r == nil {
		return nil
	}
	room := func(n int) int { return max(min(n, maxAddresses-len(all)), 0) } // for n targets more
	for i, raw := range r.Profiles {
		if len(all) >= maxAddresses {
			break
		}
		if raw.Tag != ior.TagInternetIOP {
			if raw.Tag != ior.TagMultipleComponents {
				all = append(all, target{finding: Finding{Profile: i, Outcome: Unsupported}})
			}
			continue
		}
		b, err := raw.IIOP()
		if err != nil {
			all = append(all, target{finding: Finding{Profile: i, Outcome: BadProfile, Detail: err.Error()}})
			continue
		}
		host, _ := os.Hostname() // without one there is none that is omniORB's
		sockets := b.Sockets(unix.Machine(), host)
		for _, s := range sockets[:room(len(sockets))] {
			all = append(all, target{ior: r, key: b.Key, version: b.Version, direct: socketAt(s), finding: Finding{
				Profile: i, Address: s, Version: b.Version.String(), socket: true,
			}})
		}
		last := append(webTargets(r, i, b, maxAddresses), namedTargets(r, i, b, by)...) // where calls go when they have come to nothing at the addresses
		behind := func() { all = append(all, last[:room(len(last))]...) }
		if _, local := b.Find(ior.TagDSOMEndpoints); b.Port == 0 && len(sockets)+len(last) > 0 && !sealedToo(b) {
			behind()
			continue
		} else if _, tls := b.TLS(); b.Port == 0 && local && !tls {
			all = append(all, target{finding: Finding{Profile: i, Outcome: Unsupported, Detail: "a socket of another machine"}})
			continue
		}
		_, secure := b.Find(ior.TagSSLSecTrans)
		sealed, ok := b.TLS()
		if ok {
			a := ior.Address{Host: b.Host, Port: sealed.Port}
			all = append(all, target{ior: r, key: b.Key, version: b.Version, finding: Finding{
				Profile: i, Address: a.HostPort(), Version: b.Version.String(), TLS: true, host: a.Host, port: a.Port,
			}})
			if b.Port == 0 {
				behind()
				continue
			}
		}
		if _, csi := b.Find(ior.TagCSISecMechList); csi {
			secure = true
		}
		for _, a := range b.Addresses()[:room(len(b.Addresses()))] {
			t := target{ior: r, key: b.Key, version: b.Version, finding: Finding{
				Profile: i, Address: a.HostPort(), Version: b.Version.String(), host: a.Host, port: a.Port,
			}}
			switch {
			case a.Port == 0 && secure:
				t.finding.Outcome = NeedsTLS
			case a.Port == 0 || a.Host == "":
				t.finding.Outcome = BadAddress
			}
			all = append(all, t)
		}
		behind()
	}
	return all
}

// namedTargets returns the endpoints of NetBIOS and SPX that profile i of r, which is b, names. They are to be tried if by says so.
func namedTargets(r *ior.IOR, i int, b ior.IIOP, by map[string]bool) []target {
	var all []target
	for _, s := range b.Named() {
		e, err := transport.ParseEndpoint(s)
		t := target{ior: r, key: b.Key, version: b.Version, direct: e, finding: Finding{Profile: i, Address: s, Version: b.Version.String(), named: e.Network != spx.Name, spx: e.Network == spx.Name}}
		switch {
		case err != nil:
			t.finding.Outcome, t.finding.Detail = BadAddress, err.Error()
		case e.Network == spx.Name && !by[e.Network]:
			t.finding.Outcome, t.finding.Detail = Unsupported, "an endpoint of SPX, and this program takes no part in a network of IPX: $"+spx.EnvCarrier+" says what carries it"
		case !by[e.Network]:
			t.finding.Outcome, t.finding.Detail = Unsupported, "a name of NetBIOS, and this program takes no part in that: $"+netbios.EnvInterface+" says on which interface it is to"
		}
		all = append(all, t)
	}
	return all
}

// sealedToo reports whether a profile offers TLS.
func sealedToo(b ior.IIOP) bool {
	_, ok := b.TLS()
	return ok
}

// try tries one address and explains what came of it.
func (x *run) try(t target, by path) Finding {
	f := t.finding
	if f.Outcome == "" {
		x.attempt(t, &f, by)
	}
	f.Problem, f.Advice = explain(&f, x.at)
	return f
}

// attempt tries an address that can be, and what it forwards to.
func (x *run) attempt(t target, f *Finding, by path) {
	if x.left.Add(-1) < 0 {
		f.Outcome, f.Detail = Failed, "not tried: there are more addresses than are tried"
		return
	}
	if x.Progress != nil {
		x.Progress(f.Address)
	}
	started := time.Now()
	ctx, cancel := context.WithTimeout(x.ctx, x.Timeout)
	a := &attempt{ctx: ctx, net: x.Network, target: t, finding: f, tls: x.TLS, named: x.NetBIOS, spx: x.SPX, web: x.Web}
	to := a.run(x.Connect)
	cancel()
	f.Millis = time.Since(started).Milliseconds()
	f.UDP = x.echo(t, f)
	if to == nil {
		return
	}
	f.Outcome = Forwarded
	by.been = append(slices.Clip(by.been), t.place())
	switch {
	case len(by.been) > maxForwards:
		f.Detail = "it forwards too often"
	case by.leadsBack(to):
		f.Detail = "it forwards in a circle"
	default:
		f.Forward = x.probe(to, by)
	}
}

// leadsBack reports whether r leads to a place that has led here, and to none that has not been tried on the way.
func (by path) leadsBack(r *ior.IOR) bool {
	back := false
	for _, t := range plan(r, map[string]bool{netbios.Name: true, spx.Name: true}) {
		if !slices.Contains(by.tried, t.place()) {
			return false
		}
		back = back || slices.Contains(by.been, t.place())
	}
	return back
}

// endpoint returns the address as rules see it.
func (f *Finding) endpoint() transport.Endpoint {
	return transport.Endpoint{Network: "tcp", Host: f.host, Port: f.port}
}
