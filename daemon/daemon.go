// Package daemon is what runs on every machine: it keeps the state, starts and watches the
// server programs, and answers the local API of daemon/admin.
//
// There is one daemon for a state folder. The lock on the store's file sees to that; the
// folder also holds what the clients of the API need to find the daemon and to be let in.
package daemon

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/backup"
	"github.com/opendsom/dsom/daemon/errand"
	"github.com/opendsom/dsom/daemon/objects"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/daemon/visitors"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/ifr"
	"github.com/opendsom/dsom/svc/implrepo"
)

// What lies in the state folder, besides the API's access file.
const (
	StoreName = "dsom.db"
	LogsName  = "logs"

	LibraryName = "idl" // what people put there: see [objects.Library]
)

// Options say how a daemon is to run; the zero value is useful.
type Options struct {
	State     string          // the state folder, made if need be; "": admin.DefaultState
	Admin     string          // host:port of the local API, a loopback address; "": 127.0.0.1 with the port it had before
	Version   string          // told in Status
	Addresses func() []string // where the daemon takes CORBA calls, for Status; nil: nowhere
	Listens   func() string   // and at which host:port it listens for them
	Local     func() string   // and where programs of this machine call it; nil: nowhere
	Socket    func() string   // and at which socket; nil: at none
	Rules     func() string   // what references name to whom, where that was set; nil: it was not
	Console   func() string   // where the pages for people are, for Status; nil: nowhere
	Env       []string        // NAME=value for every server that is started
	Log       *slog.Logger    // nil: nothing is logged

	// Before, if set, is called when the state is there and no server is started or adopted
	// yet. It returns more for Env.
	Before func(ctx context.Context, d *Daemon) (env []string, err error)

	Shared  Shared                                   // the state that machines share; nowhere: there is none
	shared  store.Watcher                            // the same, in tests; nil: it is opened
	publish func(m *machines) (admin.Daemons, error) // has references name other machines too; nil: they do not

	settings *settingsAPI          // nil: there are none
	config   string                // where the configuration is, for Status
	visitors *visitors.Visitors    // nil: nobody keeps account
	netbios  func() *admin.NetBIOS // for Status; nil: there is none
	ipx      func() *admin.IPX     // likewise
	udp      func() *admin.UDP     // likewise
	link     func() *onLink        // nil, or of which the result is: daemons of a link are not looked for
	tls      *admin.TLS            // for Status

	// Supervise tunes the supervision; its Store, Logs, Env and Log are set by the daemon.
	Supervise supervise.Options
	Logs      capture.Keeper // its Dir is set by the daemon
}

// A Daemon is a daemon at work.
type Daemon struct {
	o       Options
	own     store.Store // what is this machine's alone
	store   store.Store // names, servers, interfaces: the same, or what machines share
	sup     *supervise.Supervisor
	access  admin.Access
	started time.Time

	interfaces *ifr.Registry
	late       descriptions
	leftovers  leftovers
	classes    *classes  // nil: there is no naming service
	machines   *machines // nil: the state is shared with no other
	errands    *errand.Server
	relay      store.Relay // to other machines; nil: none
	daemons    published

	http   *http.Server
	cancel context.CancelFunc // ends what streams
	served chan struct{}

	mu     sync.Mutex
	leases map[string]*holder // by id

	seized  seizures
	counts  counts
	places  places                          // of operations in metrics
	objects atomic.Pointer[objects.Objects] // nil until calls are taken

	ended   bool // its servers have ended in order
	closing sync.Once
	closed  error
}

