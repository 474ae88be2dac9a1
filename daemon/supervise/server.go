package supervise

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A server is the table's entry for one registered server, which outlives its lives.
type server struct {
	uuid implrepo.UUID

	// storing is held, before mu, while the store is told who may be alive, and until that is
	// true here: so that what is written last is what holds. It guards runRevision.
	storing     sync.Mutex
	runRevision uint64 // of what the store holds about it, 0: nothing

	trimming sync.Mutex // held while its output is cut

	mu      sync.Mutex
	changed chan struct{} // closed and made new whenever something below changed
	life    *life         // nil: it does not run
	since   time.Time     // when life became what it is

	starts   int
	attempt  uint64 // counts lives
	failed   uint64 // the last attempt that failed
	failure  error  // why
	failures int    // in a row
	retryAt  time.Time
	stopped  bool // a person stopped it: being always-on does not start it again
	crashes  int  // in a row, each soon after it had come up
	removed  bool // its record is gone, and so is this entry
}

// update changes the server's state by f and wakes all who wait.
func (sv *server) update(f func()) {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	f()
	sv.wake()
}

// wake tells all who wait that something changed; mu is held.
func (sv *server) wake() {
	close(sv.changed)
	sv.changed = make(chan struct{})
}

// remove marks the entry as gone; it reports false, and does not, if the server runs.
func (sv *server) remove() bool {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	sv.removed = sv.life == nil
	return sv.removed
}

// trim cuts the server's output; no output is none to cut.
func (sv *server) trim(k *capture.Keeper) (cut int64, err error) {
	sv.trimming.Lock()
	defer sv.trimming.Unlock()
	if cut, err = k.Trim(sv.uuid.String()); errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return cut, err
}

// runs reports whether the server has a life.
func (sv *server) runs() bool {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	return sv.life != nil
}

// heldBack reports whether the server runs, or a person stopped it.
func (sv *server) heldBack() bool {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	return sv.life != nil || sv.stopped
}

// fail notes that an attempt did not succeed; mu is held.
func (sv *server) fail(attempt uint64, err error, o *Options) {
	sv.failures++
	pause := o.BackOff << min(sv.failures-1, 20)
	if pause > o.MaxBackOff || pause <= 0 {
		pause = o.MaxBackOff
	}
	sv.failed, sv.failure, sv.retryAt = attempt, err, time.Now().Add(pause)
}

// forgive lets the next start happen at once; mu is held.
func (sv *server) forgive() { sv.failures, sv.retryAt = 0, time.Time{} }

// A Live is a server that takes calls.
type Live struct {
	Endpoints   []string
	Incarnation string
	PID         int // 0 if it did not say

	holder process.ID
}

// Run returns how a server is just now.
func (s *Supervisor) Run(u implrepo.UUID) admin.Run {
	s.mu.Lock()
	sv := s.servers[u]
	s.mu.Unlock()
	if sv == nil {
		return admin.Run{State: admin.StateStopped}
	}
	sv.mu.Lock()
	defer sv.mu.Unlock()
	r := admin.Run{State: admin.StateStopped, Since: sv.since, Starts: sv.starts, Failures: sv.failures}
	if sv.failures > 0 && sv.failure != nil {
		r.LastError = sv.failure.Error()
	}
	l := sv.life
	if l == nil {
		if time.Now().Before(sv.retryAt) {
			r.State, r.RetryAt = admin.StateBackOff, sv.retryAt
		}
		return r
	}
	r.Started, r.PID, r.Incarnation = l.started, l.pid(), l.incarnation
	switch {
	case l.ending():
		r.State = admin.StateStopping
	case l.lease == nil && l.hadLease:
		r.State, r.RetryAt = admin.StateLost, l.deadline
	case l.lease == nil || len(l.endpoints) == 0:
		r.State = admin.StateStarting
	default:
		r.State, r.Endpoints = admin.StateReady, slices.Clone(l.endpoints)
	}
	return r
}

// Stop stops a server and returns when its process has ended; one that does not run is
// none the less kept from being started for being always-on. When ctx ends before that, the server is
// stopped all the same.
func (s *Supervisor) Stop(ctx context.Context, u implrepo.UUID, reason string) error {
	sv := s.server(u)
	sv.update(func() { sv.stopped = true })
	return sv.stopLife(ctx, s.ctx, false, reason)
}

// stopLife asks for the present life, if there is one, to be ended, and waits for it.
func (sv *server) stopLife(ctx, closed context.Context, ours bool, reason string) error {
	sv.mu.Lock()
	l := sv.life
	if l == nil || ours && !l.started {
		sv.mu.Unlock()
		return nil
	}
	l.askStop(reason)
	sv.wake()
	for {
		changed, err := sv.changed, l.stuckErr
		sv.mu.Unlock()
		if err != nil {
			return err
		}
		select {
		case <-l.over:
			return nil
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-closed.Done():
			return ErrClosed
		}
		sv.mu.Lock()
	}
}
