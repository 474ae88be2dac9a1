package daemon

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/nats"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/transport"
)

// A Shared says where a state is that several daemons share. The zero value is nowhere.
type Shared struct {
	Servers     []string      // of NATS, see [nats.ParseURLs]
	Credentials string        // a file
	CA          string        // a file
	Replicas    int           // when the store is new; 0: 3
	Machine     string        // the name of this one; "": as before, or the host's
	DeadAfter   time.Duration // when the store is new; 0: cluster.DefaultDeadAfter
}

// shareTime is how long a daemon that starts tries to reach the store.
const shareTime = 30 * time.Second

// besides is how many machines references name beside the one that makes them.
const besides = 2

// machines are this machine and those beside it, as the daemon has to do with them. It is a [supervise.Machines].
type machines struct {
	*cluster.Cluster
	from Shared
	orb  *orb.ORB

	mu    sync.Mutex
	sup   *supervise.Supervisor // nil until servers are supervised
	dirty map[implrepo.UUID]bool
	poke  chan struct{}
	stop  func()

	end context.CancelFunc
	wg  sync.WaitGroup
}

// join makes this machine one of those that share a store, and d.store that.
func (d *Daemon) join(ctx context.Context, from Shared) error {
	name, err := cluster.Joined(ctx, d.own)
	if err != nil {
		return err
	}
	if len(from.Servers) == 0 {
		if name != "" {
			return fmt.Errorf("this state folder is that of the machine %q, whose daemon shares its names and servers with others: say where those are, dsom daemon --store nats://HOST,HOST,HOST, or use another state folder", name)
		}
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, shareTime)
	defer cancel()
	d.o.Log.Info("reaching the store that machines share", "store", from.Servers)
	w, err := nats.Open(limited, nats.Options{Servers: from.Servers, Credentials: from.Credentials, CA: from.CA, Replicas: from.Replicas})
	if err != nil {
		return fmt.Errorf("the state that machines share: %w", err)
	}
	return d.joinStore(ctx, from, w)
}

// joinStore is join with a store that is there. It is closed with the daemon.
func (d *Daemon) joinStore(ctx context.Context, from Shared, w store.Watcher) error {
	c, err := cluster.Join(ctx, cluster.Options{Store: w, Local: d.own, Name: from.Machine, Version: d.o.Version, DeadAfter: from.DeadAfter, Log: d.o.Log})
	if err != nil {
		return errors.Join(fmt.Errorf("the state that machines share: %w", err), w.Close())
	}
	m := &machines{Cluster: c, from: from, dirty: map[implrepo.UUID]bool{}, poke: make(chan struct{}, 1)}
	d.store, d.machines = w, m
	m.stop = w.Watch(m.see, recordPrefix)
	return nil
}

// recordPrefix begins the keys of servers' records.
const recordPrefix = "server/"

// see notes which records were changed. The store is not called here.
func (m *machines) see(all []store.Change) {
	m.mu.Lock()
	for _, c := range all {
		if u, err := implrepo.ParseUUID(c.Key[len(recordPrefix):]); err == nil {
			m.dirty[u] = true
		}
	}
	m.mu.Unlock()
	select {
	case m.poke <- struct{}{}:
	default:
	}
}

// enter makes this machine known to the others.
func (m *machines) enter(ctx context.Context, addresses []string) error {
	sealed, err := sealedAt(m.orb)
	if err != nil {
		return err
	}
	return m.Enter(ctx, addresses, sealed, m.lost)
}

// follow has the supervisor follow what others change, and tells when machines or claims have changed.
func (m *machines) follow(ctx context.Context, sup *supervise.Supervisor, told func(context.Context)) {
	ctx, m.end = context.WithCancel(context.WithoutCancel(ctx))
	m.mu.Lock()
	m.sup = sup
	m.mu.Unlock()
	m.wg.Go(func() {
		for {
			select {
			case <-m.poke:
			case <-ctx.Done():
				return
			}
			m.mu.Lock()
			all := m.dirty
			m.dirty = map[implrepo.UUID]bool{}
			m.mu.Unlock()
			for u := range all {
				sup.Follow(ctx, u)
			}
		}
	})
	m.wg.Go(func() {
		for {
			changed := m.Changed()
			told(ctx)
			_ = sup.Refresh(ctx) // what shall always run, and nobody has now
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
			select { // others come and go together
			case <-time.After(m.DeadAfter() / 100):
			case <-ctx.Done():
				return
			}
		}
	})
}

