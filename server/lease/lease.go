// Package lease is what makes a process known to the daemon as a server: it holds a lease
// for it, comes back for it when the daemon was restarted, and passes on the daemon's
// request to stop.
//
// A server that the daemon may start must not write its state before its lease is granted:
// only then is it certain that no other process is the same server. After that nothing here
// ever holds up the server's work: while the daemon is away the lease is asked for again in the
// background, and what has changed meanwhile is told then.
package lease

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/process"
)

// How long it is waited between attempts to reach the daemon: at first, and at most. Half
// of it is chance, so that the servers of a restarted daemon do not all come at once.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// tellTime bounds a short request to the daemon.
const tellTime = 5 * time.Second

// A Config says which server this process is, and where its daemon is. FromEnv fills it in
// for a process that a daemon has started.
type Config struct {
	State   string // the daemon's state folder; "": admin.DefaultState
	Address string // host:port of the daemon's local API, for when the state folder cannot be read
	Token   string // given by the daemon that started this process; "": that of the state folder

	Name   string // of the server's record; this or UUID is needed
	UUID   string
	Create bool // make a record for a Name that is unknown

	// Over is called when the time is over for which this process may be the server, where another machine may have it then: nothing may be
	// written any more. nil: the process ends at once, with the status ExitOver.
	Over func()

	Incarnation string       // tells this life of the server from others; "": chosen
	Endpoints   []string     // where it takes calls, if that is known already
	Log         *slog.Logger // nil: nothing is logged
}

// FromEnv returns the Config of a process that a daemon has started, and whether it was.
func FromEnv() (Config, bool) {
	c := Config{
		State:   os.Getenv(admin.EnvState),
		Address: os.Getenv(admin.EnvAdmin),
		Token:   os.Getenv(admin.EnvServerToken),
		Name:    os.Getenv(admin.EnvServerName),
		UUID:    os.Getenv(admin.EnvServerUUID),
	}
	return c, c.Token != "" && c.UUID != ""
}

// A Stop is the daemon's request that the server shall end: finish what is under way, and
// exit within the time, after which it will be ended by force.
type Stop struct {
	Within time.Duration
	Reason string
}

// Terms are what the daemon wants of the server while the lease is held.
type Terms struct {
	Report time.Duration // how often it wants to be told of the calls; 0: not at all
	Calls  int           // how many calls the process is for; 0: any number
	Secure bool          // it is to refuse callers that are not identified

	RefDataFile string // where it keeps changes of reference data (impl_refdata_file); "": nowhere
}

// A Lease is held, or being asked for, until Close, or until it is refused. Its methods may
// be called concurrently.
type Lease struct {
	c       Config
	self    process.ID
	cancel  context.CancelFunc
	done    chan struct{} // closed when the goroutines have ended
	granted chan struct{} // closed when it was granted for the first time
	refused chan struct{} // closed when it will never be granted (again)
	stop    chan Stop

	mu        sync.Mutex
	counts    func() admin.Counts // nil: nothing is told
	changed   chan struct{}       // closed and made new when endpoints or described change
	endpoints []string
	id        string        // of the lease that is held now, or ""
	asked     chan struct{} // closed when the request that is under way has its answer; nil: none is
	client    *admin.Client
	name      string
	uuid      string
	terms     Terms
	trial     bool                  // the process does not serve, as far as is known
	replaced  bool                  // another version has taken its place since the lease was granted
	serving   func(context.Context) // see Serving
	quieting  func(context.Context) // see Quieting
	err       error                 // why it was refused

	described *description // what the daemon is to know of the classes; nil: nothing

	told      func(admin.Daemons) // see Daemons
	published admin.Daemons
	passing   sync.Mutex // held while told is called; taken before mu

	until  time.Time // when the process has to have ended; zero: never
	guards bool      // somebody sees to that
}

// ExitOver is the status with which a process ends that may not be the server any longer.
const ExitOver = 75

