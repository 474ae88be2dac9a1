package supervise

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/opendsom/dsom/svc/implrepo"
)

// ensureObject returns the process of a single object.
func (s *Supervisor) ensureObject(ctx context.Context, g *group, rec *implrepo.Record, object string) (Live, error) {
	h := sha256.Sum256([]byte(object))
	name := seatName(rec.Upgrade, objectSeat+hex.EncodeToString(h[:8]))
	for ctx.Err() == nil {
		changed := g.watch()
		if s.takeApart(g, name, object, rec.AtMost()) {
			return s.ensure(ctx, rec.UUID, name, called)
		}
		switch made, may := s.makeRoom(g); {
		case made:
			continue
		case !may:
			return Live{}, &FullError{rec.Name, rec.AtMost()}
		}
		if s.closing() {
			return Live{}, ErrClosed
		}
		if g.surplus(name) {
			return Live{}, errMoved
		}
		if err := s.awaitAny(ctx, changed, false); err != nil {
			return Live{}, err
		}
	}
	return Live{}, ctx.Err()
}

// makeRoom looks whether any process for a single object has ended, or may end soon since it is of the version before, or since it is not known whether it has that: anybody can call objects
// that there are not, and keeps nobody out by that who calls one that there is.
func (s *Supervisor) makeRoom(g *group) (made, may bool) {
	var empty []*seat
	s.mu.Lock()
	for name, st := range g.seats {
		if !isObject(name) {
			continue
		}
		st.mu.Lock()
		switch l := st.life; {
		case l != nil:
			may = may || !l.proven || l.ending() || g.surplus(name)
		case !time.Now().Before(st.retryAt): // it is not kept for a failure's sake any more
			empty = append(empty, st)
		}
		st.mu.Unlock()
	}
	s.mu.Unlock()
	for _, st := range empty { // whoever was about to use one looks for another
		s.dismiss(st)
	}
	return len(empty) > 0, may
}

// ensureCall starts a process for a single call. It waits while there are as many as there may be.
func (s *Supervisor) ensureCall(ctx context.Context, g *group, rec *implrepo.Record) (Live, error) {
	first := s.seat(rec.UUID, seatName(rec.Upgrade, "")) // which remembers failures
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails
	name := seatName(rec.Upgrade, callSeat+hex.EncodeToString(id))
	for {
		if err := first.resting(); err != nil {
			return Live{}, err
		}
		if s.closing() {
			return Live{}, ErrClosed
		}
		if g.surplus(name) {
			return Live{}, errMoved
		}
		changed := g.watch()
		if s.takeApart(g, name, "", rec.AtMost()) {
			return s.ensure(ctx, rec.UUID, name, called)
		}
		if err := s.awaitAny(ctx, changed, false); err != nil {
			return Live{}, err
		}
	}
}

// takeApart makes a seat for a single object or call, unless it is there; it reports false if there may be no more.
func (s *Supervisor) takeApart(g *group, name, object string, most int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g.seats[name] == nil && g.apart >= most {
		return false
	}
	g.take(name).object = object
	return true
}

// resting returns the failure because of which a seat is left alone for a while.
func (st *seat) resting() error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if pause := time.Until(st.retryAt); pause > 0 {
		return withPause(st.failure, pause, true)
	}
	return nil
}

// noteCall remembers how the start of a process for a single call went, where the next call looks.
func (s *Supervisor) noteCall(st *seat, rec implrepo.Record, failure error) {
	version, _ := splitSeat(st.name)
	first := s.find(st.uuid, seatName(version, ""))
	if !isCall(st.name) || first == nil {
		return
	}
	first.update(func() {
		if failure == nil {
			first.forgive()
		} else {
			first.fail(0, failure, rec.Retry, &s.o)
		}
	})
}
