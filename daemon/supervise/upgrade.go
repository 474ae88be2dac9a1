package supervise

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// An Upgrade says what a server's program is to be from now on.
type Upgrade struct {
	Command []string // the program; empty: that which it is, started anew
	Back    bool     // the one before the last upgrade, instead of Command
}

// Upgraded says how an upgrade went.
type Upgraded struct {
	Record  implrepo.Record
	Ended   []int         // the old processes
	Started time.Duration // what the new ones took to come up
	Drained time.Duration // and the old ones to end
	Paused  time.Duration // the longest that a call waited for the server here, which those do that do not know yet where it is; 0: none came
	Early   bool          // the new program knows nothing of trials, such as one that was built with an older release: what it says of itself was not put aside
}

// Upgrade replaces a server's program while it serves. References stay good, no call fails: what is under way is finished by
// the old processes, other calls go to the new ones. If those do not come up, all is as it was before, and the error is
// a *StartError. The new processes are started beside the old ones; of a server that is to run alone, when those have ended, and calls
// wait meanwhile. The other errors: implrepo.ErrUnknown, ErrManual for a server without a program, ErrDisabled, ErrUpgrading,
// an *implrepo.InvalidError, ErrClosed, the context's, the store's.
func (s *Supervisor) Upgrade(ctx context.Context, u implrepo.UUID, up Upgrade) (Upgraded, error) {
	rec, err := s.repo.Get(ctx, u)
	if err != nil {
		return Upgraded{}, err
	}
	if err := s.here(ctx, &rec); err != nil {
		return Upgraded{}, err
	}
	g := s.know(rec)
	if !g.upgrading.TryLock() {
		return Upgraded{}, ErrUpgrading
	}
	defer g.upgrading.Unlock()
	paused := g.timePauses()
	defer paused()
	if rec, err = s.repo.Get(ctx, u); err != nil { // no other upgrade changes it any more
		return Upgraded{}, err
	}
	next, err := up.apply(rec)
	if err != nil {
		return Upgraded{}, err
	}
	if rec.Alone {
		return s.upgradeInTurn(ctx, g, rec, next, paused)
	}
	done, err := s.upgradeBeside(ctx, g, rec, next)
	done.Paused = paused()
	return done, err
}

// apply returns the record of a server after an upgrade.
func (up Upgrade) apply(rec implrepo.Record) (implrepo.Record, error) {
	next := rec
	switch {
	case len(rec.Command) == 0:
		return next, fmt.Errorf("server %q has no program that could be replaced: %w", rec.Name, ErrManual)
	case rec.Disabled:
		return next, ErrDisabled
	case up.Back && len(rec.Previous) == 0:
		return next, &implrepo.InvalidError{Field: "previous", Reason: "there was no upgrade, or it was undone: there is nothing to go back to"}
	case up.Back:
		next.Command, next.Previous = slices.Clone(rec.Previous), nil
	case len(up.Command) > 0:
		next.Command, next.Previous = slices.Clone(up.Command), slices.Clone(rec.Command)
	}
	return next, implrepo.CheckCommand("command", next.Command)
}

// upgradeBeside starts the new processes beside the old ones. The moment at which the record is written is that at which
// the server is upgraded: should this process end before, the next daemon ends the new ones; after, the old ones.
func (s *Supervisor) upgradeBeside(ctx context.Context, g *group, rec, next implrepo.Record) (Upgraded, error) {
	next.Upgrade++
	tried := next // which others read without a lock, and nobody changes
	g.mu.Lock()
	g.next, g.trial = &tried, &trial{version: next.Upgrade}
	g.mu.Unlock()
	first := s.find(rec.UUID, seatName(rec.Upgrade, ""))
	idle := first == nil || !first.runs()
	begun := time.Now()
	err := s.startVersion(ctx, next)
	started := time.Since(begun)
	unsettled := false
	if err == nil {
		next, err = s.commitUpgrade(ctx, rec, next)
		unsettled = errors.Is(err, store.ErrUnsure)
	}
	g.mu.Lock()
	g.next = nil
	g.mu.Unlock()
	if unsettled { // the next daemon sees which processes are the server's
		return Upgraded{}, err
	}
	if err != nil {
		if s.early(g, next.Upgrade) {
			err = errors.Join(err, ErrEarly)
		}
		g.tried(ctx, false, nil)
		s.o.Log.Error("an upgrade was given up, and the server is as it was", "server", rec.Name, "error", err)
		_, undo := s.endSurplus(context.WithoutCancel(ctx), g, "its upgrade was given up")
		return Upgraded{}, errors.Join(err, undo)
	}
	early := s.early(g, next.Upgrade)
	s.quieten(g)
	g.tried(ctx, true, nil)
	begun = time.Now()
	ended, err := s.endSurplus(ctx, g, "a new version has taken its place")
	if idle && next.Activation.Apart() { // the process was started to see that it comes up, and nobody called for it
		if st := s.find(next.UUID, seatName(next.Upgrade, "")); st != nil {
			err = errors.Join(err, st.stopLife(ctx, s.ctx, true, "it has come up, which was to be seen"))
		}
	}
	s.o.Log.Info("server upgraded", "server", rec.Name, "command", next.Command, "started", started, "ended", ended)
	return Upgraded{Record: next, Ended: ended, Started: started, Drained: time.Since(begun), Early: early}, err
}

