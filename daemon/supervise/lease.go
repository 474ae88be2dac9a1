package supervise

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A Stop is the request to a server that it shall end.
type Stop struct {
	Within time.Duration // after this it is ended by force
	Reason string
}

// A Registration is what a server says of itself to get its lease.
type Registration struct {
	UUID        implrepo.UUID // of its record; zero, or unknown with Create: Name says which
	Name        string
	Create      bool   // make a record for a Name that is unknown; only with ByHand
	Token       string // what the daemon gave it when it started it
	ByHand      bool   // the caller may register any server
	Incarnation string
	Process     process.ID
	Elsewhere   bool     // it is known that who registers is not Process, which is then told and nothing more: it is never signalled
	Endpoints   []string // none: SetEndpoints follows
	Fences      bool     // it ends by itself in the time that Lease.Renew says
	Quiets      bool     // it says nothing of its server while it is tried out, or when it is replaced, and says by Lease.Quiet that the last of that is over
}

// A Lease is what a server holds while it lives. Its methods may be called concurrently.
type Lease struct {
	ID   string // nobody else knows it
	UUID implrepo.UUID
	Name string
	Terms

	// Hold is how long from the grant on the process may be the server, see Renew; 0: for good.
	Hold time.Duration

	l    *life
	idle time.Duration // after which the process is asked to end; 0: never
	stop chan Stop
	news chan struct{} // holds a token if Now may say something else
	over chan struct{}
	once sync.Once

	quiets bool // Registration.Quiets
	quiet  bool // nothing that the process says of its server is under way, nor will be; guarded by the seat's mu
}

// Quiet says that nothing is under way any more of what the process had the naming service say, and that it says nothing more. It counts as soon as another version has taken the
// place of the process: before, it may say more.
func (le *Lease) Quiet() {
	st := le.l.st
	if !st.g.surplus(st.name) {
		return
	}
	st.update(func() { le.quiet = true })
}

// News delivers that Now may say something else.
func (le *Lease) News() <-chan struct{} { return le.news }

// Now returns what the server is called, and whether another version has taken the place of the process.
func (le *Lease) Now() (name string, replaced bool) {
	return le.l.name(), le.l.st.g.surplus(le.l.st.name)
}

// hear has who holds the lease look at Now.
func (le *Lease) hear() {
	select {
	case le.news <- struct{}{}:
	default: // it has not looked since the last time
	}
}

// Stops delivers the request to end, at most one.
func (le *Lease) Stops() <-chan Stop { return le.stop }

// Over is closed when the lease is not worth anything any more: the server has ended, or got another lease.
func (le *Lease) Over() <-chan struct{} { return le.over }

func (le *Lease) end() { le.once.Do(func() { close(le.over) }) }

// tell asks the server to end, unless it was asked already.
func (le *Lease) tell(s Stop) {
	select {
	case le.stop <- s:
	default:
	}
}

// SetEndpoints says where the server takes calls: from now on it is ready, or, with none, not any more.
func (le *Lease) SetEndpoints(endpoints []string) error {
	if err := checkEndpoints(endpoints); err != nil {
		return err
	}
	if le.Secure && servesAnybody(endpoints) {
		le.l.s.o.Log.Warn("a server does not take calls", "server", le.Name, "error", ErrOpen)
		return ErrOpen
	}
	st := le.l.st
	st.mu.Lock()
	defer st.mu.Unlock()
	if le.l.lease != le {
		return ErrToken
	}
	le.l.settle(endpoints)
	st.wake()
	return nil
}

// settle notes where a life that holds its lease takes calls; mu is held.
func (l *life) settle(endpoints []string) {
	l.endpoints, l.made = slices.Clone(endpoints), new(atomic.Value)
	if len(endpoints) > 0 {
		l.deadline = time.Time{}
		if !l.wasReady {
			l.wasReady = true
			l.st.forgive()
			l.st.since = time.Now()
		}
	}
}

// Release says that the server is done: it writes nothing any more. One that the daemon
// started has then to end by itself in the time that it has for stopping.
func (le *Lease) Release() {
	le.l.st.update(func() {
		if le.l.lease == le {
			le.l.released = true
		}
	})
}

// Lost says that the connection over which the lease was held has ended.
func (le *Lease) Lost() {
	le.end()
	l := le.l
	l.st.update(func() {
		if l.lease != le {
			return
		}
		l.lease, l.lostAt = nil, time.Now()
		if back := l.lostAt.Add(l.s.o.Grace); l.deadline.IsZero() || back.Before(l.deadline) {
			l.deadline = back
		}
	})
}

// ErrOpen is why a process takes no calls as a server that is registered as secure, or why nobody is sent to it.
var ErrOpen = errors.New("the server is registered as secure, to serve identified callers alone, and its process does not say that it refuses others: " +
	"it was started before, and has to be started again, or its program cannot; register that with regimpl -s off, or dsom server change --no-secure")

