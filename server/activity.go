package server

import (
	"context"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/server/lease"
)

// unusedTime is how long a process that is for a number of calls waits for the first of them: a client that
// comes later is sent to another.
const unusedTime = 5 * time.Second

// activity counts the calls of a server where its daemon wants to know of them, or has said that
// there are to be no more than so many. It is a server interceptor.
type activity struct {
	most   int64  // calls that are served; 0: any number
	full   func() // called when the last of them has ended
	daemon string // host:port to which further ones are sent

	begun atomic.Int64
	done  atomic.Uint64

	mu      sync.Mutex
	running int
	since   time.Time     // when running became 0, or what busy asks was so last
	busy    []func() bool // of the program
}

// around is called around each request. To ask whether an object exists is no call: the daemon does so to see whether the
// server works.
func (a *activity) around(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
	if r.Operation() == "_non_existent" {
		return next(ctx)
	}
	n := a.begun.Add(1)
	if a.most > 0 && n > a.most {
		if to := forwarded(a.daemon, r.Key()); to != nil {
			return &orb.ForwardRequest{To: r.ORB().NewRef(to)}
		}
	}
	a.enter()
	defer a.leave(n)
	return next(ctx)
}

func (a *activity) enter() {
	a.mu.Lock()
	a.running++
	a.mu.Unlock()
}

func (a *activity) leave(n int64) {
	a.done.Add(1)
	a.mu.Lock()
	a.running--
	if a.running == 0 {
		a.since = time.Now()
	}
	a.mu.Unlock()
	if n == a.most {
		a.full()
	}
}

// isBusy asks the program.
func (a *activity) isBusy() bool {
	a.mu.Lock()
	busy := a.busy
	a.mu.Unlock()
	return slices.ContainsFunc(busy, func(f func() bool) bool { return f() })
}

// report is what there is to be told.
func (a *activity) report() admin.Report {
	busy := a.isBusy()
	a.mu.Lock()
	defer a.mu.Unlock()
	if busy {
		a.since = time.Now()
	}
	r := admin.Report{Calls: a.running, Done: a.done.Load()}
	if a.running == 0 {
		r.Idle = admin.Duration(time.Since(a.since))
	}
	return r
}

// activity returns what counts the calls, if the daemon wants to know of them; else nil.
func (at *registration) activity(stop context.CancelCauseFunc) *activity {
	if at.lease == nil {
		return nil
	}
	t := at.lease.Terms()
	if t.Report == 0 && t.Calls == 0 {
		return nil
	}
	return &activity{most: int64(t.Calls), full: sync.OnceFunc(func() { stop(errStopped) }), daemon: at.daemon, since: time.Now()}
}

// follow does what the daemon wants of a server that serves, until the function that it returns is called.
func (a *activity) follow(ctx context.Context, at *registration) (end func()) {
	if a == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	if every := at.lease.Terms().Report; every > 0 {
		wg.Go(func() { a.tell(ctx, at.lease, every) })
	}
	if a.most > 0 {
		wg.Go(func() { a.endUnused(ctx) })
	}
	return func() { cancel(); wg.Wait() }
}

// tell reports to the daemon every so often, until ctx ends: whatever has changed, and that nothing has.
func (a *activity) tell(ctx context.Context, l *lease.Lease, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		l.Report(ctx, a.report())
	}
}

// endUnused calls full if no call comes.
func (a *activity) endUnused(ctx context.Context) {
	t := time.NewTimer(unusedTime)
	defer t.Stop()
	select {
	case <-t.C:
		if a.begun.Load() == 0 {
			a.full()
		}
	case <-ctx.Done():
	}
}

// forwarded is the reference of the same object at the daemon; nil if the object is not one that the daemon knows the way to.
func forwarded(daemon string, key []byte) *ior.IOR {
	k, ours := ior.ParseKey(key)
	host, p, err := net.SplitHostPort(daemon)
	port, bad := strconv.ParseUint(p, 10, 16)
	if !ours || k.Incarnation != 0 || err != nil || bad != nil {
		return nil
	}
	to := ior.IIOP{Version: cdr.V12, Host: host, Port: uint16(port), Key: append([]byte(nil), key...)}
	return &ior.IOR{Profiles: []ior.Profile{to.Profile()}}
}
