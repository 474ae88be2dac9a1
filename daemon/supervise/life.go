package supervise

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise/cgroup"
	"github.com/opendsom/dsom/daemon/supervise/child"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
)

// errorLines is how many of a program's last lines an error carries.
const errorLines = 12

// A life is one run of a server, from before its process is started until it has ended. It
// is of one of three kinds: a child of this process; a process that an earlier daemon started
// (started, without child); one that was started by hand (not started).
//
// The fields of the first group do not change after the life was taken into the table; child
// is written once, before watch begins. The others are guarded by the server's mu.
type life struct {
	s       *Supervisor
	st      *seat
	named   string // when it began, see name
	attempt uint64
	started bool
	adopted bool            // by or beside an earlier daemon
	movable bool            // it may be another machine's as soon as this one is not sure of its claim
	rec     implrepo.Record // of a child
	object  string          // that of the seat
	born    time.Time
	startBy time.Time     // when a child has to be ready for the first time
	over    chan struct{} // closed when it has ended

	child *child.Child
	group *cgroup.Group // nil: none

	// Of its output, for the goroutine that watches it.
	logFrom int64     // where it begins in the log, see group.written
	cutAt   time.Time // when it was cut
	floods  bool      // that was logged

	token       string            // the hash of what allows a process to register as this life
	leader      process.ID        // what was started
	holder      process.ID        // what registered; zero if it could not be identified
	holderPID   int               // what it said
	watched     *process.Observer // of holder; nil if that is zero
	incarnation string
	endpoints   []string
	made        *atomic.Value // of endpoints, by those who send clients there

	lease    *Lease
	hadLease bool
	wasReady bool
	proven   bool      // of a process for a single object: it has that
	sentAt   time.Time // when somebody was sent to it last
	report   Report    // what it has said last of its calls
	sent     int       // who was sent to it since
	lostAt   time.Time
	deadline time.Time // for it to be ready, or to come back; zero for none

	stopAsked   bool // somebody wants it to end
	stopReason  string
	doomed      string    // why it is being ended without having come up
	worked      time.Time // when it was last asked whether it works, and did; zero: never
	sick        string    // why it is being ended though it has
	released    bool      // it said that it is done
	unreachable bool      // by hand, alive, without lease, and too late
	stuckErr    error     // why it could not be ended

	unenforced []string // which limits are not
}

func newLife(s *Supervisor, st *seat, name string) *life {
	return &life{s: s, st: st, named: name, born: time.Now(), over: make(chan struct{})}
}

// name is that of its server, which may have got another since it began.
func (l *life) name() string {
	if rec := l.st.g.known(); rec != nil {
		return rec.Name
	}
	return l.named
}

// ready reports whether it takes calls; mu is held.
func (l *life) ready() bool { return l.lease != nil && len(l.endpoints) > 0 && !l.ending() }

// ending reports whether it is on its way out; mu is held.
func (l *life) ending() bool { return l.stopAsked || l.released || l.doomed != "" || l.sick != "" }

// pid returns the process to be shown; mu is held.
func (l *life) pid() int {
	if l.holderPID != 0 {
		return l.holderPID
	}
	return l.leader.PID
}

// askStop notes that it shall end; mu is held.
func (l *life) askStop(reason string) {
	if !l.stopAsked {
		l.stopAsked, l.stopReason, l.stuckErr = true, reason, nil
	}
}

