// Command place is a library of build mode c-shared, libdsom-place.so, by which classes of libsom's are elsewhere by configuration alone: the ORB for
// programs in C and C++, loaded by the class manager when they first ask for a class that is placed.
//
// A folder that dsom class place makes has, for each such class, a link of the name that a library of the class would have, and a file named
// placement that says where the classes are. Where the folder stands first in SOM_PATH libsom finds this library for them. What it
// defines are classes of the names, ancestors and methods of those there; the program is not compiled anew. docs/somd.md has more.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
)

func init() { native.OnLoad(place) }

func main() {}

// patience is how long it may take to learn of a class from its server, which the daemon may have to start.
const patience = 60 * time.Second

// joined is the domain of the process, made when the first class is placed.
var joined = sync.OnceValues(func() (*somd.Domain, error) {
	l, err := limitsIn(os.Getenv(envLimits))
	if err != nil {
		return nil, err
	}
	own, err := processes()
	if err != nil {
		return nil, err
	}
	by, scheme := toDaemon(own.Transports())
	by, require, err := transports(by)
	if err != nil {
		return nil, err
	}
	o, err := orb.New(orb.Config{Transports: by, CallTLSOnly: require, Limits: l, BiDir: orb.BiDir{Offer: true}, Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return nil, err
	}
	adapter, err := poa.New(o).Create("objects", poa.Options{Bidirectional: poa.Both})
	if err != nil {
		return nil, err
	}
	if err := daemonOf(o, scheme); err != nil {
		return nil, err
	}
	return somd.New(adapter, somd.Config{Class: native.Registered, Find: native.Find, Weak: native.Weak, Share: native.Export, TypeInformation: native.TypeInformation, Processes: own, Around: dsom.Carried(dsom.ForeignThreads{Thread: native.Thread, Exception: native.UserException})}), nil
})

// transports adds to by the sockets of the machine, where servers are told by the system whose program calls, and TLS, if the environment says how (DSOM_TLS_…).
func transports(by transport.Set) (all transport.Set, require bool, err error) {
	all = append(all, by...)
	all = append(all, unix.New())
	c, require, told, err := tls.FromEnvironment(os.Getenv)
	if err != nil || !told {
		return all, require, err
	}
	sealed, err := tls.New(c)
	if err != nil {
		return nil, require, fmt.Errorf("TLS: %w", err)
	}
	return append(all, sealed), require, nil
}

// here is the folder of this library, once it is known.
var here atomic.Pointer[string]

// processes has the classes that are placed in processes of this one's own: of the generic server beside this library, with the libsom that this process has.
func processes() (*somd.Processes, error) {
	own := somd.NewProcesses()
	if folder := here.Load(); folder != nil && os.Getenv(somd.EnvClasses) == "" {
		if file := filepath.Join(*folder, "dsom-classes"); isFile(file) {
			own.Program = file
		}
	}
	if os.Getenv("SOM_LIBRARY") == "" {
		file, err := native.File()
		if err != nil {
			return nil, err
		}
		if file != "" {
			own.Env = []string{"SOM_LIBRARY=" + file}
		}
	}
	return own, nil
}

func isFile(name string) bool {
	i, err := os.Stat(name)
	return err == nil && i.Mode().IsRegular()
}

// envLimits is the variable that sets limits of the ORB, by the names of dsom daemon --help: call-timeout=5s,connections=100.
const envLimits = "DSOM_LIMITS"

func limitsIn(text string) (*limits.Limits, error) {
	l := &limits.Limits{}
	for word := range strings.SplitSeq(text, ",") {
		if word == "" {
			continue
		}
		name, value, _ := strings.Cut(word, "=")
		n, ok := limits.NameOf(name)
		if !ok {
			return nil, fmt.Errorf("%s: there is no limit %q; dsom daemon --help lists them", envLimits, name)
		}
		v, err := n.Parse(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", envLimits, err)
		}
		l.Set(n, v)
	}
	return l, nil
}

// daemonAddress is where the daemon is: at $DSOM_DAEMON, a host and port, or at port $SOMDPORT of this machine, or 3053.
func daemonAddress() string {
	return cmp.Or(os.Getenv(envDaemon), net.JoinHostPort("127.0.0.1", cmp.Or(os.Getenv("SOMDPORT"), "3053")))
}

// statusTimeout bounds the question to the daemon of the state folder where it is.
const statusTimeout = 2 * time.Second

// toDaemon has the daemon called by its socket, where it is told by the system whose program calls, if it is that of the state folder ($DSOM_STATE) and has one. It
// returns as what URLs name the daemon's address: as a port of TLS, if that daemon takes nothing else and has no socket.
func toDaemon(by transport.Set) (all transport.Set, scheme string) {
	scheme = "iiop:1.2"
	state, err := admin.DefaultState()
	if err != nil {
		return by, scheme
	}
	client, err := admin.Open(state)
	if err != nil {
		return by, scheme
	}
	ctx, stop := context.WithTimeout(context.Background(), statusTimeout)
	defer stop()
	s, err := client.Status(ctx)
	at, bad := transport.ParseEndpoint("tcp:" + daemonAddress())
	if err != nil || bad != nil || s.Socket == "" || s.Local != daemonAddress() {
		if s.TLS != nil && s.TLS.Require && slices.Contains(append(s.Addresses, s.Local), daemonAddress()) {
			scheme = "ssliop:1.2"
		}
		return by, scheme
	}
	all = slices.Clone(by)
	local, socket := pipe.Local(s.Socket)
	for i, t := range all {
		if t.Name() == at.Network {
			all[i] = unix.Shortcut{Transport: t, From: at, To: at, By: local, Socket: socket}
		}
	}
	return all, scheme
}

// daemonOf tells the ORB where the daemon's services are.
func daemonOf(o *orb.ORB, scheme string) error {
	at := daemonAddress()
	for _, name := range []string{"NameService", "InterfaceRepository"} {
		ref, err := o.Resolve(context.Background(), "corbaloc:"+scheme+"@"+at+"/"+name)
		if err != nil {
			return fmt.Errorf("the daemon's address (%s): %w", envDaemon, err)
		}
		o.RegisterInitialReference(name, ref)
	}
	return nil
}

// envDaemon is the variable that says where the daemon is.
const envDaemon = "DSOM_DAEMON"

// shared has what share has come to, for each set of classes.
var shared struct {
	sync.Mutex
	done map[string]bool
}

// share makes DSOM's classes known to libsom, once.
func share(all []*som.Class) error {
	dsom.Provide(func() (*somd.Domain, dsom.Options, error) {
		d, err := joined()
		return d, dsom.Options{Daemon: os.Getenv(envDaemon), Serve: serve}, err
	})
	dsom.ProvideMemory(dsom.ForeignMemory{Allocate: native.Allocate, Deallocate: native.Deallocate, ObjectAt: native.ObjectAt, AddressOf: native.AddressOf, ReleaseAt: native.ReleaseAt})
	shared.Lock()
	defer shared.Unlock()
	for _, c := range all {
		if shared.done[c.Name()] {
			continue
		}
		if err := native.Export(c); err != nil {
			return err
		}
		if shared.done == nil {
			shared.done = map[string]bool{}
		}
		shared.done[c.Name()] = true
	}
	return nil
}

// placing has the classes that are placed, or are being placed.
var placing turns

// libraryName is the library's own, by which it is loaded for DSOM's classes; by the other names it is for the classes that are placed.
const libraryName = "libdsom-place.so"

// place defines the classes that a file's name stands for.
func place(file string) error {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		folder := filepath.Dir(real)
		here.CompareAndSwap(nil, &folder)
	}
	switch filepath.Base(file) {
	case libraryName, "libsomdprocess.so":
		return share(dsom.Classes())
	case "libcosstream.so", "libcosobjectidentity.so":
		return share(dsom.Streams())
	}
	all, err := somd.ReadPlacement(file)
	if err != nil {
		return err
	}
	wanted := all.For(file)
	if len(wanted) == 0 {
		return native.ErrNothing // a link whose line is gone: the class is where it would be without
	}
	for _, p := range wanted {
		err = errors.Join(err, one(all, p, nil))
	}
	return err
}

// one places a class, once, which may be asked for by the placing of a descendant.
func one(all somd.Placement, p somd.Place, by *turn) error {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	return placing.once(ctx, p.Class, by, func(x *turn) error { return define(ctx, all, p, x) })
}

func define(ctx context.Context, all somd.Placement, p somd.Place, x *turn) error {
	d, err := joined()
	if err != nil {
		return err
	}
	p.Load = func(name string) (*som.Class, error) {
		for _, q := range all.Classes { // an ancestor that is elsewhere, too
			if q.Class == name {
				if err := one(all, q, x); err != nil {
					return nil, err
				}
			}
		}
		return native.Find(name)
	}
	p.Lacks = func(text string) { slog.New(slog.NewTextHandler(os.Stderr, nil)).Warn(text) }
	if _, err := d.Place(ctx, p); err != nil {
		return fmt.Errorf("%s: %w", all.File, err)
	}
	return nil
}