// lost is told what has become of the claims.
func (m *machines) lost(what cluster.Loss) {
	m.mu.Lock()
	sup := m.sup
	m.mu.Unlock()
	if sup == nil {
		return
	}
	switch what {
	case cluster.Waning:
		sup.LoseClaims(false, "the store that machines share is not reached")
	case cluster.Over:
		sup.LoseClaims(true, "another machine may have the server now")
	}
}

// close ends it. Who leaves gives its claims up: its servers have ended.
func (m *machines) close(ctx context.Context, leave bool) error {
	if m == nil {
		return nil
	}
	var err error
	if leave {
		err = m.Leave(ctx)
	}
	if m.end != nil {
		m.end()
		m.wg.Wait()
	}
	m.stop()
	m.Close()
	return err
}

// asElsewhere says of a place that is not here what the supervisor is to know.
func asElsewhere(rec implrepo.Record, p cluster.Place) error {
	switch {
	case p.Here, p.Machine == "" && rec.On != "":
		return nil
	case !p.Up:
		return &cluster.AwayError{Machine: p.Machine}
	}
	return &supervise.ElsewhereError{Server: rec.Name, Machine: p.Machine, At: placesOf(p.Addresses, p.TLS)}
}

// Find implements supervise.Machines.
func (m *machines) Find(ctx context.Context, rec implrepo.Record) error {
	p, err := m.Cluster.Find(ctx, rec.UUID, rec.On)
	if err != nil {
		return err
	}
	return asElsewhere(rec, p)
}

// Look implements supervise.Machines.
func (m *machines) Look(rec implrepo.Record) error {
	return asElsewhere(rec, m.Where(rec.UUID, rec.On))
}

// Wake implements supervise.Machines: it asks the other machine's daemon for an object of the server, by which that starts it.
func (m *machines) Wake(ctx context.Context, rec implrepo.Record, at *supervise.ElsewhereError) error {
	to := at.At
	if len(to.Plain) > 0 { // nothing is told by the call, and it needs no authority by whom the other is known
		to.Sealed = nil
	}
	ref := m.orb.NewRef(atDaemon(to, ior.AppendKey(nil, ior.Key{Server: rec.UUID, Adapter: "objects", ID: []byte("health")})))
	_, err := ref.NonExistent(ctx)
	return err
}

// placesOf returns where a machine's daemon is called that says so.
func placesOf(addresses []string, sealed *cluster.TLS) (at ior.Places) {
	if sealed != nil {
		at.Sealed, at.Mutual = addressesOf(parsed(sealed.Addresses)), sealed.Mutual
		if sealed.Require {
			return at
		}
	}
	at.Plain = addressesOf(parsed(addresses))
	return at
}

// parsed returns those of addresses, each host:port, that are some.
func parsed(addresses []string) (all []transport.Endpoint) {
	for _, a := range addresses {
		if e, err := transport.ParseEndpoint("tcp:" + a); err == nil && e.Port != 0 {
			all = append(all, e)
		}
	}
	return all
}

// atDaemon is the reference with a key at another machine's daemon.
func atDaemon(at ior.Places, key []byte) *ior.IOR {
	if at.None() {
		return new(ior.IOR)
	}
	p := ior.IIOP{Version: cdr.V12, Key: key, Components: []ior.Component{ior.ORBTypeComponent(ior.ORBTypeDSOM)}}
	return &ior.IOR{Profiles: at.Profiles(p)}
}

