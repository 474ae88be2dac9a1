// Package orb is the object request broker (CORBA 3.3 part 1, clause 8): it turns calls on
// object references into requests on connections, and requests on connections into calls
// of implementations.
//
// An [ORB] is made with [New] and has no state outside itself: a process may have several.
// Programs use it through generated code (package orb/stub), an object adapter (package
// orb/poa), and, for servers, package server, which puts it all together.
package orb

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/codeset"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// A Config describes an ORB. The zero value is a client that can call out over TCP.
type Config struct {
	// Transports are the ways to reach others; nil is TCP alone.
	Transports transport.Set

	// Listen are the endpoints to take requests at, such as "tcp::2809" or "tcp:127.0.0.1:0"
	// (a free port). Empty: none, and no object can be made.
	Listen []string

	// RequireTLS has requests taken over sealed connections alone: by TLS, or within the machine. One that comes over another is answered with
	// NO_PERMISSION, and references name port 0 for plain IIOP.
	RequireTLS bool

	// RequireIdentity has requests taken of identified callers alone: those of whom [Caller] tells a name, by the certificate that they have shown where TLS is mutual, or by the
	// socket of this machine over which they call. All others, and who asks where an object is, are answered with NO_PERMISSION. Calls within the process are not concerned.
	RequireIdentity bool

	// CallTLSOnly has calls made over such connections alone: one by a reference that offers nothing sealed is NO_PERMISSION.
	CallTLSOnly bool

	// Hold keeps clients waiting until [ORB.Accept] is called: they can connect, and what they
	// send is not read yet. So nobody is told that an object does not exist while a server that
	// comes up has not made it yet. Calls that stay within the ORB are not held.
	Hold bool

	// Publish is the address, host or host:port, that references name instead of those
	// listened at: what clients can reach when a NAT or a container is between. It may be several
	// rules, by the client's network: see [reach.ParsePublish]. Empty: all endpoints of TCP, the
	// first of Listen first.
	Publish string

	// Daemon is the address, host:port, that persistent references name: that of the daemon
	// that knows where this server is; or rules, as for Publish. Empty: this ORB's own.
	Daemon string

	// DaemonTLS says how that daemon is called by TLS; the zero value: it is not. With RequireTLS persistent references name nothing else of the daemon, and
	// cannot be made where it takes no calls by TLS.
	DaemonTLS DaemonTLS

	// DaemonNames are endpoints of NetBIOS, SPX and WebSocket at which that daemon takes calls besides, such as netbios:ADA:139, spx:ADA:3053 or ws:ada.example.org:3053, and
	// its sockets of this machine, such as unix:/run/dsom/daemon, which are named where nothing is that is not sealed.
	DaemonNames []string

	// Connect are rules for the addresses in references, before they are connected to: where
	// others are to be tried instead, and what is refused. See [reach.ParseConnect]. Empty: none.
	Connect string

	// ServerID says which server this is, in the keys of its objects. The zero value is a
	// new one; a server whose persistent references are to live on must be given its own.
	ServerID [16]byte

	// InitialReferences are the URLs of the objects that corbaloc:rir: and
	// [ORB.InitialReference] name, such as NameService.
	InitialReferences map[string]string

	// Limits bounds what peers may do; nil is the defaults.
	Limits *limits.Limits

	// MaxVersion is the highest version of GIOP to publish and to speak; the zero value is 1.2.
	MaxVersion cdr.Version

	// CodeSets are the sets of char and of wchar that this ORB publishes in its references and chooses
	// from as a client: the native one, which it prefers, and those that it converts. Text in memory is UTF-8
	// in any case, but chars are octets of the native set, if that has one octet a character and begins as ASCII
	// does, else of ISO 8859-1. A kind without a native set has UTF-8, or UTF-16; a client then converts whatever it can.
	CodeSets codeset.Component

	// BigEndian makes this ORB send in big-endian order. Either order is received.
	BigEndian bool

	// FragmentSize is the size in octets above which messages of GIOP 1.2 are sent in
	// fragments; 0 is never. Those of GIOP 1.1 never are, since peers do not agree how their fragments are
	// aligned; they are received in either.
	FragmentSize int

	// ClientInterceptors are called around the requests that the ORB makes, ServerInterceptors around those
	// that it serves, the first outermost. They must not be changed afterwards.
	ClientInterceptors []ClientInterceptor
	ServerInterceptors []ServerInterceptor

	// Principal is what requests of GIOP 1.0 and 1.1 say of who makes them. Servers of DSOM are told user and host in it: see
	// [giop.AppendDSOMPrincipal]. Empty: nobody.
	Principal []byte

	// Count makes the ORB count the calls that its objects get, for [ORB.Calls]: some hundredths of a microsecond each.
	Count bool

	// Door, if set, is asked about each connection that is accepted, and told what came of it.
	Door Door

	// Multicaster sends requests to groups of objects, by datagrams: a *miop.Sender. It is the program's to close. nil: none are sent.
	Multicaster Multicaster

	// BiDir lets requests go against the direction of connections.
	BiDir BiDir

	// References are called for each reference that the ORB makes of an object of its own, and may add components
	// to it; concurrently, and under no lock of the ORB's. An error keeps the reference from being made.
	References []func(*NewReference) error

	// Adapters are called for each object adapter that is made, before it makes references or serves anybody, under no lock of the
	// ORB's. An error keeps it from being made.
	Adapters []func(NewAdapter) error

	// Initializers are called in order by [New], with an ORB that is complete but has let no client in. An error ends the
	// ORB, and is New's.
	Initializers []func(*ORB) error

	// Logger gets what nobody is told otherwise; nil is slog.Default.
	Logger *slog.Logger
}

