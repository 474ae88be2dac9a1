// Package supervise starts server programs when they are needed, watches them, and stops
// them: one process for each registered server at any time, and never two.
//
// What a server has instead of a pid file is a lease: a connection that it holds to the
// daemon for as long as it lives. A server may write its state only from the moment at which its lease
// is granted; and a lease is granted only when no other process can still hold one:
//
//   - Within a daemon's life one life of a server at a time is in the table, from before
//     its process is started until it is certain that the process has ended.
//   - Across lives of the daemon, who may hold a lease lies in the store before it is
//     granted: the process with its moment of start, never a bare pid. A daemon that comes
//     up waits for those that still live, for a time, before it starts another; it ends
//     a process only if it is certain that it is the one.
//
// A server has one process, or several: replicas, processes for single objects or calls, the version before an upgrade and
// that after it. Each of them has a seat of its own, and all that is said above of a server holds of a seat.
//
// Each life has one goroutine (life.watch), which alone starts, ends and buries its process. All
// else that happens to a server (a lease comes, a lease is lost, somebody wants it stopped) is a change under
// the server's lock that wakes everybody who waits. Nothing is called under that lock but
// time and memory.
package supervise

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// The defaults of Options.
const (
	DefaultStartTimeout = 30 * time.Second
	DefaultStopTimeout  = 10 * time.Second
	DefaultTermTimeout  = 5 * time.Second
	DefaultGrace        = 10 * time.Second
	DefaultBackOff      = 500 * time.Millisecond
	DefaultMaxBackOff   = 30 * time.Second
	DefaultSettled      = 10 * time.Second
	DefaultQuiet        = 10 * time.Second
)

// Options tune a Supervisor; the zero value is useful, but for what is said to be needed.
type Options struct {
	Store store.Store     // where it remembers what it started; needed
	Share store.Store     // where the records of servers are, if others have them too; nil: in Store
	Logs  *capture.Keeper // where the output of servers goes; needed
	Env   []string        // NAME=value for every server, besides this process's own environment
	Mark  string          // tells this daemon, and who has its place after it, from others of the host that may know the same servers
	Log   *slog.Logger    // nil: nothing is logged

	Limits *limits.Limits // counts how often server-output was met; what Logs keeps is for Logs to say

	StartTimeout time.Duration // from start to endpoints, unless the record says otherwise
	StopTimeout  time.Duration // from the request to stop to the first signal, unless the record says otherwise
	TermTimeout  time.Duration // from the polite signal to the one that cannot be refused
	Grace        time.Duration // for a server that lives to come back for its lease
	BackOff      time.Duration // after the first failure to come up; doubled with each that follows
	MaxBackOff   time.Duration
	Settled      time.Duration // a server that ends sooner than this after it was started has failed
	Quiet        time.Duration // for the old processes of an upgrade to say that nothing is under way any more of what they say of the server

	// Machines says which servers are this machine's; nil: all. Machine is its name.
	Machines Machines
	Machine  string

	// Probe asks a process whether it works: an error says that it does not, but an *UnaskableError nothing. nil: nobody asks but a record's command.
	Probe func(ctx context.Context, rec implrepo.Record, at Live) error
}

