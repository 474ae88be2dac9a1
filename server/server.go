// Package server is what a server program imports: [Run] makes the ORB and its adapters,
// registers the server with the daemon, lets the program activate its objects, and serves
// until it is told to stop; then it finishes the calls under way and ends.
//
//	err := server.Run(ctx, server.Options{Name: "bank"}, func(ctx context.Context, s *server.Server) error {
//		main, err := bank.BranchClass.ActivateWithID(s.Objects, "main", newBranch())
//		if err != nil {
//			return err
//		}
//		return s.Bind(ctx, "bank/main", main)
//	})
//
// The same program serves when the daemon starts it on demand, when it is started by hand
// beside a daemon, without one, and when a client starts it for itself (somd.Processes).
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/server/lease"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/pipe"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/unix"
	"github.com/opendsom/dsom/transport/ws"
)

// Options describe a server. The zero value is a server without a name: it listens on a
// free port of all interfaces, and its references end with its process.
type Options struct {
	// Name is the server's name in the daemon's implementation repository. A program that
	// the daemon has started has the name that it was added by, whatever stands here. With
	// a name and a daemon, references of Server.Objects outlive the process.
	Name string

	// Listen are the endpoints to take requests at; nil is a free port, on loopback if the
	// daemon's address is there too.
	Listen []string

	// Publish is the address, host or host:port, at which clients reach the server instead of the one
	// listened at, or rules by the client's network: see [reach.ParsePublish]. Transient references
	// name it, and the daemon sends clients of the others there. "" is $DSOM_PUBLISH, else
	// the hosts that the daemon publishes, if it was told which.
	Publish string

	// Connect are rules for the addresses that the server connects to: see [reach.ParseConnect]. "" is $DSOM_CONNECT.
	Connect string

	// TLS, if set, has the server call and be called by TLS besides; where Listen is nil, at a free port. Nil is what the variables of the
	// environment say whose names begin with DSOM_TLS_: see [tls.FromEnvironment]. Transports must be nil then, or without TLS.
	TLS *tls.Config

	// Web, if set, has the server call and be called by WebSocket besides: it takes them at its ports of plain IIOP and of TLS. Nil is what the variables of the
	// environment say whose names begin with DSOM_WEB: see [ws.FromEnvironment].
	Web *ws.Config

	// RequireTLS has calls taken by TLS alone: see orb.Config. DSOM_REQUIRE_TLS=true says so, too. References of Server.Objects lead to the daemon
	// first, at its port of TLS alone; it sends the client on to the server. A daemon that takes no calls by TLS is an error.
	RequireTLS bool

	// RequireIdentity has calls taken of identified callers alone, those that show a certificate where TLS.Clients wants one, or that call over Socket: see orb.Config. So
	// it is if the server is registered with the daemon as secure, too, whatever stands here.
	RequireIdentity bool

	// Socket is a socket at which programs of this machine reach the server besides, and which they prefer: a path, on Linux "@" for a name
	// that is free (see transport/unix), or on Windows pipe: and a name (see transport/pipe). "" is $DSOM_SOCKET, and without that there is none, unless
	// callers have to be identified and can be by nothing else. Servants learn by orb.Caller whose process has called.
	Socket string

	// State is the daemon's state folder, by which it is found; "" is the default one.
	State string

	// NoDaemon makes the server do without a daemon even where there is one.
	NoDaemon bool

	// DrainTimeout bounds the wait for calls under way when the server stops; 0 is nine tenths of the time that the daemon
	// leaves, where that has asked, and else 10 s. Those that take longer are cut off.
	DrainTimeout time.Duration

	// NoSignals leaves SIGINT and SIGTERM to the program, which ends the server by ctx.
	NoSignals bool

	// Configure, if set, changes how the ORB is made: by interceptors, for instance, of package orb/telemetry or orb/pi.
	Configure func(*orb.Config) error

	Transports transport.Set  // nil is TCP alone
	Limits     *limits.Limits // nil is the defaults
	Logger     *slog.Logger   // nil is slog.Default
	MaxVersion cdr.Version    // highest GIOP; the zero value is 1.2
	BiDir      orb.BiDir      // whether clients may be called over their own connections; the zero value is no

	// CodeSets are those that references name, as orb.Config has them; the zero value is UTF-8 and UTF-16.
	CodeSets codeset.Component
}

const defaultDrain = 10 * time.Second

