package supervise

import (
	"errors"
	"sync"
	"time"
)

// ErrEarly is what is to be said of an upgrade that was given up whose new program knows nothing of trials.
var ErrEarly = errors.New("the new program knows nothing of trials, as those that were built with an older release of dsom: names that it has bound meanwhile lead to a process that has ended; " +
	"stop the server and start it again, so that its program binds them anew")

// early reports whether a process of a version that is tried out does not put aside what it says of its server.
func (s *Supervisor) early(g *group, version uint64) bool {
	for _, st := range s.seatsOf(g.uuid) {
		if v, _ := splitSeat(st.name); v != version {
			continue
		}
		st.mu.Lock()
		early := st.life != nil && st.life.lease != nil && !st.life.lease.quiets
		st.mu.Unlock()
		if early {
			return true
		}
	}
	return false
}

// quieten waits until nothing is under way any more of what the processes have had the naming service say whose place others take: it could come after what those say. Those that do not say so in time are ended
// first. Those that were built with a release that does not say so are not waited for.
func (s *Supervisor) quieten(g *group) {
	late := make(chan struct{})
	stop := time.AfterFunc(s.o.Quiet, func() { close(late) })
	defer stop.Stop()
	var wg sync.WaitGroup
	for _, st := range s.seatsOf(g.uuid) {
		if !g.precedes(st.name) {
			continue
		}
		name := g.known().Name
		wg.Go(func() {
			if st.awaitQuiet(late, s.ctx.Done()) {
				return
			}
			s.o.Log.Warn("a process that a new version replaces has not said in time that nothing of what it says of its server is under way: it ends before the new version's names are said",
				"server", name, "after", s.o.Quiet)
			if err := st.stopLife(s.ctx, s.ctx, false, "a new version has taken its place"); err != nil {
				s.o.Log.Error("that process may say something after its successor", "server", name, "error", err)
			}
		})
	}
	wg.Wait()
}

// awaitQuiet waits until the process in a seat says nothing of its server any more; it reports false if that was not so before late is closed.
func (st *seat) awaitQuiet(late, closed <-chan struct{}) bool {
	for {
		st.mu.Lock()
		quiet, changed := st.isQuiet(), st.changed
		st.mu.Unlock()
		if quiet {
			return true
		}
		select {
		case <-changed:
		case <-late:
			return false
		case <-closed: // the next supervisor sees to it
			return true
		}
	}
}

// isQuiet reports whether the process in a seat whose place another takes says nothing of its server any more, as far as it would say that; mu is held. One that never had a lease has said nothing, and is told
// when it gets one that it is to say nothing. One that has lost it may have something under way.
func (st *seat) isQuiet() bool {
	l := st.life
	switch {
	case l == nil, l.released:
		return true
	case l.lease == nil:
		return !l.hadLease
	}
	return !l.lease.quiets || l.lease.quiet
}