// hash is how a token is kept.
func hash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// start starts the program of a life and watches it to its end. What the store has to know
// is there before: first that a process may come to be, then which.
func (l *life) start() {
	token := rand.Text()
	l.st.update(func() { l.token = hash(token) })
	if err := l.s.ensureAfter(l); err != nil {
		l.bury(l.startError("was not started, because a server that it comes after does not run", err))
		return
	}
	var fence uint64
	if l.movable {
		var err error
		if _, fence, err = l.s.sure(l.st.uuid); err != nil {
			l.bury(l.startError("was not started", err))
			return
		}
	}
	if err := l.s.meant(l.rec); err != nil { // asked now that others see that it is about to run
		l.bury(l.startError("was not started", err))
		return
	}
	if err := l.remember(); err != nil {
		l.bury(l.startError("was not started, because the state cannot be written", err))
		return
	}
	out, from, err := l.s.o.Logs.Open(l.st.uuid.String())
	if err != nil {
		l.s.o.Log.Warn("the output of a server is lost", "server", l.name(), "error", err)
	}
	l.group = l.join()
	c, err := child.Start(child.Spec{
		Command: l.rec.Command, Dir: l.rec.Dir, Env: l.environ(token, fence), Output: out,
		User: l.rec.User, Limits: rlimits(l.rec.Limits), Group: l.group.File(),
	})
	if out != nil {
		_ = out.Close()
	}
	if err != nil {
		l.bury(l.startError("cannot be started", err))
		return
	}
	l.s.o.Log.Info("server started", "server", l.name(), "pid", c.ID().PID, "command", l.rec.Command)
	l.child, l.logFrom = c, l.st.g.written(from)
	l.st.update(func() { l.leader = c.ID() })
	if err := l.remember(); err != nil {
		_ = c.Signal(os.Kill)
		<-c.Done()
		l.bury(l.startError("was ended again, because the state cannot be written", err))
		return
	}
	l.watch()
}

// environ is the environment of the program.
func (l *life) environ(token string, fence uint64) []string {
	number := ""
	if !l.movable && l.rec.Placed != 0 {
		number = strconv.FormatUint(l.rec.Placed, 10)
	}
	if l.movable {
		number = strconv.FormatUint(fence, 10)
	}
	return slices.Concat(inherited(os.Environ(), l.rec.User), l.s.o.Env, l.rec.Env, []string{
		admin.EnvServerName + "=" + l.name(),
		admin.EnvServerUUID + "=" + l.st.uuid.String(),
		admin.EnvServerToken + "=" + token,
		admin.EnvServerObject + "=" + l.object,
		admin.EnvServerFence + "=" + number,
	})
}

// inherited returns what of the daemon's environment a server under an account has, "" is the daemon's own and has all. Another account is not told more
// than how texts are written, what time it is here, and where programs are: what else stands there may be for the daemon's user alone.
func inherited(environ []string, account string) []string {
	if account == "" {
		return environ
	}
	return slices.DeleteFunc(environ, func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return !strings.HasPrefix(name, "LC_") && !slices.Contains([]string{"PATH", "LANG", "LANGUAGE", "TZ"}, name)
	})
}

// startError is the error of this attempt, with the output so far.
func (l *life) startError(reason string, err error) error {
	e := &StartError{Server: l.name(), Program: strings.Join(l.rec.Command, " "), Reason: reason, Err: err}
	if l.child != nil {
		e.Output = l.s.o.Logs.Tail(l.st.uuid.String(), l.st.g.since(l.logFrom), errorLines)
	}
	return e
}

// failed returns why a life that has ended did not come up, or nil if it did or was not meant to.
func (l *life) failed() error {
	l.st.mu.Lock()
	wasReady, stopped, doomed := l.wasReady, l.stopAsked, l.doomed
	l.st.mu.Unlock()
	switch {
	case wasReady || !l.started:
		return nil
	case stopped:
		return l.startError("was stopped before it took calls", nil)
	case doomed != "":
		return l.startError(doomed, nil)
	case l.child != nil:
		reason := l.child.Status() + " before it had registered and said where it takes calls"
		if l.child.Succeeded() {
			reason += " (a server has to stay in the foreground: a program that goes into the background by itself is taken to have ended, and so are those that it has started)"
		}
		return l.startError(reason, nil)
	}
	return l.startError("ended before it took calls", nil)
}

