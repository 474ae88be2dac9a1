package supervise

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/opendsom/dsom/svc/implrepo"
)

// A choice is a replica that takes calls.
type choice struct {
	live Live
	st   *seat
	load int
}

// ensureCopy returns one of a server's replicas that take calls, and starts those that do not run. It waits
// only if none takes calls; its error is that of a replica if none is being started either.
func (s *Supervisor) ensureCopy(ctx context.Context, g *group, rec *implrepo.Record, why cause) (Live, error) {
	joined := map[*seat]uint64{} // the attempts whose failures are ours too
	for {
		if err := ctx.Err(); err != nil {
			return Live{}, err
		}
		if s.closing() {
			return Live{}, ErrClosed
		}
		if g.surplus(seatName(rec.Upgrade, "")) {
			return Live{}, errMoved
		}
		changed := g.watch()
		ready, waiting, again, failure := s.lookAll(ctx, *rec, why, joined)
		if len(ready) > 0 {
			return g.choose(ready, rec.Choose), nil
		}
		if !waiting {
			return Live{}, failure
		}
		if err := s.awaitAny(ctx, changed, again); err != nil {
			return Live{}, err
		}
	}
}

// lookAll looks at all replicas and starts those that do not run and may be started. It returns those that take calls, whether
// others may soon, whether to look again before anything changes, and the last failure.
func (s *Supervisor) lookAll(ctx context.Context, rec implrepo.Record, why cause, joined map[*seat]uint64) (ready []choice, waiting, again bool, failure error) {
	for i := range rec.N() {
		name := seatName(rec.Upgrade, place(i))
		st := s.seat(rec.UUID, name)
		live, wait, err := st.look(joined[st])
		switch {
		case err != nil:
			failure = err
		case live != nil && !live.leaving():
			ready = append(ready, choice{*live, st, st.load()})
		case live != nil:
			waiting, again = true, true
		case wait != nil:
			waiting = true
			if joined[st] == 0 {
				joined[st] = st.starting()
			}
		default:
			begun, _, attempt, err := s.begin(ctx, rec.UUID, name, why)
			if err != nil {
				failure = err
				continue
			}
			joined[begun] = attempt
			waiting = true
		}
	}
	return ready, waiting, again, failure
}

// awaitAny waits for a change of any seat, or a moment if again says so.
func (s *Supervisor) awaitAny(ctx context.Context, changed <-chan struct{}, again bool) error {
	var soon <-chan time.Time
	if again {
		t := time.NewTimer(lookAgain)
		defer t.Stop()
		soon = t.C
	}
	select {
	case <-changed:
	case <-soon:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return ErrClosed
	}
	return nil
}

// choose returns the replica to which the next client is sent.
func (g *group) choose(ready []choice, by implrepo.Balance) Live {
	best := 0
	switch by {
	case implrepo.Random:
		best = rand.IntN(len(ready))
	case implrepo.LeastLoad:
		best = rand.IntN(len(ready)) // among equals
		for i, c := range ready {
			if c.load < ready[best].load {
				best = i
			}
		}
	default:
		g.mu.Lock()
		best = int(g.turn % uint64(len(ready)))
		g.turn++
		g.mu.Unlock()
	}
	ready[best].st.noteSent()
	return ready[best].live
}
