package supervise

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/daemon/supervise/capture"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A group is the table's entry for a registered server: the seats of its processes, and what is
// common to them. Locks are taken in the order: the supervisor's, a seat's, the group's.
type group struct {
	uuid  implrepo.UUID
	seats map[string]*seat // by name; guarded by the supervisor's mu
	apart int              // how many of them are for single objects or calls

	starts atomic.Int64

	upgrading sync.Mutex // held while it is upgraded

	trimming sync.Mutex // held while its output is cut
	cut      int64      // octets cut off its front so far; guarded by trimming

	mu      sync.Mutex       // nothing is called, and no lock taken, under it
	changed chan struct{}    // closed and made new whenever something in a seat changed
	rec     *implrepo.Record // as read or written last; nil: not known
	next    *implrepo.Record // what it is being upgraded to, while the present one serves
	trial   *trial           // of that, or of the version for whose start the one before was ended
	held    chan struct{}    // closed when calls need not wait any more; nil: they need not
	turn    uint64           // counts who was sent to a replica
	pauses  pauses
}

// known is the record as it was read or written last; nil: it is not known.
func (g *group) known() *implrepo.Record {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.rec
}

// wake tells all who wait for any of the seats.
func (g *group) wake() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.changed)
	g.changed = make(chan struct{})
}

// watch returns what is closed at the next change.
func (g *group) watch() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.changed
}

// hold makes calls wait until the function that it returns is called.
func (g *group) hold() (release func()) {
	held := make(chan struct{})
	g.mu.Lock()
	g.held = held
	g.mu.Unlock()
	return sync.OnceFunc(func() {
		g.mu.Lock()
		g.held = nil
		g.mu.Unlock()
		close(held)
	})
}

// candidate returns the record that a seat of the version after the present one is for, if there is one.
func (g *group) candidate(seat string) *implrepo.Record {
	g.mu.Lock()
	defer g.mu.Unlock()
	if version, _ := splitSeat(seat); g.next == nil || g.next.Upgrade != version {
		return nil
	}
	return g.next
}

// surplus reports whether a seat is one that the server, as it is registered now, has no use for.
func (g *group) surplus(seat string) bool {
	if g.candidate(seat) != nil {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.rec != nil && !belongs(seat, *g.rec)
}

// precedes reports whether a seat is of an earlier version than the one that an upgrade, which is written down, has not finished yet: the upgrade ends what sits there, when all is done that it has put aside. Names lead
// there until then.
func (g *group) precedes(seat string) bool {
	version, _ := splitSeat(seat)
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.trial != nil && g.rec != nil && g.rec.Upgrade == g.trial.version && version < g.trial.version
}

// others reports whether there is a process in another seat. The supervisor's mu is held.
func (g *group) others(st *seat) bool {
	for _, other := range g.seats {
		if other != st && other.runs() {
			return true
		}
	}
	return false
}

// account returns the one that the server runs under, if it has one of its own.
func (g *group) account() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rec == nil {
		return ""
	}
	return g.rec.User
}

// isHeld reports whether calls wait.
func (g *group) isHeld() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held != nil
}

// trim cuts the server's output; no output is none to cut.
func (g *group) trim(k *capture.Keeper) (cut int64, err error) {
	g.trimming.Lock()
	defer g.trimming.Unlock()
	if cut, err = k.Trim(g.uuid.String()); errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	g.cut += cut
	return cut, err
}

// written returns how much output there has been, of which at is where the file begins that holds size octets now.
func (g *group) written(size int64) int64 {
	g.trimming.Lock()
	defer g.trimming.Unlock()
	return g.cut + size
}

// since returns the offset in the file of what written has returned: below zero if it was cut since.
func (g *group) since(written int64) int64 {
	g.trimming.Lock()
	defer g.trimming.Unlock()
	return written - g.cut
}

// group returns the table's entry for a server. s.mu is held.
func (s *Supervisor) group(u implrepo.UUID) *group {
	g := s.groups[u]
	if g == nil {
		g = &group{uuid: u, seats: map[string]*seat{}, changed: make(chan struct{})}
		s.groups[u] = g
	}
	return g
}