// An ORB is an object request broker. It is safe for concurrent use.
type ORB struct {
	transports      transport.Set
	limits          *limits.Limits
	log             *slog.Logger
	door            Door // or nil
	little          bool
	maxVersion      cdr.Version
	serverID        [16]byte
	incarnation     uint64
	requireTLS      bool
	requireIdentity bool
	callSealed      bool
	publishing      atomic.Pointer[publishing]
	setDaemon       sync.Mutex
	daemonNamed     []string
	connect         *reach.Connect
	connOptions     conn.Options
	offers          codeset.Component // what references say of this ORB
	converts        codeset.Component // what it chooses from as a client

	clientInterceptors []ClientInterceptor
	serverInterceptors []ServerInterceptor
	references         []func(*NewReference) error
	adapters           []func(NewAdapter) error
	principal          []byte
	multicaster        Multicaster

	handler  atomic.Pointer[Handler]
	values   values
	adapter  atomic.Pointer[Adapter]
	policies atomic.Pointer[Policies]

	life context.Context // ends with Shutdown
	end  context.CancelFunc

	tally     *tally // nil: calls are not counted
	bidir     bidir
	callbacks running         // calls under way whose ends somebody is told of
	asking    context.Context // ends those calls, and not the telling
	endAsking context.CancelFunc
	oneways   *oneways
	parts     parts
	watchers  watchers
	links     links
	server    server
	initial   initialReferences

	envMu sync.Mutex
	envs  map[coding]*cdr.Env
	own   *cdr.Env // of local calls
}