func (o *Options) fill() {
	for p, std := range map[*time.Duration]time.Duration{
		&o.StartTimeout: DefaultStartTimeout, &o.StopTimeout: DefaultStopTimeout, &o.TermTimeout: DefaultTermTimeout, &o.Grace: DefaultGrace,
		&o.BackOff: DefaultBackOff, &o.MaxBackOff: DefaultMaxBackOff, &o.Settled: DefaultSettled, &o.Quiet: DefaultQuiet,
	} {
		if *p <= 0 {
			*p = std
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// A Supervisor looks after the servers of a repository. Its methods may be called concurrently.
type Supervisor struct {
	o     Options
	repo  *implrepo.Repo
	ctx   context.Context // of the goroutines
	close context.CancelFunc
	wg    sync.WaitGroup

	mu       sync.Mutex
	groups   map[implrepo.UUID]*group
	stopping bool // nothing is started any more
}

// New returns a supervisor, which at once takes up the servers that an earlier one left
// behind, and starts those that shall always run. Close ends it.
func New(ctx context.Context, o Options) (*Supervisor, error) {
	if o.Store == nil || o.Logs == nil {
		return nil, errors.New("supervise: a store and a place for logs are needed")
	}
	o.fill()
	s := &Supervisor{o: o, groups: map[implrepo.UUID]*group{}}
	if s.o.Share == nil {
		s.o.Share = s.o.Store
	}
	s.repo = implrepo.New(s.o.Share).On(s.o.Machine).Watched(s.changed)
	s.ctx, s.close = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.o.Logs.TrimAll(); err != nil { // first of all: the disk may be full of them
		s.o.Log.Warn("the output of servers cannot be cut", "error", err)
	}
	if err := s.takeUp(ctx); err != nil {
		s.Close()
		return nil, err
	}
	recs, err := s.repo.List(ctx)
	if err != nil {
		s.Close()
		return nil, err
	}
	s.resumeUpgrades(recs)
	s.refresh(recs)
	s.spawn(s.trimEnded)
	return s, nil
}

// trimEnded cuts the output of servers that do not run, now and then: a process that has left the
// server's group may write on.
func (s *Supervisor) trimEnded() {
	t := time.NewTicker(oldTick)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-s.ctx.Done():
			return
		}
		for _, st := range s.seats() {
			if st.runs() {
				continue
			}
			s.dismiss(st)
			if _, err := st.g.trim(s.o.Logs); err != nil {
				s.o.Log.Warn("the output of a server that has ended cannot be cut", "uuid", st.uuid, "error", err)
			}
		}
	}
}

// Records returns the repository of the servers.
func (s *Supervisor) Records() *implrepo.Repo { return s.repo }

// Close lets go of all servers without stopping them: they live on, and another supervisor
// on the same store takes them up. Calls under way return ErrClosed.
// (A child that lives on keeps the goroutine that waits for its end.)
func (s *Supervisor) Close() {
	s.mu.Lock()
	s.stopping = true
	s.mu.Unlock()
	s.close()
	s.wg.Wait()
}

// StopAll stops the servers that were started by a supervisor, those first after which others come
// last, and from now on starts none; those started by hand are left alone. It returns the first error.
func (s *Supervisor) StopAll(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	s.mu.Unlock()
	all := s.seats()
	last := s.stopOrder(all)
	errs := make(chan error, len(all))
	for _, st := range all {
		go func() {
			defer last.stopped(st)
			last.wait(ctx, st)
			errs <- st.stopLife(ctx, s.ctx, true, "the daemon is shutting down")
		}()
	}
	var first error
	for range all {
		if err := <-errs; first == nil {
			first = err
		}
	}
	return first
}

// closing reports whether nothing may be started any more.
func (s *Supervisor) closing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// spawn runs f in a goroutine that Close waits for; it reports whether it did: once Close or StopAll was called it does not.
func (s *Supervisor) spawn(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.wg.Go(f)
	return true
}

// Refresh starts the servers that shall always run and do not.
func (s *Supervisor) Refresh(ctx context.Context) error {
	recs, err := s.repo.List(ctx)
	if err != nil {
		return err
	}
	s.refresh(recs)
	return nil
}

func (s *Supervisor) refresh(recs []implrepo.Record) {
	for _, rec := range recs {
		s.know(rec)
		s.settle(rec)
	}
}

// Forget drops what is known about a server whose record was removed, its output included.
// It fails with ErrRuns if the server runs.
func (s *Supervisor) Forget(u implrepo.UUID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.groups[u]; g != nil {
		for name, st := range g.seats {
			if !st.remove() {
				return ErrRuns
			}
			delete(g.seats, name)
		}
		delete(s.groups, u)
	}
	return s.o.Logs.Remove(u.String())
}
