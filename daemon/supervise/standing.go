package supervise

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/svc/implrepo"
)

// ErrNotUp says that a server takes no calls just now, as far as can be told without starting or asking anybody.
var ErrNotUp = errors.New("the server takes no calls just now")

// Standing returns a process of a server that takes calls just now. Other than EnsureFor it starts nothing, waits for nobody and leaves everything as it was: no time since the
// last call, no turn among replicas, no record that was not known. Of servers with a process for the object or the call that is wanted, and of those whose calls are held, it knows none.
//
// Its errors: ErrNotUp, implrepo.ErrUnknown, ErrOpen, the context's, the store's.
func (s *Supervisor) Standing(ctx context.Context, u implrepo.UUID, want Want) (Live, error) {
	rec, err := s.repo.Get(ctx, u)
	if err != nil {
		return Live{}, err
	}
	if rec.Activation == implrepo.PerCall || rec.IsDisabled() || want.Object != "" && rec.OwnProcess(want.Object) {
		return Live{}, ErrNotUp
	}
	for _, st := range s.seatsOf(u) {
		if isApart(st.name) || st.g.isHeld() || st.g.surplus(st.name) {
			continue
		}
		live, ready := st.standing()
		switch {
		case !ready || live.leaving():
			continue
		case rec.IsSecure() && servesAnybody(live.Endpoints):
			return Live{}, ErrOpen
		}
		return live, nil
	}
	return Live{}, ErrNotUp
}

// standing returns what sits in a seat, if that takes calls.
func (st *seat) standing() (live Live, ready bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	l := st.life
	if l == nil || l.unreachable || !l.ready() {
		return live, false
	}
	return Live{Endpoints: l.endpoints, Incarnation: l.incarnation, PID: l.pid(), Made: l.made, holder: l.watched, life: l}, true
}