// sealedAt returns where an ORB is called by TLS, nil if it is not.
func sealedAt(o *orb.ORB) (*cluster.TLS, error) {
	if o == nil {
		return nil, nil
	}
	rules, err := o.PublishedTLS()
	if rules == nil || err != nil {
		return nil, err
	}
	all, err := rules.Addresses(reach.View{}, nil, reach.System())
	if err != nil {
		return nil, err
	}
	at := &cluster.TLS{Mutual: o.MutualTLS(), Require: o.RequiresTLS()}
	for _, e := range all {
		at.Addresses = append(at.Addresses, e.Address())
	}
	return at, nil
}

// daemonTLS returns how an ORB is called by TLS; the zero value: it is not.
func daemonTLS(o *orb.ORB) (orb.DaemonTLS, error) {
	rules, err := o.PublishedTLS()
	if rules == nil || err != nil {
		return orb.DaemonTLS{}, err
	}
	return orb.DaemonTLS{Publish: rules.String(), Mutual: o.MutualTLS(), Require: o.RequiresTLS()}, nil
}

// publish has references name those beside this machine, too, and returns what they name. By TLS they name others if they name this one so: a reference that offers it
// is called by nothing else.
func (m *machines) publish() (all admin.Daemons, err error) {
	plain, err := m.orb.Published()
	if err != nil {
		return all, err
	}
	sealed, err := m.orb.PublishedTLS()
	if err != nil {
		return all, err
	}
	own := orb.DaemonTLS{Mutual: m.orb.MutualTLS(), Require: m.orb.RequiresTLS()}
	var morePlain, moreSealed []transport.Endpoint
	for _, other := range m.Beside(besides) {
		if s := other.TLS; s != nil && len(s.Addresses) > 0 && sealed != nil {
			moreSealed = append(moreSealed, parsed(s.Addresses[:1])...)
			own.Mutual = own.Mutual || s.Mutual
		}
		if other.TLS == nil || !other.TLS.Require {
			morePlain = append(morePlain, parsed(other.Addresses[:min(len(other.Addresses), 1)])...)
		}
	}
	if plain, err = plain.With(morePlain); err != nil {
		return all, err
	}
	if sealed != nil {
		if sealed, err = sealed.With(moreSealed); err != nil {
			return all, err
		}
		own.Publish = sealed.String()
	}
	return admin.Daemons{Publish: plain.String(), TLS: admin.DaemonTLS(own)}, m.orb.SetDaemon(plain.String(), own)
}

// placed refuses a machine other than this for the servers of a daemon without others.
func (d *Daemon) placed(on string) error {
	if d.machines == nil && on != "" && on != implrepo.Any {
		return &implrepo.InvalidError{Field: "on", Reason: fmt.Sprintf("this daemon shares its state with no other machine, and so not with %q", on)}
	}
	return nil
}

// listMachines answers GET /v1/machines.
func (d *Daemon) listMachines(c *call) error {
	m := d.machines
	if m == nil {
		return &admin.Error{Code: admin.CodeInvalid, Message: "this daemon shares its state with no other machine: dsom daemon --store has it do so"}
	}
	out := admin.Machines{Store: append([]string{}, m.from.Servers...), UUID: m.UUID().String(), DeadAfter: admin.Duration(m.DeadAfter()), Sure: m.Sure(), Machines: []admin.Machine{}}
	for _, x := range m.Machines() {
		out.Machines = append(out.Machines, admin.Machine{
			Name: x.Name, Here: x.Name == m.Name(), Addresses: append([]string{}, x.Addresses...), Version: x.Version, Silent: admin.Duration(x.Silent().Round(time.Millisecond)),
		})
	}
	return c.reply(out)
}

// published is what the holders of leases are told of the daemons that references name.
type published struct {
	mu      sync.Mutex
	daemons admin.Daemons
	changed chan struct{}
}

func (p *published) set(to admin.Daemons) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.daemons == to {
		return
	}
	p.daemons = to
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// now returns it, and what is closed when it changes.
func (p *published) now() (admin.Daemons, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return p.daemons, p.changed
}
