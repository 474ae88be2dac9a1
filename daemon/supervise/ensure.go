package supervise

import (
	"context"
	"errors"
	"fmt"
	"strings"
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

// Want is what a process of a server is wanted for.
type Want struct {
	// Object is the path of the object that is called: the names of its adapters from below the root down, and its
	// id, with slashes between. "": any process will do.
	Object string
}

// Ensure returns where a server takes calls, and starts it first if it does not run and may
// be started by a call. Many who call at once start it once, and share the outcome. A server
// that lives but has lost its lease, or that an earlier daemon started, is waited for.
//
// Its errors: *ElsewhereError, implrepo.ErrUnknown, ErrDisabled, ErrManual, ErrOpen, ErrClosed, *StartError, *HeldError, *FullError, the context's, the store's.
func (s *Supervisor) Ensure(ctx context.Context, u implrepo.UUID) (Live, error) {
	return s.EnsureFor(ctx, u, Want{})
}

// EnsureFor is Ensure for a server that may have several processes: it returns the one that is right for what is wanted.
func (s *Supervisor) EnsureFor(ctx context.Context, u implrepo.UUID, want Want) (Live, error) {
	timed := false
	for {
		g, rec, err := s.record(ctx, u)
		if err != nil {
			return Live{}, err
		}
		if !timed {
			timed = true
			defer g.waits()()
		}
		if err := s.admitted(ctx, g); err != nil {
			return Live{}, err
		}
		if err := s.here(ctx, rec); err != nil {
			return Live{}, err
		}
		live, err := s.ensureAny(ctx, g, rec, want)
		if err == nil && rec.IsSecure() && servesAnybody(live.Endpoints) {
			return Live{}, ErrOpen
		}
		if !errors.Is(err, errMoved) {
			return live, err
		}
	}
}

// admitted waits until calls of the server are not held any more.
func (s *Supervisor) admitted(ctx context.Context, g *group) error {
	for {
		g.mu.Lock()
		held := g.held
		g.mu.Unlock()
		if held == nil {
			return nil
		}
		select {
		case <-held:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ctx.Done():
			return ErrClosed
		}
	}
}

func (s *Supervisor) ensureAny(ctx context.Context, g *group, rec *implrepo.Record, want Want) (Live, error) {
	switch {
	case rec.Activation == implrepo.PerCall:
		return s.ensureCall(ctx, g, rec)
	case want.Object != "" && rec.OwnProcess(want.Object):
		return s.ensureObject(ctx, g, rec, want.Object)
	case rec.N() > 1:
		return s.ensureCopy(ctx, g, rec, called)
	}
	return s.ensure(ctx, rec.UUID, seatName(rec.Upgrade, ""), called)
}

// Start is Ensure on behalf of a person: it starts what is started by hand only, and what
// failed lately, at once; of replicas all. It returns when one process takes calls. Of a server with a process for each call, one comes
// up that is for none, so that it binds its names or is seen to fail, and is ended again before Start returns.
func (s *Supervisor) Start(ctx context.Context, u implrepo.UUID) (Live, error) {
	for {
		rec, err := s.repo.Get(ctx, u) // as it is now: another machine may have changed it, of which nothing was heard yet
		if err != nil {
			return Live{}, err
		}
		g := s.know(rec)
		if err := s.admitted(ctx, g); err != nil {
			return Live{}, err
		}
		if err := s.here(ctx, &rec); err != nil {
			return Live{}, err
		}
		for _, st := range s.seatsOf(u) {
			st.pardon()
		}
		var live Live
		if rec.N() > 1 {
			live, err = s.ensureCopy(ctx, g, &rec, byHand)
		} else {
			live, err = s.ensure(ctx, u, seatName(rec.Upgrade, ""), byHand)
		}
		if err == nil && rec.Activation == implrepo.PerCall {
			if st := s.find(u, seatName(rec.Upgrade, "")); st != nil {
				err = st.stopLife(ctx, s.ctx, true, "it has come up, which was asked for")
			}
		}
		if !errors.Is(err, errMoved) {
			return live, err
		}
	}
}

// ensure is EnsureFor for one seat. Its error is errMoved if the server has no use for that any more.
func (s *Supervisor) ensure(ctx context.Context, u implrepo.UUID, name string, why cause) (Live, error) {
	var joined uint64 // the attempt whose failure is ours too
	var last *seat
	for {
		if err := ctx.Err(); err != nil {
			return Live{}, err
		}
		if s.closing() {
			return Live{}, ErrClosed
		}
		st := s.find(u, name)
		if st == nil && isApart(name) { // it has left the table: there may not be room for another
			if _, _, err := last.look(joined); err != nil {
				return Live{}, err
			}
			return Live{}, errMoved
		}
		last = st
		if st != nil && st.g.surplus(name) {
			return Live{}, errMoved
		}
		live, wait, err := st.look(joined)
		switch {
		case err != nil:
			return Live{}, err
		case live != nil && !live.leaving(): // looked at without the lock: it is a question to the system
			return *live, nil
		case wait == nil:
			if st, wait, joined, err = s.begin(ctx, u, name, why); err != nil {
				return Live{}, err
			}
		case joined == 0:
			joined = st.starting()
		}
		if err := s.await(ctx, st, wait); err != nil {
			return Live{}, err
		}
	}
}

// leaving reports whether a process that can be identified is ending or has ended.
func leaving(id process.ID) bool { return id.PID != 0 && id.State() >= process.Ending }

// leaving reports whether the process is ending or has ended, as far as it can be identified.
func (l *Live) leaving() bool { return l.holder.State() >= process.Ending }

// await waits for a change of a server; now and then it returns without one while a process is on its way out.
func (s *Supervisor) await(ctx context.Context, st *seat, changed <-chan struct{}) error {
	var again <-chan time.Time
	if st.onItsWayOut() {
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
func (st *seat) look(joined uint64) (*Live, <-chan struct{}, error) {
	if st == nil {
		return nil, nil, nil
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	l := st.life
	switch {
	case joined != 0 && st.failed == joined:
		return nil, nil, withPause(st.failure, time.Until(st.retryAt), false)
	case l == nil:
		return nil, nil, nil
	case l.unreachable:
		return nil, nil, &HeldError{l.name(), l.pid(), "was started by hand and lives, but does not hold its lease any more; end it, or let it reach the daemon"}
	case !l.ready():
		return nil, st.changed, nil
	}
	l.sentAt = time.Now()
	return &Live{
		Endpoints: l.endpoints, Incarnation: l.incarnation, PID: l.pid(), Unproven: isObject(st.name) && !l.proven, Made: l.made,
		holder: l.watched, life: l,
	}, st.changed, nil
}

// starting returns the present attempt if it is one to come up, else 0.
func (st *seat) starting() uint64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.life == nil || st.life.wasReady || st.life.ending() {
		return 0
	}
	return st.life.attempt
}

// onItsWayOut reports whether the server seems ready but its process is ending.
func (st *seat) onItsWayOut() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.life != nil && st.life.ready()
}

// begin starts a process for a seat in which none is, unless somebody else just does.
func (s *Supervisor) begin(ctx context.Context, u implrepo.UUID, name string, why cause) (*seat, <-chan struct{}, uint64, error) {
	rec, err := s.repo.Get(ctx, u)
	if err != nil {
		return nil, nil, 0, err
	}
	var st *seat
	if !isApart(name) {
		st = s.seat(u, name)
	} else if st = s.find(u, name); st == nil { // it has left the table since it was taken, and what it was taken for with it
		return nil, nil, 0, errMoved
	}
	if next := st.g.candidate(name); next != nil {
		rec = *next
	} else if !belongs(name, rec) {
		s.know(rec)
		return nil, nil, 0, errMoved
	}
	s.mu.Lock()
	object, changed := st.object, st.g.watch()
	others := rec.Alone && st.g.others(st)
	s.mu.Unlock()
	if others { // of the version before
		return st, changed, 0, nil
	}
	l, wait, err := st.open(s, rec, object, why)
	if err != nil || l == nil {
		return st, wait, 0, err
	}
	if !s.spawn(l.start) {
		st.update(func() { st.drop(l) })
		return nil, nil, 0, ErrClosed
	}
	return st, wait, l.attempt, nil
}

// open makes a life for a server that shall be started, and returns it with what to wait
// for; no life if there is one already.
func (st *seat) open(s *Supervisor, rec implrepo.Record, object string, why cause) (*life, <-chan struct{}, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	switch {
	case st.removed:
		return nil, nil, fmt.Errorf("server %q: %w", rec.Name, implrepo.ErrUnknown)
	case st.left:
		return nil, nil, errMoved
	case st.life != nil:
		return nil, st.changed, nil
	case rec.Disabled:
		return nil, nil, ErrDisabled
	case len(rec.Command) == 0 || rec.Activation == implrepo.Manual && why != byHand:
		return nil, nil, ErrManual
	case why == kept && st.stopped: // since whoever keeps it up has looked
		return nil, nil, errStopped
	}
	if why != byHand {
		if st.givenUp(rec.Retry) {
			return nil, nil, &StartError{
				Server: rec.Name, Program: strings.Join(rec.Command, " "), Held: true,
				Reason: fmt.Sprintf("it has failed %d times in a row and is left alone until somebody starts it; the last time: %s", rec.Retry.Most, st.lastFailure()),
			}
		}
		if pause := time.Until(st.retryAt); pause > 0 {
			return nil, nil, withPause(st.failure, pause, true)
		}
	}
	l := newLife(s, st, rec.Name)
	l.started, l.rec, l.object, l.movable = true, rec, object, s.movable(rec)
	l.startBy = l.born.Add(orDefault(rec.StartTimeout, s.o.StartTimeout))
	l.deadline = l.startBy
	st.g.starts.Add(1)
	st.take(l)
	return l, st.changed, nil
}

// take makes l the life of the server; mu is held and there is none.
func (st *seat) take(l *life) {
	st.attempt++
	l.attempt = st.attempt
	st.life, st.since = l, time.Now()
	st.wake()
}

// drop takes a life out of the table that never had a process; mu is held.
func (st *seat) drop(l *life) {
	st.life = nil
	l.watched.Close()
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