// New returns an ORB that listens where cfg says. It must be ended with Shutdown.
func New(cfg Config) (*ORB, error) {
	o := &ORB{
		transports: cfg.Transports, limits: cfg.Limits, log: cfg.Logger, little: !cfg.BigEndian, maxVersion: cfg.MaxVersion,
		requireTLS: cfg.RequireTLS, requireIdentity: cfg.RequireIdentity, callSealed: cfg.CallTLSOnly, daemonNamed: cfg.DaemonNames, serverID: cfg.ServerID,
		incarnation: newIncarnation(),
		envs:        map[coding]*cdr.Env{}, clientInterceptors: cfg.ClientInterceptors, serverInterceptors: cfg.ServerInterceptors,
		bidir:      bidir{BiDir: cfg.BiDir},
		references: cfg.References, adapters: cfg.Adapters, door: cfg.Door, principal: bytes.Clone(cfg.Principal), multicaster: cfg.Multicaster,
	}
	if o.transports == nil {
		o.transports = transport.Set{tcp.New()}
	}
	if o.limits == nil {
		o.limits = new(limits.Limits)
	}
	if o.log == nil {
		o.log = slog.Default()
	}
	o.oneways = newOneways(o.limits)
	if cfg.Count {
		o.tally = newTally(o.limits)
	}
	if o.maxVersion == (cdr.Version{}) {
		o.maxVersion = cdr.V12
	}
	if o.serverID == ([16]byte{}) {
		crand.Read(o.serverID[:])
	}
	if err := o.setCodeSets(cfg.CodeSets); err != nil {
		return nil, err
	}
	o.own = &cdr.Env{Version: cdr.V12, Limits: o.limits, Refs: references{orb: o}, Values: &o.values, Narrow: codeset.UTF8, Wide: codeset.UTF16, Fragment: cfg.FragmentSize}
	o.life, o.end = context.WithCancel(context.Background())
	o.asking, o.endAsking = context.WithCancel(context.Background())
	o.links.byHop = map[hop]*link{}
	o.connOptions = conn.Options{Limits: o.limits, Logger: o.log, FragmentSize: cfg.FragmentSize, Shared: sharedFor(o.transports, o.limits)}
	o.initial.set(cfg.InitialReferences)
	o.server.accepting = make(chan struct{})
	var err error
	if o.connect, err = reach.ParseConnect(cfg.Connect); err != nil {
		err = badRule("Config.Connect", err)
	} else if err = o.listen(cfg.Listen); err == nil {
		if err = o.publish(cfg.Publish, cfg.Daemon, cfg.DaemonTLS); err == nil {
			if err = o.initialize(cfg.Initializers); err == nil {
				o.serve()
			}
		}
	}
	if err != nil {
		o.Shutdown(context.Background())
		return nil, err
	}
	if !cfg.Hold {
		o.Accept()
	}
	return o, nil
}

// sharedFor returns what the ORB's connections share. With a transport to other processes it
// keeps time by the system; without one, time may be virtual.
func sharedFor(set transport.Set, l *limits.Limits) *conn.Shared {
	for _, t := range set {
		if _, inside := t.(interface{ InProcess() }); !inside {
			return conn.NewSystemShared(l)
		}
	}
	return conn.NewShared(l)
}

// newIncarnation returns a number that no other process of the server has had: never zero.
func newIncarnation() uint64 {
	var b [8]byte
	crand.Read(b[:])
	return (binary.BigEndian.Uint64(b[:]) | IncarnationSpan) &^ (IncarnationSpan - 1)
}

// IncarnationSpan is how many numbers from [ORB.Incarnation] on are this process's: adapters that
// follow others of the same name count on, so that the references of those mean nothing any more.
const IncarnationSpan = 1 << 24

// ServerID returns what the keys of this ORB's objects say of their server.
func (o *ORB) ServerID() [16]byte { return o.serverID }

// Incarnation returns what the keys of transient objects say of this process: never 0, and a
// multiple of IncarnationSpan.
func (o *ORB) Incarnation() uint64 { return o.incarnation }

// Limits returns the ORB's limits and their counters.
func (o *ORB) Limits() *limits.Limits { return o.limits }

// SetHandler makes h the one that finds the objects of requests.
func (o *ORB) SetHandler(h Handler) { o.handler.Store(&h) }

// SetAdapter makes a the adapter in which implementations are activated when they are
// passed as objects.
func (o *ORB) SetAdapter(a Adapter) { o.adapter.Store(&a) }

