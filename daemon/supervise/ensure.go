package supervise

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// lookAgain is how soon one looks again at a process that is on its way out.
const lookAgain = 5 * time.Millisecond

// A cause is who wants a server to run.
type cause int

const (
	called cause = iota // a call came for it
	byHand              // a person said so
	kept                // it shall always run
)

// Ensure returns where a server takes calls, and starts it first if it does not run and may
// be started by a call. Many who call at once start it once, and share the outcome. A server
// that lives but has lost its lease, or that an earlier daemon started, is waited for.
//
// Its errors: implrepo.ErrUnknown, ErrDisabled, ErrManual, ErrClosed, *StartError, *HeldError, the context's, the store's.
func (s *Supervisor) Ensure(ctx context.Context, u implrepo.UUID) (Live, error) {
	return s.ensure(ctx, u, called)
}

// Start is Ensure on behalf of a person: it starts what is started by hand only, and what
// failed lately, at once.
func (s *Supervisor) Start(ctx context.Context, u implrepo.UUID) (Live, error) {
	if _, err := s.repo.Get(ctx, u); err != nil { // before the table gets an entry for it
		return Live{}, err
	}
	sv := s.server(u)
	sv.update(func() {
		sv.stopped = false
		if sv.life == nil {
			sv.forgive()
		}
	})
	return s.ensure(ctx, u, byHand)
}

func (s *Supervisor) ensure(ctx context.Context, u implrepo.UUID, why cause) (Live, error) {
	var joined uint64 // the attempt whose failure is ours too
	for {
		if err := ctx.Err(); err != nil {
			return Live{}, err
		}
		if s.closing() {
			return Live{}, ErrClosed
		}
		s.mu.Lock()
		sv := s.servers[u]
		s.mu.Unlock()
		live, wait, err := sv.look(joined)
		switch {
		case err != nil:
			return Live{}, err
		case live != nil && !leaving(live.holder): // looked at without the lock: it is a question to the system
			return *live, nil
		case wait == nil:
			if sv, wait, joined, err = s.begin(ctx, u, why); err != nil {
				return Live{}, err
			}
		case joined == 0:
			joined = sv.starting()
		}
		if err := s.await(ctx, sv, wait); err != nil {
			return Live{}, err
		}
	}
}

// leaving reports whether a process that can be identified is ending or has ended.
func leaving(id process.ID) bool { return id.PID != 0 && id.State() >= process.Ending }

// await waits for a change of a server; now and then it returns without one while a process is on its way out.
func (s *Supervisor) await(ctx context.Context, sv *server, changed <-chan struct{}) error {
	var again <-chan time.Time
	if sv.onItsWayOut() {
		t := time.NewTimer(lookAgain)
		defer t.Stop()
		again = t.C
	}
	select {
	case <-changed:
	case <-again:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return ErrClosed
	}
	return nil
}

// look returns the server if it takes calls, and what to wait for if it runs at all.
// joined is the attempt that the caller waited for.
func (sv *server) look(joined uint64) (*Live, <-chan struct{}, error) {
	if sv == nil {
		return nil, nil, nil
	}
	sv.mu.Lock()
	defer sv.mu.Unlock()
	l := sv.life
	switch {
	case joined != 0 && sv.failed == joined:
		return nil, nil, withPause(sv.failure, time.Until(sv.retryAt), false)
	case l == nil:
		return nil, nil, nil
	case l.unreachable:
		return nil, nil, &HeldError{l.name, l.pid(), "was started by hand and lives, but does not hold its lease any more; end it, or let it reach the daemon"}
	case !l.ready():
		return nil, sv.changed, nil
	}
	return &Live{slices.Clone(l.endpoints), l.incarnation, l.pid(), l.holder}, sv.changed, nil
}

// starting returns the present attempt if it is one to come up, else 0.
func (sv *server) starting() uint64 {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	if sv.life == nil || sv.life.wasReady || sv.life.ending() {
		return 0
	}
	return sv.life.attempt
}

// onItsWayOut reports whether the server seems ready but its process is ending.
func (sv *server) onItsWayOut() bool {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	return sv.life != nil && sv.life.ready()
}

// begin starts a server that does not run, unless somebody else just does.
func (s *Supervisor) begin(ctx context.Context, u implrepo.UUID, why cause) (*server, <-chan struct{}, uint64, error) {
	rec, err := s.repo.Get(ctx, u)
	if err != nil {
		return nil, nil, 0, err
	}
	sv := s.server(u)
	l, wait, err := sv.open(s, rec, why)
	if err != nil || l == nil {
		return sv, wait, 0, err
	}
	if !s.spawn(l.start) {
		sv.update(func() { sv.drop(l) })
		return nil, nil, 0, ErrClosed
	}
	return sv, wait, l.attempt, nil
}

// open makes a life for a server that shall be started, and returns it with what to wait
// for; no life if there is one already.
func (sv *server) open(s *Supervisor, rec implrepo.Record, why cause) (*life, <-chan struct{}, error) {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	switch {
	case sv.removed:
		return nil, nil, fmt.Errorf("server %q: %w", rec.Name, implrepo.ErrUnknown)
	case sv.life != nil:
		return nil, sv.changed, nil
	case rec.Disabled:
		return nil, nil, ErrDisabled
	case len(rec.Command) == 0 || rec.Activation == implrepo.Manual && why != byHand:
		return nil, nil, ErrManual
	case why == kept && sv.stopped: // since whoever keeps it up has looked
		return nil, nil, errStopped
	}
	if pause := time.Until(sv.retryAt); pause > 0 && why != byHand {
		return nil, nil, withPause(sv.failure, pause, true)
	}
	l := newLife(s, sv, rec.Name)
	l.started, l.rec = true, rec
	l.startBy = l.born.Add(orDefault(rec.StartTimeout, s.o.StartTimeout))
	l.deadline = l.startBy
	sv.starts++
	sv.take(l)
	return l, sv.changed, nil
}

// take makes l the life of the server; mu is held and there is none.
func (sv *server) take(l *life) {
	sv.attempt++
	l.attempt = sv.attempt
	sv.life, sv.since = l, time.Now()
	sv.wake()
}

// drop takes a life out of the table that never had a process; mu is held.
func (sv *server) drop(l *life) {
	sv.life = nil
	close(l.over)
}

// withPause returns a StartError as it is to be told now.
func withPause(err error, pause time.Duration, held bool) error {
	var e *StartError
	if !errors.As(err, &e) {
		return err
	}
	told := *e
	told.RetryAfter, told.Held = max(pause, 0), held
	return &told
}

func orDefault(d, std time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return std
}