// Open makes a daemon of the state folder. Its error is store.ErrLocked when another has it
// (and names that one), and store's other errors for a state whose file is damaged, which has lost its identity, is of another version, or not to be written. Entries that are damaged are put aside.
func Open(ctx context.Context, o Options) (_ *Daemon, err error) {
	if o.State == "" {
		if o.State, err = admin.DefaultState(); err != nil {
			return nil, err
		}
	}
	if o.State, err = filepath.Abs(o.State); err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.settings == nil {
		o.settings = new(settingsAPI)
	}
	if err := os.MkdirAll(o.State, 0o700); err != nil {
		return nil, fmt.Errorf("the state folder %s cannot be made: %w", o.State, err)
	}
	if err := errors.Join(backup.Finish(o.State), backup.Interrupted(o.State)); err != nil {
		return nil, err
	}
	d := &Daemon{o: o, started: time.Now(), served: make(chan struct{}), leases: map[string]*holder{}}
	if d.own, err = bbolt.Open(filepath.Join(o.State, StoreName), bbolt.Options{PutAside: true}); err != nil {
		return nil, err
	}
	d.store = d.own
	defer func() {
		if err != nil {
			err = errors.Join(err, d.closeStores(ctx, false))
		}
	}()
	if err = d.mend(ctx, implrepo.Mend); err != nil { // before others get it
		return nil, err
	}
	if o.shared != nil {
		err = d.joinStore(ctx, o.Shared, o.shared)
	} else {
		err = d.join(ctx, o.Shared)
	}
	if err != nil {
		return nil, err
	}
	if d.store != d.own {
		if err = d.mend(ctx, implrepo.Mend); err != nil {
			return nil, err
		}
	}
	if err = d.forgetMended(ctx); err != nil {
		return nil, err
	}
	if err = ifr.Sweep(ctx, d.store); err != nil {
		return nil, err
	}
	if err = d.mended(ctx, ifr.Mend, func() (err error) {
		d.interfaces, err = ifr.OpenRegistry(ctx, d.store)
		return err
	}); err != nil {
		return nil, err
	}
	if o.Before != nil {
		env, err := o.Before(ctx, d)
		if err != nil {
			return nil, err
		}
		o.Env = append(env, o.Env...)
	}
	l, err := d.listen()
	if err != nil {
		return nil, err
	}
	self, err := process.Self()
	if err != nil {
		self = process.ID{PID: os.Getpid()}
	}
	d.access = admin.Access{Address: l.Addr().String(), Token: rand.Text(), Process: self, Version: o.Version, Started: d.started.UTC().Truncate(time.Second)}
	if o.Console != nil {
		d.access.Console = o.Console()
	}
	d.o.Logs.Dir = filepath.Join(o.State, LogsName)
	so := o.Supervise
	so.Store, so.Share, so.Logs, so.Log, so.Mark = d.own, d.store, &d.o.Logs, o.Log, folderMark(o.State)
	if d.machines != nil {
		so.Machines, so.Machine = d.machines, d.machines.Name()
		if err := d.machines.enter(ctx, d.Addresses()); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	so.Env = append([]string{admin.EnvState + "=" + o.State, admin.EnvAdmin + "=" + d.access.Address}, o.Env...)
	if d.sup, err = supervise.New(ctx, so); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	if err := admin.WriteAccess(o.State, d.access); err != nil {
		d.sup.Close()
		return nil, errors.Join(fmt.Errorf("how to reach the daemon cannot be written to the state folder %s: %w; it needs a few hundred octets there", o.State, err), l.Close())
	}
	if err := d.freeHeld(ctx, func(*implrepo.Held) bool { return true }); err != nil {
		d.o.Log.Error("servers may stay disabled that a daemon was about to give to another machine, or to remove, when it was killed", "error", err)
	}
	if d.machines != nil {
		free := d.freeLeft()
		d.machines.follow(ctx, d.sup, func(ctx context.Context) {
			d.tellDaemons()
			free(ctx)
		})
	}
	if err := d.serveErrands(); err != nil {
		d.o.Log.Error("other machines cannot ask this one", "error", err)
	}
	d.serve(context.WithoutCancel(ctx), l)
	return d, nil
}

// listen opens the API's port: the one asked for, or the one that an earlier daemon of this state had, or any.
func (d *Daemon) listen() (net.Listener, error) {
	try := []string{d.o.Admin}
	if d.o.Admin == "" {
		try = []string{"127.0.0.1:0"}
		if before, err := admin.ReadAccess(d.o.State); err == nil {
			try = []string{before.Address, "127.0.0.1:0"}
		}
	}
	var first error
	for _, addr := range try {
		host, _, err := net.SplitHostPort(addr)
		if ip := net.ParseIP(host); err == nil && (ip == nil || !ip.IsLoopback()) {
			err = fmt.Errorf("%s is not a loopback address; the local API is for this machine only", addr)
		}
		if err == nil {
			var l net.Listener
			if l, err = net.Listen("tcp", addr); err == nil {
				return limitConnections(l, maxConnections), nil
			}
		}
		if first == nil {
			first = err
		}
	}
	return nil, fmt.Errorf("the local API: %w", first)
}

// Supervisor returns what starts and finds servers.
func (d *Daemon) Supervisor() *supervise.Supervisor { return d.sup }

// Store returns the daemon's state, for the services that run in it. It is closed with the daemon.
func (d *Daemon) Store() store.Store { return d.store }

// State returns the state folder.
func (d *Daemon) State() string { return d.o.State }

// Addresses returns where the daemon takes CORBA calls, as references name it.
func (d *Daemon) Addresses() []string {
	if d.o.Addresses == nil {
		return nil
	}
	return d.o.Addresses()
}

// Access returns how the local API is reached.
func (d *Daemon) Access() admin.Access { return d.access }

// leaveTime is how long a daemon that ends tries to tell the others.
const leaveTime = 5 * time.Second

// closeStores closes both. If leave says so the machine's claims are given up: its servers have ended.
func (d *Daemon) closeStores(ctx context.Context, leave bool) error {
	if d.interfaces != nil {
		d.interfaces.Close()
	}
	err := d.machines.close(ctx, leave)
	if err != nil {
		d.o.Log.Warn("the other machines could not be told that this one ends: they will find it dead", "error", err)
		err = nil
	}
	if d.store != d.own {
		err = d.store.Close()
	}
	return errors.Join(err, d.own.Close())
}

// tellDaemons has references name the machines that are beside this one now, and servers told.
func (d *Daemon) tellDaemons() {
	if d.o.publish == nil {
		return
	}
	to, err := d.o.publish(d.machines)
	if err != nil {
		d.o.Log.Warn("references cannot name other machines", "error", err)
		return
	}
	d.daemons.set(to)
}

// Shutdown stops the servers that the daemon, or one before it, has started, and then closes it. When ctx ends, those
// that have not ended are left alone.
func (d *Daemon) Shutdown(ctx context.Context) error {
	err := d.sup.StopAll(ctx)
	d.ended = err == nil
	return errors.Join(err, d.Close())
}

// endServers is the end of supervision, while names can still be looked up and changed: servers
// may need that to finish. It is bounded by the times that the servers have for stopping. Who
// waits for a server is told that there will be none.
func (d *Daemon) endServers(ctx context.Context, leave bool) error {
	var err error
	if !leave {
		err = d.sup.StopAll(ctx)
		d.ended = err == nil
	}
	d.sup.Close()
	return err
}

// Close ends the daemon and leaves the servers running: the next daemon of this state takes them up.
func (d *Daemon) Close() error {
	d.closing.Do(func() {
		d.cancel()
		d.late.close() // upgrades wait for it
		if d.errands != nil {
			d.errands.Close()
		}
		err := d.http.Close()
		<-d.served
		d.sup.Close()
		leave, cancel := context.WithTimeout(context.Background(), leaveTime)
		defer cancel()
		d.closed = errors.Join(err, admin.RemoveAccess(d.o.State, d.access), d.closeStores(leave, d.ended))
	})
	return d.closed
}