// Adapter returns the default adapter, or nil.
func (o *ORB) Adapter() Adapter {
	if a := o.adapter.Load(); a != nil {
		return *a
	}
	return nil
}

// NewRef returns a reference of this ORB from data. i must not be changed afterwards. A
// nil IOR makes a nil *Ref.
func (o *ORB) NewRef(i *ior.IOR) *Ref {
	if i.IsNil() {
		return nil
	}
	return &Ref{orb: o, ior: i}
}

// Env returns the environment of values that stand alone, as in an any that is kept: GIOP
// 1.2, UTF-8 and UTF-16.
func (o *ORB) Env() *cdr.Env { return o.own }

// coding is what decides an environment, but for views, which env adds.
type coding struct {
	version cdr.Version
	sets    codeset.Choice
	reader  cdr.Reader
	withIDs bool
	views   views
}

// env returns the environment of messages in a coding, with references as refs has them.
func (o *ORB) env(k coding, refs references) (*cdr.Env, error) {
	k.views = refs.views
	o.envMu.Lock()
	defer o.envMu.Unlock()
	if env := o.envs[k]; env != nil {
		return env, nil
	}
	narrow, wide, err := k.sets.Sets()
	if err != nil {
		return nil, err
	}
	env := &cdr.Env{Version: k.version, Reader: k.reader, WithIDs: k.withIDs, Limits: o.limits, Refs: refs, Values: &o.values, Narrow: codeset.InNative(narrow, o.offers.Char.Native), Wide: wide, Fragment: o.connOptions.FragmentSize}
	o.envs[k] = env // bounded: versions times known code sets times readers times views
	return env, nil
}

// Shutdown ends the ORB in order: it takes no more requests, lets those that run finish,
// tells clients that the connections close, ends the calls under way whose reply handlers are told of their end (see [ORB.Callback]) and waits until those are, for
// [limits.HandlerTimeout] at most, ends its parts (see [ORB.Attach]; adapters have their
// objects etherealized then), closes its own connections, and waits for the reply handlers that have not returned, and for what transports that end with the
// program have not delivered ([transport.Flusher]). When ctx ends it closes all at once and
// returns, whatever servants do: the error is that of ctx, or a [CutOff] if calls had not finished. From inside a servant's method, which it would wait for, it raises BAD_INV_ORDER.
func (o *ORB) Shutdown(ctx context.Context) error {
	if upcallOf(ctx) == o {
		return exc.New(exc.BadInvOrder, exc.MinorShutdownInUpcall, exc.No, "Shutdown called from a servant's method, for which it would wait: call it in another goroutine, with another context")
	}
	o.drain()
	err := o.server.shutdown(ctx, o.links.serving())
	err = errors.Join(err, o.oneways.under.wait(ctx, "oneway calls within the process"))
	o.endCallbacks(ctx)
	if failed := o.endParts(ctx); err == nil || failed != nil && !errors.Is(failed, ctx.Err()) {
		err = errors.Join(err, failed)
	}
	o.end()
	o.links.shutdown()
	o.connOptions.Shared.Keep(false)
	err = errors.Join(err, o.callbacks.wait(ctx, "reply handlers"))
	o.flush(ctx)
	return err
}

// flush waits for what transports that end with the program have not delivered yet. That something was given up is no error: a system says nothing of it either.
func (o *ORB) flush(ctx context.Context) {
	var all sync.WaitGroup
	for _, t := range o.transports {
		if f, ok := t.(transport.Flusher); ok {
			all.Go(func() {
				if err := f.Flush(ctx); err != nil {
					o.log.Warn("not all that was written has arrived", "transport", f.Name(), "reason", err)
				}
			})
		}
	}
	all.Wait()
}

// shutdown closes all connections to others.
func (s *links) shutdown() {
	s.mu.Lock()
	all := s.byHop
	s.byHop, s.closed = nil, true
	s.mu.Unlock()
	for _, l := range all {
		<-l.ready
		if l.conn != nil {
			l.conn.Close()
		}
	}
}
