package supervise

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
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
	sv      *server
	name    string
	attempt uint64
	started bool
	rec     implrepo.Record // of a child
	born    time.Time
	startBy time.Time     // when a child has to be ready for the first time
	over    chan struct{} // closed when it has ended

	child *child.Child

	// Of its output, for the goroutine that watches it.
	logFrom int64     // where it begins in the log; below zero in the predecessor, so many octets before its end
	cutAt   time.Time // when it was cut
	floods  bool      // that was logged

	token       string     // the hash of what allows a process to register as this life
	leader      process.ID // what was started
	holder      process.ID // what registered; zero if it could not be identified
	holderPID   int        // what it said
	incarnation string
	endpoints   []string

	lease    *Lease
	hadLease bool
	wasReady bool
	lostAt   time.Time
	deadline time.Time // for it to be ready, or to come back; zero for none

	stopAsked   bool // somebody wants it to end
	stopReason  string
	doomed      string // why it is being ended without having come up
	released    bool   // it said that it is done
	unreachable bool   // by hand, alive, without lease, and too late
	stuckErr    error  // why it could not be ended
}

func newLife(s *Supervisor, sv *server, name string) *life {
	return &life{s: s, sv: sv, name: name, born: time.Now(), over: make(chan struct{})}
}

// ready reports whether it takes calls; mu is held.
func (l *life) ready() bool { return l.lease != nil && len(l.endpoints) > 0 && !l.ending() }

// ending reports whether it is on its way out; mu is held.
func (l *life) ending() bool { return l.stopAsked || l.released || l.doomed != "" }

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
	l.sv.update(func() { l.token = hash(token) })
	if err := l.remember(); err != nil {
		l.bury(l.startError("was not started, because the state cannot be written", err))
		return
	}
	out, from, err := l.s.o.Logs.Open(l.sv.uuid.String())
	if err != nil {
		l.s.o.Log.Warn("the output of a server is lost", "server", l.name, "error", err)
	}
	c, err := child.Start(child.Spec{Command: l.rec.Command, Dir: l.rec.Dir, Env: l.environ(token), Output: out})
	if out != nil {
		_ = out.Close()
	}
	if err != nil {
		l.bury(l.startError("cannot be started", err))
		return
	}
	l.s.o.Log.Info("server started", "server", l.name, "pid", c.ID().PID, "command", l.rec.Command)
	l.child, l.logFrom = c, from
	l.sv.update(func() { l.leader = c.ID() })
	if err := l.remember(); err != nil {
		_ = c.Signal(os.Kill)
		<-c.Done()
		l.bury(l.startError("was ended again, because the state cannot be written", err))
		return
	}
	l.watch()
}

// environ is the environment of the program.
func (l *life) environ(token string) []string {
	return slices.Concat(os.Environ(), l.s.o.Env, l.rec.Env, []string{
		admin.EnvServerName + "=" + l.name,
		admin.EnvServerUUID + "=" + l.sv.uuid.String(),
		admin.EnvServerToken + "=" + token,
	})
}

// startError is the error of this attempt, with the output so far.
func (l *life) startError(reason string, err error) error {
	e := &StartError{Server: l.name, Program: strings.Join(l.rec.Command, " "), Reason: reason, Err: err}
	if l.child != nil {
		e.Output = l.s.o.Logs.Tail(l.sv.uuid.String(), l.logFrom, errorLines)
	}
	return e
}

// failed returns why a life that has ended did not come up, or nil if it did or was not meant to.
func (l *life) failed() error {
	l.sv.mu.Lock()
	wasReady, stopped, doomed := l.wasReady, l.stopAsked, l.doomed
	l.sv.mu.Unlock()
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
	sv, how := l.sv, "ended"
	if l.started {
		l.trim() // for the last time
	}
	if l.child != nil {
		how = l.child.Status()
	}
	sv.storing.Lock()
	defer sv.storing.Unlock()
	if err := l.s.forget(sv); err != nil {
		l.s.o.Log.Error("the end of a server could not be noted", "server", l.name, "error", err)
	}
	lived := time.Since(l.born)
	sv.mu.Lock()
	lease := l.lease
	l.lease = nil
	sv.life, sv.since = nil, time.Now()
	switch {
	case l.stopAsked && failure != nil: // nobody's fault
		sv.failed, sv.failure = l.attempt, failure
	case failure != nil:
		sv.fail(l.attempt, failure, &l.s.o)
	case l.stopAsked || lived >= l.s.o.Settled:
		sv.crashes = 0
	default:
		sv.crashes++
	}
	asked := l.stopAsked
	sv.wake()
	sv.mu.Unlock()
	close(l.over)
	if lease != nil {
		lease.end()
	}
	switch {
	case failure != nil && !asked:
		l.s.o.Log.Error("server did not come up", "server", l.name, "error", failure)
	case asked:
		l.s.o.Log.Info("server stopped", "server", l.name, "pid", l.leader.PID, "how", how)
	default:
		l.s.o.Log.Warn("server ended by itself", "server", l.name, "pid", l.pid(), "how", how, "lived", lived)
	}
	l.s.revive(sv)
}

// revive starts a server that shall always run, after a pause if it has failed.
func (s *Supervisor) revive(sv *server) {
	sv.mu.Lock()
	pause := time.Until(sv.retryAt)
	if sv.crashes > 1 {
		pause = max(pause, min(s.o.BackOff<<min(sv.crashes-2, 20), s.o.MaxBackOff))
	}
	stopped := sv.stopped
	sv.mu.Unlock()
	if stopped {
		return
	}
	rec, err := s.repo.Get(s.ctx, sv.uuid)
	if err != nil || rec.Activation != implrepo.Always || rec.Disabled {
		return
	}
	s.spawn(func() {
		t := time.NewTimer(max(pause, 0))
		defer t.Stop()
		select {
		case <-t.C:
			if rec, err := s.repo.Get(s.ctx, sv.uuid); err == nil && rec.Activation == implrepo.Always && !sv.heldBack() {
				s.keepUp(rec)
			}
		case <-s.ctx.Done():
		}
	})
}

// keepUp starts a server that shall always run. If it does not come up, its end tries again.
func (s *Supervisor) keepUp(rec implrepo.Record) {
	var known *StartError
	if _, err := s.ensure(s.ctx, rec.UUID, kept); err != nil && !errors.As(err, &known) && !errors.Is(err, ErrClosed) && !errors.Is(err, errStopped) {
		s.o.Log.Error("a server that shall always run does not", "server", rec.Name, "error", err)
	}
}

// tooLate says what a life did not do in time; mu is held.
func (l *life) tooLate() string {
	after := time.Since(l.born).Round(100 * time.Millisecond)
	if l.hadLease {
		return fmt.Sprintf("registered, but did not say within %v where it takes calls", after)
	}
	return fmt.Sprintf("did not register within %v", after)
}