// Connect begins to ask for a lease and returns at once. Its error is about the Config alone.
func Connect(c Config) (*Lease, error) {
	if c.Name == "" && c.UUID == "" {
		return nil, errors.New("lease: neither name nor UUID says which server this is")
	}
	if c.State == "" && c.Address == "" {
		var err error
		if c.State, err = admin.DefaultState(); err != nil {
			return nil, fmt.Errorf("lease: %w", err)
		}
	}
	if c.Incarnation == "" {
		c.Incarnation = rand.Text()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	self, err := process.Self()
	if err != nil {
		self = process.ID{PID: os.Getpid()}
	}
	l := &Lease{
		c: c, self: self, endpoints: slices.Clone(c.Endpoints), changed: make(chan struct{}),
		done: make(chan struct{}), granted: make(chan struct{}), refused: make(chan struct{}), stop: make(chan Stop, 1),
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	go l.run(ctx)
	return l, nil
}

// Granted waits until the lease was granted for the first time; its error says that it was
// refused, or that ctx has ended (the daemon may be away; it is asked on).
func (l *Lease) Granted(ctx context.Context) error {
	select {
	case <-l.granted:
		return nil
	default:
	}
	select {
	case <-l.granted:
		return nil
	case <-l.refused:
		return l.Err()
	case <-ctx.Done():
		return fmt.Errorf("lease: the daemon has not granted it: %w", ctx.Err())
	}
}

// Ready says where the server takes calls: it is told to the daemon as soon as that is
// there, and again whenever the daemon was restarted.
func (l *Lease) Ready(endpoints []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.endpoints = slices.Clone(endpoints)
	close(l.changed)
	l.changed = make(chan struct{})
}

// Counts makes f what the daemon is told when it asks what the server has counted. It is called in a goroutine of its own.
func (l *Lease) Counts(f func() admin.Counts) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts = f
}

// Stops delivers the daemon's request to stop, once.
func (l *Lease) Stops() <-chan Stop { return l.stop }

// Refused is closed when the daemon has said that this process cannot be the server (any
// more): another one is, or it was removed or disabled. A server that the daemon may start must then end. Err says why.
func (l *Lease) Refused() <-chan struct{} { return l.refused }

// Err returns why the lease was refused, or nil: an *admin.Error.
func (l *Lease) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// Identity returns the name and UUID of the server's record; empty until the lease was granted, as far as the Config did not say.
func (l *Lease) Identity() (name, uuid string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.uuid == "" {
		return l.c.Name, l.c.UUID
	}
	return l.name, l.uuid
}

// Terms returns what the daemon wanted when it granted the lease; the zero value until then.
func (l *Lease) Terms() Terms {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.terms
}

// Report tells the daemon of the server's calls, if the lease is held just now. One that does not reach it is lost: the
// next says more.
func (l *Lease) Report(ctx context.Context, r admin.Report) {
	l.mu.Lock()
	id, client := l.id, l.client
	l.mu.Unlock()
	if id == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	if err := client.Report(ctx, id, r); err != nil && ctx.Err() == nil {
		l.c.Log.Debug("the daemon could not be told of the server's calls", "error", err)
	}
}

// Describe registers the interfaces of the server's classes with the daemon, packed as the interface repository has them, and again whenever the daemon was restarted: it may not have got to what a version
// says that was tried out. It waits for the first answer, until ctx ends; then, as while the daemon is away or has too much to do, it is tried on in the background. The error is the daemon's where it refuses
// them, for good, or else ctx's.
func (l *Lease) Describe(ctx context.Context, packed []byte) error {
	d := &description{packed: packed, answered: make(chan struct{})}
	l.mu.Lock()
	l.described = d
	close(l.changed)
	l.changed = make(chan struct{})
	l.mu.Unlock()
	select {
	case <-d.answered:
		return d.err
	case <-l.refused:
		return l.Err()
	case <-l.done:
		return admin.ErrNoDaemon
	case <-ctx.Done():
		return fmt.Errorf("lease: the daemon has not answered yet, and is asked on: %w", ctx.Err())
	}
}

// Close tells the daemon, if it is there and before ctx ends, that the server is done, and
// gives the lease up. The server writes nothing any more when it calls this.
func (l *Lease) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	l.mu.Lock()
	asked := l.asked
	l.mu.Unlock()
	if asked != nil { // the daemon may have granted it already, and must then be told
		select {
		case <-asked:
		case <-ctx.Done():
		}
	}
	l.mu.Lock()
	id, client := l.id, l.client
	l.mu.Unlock()
	var err error
	if id != "" {
		if err = client.Release(ctx, id); errors.Is(err, admin.ErrNoDaemon) || errors.Is(err, &admin.Error{Code: admin.CodeNotFound}) {
			err = nil // there is nobody to be told
		}
	}
	l.cancel()
	<-l.done
	return err
}
