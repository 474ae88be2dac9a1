package supervise

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/svc/implrepo"
)

// Machines says which servers are this machine's, where several daemons share the records of servers. What it says of a server that may run on any
// machine holds for a time, which is renewed while all is well; see [Supervisor.LoseClaims].
type Machines interface {
	// Find returns nil if a server is to run here, and claims it for this machine if it may run on any and nobody has it; else an *ElsewhereError, or why it is
	// not known.
	Find(ctx context.Context, rec implrepo.Record) error

	// Look is Find without claiming: nil also for a server that nobody has.
	Look(rec implrepo.Record) error

	// Holds returns for how long from now on a server that may run on any machine is surely this one's, 0 if it is not, and a number that grows
	// each time that a machine has claimed it.
	Holds(u implrepo.UUID) (left time.Duration, fence uint64)

	// Has reports whether a server that may run on any machine is this one's, be that sure just now or not.
	Has(u implrepo.UUID) bool

	// Wake has a server that is elsewhere started there, and returns when it takes calls.
	Wake(ctx context.Context, rec implrepo.Record, at *ElsewhereError) error
}

// An ElsewhereError says that a server is another machine's.
type ElsewhereError struct {
	Server  string
	Machine string
	At      ior.Places // of its daemon
}

// Error says where.
func (e *ElsewhereError) Error() string {
	return fmt.Sprintf("server %q is the machine %q's: do that there", e.Server, e.Machine)
}

// ErrLost is why a process does not become a server that may run on any machine: another may have it by now.
var ErrLost = errors.New("this machine is not sure any more that the server is its own")

// ErrUnfenced is why a process does not get the lease of such a server: its program does not know when it has to end.
var ErrUnfenced = errors.New("the server may run on any machine, and its program does not end by itself when this machine is cut off: it is of an older version, or of SOM's DSOM; have it on one machine, dsom server change --on MACHINE")

// movable reports whether a server may run on any machine, one at a time, which only claims allow.
func (s *Supervisor) movable(rec implrepo.Record) bool {
	return s.o.Machines != nil && rec.On == implrepo.Any
}

// here returns nil if a server is to run on this machine, which has claimed it then.
func (s *Supervisor) here(ctx context.Context, rec *implrepo.Record) error {
	if s.o.Machines == nil {
		return nil
	}
	return s.claim(ctx, rec)
}

// claim is here where there are several machines. It is by itself for the stack's sake (record).
//
//go:noinline
func (s *Supervisor) claim(ctx context.Context, rec *implrepo.Record) error {
	return s.o.Machines.Find(ctx, *rec)
}

// notElsewhere is here without claiming.
func (s *Supervisor) notElsewhere(rec implrepo.Record) error {
	if s.o.Machines == nil {
		return nil
	}
	return s.o.Machines.Look(rec)
}

// sure returns how long a movable server is surely this machine's, or ErrLost.
func (s *Supervisor) sure(u implrepo.UUID) (left time.Duration, fence uint64, err error) {
	if left, fence = s.o.Machines.Holds(u); left <= 0 {
		return 0, 0, ErrLost
	}
	return left, fence, nil
}

// meant returns why a server is not to run here although it was when rec was read. Who gives it to another machine disables it first, and then looks whether
// it runs; who starts it is seen to first, and then looks whether it is disabled.
func (s *Supervisor) meant(rec implrepo.Record) error {
	if s.o.Machines == nil {
		return nil
	}
	now, err := s.repo.Get(s.ctx, rec.UUID)
	switch {
	case err != nil:
		return err
	case now.Disabled && !rec.Disabled:
		return ErrDisabled
	case now.On != rec.On:
		return ErrLost
	}
	return nil
}

// LoseClaims ends the processes of servers that may run on any machine: they are asked to, or, if force says so, killed at once.
func (s *Supervisor) LoseClaims(force bool, reason string) {
	for _, st := range s.seats() {
		st.mu.Lock()
		l := st.life
		if l == nil || !l.movable {
			st.mu.Unlock()
			continue
		}
		l.askStop(reason)
		st.wake()
		st.mu.Unlock()
		if !force {
			continue
		}
		if err := l.signal(os.Kill); err != nil {
			s.o.Log.Warn("a server that is another machine's by now cannot be killed here", "server", l.name(), "error", err)
		}
	}
}

// fence ends what runs here of a server that was given to another machine, at once: that machine may have started it, and it is not asked to end because it would
// serve meanwhile. So it is with a machine that was cut off, whose server was given away in the meantime, and that sees it now. A server that may run on any
// machine is ended when its claim is lost; what has been started before it became one of those, without a claim, is ended here.
func (s *Supervisor) fence(rec implrepo.Record) {
	for _, st := range s.seatsOf(rec.UUID) {
		st.mu.Lock()
		l := st.life
		if l == nil || rec.On == implrepo.Any && (l.movable || s.o.Machines.Has(rec.UUID)) {
			st.mu.Unlock()
			continue
		}
		l.askStop("the server was given to another machine")
		st.wake()
		st.mu.Unlock()
		s.o.Log.Warn("a server that was given to another machine is ended here", "server", l.name(), "machine", rec.On)
		if err := l.signal(os.Kill); err != nil && !l.gone() {
			s.o.Log.Warn("a server that is another machine's by now cannot be killed here", "server", l.name(), "error", err)
		}
	}
}

// Follow takes up the record of a server that was changed elsewhere.
func (s *Supervisor) Follow(ctx context.Context, u implrepo.UUID) {
	rec, err := s.repo.Get(ctx, u)
	switch {
	case err == nil:
		s.changed(rec)
	case errors.Is(err, implrepo.ErrUnknown):
		s.changed(implrepo.Record{UUID: u})
		if err := s.Forget(u); err != nil && !errors.Is(err, ErrRuns) {
			s.o.Log.Warn("what was kept of a removed server is left", "uuid", u, "error", err)
		}
	default:
		s.o.Log.Warn("a server's record cannot be read", "uuid", u, "error", err)
	}
}

// Renew returns for how long from now on the holder of the lease may be the server: it has to have ended then, unless it has renewed again. 0 is for good. Its
// error is ErrLost, or ErrToken if the lease is not held any more.
func (le *Lease) Renew() (time.Duration, error) {
	l := le.l
	l.st.mu.Lock()
	held, movable := l.lease == le, l.movable
	l.st.mu.Unlock()
	switch {
	case !held:
		return 0, ErrToken
	case !movable:
		return 0, nil
	}
	left, _, err := l.s.sure(l.st.uuid)
	return left, err
}