// A Server is what a server program works with. It is safe for concurrent use.
type Server struct {
	// ORB is the server's ORB.
	ORB *orb.ORB
	// Root is the root adapter; objects activated in it end with the process.
	Root *poa.Root
	// Objects is the adapter for objects whose references outlive the process: activate
	// them with ids of your own. An implementation may be several of them.
	Objects *poa.POA

	name    string
	daemon  string
	parent  *private // nil: the server is everybody's
	without string   // why there is no daemon
	stop    context.CancelCauseFunc

	identified bool         // callers have to be
	published  bool         // what the server's references name was set
	active     *activity    // nil: nobody wants to know
	lease      *lease.Lease // nil: the daemon has nothing to do with the server
	said       sayings

	mu    sync.Mutex
	atEnd []func() error
}

// Object returns the path of the one object that this process is for, where the daemon has one for each: the names
// of its adapters from below the root down, and its id, with slashes between. "": it is for all, and so is a process that is
// started by hand.
func (s *Server) Object() string { return os.Getenv(admin.EnvServerObject) }

// Name returns the server's name, "" if it has none.
func (s *Server) Name() string {
	if s.lease == nil {
		return s.name
	}
	name, _ := s.lease.Identity() // it may have got another
	return name
}

// Daemon returns the address, host:port, at which the daemon takes calls; "" without one.
func (s *Server) Daemon() string { return s.daemon }

// RefDataFile returns the file in which the server is to keep the changes of reference data that it makes (impl_refdata_file of its ImplementationDef); "": it is registered
// with none, or there is no daemon.
func (s *Server) RefDataFile() string {
	if s.lease == nil {
		return ""
	}
	return s.lease.Terms().RefDataFile
}

// Adapter returns Objects.
func (s *Server) Adapter() *poa.POA { return s.Objects }

// ActivateKey makes the object of Objects that ref refers to the one whose whole key is key, besides: what corbaloc URLs, and programs that know no more of it, name.
func (s *Server) ActivateKey(key string, ref *orb.Ref) error {
	servant, err := s.Objects.ReferenceToServant(ref)
	if err != nil {
		return err
	}
	_, err = s.Root.ActivateKey(key, servant)
	return err
}

// DeactivateKey takes back what ActivateKey has made: the object is left with the reference that it has besides.
func (s *Server) DeactivateKey(key string) error { return s.Root.DeactivateKey(key) }

// Stop ends the server as a signal does. It returns at once.
func (s *Server) Stop() { s.stop(errStopped) }

// AtEnd has f called when no call is under way any more, or DrainTimeout has passed, and the server still
// is the only one of its name: the place to close what it writes to. The functions are called in the
// reverse order; their errors are Run's.
func (s *Server) AtEnd(f func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.atEnd = append(s.atEnd, f)
}

// WhileBusy keeps the daemon from stopping the server for want of calls (idle_timeout) while f reports true, for a reason that calls do not tell: clients have
// objects, for one, that end with the process. f is called several times a second, if the server has such a time-out, by a goroutine of its own.
func (s *Server) WhileBusy(f func() bool) {
	if s.active == nil {
		return
	}
	s.active.mu.Lock()
	defer s.active.mu.Unlock()
	s.active.busy = append(s.active.busy, f)
}

// close calls the functions of AtEnd.
func (s *Server) close() (err error) {
	s.mu.Lock()
	fs := s.atEnd
	s.atEnd = nil
	s.mu.Unlock()
	for _, f := range slices.Backward(fs) {
		err = errors.Join(err, f())
	}
	return err
}

var errStopped = errors.New("stopped")

// Run serves. setup opens the server's state and activates its objects: from its call to the
// end of Run no other process is the server of this name, if there is a daemon. Requests are answered, and the daemon
// sends clients, when it has returned. Run returns nil when the server was stopped, by ctx, by SIGINT or
// SIGTERM, by the daemon or by [Server.Stop]; else what went wrong: an error that wraps an [orb.CutOff], and says
// which calls, if some had not finished after DrainTimeout. Their servants run on, until the program ends. A second
// signal ends the process at once.
func Run(ctx context.Context, opt Options, setup func(ctx context.Context, s *Server) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if !opt.NoSignals {
		defer stopOnSignal(stop)()
	}
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}

	parent, err := inherit(ctx, stop)
	if err != nil {
		return err
	}
	at := (*registration)(nil)
	if parent != nil {
		at = parent.registration(opt)
	} else if at, err = register(ctx, opt, stop); err != nil {
		return err
	}
	defer at.release()
	s, err := assemble(opt, at, parent, stop)
	if err != nil {
		return err
	}
	err = setup(ctx, s)
	if err == nil {
		s.ORB.Accept()
		at.ready(s.endpoints())
		if parent != nil {
			err = parent.ready()
		}
	}
	if err == nil {
		defer s.active.follow(ctx, at)()
		<-ctx.Done()
		err = refused(ctx)
	}
	// No new calls come from the daemon while those under way are finished.
	at.leaving()
	patience := at.drainTime(opt.DrainTimeout)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	down := cutOff(s.ORB.Shutdown(drain), patience)
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil // setup was interrupted by the stop
	}
	return errors.Join(err, down, s.close())
}

