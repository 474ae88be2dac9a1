package supervise

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/process"
)

const (
	tick     = time.Second            // how often a life is looked at when nothing happens
	logTick  = 250 * time.Millisecond // and the output of one that this process or an earlier one has started
	fastTick = 10 * time.Millisecond  // when its output floods
	floods   = 10 * time.Second       // how long a flood is expected to go on
	oldTick  = time.Minute            // how often the output of what has ended is looked at
	killTime = 10 * time.Second       // for the system to end a process that was killed
	minPoll  = 5 * time.Millisecond   // how often one asks whether a process that is no child has ended, at first
	maxPoll  = 250 * time.Millisecond // and later
)

// watch looks after a life until its process has ended, and buries it; or until the
// supervisor lets go of it.
func (l *life) watch() {
	if l.rec.Health.Every > 0 {
		l.s.spawn(l.examine)
	}
	interval := tick
	for {
		changed, done := l.step()
		if done || l.s.ctx.Err() != nil {
			return
		}
		if l.started {
			interval = l.trim()
		}
		l.st.mu.Lock()
		pause := interval
		if !l.deadline.IsZero() {
			pause = min(pause, max(time.Until(l.deadline), time.Millisecond))
		}
		if l.child == nil && l.lease == nil {
			pause = min(pause, max(minPoll, min(maxPoll, time.Since(l.lostAt)/8)))
		}
		l.st.mu.Unlock()
		t := time.NewTimer(pause)
		select {
		case <-changed:
		case <-l.childDone():
		case <-t.C:
		case <-l.s.ctx.Done():
		}
		t.Stop()
	}
}

// trim cuts the life's output, and returns how soon to do so again.
func (l *life) trim() time.Duration {
	cut, err := l.st.g.trim(l.s.o.Logs)
	if err != nil {
		l.s.o.Log.Warn("the output of a server cannot be cut", "server", l.name(), "error", err)
		return tick
	}
	now := time.Now()
	if cut > 0 {
		if now.Sub(l.cutAt) < floods && !l.floods {
			l.floods = true
			l.s.o.Log.Warn("a server floods its output: only the end of that is kept", "server", l.name(), "error", l.s.o.Limits.Exceeded(limits.ServerOutput, 0))
		}
		l.cutAt = now
	}
	if now.Sub(l.cutAt) < floods || now.Sub(l.born) < floods { // many a flood begins with the program
		return fastTick
	}
	return logTick
}

// childDone is closed when a child has ended; for what is no child it is nil.
func (l *life) childDone() <-chan struct{} {
	if l.child == nil {
		return nil
	}
	return l.child.Done()
}

// step does what is due, and returns what to wait for, or that the life is over.
func (l *life) step() (changed <-chan struct{}, done bool) {
	gone := l.gone()
	st := l.st
	st.mu.Lock()
	changed = st.changed
	late := !l.deadline.IsZero() && !time.Now().Before(l.deadline)
	stop := (l.stopAsked || l.sick != "") && l.stuckErr == nil
	released, unreachable := l.released, l.unreachable
	lost := late && l.lease == nil && l.hadLease
	byHandOver := !l.started && (released || lost && !l.holder.Known())
	if late && l.started && !l.ending() && !l.wasReady {
		l.doomed = l.tooLate()
	}
	st.mu.Unlock()
	switch {
	case gone || byHandOver:
		l.bury(l.failed())
		return nil, true
	case stop, l.started && (released || late):
		if !l.end() {
			return changed, false
		}
		l.bury(l.failed())
		return nil, true
	case lost && !unreachable:
		l.s.o.Log.Warn("a server that was started by hand lives, but has not come back for its lease", "server", l.name(), "pid", l.holder.PID)
		st.update(func() { l.unreachable, l.deadline = true, time.Time{} })
	}
	return changed, false
}

// gone reports whether the process of the life is certain to have ended. Of a process that cannot be identified nothing is certain.
func (l *life) gone() bool {
	if l.child != nil {
		select {
		case <-l.child.Done():
			return true
		default:
			return false
		}
	}
	l.st.mu.Lock()
	leader, holder := l.leader, l.holder
	l.st.mu.Unlock()
	if leader.PID == 0 && holder.PID == 0 {
		return false
	}
	return leader.State() == process.Gone && holder.State() == process.Gone
}