// startVersion starts a process for each seat that the record says the server shall have.
func (s *Supervisor) startVersion(ctx context.Context, next implrepo.Record) error {
	for i := range next.N() {
		if _, err := s.ensure(ctx, next.UUID, seatName(next.Upgrade, place(i)), byHand); err != nil {
			return err
		}
	}
	return nil
}

// How long it is between two attempts to learn what has become of a commit whose answer was lost: at first, and at most.
const (
	firstUnsure = 50 * time.Millisecond
	mostUnsure  = 2 * time.Second
)

// errCommitted is that the record has what was to be written: a commit has happened whose answer was lost.
var errCommitted = errors.New("it is written")

// commitUpgrade writes down the upgrade, and returns the record as it is then. What else was changed in it meanwhile stays. Where the store's answer is lost it is not known which processes
// the server's are, and none may be ended: it is tried again until that is known, also after ctx has ended. An error that wraps store.ErrUnsure says that it is not known even so, since this
// process ends.
func (s *Supervisor) commitUpgrade(ctx context.Context, rec, next implrepo.Record) (implrepo.Record, error) {
	var written implrepo.Record
	unsure := error(nil)
	for pause := firstUnsure; ; pause = min(2*pause, mostUnsure) {
		done, err := s.repo.Update(ctx, rec.UUID, func(r *implrepo.Record) error {
			if unsure != nil && r.Upgrade == next.Upgrade { // which nobody else gives it
				written = *r
				return errCommitted
			}
			if !slices.Equal(r.Command, rec.Command) || r.Upgrade != rec.Upgrade {
				return fmt.Errorf("server %q was given another program meanwhile: %w", rec.Name, ErrUpgrading)
			}
			r.Command, r.Previous, r.Upgrade = next.Command, next.Previous, next.Upgrade
			return nil
		})
		switch {
		case err == nil:
			return done, nil
		case errors.Is(err, errCommitted):
			s.changed(written) // of which nobody was told
			return written, nil
		case errors.Is(err, store.ErrUnsure):
			unsure, ctx = err, s.ctx
		case unsure == nil, errors.Is(err, ErrUpgrading), errors.Is(err, implrepo.ErrUnknown):
			return next, err // it has not happened: the record is read as what others have made of it
		} // else it is this attempt that has failed, which says nothing of the one before: a store elsewhere may show what was there before that
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return next, fmt.Errorf("server %q: %w", rec.Name, unsure)
		}
	}
}

// endSurplus stops what sits where the server, as it is registered, has no seats, and returns which processes those were.
func (s *Supervisor) endSurplus(ctx context.Context, g *group, reason string) (ended []int, first error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, st := range s.seatsOf(g.uuid) {
		if !g.surplus(st.name) {
			continue
		}
		wg.Go(func() {
			st.mu.Lock()
			pid := 0
			if st.life != nil {
				pid = st.life.pid()
			}
			st.mu.Unlock()
			err := st.stopLife(ctx, s.ctx, false, reason)
			mu.Lock()
			defer mu.Unlock()
			if err == nil && pid != 0 {
				ended = append(ended, pid)
			}
			if first == nil {
				first = err
			}
		})
	}
	wg.Wait()
	s.dropEmpty(g)
	slices.Sort(ended)
	return ended, first
}

// dropEmpty takes the seats out of the table that the server has no use for and in which nobody sits.
func (s *Supervisor) dropEmpty(g *group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, st := range g.seats {
		st.mu.Lock()
		if st.life == nil && !st.left && g.surplus(name) {
			st.left = true
			delete(g.seats, name)
			if isApart(name) {
				g.apart--
			}
			st.wake()
		}
		st.mu.Unlock()
	}
}

// upgradeInTurn ends the old processes, and then starts the new ones, while calls wait; paused says for how long.
func (s *Supervisor) upgradeInTurn(ctx context.Context, g *group, rec, next implrepo.Record, paused func() time.Duration) (Upgraded, error) {
	release := g.hold()
	defer release()
	next.Upgrade++
	g.mu.Lock()
	g.trial = &trial{version: next.Upgrade}
	g.mu.Unlock()
	defer g.tried(ctx, false, nil) // unless it was
	next, err := s.commitUpgrade(ctx, rec, next)
	if err != nil {
		return Upgraded{}, err
	} // from here on the old processes are surplus
	begun := time.Now()
	ended, err := s.endSurplus(ctx, g, "a new version is to take its place")
	drained := time.Since(begun)
	begun = time.Now()
	if err == nil {
		err = s.startVersion(ctx, next)
	}
	if err == nil {
		done := Upgraded{Record: next, Ended: ended, Started: time.Since(begun), Drained: drained, Early: s.early(g, next.Upgrade)}
		g.tried(ctx, true, release)
		done.Paused = paused()
		return done, nil
	}
	g.tried(ctx, false, nil) // before the version before, whose number is another's now, says anything
	s.o.Log.Error("an upgrade has failed, the version before is started again", "server", rec.Name, "error", err)
	back := rec
	back.Upgrade = next.Upgrade + 1 // the places of the new processes are not given to others before those have ended
	back, undo := s.commitUpgrade(context.WithoutCancel(ctx), next, back)
	if undo == nil {
		if _, undo = s.endSurplus(context.WithoutCancel(ctx), g, "its upgrade was given up"); undo == nil {
			undo = s.startVersion(context.WithoutCancel(ctx), back)
		}
	}
	return Upgraded{}, errors.Join(err, undo)
}