// bury ends the life in the table, once its process is known to have ended (or never was).
func (l *life) bury(failure error) {
	st, how := l.st, "ended"
	if l.started {
		l.trim() // for the last time
	}
	if l.child != nil {
		how = l.child.Status()
	}
	l.endOrphans()
	l.leaveGroup()
	st.storing.Lock()
	defer st.storing.Unlock()
	if err := l.s.forget(st); err != nil {
		l.s.o.Log.Error("the end of a server could not be noted", "server", l.name(), "error", err)
	}
	l.s.noteCall(st, l.rec, failure) // before anybody hears of the failure, and calls again
	st.mu.Lock()
	lived := time.Since(l.born)
	worked := lived
	if l.sick != "" { // it has worked until then, or never, and not since
		worked = max(l.worked.Sub(l.born), 0)
	}
	lease := l.lease
	l.lease = nil
	l.watched.Close()
	st.life, st.since = nil, time.Now()
	switch {
	case failure != nil && st.failed == l.attempt: // it has said so itself, see Fail
	case l.stopAsked && failure != nil: // nobody's fault
		st.failed, st.failure = l.attempt, failure
	case failure != nil:
		st.fail(l.attempt, failure, l.rec.Retry, &l.s.o)
	case l.stopAsked || worked >= l.s.o.Settled:
		st.crashes = 0
	default:
		st.crashes++
	}
	asked := l.stopAsked
	switch {
	case l.sick != "":
		how = "was ended: " + l.sick
	case asked:
		how = "was stopped"
	}
	st.lastEnd = how
	st.wake()
	st.mu.Unlock()
	close(l.over)
	if lease != nil {
		lease.end()
	}
	switch {
	case failure != nil && !asked:
		l.s.o.Log.Error("server did not come up", "server", l.name(), "error", failure)
	case asked:
		l.s.o.Log.Info("server stopped", "server", l.name(), "pid", l.leader.PID, "how", how)
	default:
		l.s.o.Log.Warn("server ended by itself", "server", l.name(), "pid", l.pid(), "how", how, "lived", lived)
	}
	l.s.dismiss(st)
	l.s.revive(st, l.rec.Retry)
}

// revive starts a server that shall always run, after a pause if it has failed.
func (s *Supervisor) revive(st *seat, retry implrepo.Retry) {
	st.mu.Lock()
	pause := time.Until(st.retryAt)
	if st.crashes > 1 {
		pause = max(pause, pauseAfter(st.crashes-1, retry, &s.o))
	}
	stopped := st.stopped
	st.mu.Unlock()
	if stopped {
		return
	}
	if rec, err := s.repo.Get(s.ctx, st.uuid); err != nil || !shallRun(rec, st) {
		return
	}
	s.spawn(func() {
		t := time.NewTimer(max(pause, 0))
		defer t.Stop()
		select {
		case <-t.C:
			if rec, err := s.repo.Get(s.ctx, st.uuid); err == nil && shallRun(rec, st) && !st.heldBack() {
				s.keepUp(rec, st.name)
			}
		case <-s.ctx.Done():
		}
	})
}

// shallRun reports whether a process shall be in a seat whether it is called or not.
func shallRun(rec implrepo.Record, st *seat) bool {
	return rec.Activation == implrepo.Always && !rec.Disabled && belongs(st.name, rec) && !isApart(st.name)
}

// keepUp starts a process of a server that shall always run. If it does not come up, its end tries again.
func (s *Supervisor) keepUp(rec implrepo.Record, name string) {
	var known *StartError
	var elsewhere *ElsewhereError
	if err := s.here(s.ctx, &rec); err != nil { // whoever has it keeps it up; if nobody does, all look again
		if !errors.As(err, &elsewhere) && s.ctx.Err() == nil {
			s.o.Log.Info("a server that shall always run is not started here", "server", rec.Name, "reason", err)
		}
		return
	}
	_, err := s.ensure(s.ctx, rec.UUID, name, kept)
	if err == nil || errors.As(err, &known) || errors.Is(err, ErrClosed) || errors.Is(err, errStopped) || errors.Is(err, errMoved) {
		return
	}
	s.o.Log.Error("a server that shall always run does not", "server", rec.Name, "error", err)
}

// tooLate says what a life did not do in time; mu is held.
func (l *life) tooLate() string {
	after := time.Since(l.born).Round(100 * time.Millisecond)
	if l.hadLease {
		return fmt.Sprintf("registered, but did not say within %v where it takes calls", after)
	}
	return fmt.Sprintf("did not register within %v", after)
}