// stopOnSignal makes the first SIGINT or SIGTERM stop the server. The next does what it does to
// a program that does not look at signals, and ends the process: nothing of this one's is waited for then.
func stopOnSignal(stop context.CancelCauseFunc) (unhook func()) {
	signalled, unhook := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(signalled, func() {
		unhook()
		stop(errStopped)
	})
	return unhook
}

// cutOff returns what is to be said of how the ORB ended: nothing, unless calls had not finished after d.
func cutOff(err error, d time.Duration) error {
	var cut *orb.CutOff
	if !errors.As(err, &cut) {
		return nil
	}
	return fmt.Errorf("the server did not wait longer than %v for its calls (Options.DrainTimeout): %w", d, cut)
}

// refused returns why the daemon took the server's lease away, if that is why ctx ended.
func refused(ctx context.Context) error {
	var e *admin.Error
	if errors.As(context.Cause(ctx), &e) {
		return e
	}
	return nil
}

// assemble makes the ORB and the adapters.
func assemble(opt Options, at *registration, parent *private, stop context.CancelCauseFunc) (*Server, error) {
	publish := cmp.Or(opt.Publish, os.Getenv(admin.EnvPublish))
	cfg := orb.Config{
		Transports: opt.Transports, Listen: opt.Listen, Publish: publish, Connect: cmp.Or(opt.Connect, os.Getenv(admin.EnvConnect)), Limits: opt.Limits, Logger: opt.Logger, MaxVersion: opt.MaxVersion, CodeSets: opt.CodeSets,
		BiDir: opt.BiDir, ServerID: at.uuid, Daemon: cmp.Or(at.publish, at.daemon), DaemonTLS: orb.DaemonTLS(at.tls()), InitialReferences: map[string]string{}, Hold: true,
		Count: at.lease != nil, // for who looks at the daemon
	}
	for _, name := range []string{"NameService", "InterfaceRepository"} {
		if names := at.initial(); names != "" {
			cfg.InitialReferences[name] = "corbaloc:" + names + "/" + name
		}
	}
	sealed, certain, err := opt.sealed(&cfg)
	if err != nil {
		return nil, err
	}
	if err := at.sealed(cfg.RequireTLS); err != nil {
		return nil, err
	}
	if cfg.Transports == nil {
		cfg.Transports = transport.Set{tcp.New()}
	}
	if _, err := cfg.Transports.Find(unix.Name); err != nil {
		cfg.Transports = append(slices.Clip(cfg.Transports), unix.New())
	}
	if _, err := cfg.Transports.Find(pipe.Name); err != nil && runtime.GOOS == "windows" {
		cfg.Transports = append(slices.Clip(cfg.Transports), pipe.New())
	}
	if _, socket := pipe.Local(at.socket); at.socket != "" {
		cfg.DaemonNames = append(cfg.DaemonNames, socket.String())
	}
	if err := opt.web(&cfg); err != nil {
		return nil, err
	}
	byName, err := opt.named(&cfg, at)
	if err != nil {
		return nil, err
	}
	byIPX, ipx, err := opt.byIPX(&cfg, at)
	if err != nil {
		return nil, err
	}
	socket := cmp.Or(opt.Socket, os.Getenv(admin.EnvSocket))
	if parent != nil { // whom nobody else calls
		parent.configure(&cfg)
		publish, socket, byName, byIPX = cfg.Publish, "", "", ""
	}
	cfg.RequireIdentity = opt.RequireIdentity || at.lease != nil && at.lease.Terms().Secure
	if cfg.RequireIdentity && parent == nil && socket == "" && !certain {
		if socket = anySocket(); socket == "" {
			return nil, errors.New("the server serves identified callers alone, and has nothing by which to identify any: give it a socket (DSOM_SOCKET), or TLS with the authorities of clients (DSOM_TLS_CLIENTS)")
		}
	}
	if cfg.Listen == nil {
		if !cfg.RequireTLS {
			cfg.Listen = []string{"tcp:" + at.host() + ":0"}
		}
		if sealed {
			cfg.Listen = append(cfg.Listen, "tls:"+at.host()+":0")
		}
		if len(cfg.Listen) == 0 {
			return nil, fmt.Errorf("the server requires TLS, and has no certificate: set Options.TLS.Certificate, or %s", tls.EnvCertificate)
		}
		if publish == "" && at.host() == "" {
			rules, err := reach.ParsePublish(at.publish)
			if err != nil {
				return nil, fmt.Errorf("what the daemon publishes: %w", err)
			}
			cfg.Publish = rules.Hosts().String()
		}
	}
	for _, listen := range []string{byName, byIPX} {
		if listen != "" {
			cfg.Listen = append(slices.Clip(cfg.Listen), listen)
		}
	}
	if _, at := pipe.Local(socket); socket != "" {
		cfg.Listen = append(slices.Clip(cfg.Listen), at.String())
	}
	if opt.Configure != nil {
		if err := opt.Configure(&cfg); err != nil {
			return nil, fmt.Errorf("Options.Configure: %w", err)
		}
	}
	active := at.activity(stop)
	if active != nil {
		cfg.ServerInterceptors = append([]orb.ServerInterceptor{active.around}, cfg.ServerInterceptors...)
	}
	o, err := orb.New(cfg)
	if err != nil {
		return nil, err
	}
	if at.lease != nil {
		at.lease.Counts(func() admin.Counts { return admin.CountsOf(o) })
	}
	if at.lease != nil {
		at.lease.Daemons(func(now admin.Daemons) { at.follow(o, now, opt.Logger) })
	}
	s := &Server{ORB: o, Root: poa.New(o), parent: parent, name: at.name, daemon: at.daemon, without: at.without, identified: cfg.RequireIdentity, published: publish != "", active: active, lease: at.lease, stop: stop}
	s.said.log = opt.Logger
	if at.lease != nil {
		s.said.trial = at.lease.Trial
		at.lease.Serving(s.said.say)
		at.lease.Quieting(s.said.quiet)
	}
	if ipx != nil {
		s.AtEnd(ipx.Close)
	}
	if at.daemon != "" {
		s.Root.SetNext(elsewhere{o})
	}
	policies := poa.Options{IDAssignment: poa.UserID, IDUniqueness: poa.MultipleID}
	if at.uuid != [16]byte{} {
		policies.Lifespan = poa.Persistent
	}
	if s.Objects, err = s.Root.Create("objects", policies); err != nil {
		return nil, errors.Join(err, o.Shutdown(context.Background()))
	}
	return s, nil
}

