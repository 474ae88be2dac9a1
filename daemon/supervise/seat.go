package supervise

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A seat is the place of one process of a registered server, and outlives its lives: there is one life in it at a time.
type seat struct {
	uuid implrepo.UUID // of the server
	name string        // which of its seats, see seatName
	g    *group

	object string // the path of the object whose process sits here, "" if it has more; guarded by the supervisor's mu

	// storing is held, before mu, while the store is told who may be alive, and until that is
	// true here: so that what is written last is what holds. It guards runRevision.
	storing     sync.Mutex
	runRevision uint64 // of what the store holds about it, 0: nothing

	mu      sync.Mutex
	changed chan struct{} // closed and made new whenever something below changed
	life    *life         // nil: it does not run
	since   time.Time     // when life became what it is

	attempt  uint64 // counts lives
	failed   uint64 // the last attempt that failed
	failure  error  // why
	failures int    // in a row
	retryAt  time.Time
	stopped  bool   // a person stopped it: being always-on does not start it again
	crashes  int    // in a row, each soon after it had come up
	removed  bool   // its record is gone, and so is this entry
	left     bool   // it has left the table: another entry of its name may be there
	lastEnd  string // how the last life ended, if not because somebody wanted it to
}

func newSeat(g *group, name string) *seat {
	return &seat{uuid: g.uuid, name: name, g: g, since: time.Now(), changed: make(chan struct{})}
}

// update changes the server's state by f and wakes all who wait.
func (st *seat) update(f func()) {
	st.mu.Lock()
	defer st.mu.Unlock()
	f()
	st.wake()
}

// wake tells all who wait that something changed; mu is held.
func (st *seat) wake() {
	close(st.changed)
	st.changed = make(chan struct{})
	st.g.wake()
}

// remove marks the entry as gone; it reports false, and does not, if the server runs.
func (st *seat) remove() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.removed = st.life == nil
	return st.removed
}

// runs reports whether the server has a life.
func (st *seat) runs() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.life != nil
}

// heldBack reports whether the server runs, or a person stopped it.
func (st *seat) heldBack() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.life != nil || st.stopped
}

// fail notes that an attempt did not succeed; mu is held.
func (st *seat) fail(attempt uint64, err error, retry implrepo.Retry, o *Options) {
	st.failures++
	st.failed, st.failure = attempt, err
	st.retryAt = time.Now().Add(pauseAfter(st.failures, retry, o))
}

// pauseAfter is how long a server is left alone after so many failures in a row.
func pauseAfter(failures int, retry implrepo.Retry, o *Options) time.Duration {
	first, most := orDefault(retry.Pause, o.BackOff), orDefault(retry.MaxPause, o.MaxBackOff)
	pause := first << min(failures-1, 20)
	if pause > most || pause <= 0 {
		return most
	}
	return pause
}

// lastFailure says why it does not run; mu is held.
func (st *seat) lastFailure() string {
	var e *StartError
	switch {
	case errors.As(st.failure, &e) && st.failures >= st.crashes:
		return e.what()
	case st.failure != nil && st.failures >= st.crashes:
		return st.failure.Error()
	}
	return st.lastEnd
}

// givenUp reports whether a person has to start it; mu is held.
func (st *seat) givenUp(retry implrepo.Retry) bool {
	return retry.Most > 0 && max(st.failures, st.crashes) >= retry.Most
}

// forgive lets the next start happen at once; mu is held.
func (st *seat) forgive() { st.failures, st.retryAt = 0, time.Time{} }

// pardon forgets what keeps a seat empty: that a person has stopped the server, or that it failed.
func (st *seat) pardon() {
	st.update(func() {
		st.stopped = false
		if st.life == nil {
			st.forgive()
			st.crashes = 0
		}
	})
}

// dismiss takes a seat for a single object or call out of the table if nobody sits in it, and
// nothing has to be remembered of it.
func (s *Supervisor) dismiss(st *seat) {
	if !isApart(st.name) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.life == nil && !st.left && (isCall(st.name) || !time.Now().Before(st.retryAt)) {
		st.left = true
		delete(st.g.seats, st.name)
		st.g.apart--
		st.wake()
	}
}

// A Live is a process of a server that takes calls.
type Live struct {
	Endpoints   []string
	Incarnation string
	PID         int // 0 if it did not say

	// Unproven says that the process was started for a single object, and that it is not known whether it has that: see Prove.
	Unproven bool

	// Made is where the caller keeps what it makes of Endpoints: it is one for as long as they are the same, and then another.
	Made *atomic.Value

	holder *process.Observer // nil if it could not be identified
	life   *life
}

// Prove says whether a process has the object that it was started for. One that has not is ended, in the background, and makes room for others.
func (s *Supervisor) Prove(at Live, has bool) {
	if !at.Unproven {
		return
	}
	at.life.st.update(func() {
		if has {
			at.life.proven = true
		} else if !at.life.proven {
			at.life.askStop("it was started for an object that it has not")
		}
	})
}

// Stop stops a server and returns when its process has ended; one that does not run is
// none the less kept from being started for being always-on. When ctx ends before that, the server is
// stopped all the same.
func (s *Supervisor) Stop(ctx context.Context, u implrepo.UUID, reason string) error {
	if _, rec, err := s.record(ctx, u); err == nil {
		if err := s.notElsewhere(*rec); err != nil {
			return err
		}
		for i := range rec.N() {
			s.seat(u, seatName(rec.Upgrade, place(i))) // to be kept from being started
		}
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	for _, st := range s.seatsOf(u) {
		st.update(func() { st.stopped = true })
		wg.Go(func() {
			err := st.stopLife(ctx, s.ctx, false, reason)
			mu.Lock()
			defer mu.Unlock()
			if first == nil {
				first = err
			}
		})
	}
	wg.Wait()
	return first
}

// stopLife asks for the present life, if there is one, to be ended, and waits for it.
func (st *seat) stopLife(ctx, closed context.Context, ours bool, reason string) error {
	st.mu.Lock()
	l := st.life
	if l == nil || ours && !l.started {
		st.mu.Unlock()
		return nil
	}
	l.askStop(reason)
	st.wake()
	for {
		changed, err := st.changed, l.stuckErr
		st.mu.Unlock()
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
		st.mu.Lock()
	}
}