// end ends the process of a life: by asking over its lease, for which it may have to come back, by the polite signal, by the one
// that cannot be refused. It reports whether that was done; otherwise it has noted why not, or the supervisor is letting go.
func (l *life) end() bool {
	within := orDefault(l.rec.StopTimeout, l.s.o.StopTimeout)
	l.st.mu.Lock()
	lease, reason, released := l.lease, l.stopReason, l.released
	comesBack := l.incarnation != "" && time.Now().Before(l.deadline) // it has registered, and is told then
	l.st.mu.Unlock()
	if lease != nil || released || comesBack {
		if lease != nil && !released {
			lease.tell(Stop{Within: within, Reason: reason})
		}
		if l.waitGone(within) {
			return true
		}
	}
	if l.untraceable() {
		return true
	}
	var err error
	for _, by := range []struct {
		sig  os.Signal
		time time.Duration
	}{{syscall.SIGTERM, l.s.o.TermTimeout}, {os.Kill, killTime}} {
		if l.s.ctx.Err() != nil {
			return false
		}
		if err = l.signal(by.sig); err == nil || errors.Is(err, process.ErrGone) {
			err = nil
			if l.waitGone(by.time) {
				return true
			}
		}
	}
	l.stuck(err)
	return false
}

// untraceable reports whether nothing is left of a life but the possibility that a process
// which cannot be identified is it: an earlier daemon was about to start it, or the system does not tell
// processes apart. Such a life is over when its time is: the process, should there be one, will
// not get the lease again.
func (l *life) untraceable() bool {
	l.st.mu.Lock()
	defer l.st.mu.Unlock()
	return l.lease == nil && l.child == nil && !l.leader.Known() && !l.holder.Known()
}

// stuck notes that the process did not end, and when it is tried again.
func (l *life) stuck(err error) {
	l.st.mu.Lock()
	defer l.st.mu.Unlock()
	e := &HeldError{Server: l.name(), PID: l.pid(), Reason: "does not end"}
	if err != nil {
		e.Reason = fmt.Sprintf("does not end, and cannot be ended: %v", err)
	}
	l.stuckErr, l.stopAsked = e, false
	l.deadline = time.Now().Add(l.s.o.Grace)
	l.s.o.Log.Error("server does not end", "server", l.name(), "pid", l.pid(), "error", err)
	l.st.wake()
}

// signal reaches what was started with its group, and what was started by hand alone.
func (l *life) signal(sig os.Signal) error {
	if l.child != nil {
		return l.child.Signal(sig)
	}
	l.st.mu.Lock()
	leader, holder := l.leader, l.holder
	l.st.mu.Unlock()
	if !l.started {
		if holder.PID == 0 {
			return process.ErrUnidentified
		}
		return holder.Signal(sig)
	}
	ids := []process.ID{leader}
	if holder != leader { // to many a program a second signal says something else
		ids = append(ids, holder)
	}
	err := process.ErrGone
	for _, id := range ids {
		if id.PID == 0 {
			continue
		}
		if e := id.SignalGroup(sig); !errors.Is(e, process.ErrGone) {
			err = e
		}
	}
	return err
}

// waitGone waits until the process has ended, d at most. One that was started by hand counts
// as ended when it says that it is done.
func (l *life) waitGone(d time.Duration) bool {
	limit := time.NewTimer(d)
	defer limit.Stop()
	for poll := minPoll; ; poll = min(2*poll, maxPoll) {
		l.st.mu.Lock()
		changed, over := l.st.changed, l.released && !l.started
		l.st.mu.Unlock()
		if over || l.gone() {
			return true
		}
		again := time.NewTimer(poll)
		select {
		case <-changed:
		case <-l.childDone():
		case <-again.C:
		case <-limit.C:
			again.Stop()
			return l.gone()
		case <-l.s.ctx.Done():
			again.Stop()
			return false
		}
		again.Stop()
	}
}