// servesAnybody reports whether a process that takes calls does not say that it refuses callers that are not identified.
func servesAnybody(endpoints []string) bool {
	return len(endpoints) > 0 && !slices.Contains(endpoints, admin.IdentifiedCallers)
}

func checkEndpoints(endpoints []string) error {
	if len(endpoints) > admin.MaxEndpoints {
		return &implrepo.InvalidError{Field: "endpoints", Reason: fmt.Sprintf("%d of them, the limit is %d", len(endpoints), admin.MaxEndpoints)}
	}
	for _, e := range endpoints {
		if len(e) == 0 || len(e) > admin.MaxEndpoint {
			return &implrepo.InvalidError{Field: "endpoints", Reason: fmt.Sprintf("%.40q has %d octets, not 1 to %d", e, len(e), admin.MaxEndpoint)}
		}
	}
	return nil
}

// Register grants a server its lease, or says why not: *HeldError if another process may
// hold it, ErrToken if the server's start is over, ErrDisabled, ErrOpen, implrepo.ErrUnknown, an
// *implrepo.InvalidError, ErrClosed, or the store's error.
func (s *Supervisor) Register(ctx context.Context, reg Registration) (*Lease, error) {
	if n := len(reg.Incarnation); n == 0 || n > 64 {
		return nil, &implrepo.InvalidError{Field: "incarnation", Reason: fmt.Sprintf("%d octets, not 1 to 64", n)}
	}
	if err := checkEndpoints(reg.Endpoints); err != nil {
		return nil, err
	}
	rec, err := s.recordOf(ctx, reg)
	if err != nil {
		return nil, err
	}
	if err := s.here(ctx, &rec); err != nil {
		return nil, err
	}
	if s.movable(rec) && !reg.Fences {
		return nil, ErrUnfenced
	}
	if rec.IsSecure() && servesAnybody(reg.Endpoints) {
		return nil, ErrOpen
	}
	holder := reg.Process
	if actual, err := process.Of(holder.PID); err != nil || reg.Elsewhere || !holder.Known() || actual != holder || !mayBe(holder, rec.User) {
		holder = process.ID{} // it does not live here, or does not know itself: only its connection tells that it lives
	}
	st := s.seatFor(rec, reg, holder)
	for {
		lease, wait, err := s.tryRegister(st, rec, reg, holder)
		if err != nil || lease != nil {
			return lease, err
		}
		if err := s.await(ctx, st, wait); err != nil {
			return nil, err
		}
	}
}

// mayBe reports whether a process may be of a server that runs under an account, "" is the daemon's: who registers says which process it
// is, and the daemon, which may be root, signals that.
func mayBe(id process.ID, account string) bool {
	owner, told := id.Owner()
	if !told {
		return true
	}
	if account == "" {
		return owner == os.Geteuid()
	}
	u, err := user.Lookup(account)
	return err == nil && u.Uid == strconv.Itoa(owner)
}

// seatFor returns the seat of a process that registers: that in which it was started or sits already, else the server's first.
func (s *Supervisor) seatFor(rec implrepo.Record, reg Registration, holder process.ID) *seat {
	for _, st := range s.seatsOf(rec.UUID) {
		st.mu.Lock()
		mine := st.life != nil && st.life.is(reg, holder)
		st.mu.Unlock()
		if mine {
			return st
		}
	}
	return s.seat(rec.UUID, seatName(rec.Upgrade, ""))
}

// recordOf finds, or makes, the record of a server that registers.
func (s *Supervisor) recordOf(ctx context.Context, reg Registration) (rec implrepo.Record, err error) {
	if reg.UUID != (implrepo.UUID{}) {
		rec, err = s.repo.Get(ctx, reg.UUID)
	}
	if reg.UUID == (implrepo.UUID{}) || reg.Create && errors.Is(err, implrepo.ErrUnknown) {
		rec, err = s.repo.ByName(ctx, reg.Name)
		if errors.Is(err, implrepo.ErrUnknown) && reg.Create && reg.ByHand {
			rec, err = s.repo.Add(ctx, implrepo.Record{Name: reg.Name, Activation: implrepo.Manual})
			if errors.Is(err, implrepo.ErrExists) { // by somebody else in this moment, or one is being removed whose name this was: that is not for good
				if there, unknown := s.repo.ByName(ctx, reg.Name); !errors.Is(unknown, implrepo.ErrUnknown) {
					rec, err = there, unknown
				}
			}
		}
	}
	if err == nil && rec.Disabled {
		err = ErrDisabled
	}
	return rec, err
}