// anySocket is a socket that is free, or a pipe, where the system has such.
func anySocket() string {
	switch runtime.GOOS {
	case "linux":
		return "@"
	case "windows":
		return pipe.Name + ":@"
	}
	return ""
}

// sealed gives cfg the transport by TLS, if there is one to be. It reports whether the server can listen by it, and whether clients have to show certificates there.
func (opt Options) sealed(cfg *orb.Config) (listens, certain bool, err error) {
	c, require, told, err := tls.FromEnvironment(os.Getenv)
	if err != nil {
		return false, false, err
	}
	if opt.TLS != nil {
		c, told = *opt.TLS, true
	}
	cfg.RequireTLS = opt.RequireTLS || require
	if !told {
		if cfg.RequireTLS {
			return false, false, fmt.Errorf("Options.RequireTLS is set, and there is no TLS: set Options.TLS, or %s and %s", tls.EnvCertificate, tls.EnvKey)
		}
		return false, false, nil
	}
	listens = c.Certificate != ""
	certain = listens && c.Clients != ""
	if _, err := cfg.Transports.Find(tls.Name); err == nil {
		return listens, certain, nil // the program has seen to it
	}
	if c.Limits == nil {
		c.Limits = opt.Limits
	}
	if c.Logger == nil {
		c.Logger = opt.Logger
	}
	set, err := tls.Set(c)
	if err != nil {
		return false, false, fmt.Errorf("TLS: %w", err)
	}
	if cfg.Transports != nil {
		set = append(slices.Clip(cfg.Transports), set[1])
	}
	cfg.Transports = set
	return listens, certain, nil
}

// endpoints returns where the daemon is to send clients.
func (s *Server) endpoints() []string {
	var all []string
	for _, e := range s.ORB.Endpoints() {
		all = append(all, e.String())
	}
	if how := (admin.Speech{Version: s.ORB.MaxVersion(), CodeSets: s.ORB.CodeSets()}); !how.Ordinary() {
		all = append(all, how.String())
	}
	if s.identified {
		all = append(all, admin.IdentifiedCallers)
	}
	if s.ORB.MutualTLS() {
		all = append(all, admin.CertifiedClients)
	}
	if s.published {
		if rules, err := s.ORB.Published(); err == nil {
			for rule := range strings.FieldsSeq(rules.String()) {
				all = append(all, admin.PublishedPrefix+rule)
			}
		}
	}
	return all
}

// Private reports whether a program has started the server for itself, such as one that has a class in a process of its own: that program alone can call it, finds
// what Bind is told of, and ends it by ending itself. There is no daemon then.
func (s *Server) Private() bool { return s.parent != nil }