// seat returns the entry for a seat of a server.
func (s *Supervisor) seat(u implrepo.UUID, name string) *seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.group(u).take(name)
}

// find is seat where there may be none: then it is nil.
func (s *Supervisor) find(u implrepo.UUID, name string) *seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.groups[u]; g != nil {
		return g.seats[name]
	}
	return nil
}

// seats returns all seats of all servers.
func (s *Supervisor) seats() (all []*seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.groups {
		for _, st := range g.seats {
			all = append(all, st)
		}
	}
	return all
}

// seatsOf returns all seats of a server.
func (s *Supervisor) seatsOf(u implrepo.UUID) (all []*seat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.groups[u]; g != nil {
		for _, st := range g.seats {
			all = append(all, st)
		}
	}
	return all
}

// know remembers a record, unless a newer one is known.
func (s *Supervisor) know(rec implrepo.Record) *group {
	s.mu.Lock()
	g := s.group(rec.UUID)
	s.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.rec == nil || g.rec.Revision < rec.Revision {
		g.rec = &rec
	}
	return g
}

// record returns a server's record as far as it matters where its seats are: as it was a moment ago. It is everybody's, and is not
// written to; what is said by reference keeps the stack small on which each new client is sent on.
func (s *Supervisor) record(ctx context.Context, u implrepo.UUID) (*group, *implrepo.Record, error) {
	s.mu.Lock()
	g := s.groups[u]
	s.mu.Unlock()
	if g != nil {
		g.mu.Lock()
		rec := g.rec
		g.mu.Unlock()
		if rec != nil {
			return g, rec, nil
		}
	}
	return s.fetch(ctx, u)
}

// fetch is record for a server of which nothing is known here yet. It is by itself for the stack's sake, too.
//
//go:noinline
func (s *Supervisor) fetch(ctx context.Context, u implrepo.UUID) (*group, *implrepo.Record, error) {
	rec, err := s.repo.Get(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	return s.know(rec), &rec, nil
}

// changed is told of every change of a record.
func (s *Supervisor) changed(rec implrepo.Record) {
	if rec.Revision != 0 {
		s.know(rec)
		for _, st := range s.seatsOf(rec.UUID) {
			st.mu.Lock()
			if st.life != nil && st.life.lease != nil {
				st.life.lease.hear()
			}
			st.mu.Unlock()
		}
		s.settle(rec)
		return
	}
	s.mu.Lock()
	g := s.groups[rec.UUID]
	s.mu.Unlock()
	if g != nil {
		g.mu.Lock()
		g.rec = nil
		g.mu.Unlock()
	}
}

// settle makes the server's processes what its record says: those that shall always run are started, those for which there is no
// use any more are asked to end, but for those that an upgrade ends. It waits for nothing.
func (s *Supervisor) settle(rec implrepo.Record) {
	for _, st := range s.seatsOf(rec.UUID) {
		if st.g.surplus(st.name) && !st.g.precedes(st.name) {
			st.update(func() {
				if st.life != nil {
					st.life.askStop("another process has taken its place")
				}
			})
		}
	}
	elsewhere := s.notElsewhere(rec) != nil
	if elsewhere || s.movable(rec) {
		s.fence(rec)
	}
	s.mu.Lock()
	held := s.group(rec.UUID).isHeld()
	s.mu.Unlock()
	if rec.Activation != implrepo.Always || rec.Disabled || held || elsewhere {
		return
	}
	for i := range rec.N() {
		if name := seatName(rec.Upgrade, place(i)); !s.seat(rec.UUID, name).heldBack() {
			s.spawn(func() { s.keepUp(rec, name) })
		}
	}
}

// take returns the seat of a name. The supervisor's mu is held.
func (g *group) take(name string) *seat {
	st := g.seats[name]
	if st == nil {
		st = newSeat(g, name)
		g.seats[name] = st
		if isApart(name) {
			g.apart++
		}
	}
	return st
}