// tryRegister grants a lease, refuses it, or returns what to wait for.
func (s *Supervisor) tryRegister(st *seat, rec implrepo.Record, reg Registration, holder process.ID) (*Lease, <-chan struct{}, error) {
	st.storing.Lock()
	defer st.storing.Unlock()
	l, fresh, wait, err := s.admit(st, rec, reg, holder)
	if err != nil || l == nil {
		return nil, wait, err
	}
	st.mu.Lock()
	holderWas, pidWas, incarnationWas := l.holder, l.holderPID, l.incarnation
	l.holder, l.holderPID, l.incarnation = holder, reg.Process.PID, reg.Incarnation
	st.mu.Unlock()
	if err := s.store(st, l); err != nil {
		st.mu.Lock()
		defer st.mu.Unlock()
		l.holder, l.holderPID, l.incarnation = holderWas, pidWas, incarnationWas
		if fresh {
			st.drop(l)
		}
		st.wake()
		return nil, nil, err
	}
	lease := &Lease{
		ID: rand.Text(), UUID: st.uuid, Name: rec.Name, Terms: terms(rec, st.name),
		l: l, idle: rec.IdleTimeout, stop: make(chan Stop, 1), news: make(chan struct{}, 1), over: make(chan struct{}), quiets: reg.Quiets,
	}
	if err := s.meant(rec); err != nil {
		if fresh {
			_ = s.forget(st)
			st.update(func() { st.drop(l) })
		}
		return nil, nil, err
	}
	if l.movable { // asked last: all before may have taken its time
		if lease.Hold, _, err = s.sure(st.uuid); err != nil {
			if fresh {
				_ = s.forget(st)
				st.update(func() { st.drop(l) })
			}
			return nil, nil, err
		}
	}
	var watched *process.Observer
	if holder.PID != 0 {
		watched = holder.Observe()
	}
	st.mu.Lock()
	old := l.lease
	l.watched.Close() // who still has it goes by the process's id
	l.watched = watched
	l.deadline = time.Time{}
	if l.started {
		if l.deadline = l.startBy; l.wasReady {
			l.deadline = time.Now().Add(orDefault(rec.StartTimeout, s.o.StartTimeout))
		}
	}
	l.lease, l.hadLease, l.unreachable, l.lostAt = lease, true, false, time.Time{}
	l.settle(reg.Endpoints)
	stop, reason := l.stopAsked, l.stopReason
	st.wake()
	st.mu.Unlock()
	if old != nil {
		old.end()
	}
	lease.hear() // the record may have changed since it was read
	if stop {    // it was asked while nobody listened
		lease.tell(Stop{Within: orDefault(rec.StopTimeout, s.o.StopTimeout), Reason: reason})
	}
	if fresh && !s.spawn(l.watch) {
		_ = s.forget(st)
		st.update(func() { st.drop(l) })
		return nil, nil, ErrClosed
	}
	s.o.Log.Info("server registered", "server", l.name(), "pid", reg.Process.PID, "endpoints", reg.Endpoints)
	return lease, nil, nil
}

// admit decides whether a registration is of the server's present life; if there is none and
// it was started by hand, it gets one. storing is held.
func (s *Supervisor) admit(st *seat, rec implrepo.Record, reg Registration, holder process.ID) (l *life, fresh bool, wait <-chan struct{}, err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	l = st.life
	switch {
	case st.removed:
		return nil, false, nil, fmt.Errorf("server %q: %w", rec.Name, implrepo.ErrUnknown)
	case l == nil && !reg.ByHand:
		return nil, false, nil, ErrToken
	case l == nil:
		l = newLife(s, st, rec.Name)
		l.rec, l.movable = rec, s.movable(rec)
		st.take(l)
		return l, true, nil, nil
	case !l.is(reg, holder):
		if leaving(l.holder) || l.ending() {
			return nil, false, st.changed, nil // it is making way
		}
		if !reg.ByHand {
			return nil, false, nil, ErrToken
		}
		return nil, false, nil, l.held()
	case l.doomed != "" || l.released:
		return nil, false, nil, ErrToken
	case l.incarnation != "" && (l.incarnation != reg.Incarnation || l.holder != holder) && (l.lease != nil || l.holder.PID != 0 && !leaving(l.holder)):
		return nil, false, nil, l.held() // the life is the same, but another of its processes holds the lease
	}
	return l, false, nil, nil
}

// held is the error for who asks for a lease that is held; mu is held.
func (l *life) held() error {
	switch {
	case l.lease == nil && !l.hadLease:
		return &HeldError{l.name(), l.leader.PID, "is being started by the daemon as this server"}
	case l.lease == nil:
		return &HeldError{l.name(), l.pid(), "may still be this server"}
	}
	return &HeldError{l.name(), l.pid(), "is this server already"}
}

// is reports whether a registration is of this life; mu is held.
func (l *life) is(reg Registration, holder process.ID) bool {
	if l.token != "" && subtle.ConstantTimeCompare([]byte(hash(reg.Token)), []byte(l.token)) == 1 {
		return true
	}
	if !reg.ByHand {
		return false
	}
	if holder.PID == 0 { // unidentified: what it calls itself has to do
		return l.holder.PID == 0 && l.incarnation != "" && l.incarnation == reg.Incarnation
	}
	return holder == l.holder || holder == l.leader
}
