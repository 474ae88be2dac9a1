package supervise

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/opendsom/dsom/daemon/supervise/cgroup"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A runRecord is what the store holds of a life: enough for a later daemon to know whether
// its process may still live, and to recognise it.
type runRecord struct {
	Name        string     `json:"name"`              // when it was written
	Started     bool       `json:"started,omitempty"` // by a daemon
	Token       string     `json:"token,omitempty"`   // its hash
	Leader      process.ID `json:"leader,omitzero"`   // what was started; none: about to be
	Holder      process.ID `json:"holder,omitzero"`
	HolderPID   int        `json:"holder_pid,omitempty"`
	Incarnation string     `json:"incarnation,omitempty"`
	Born        time.Time  `json:"born"`
}

const prefixRun = "run/"

// runKey returns the key of what the store holds of the life in a seat.
func (st *seat) runKey() string {
	if st.name == "" {
		return prefixRun + st.uuid.String()
	}
	return prefixRun + st.uuid.String() + "." + st.name
}

// parseRunKey undoes runKey.
func parseRunKey(key string) (u implrepo.UUID, name string, err error) {
	server, name, _ := strings.Cut(strings.TrimPrefix(key, prefixRun), ".")
	u, err = implrepo.ParseUUID(server)
	return u, name, err
}

// remember writes to the store what is known of a life.
func (l *life) remember() error {
	l.st.storing.Lock()
	defer l.st.storing.Unlock()
	return l.s.store(l.st, l)
}

// store is remember with storing held.
func (s *Supervisor) store(st *seat, l *life) error {
	st.mu.Lock()
	r := runRecord{l.name(), l.started, l.token, l.leader, l.holder, l.holderPID, l.incarnation, l.born}
	st.mu.Unlock()
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	op := store.Create(st.runKey(), b)
	if st.runRevision != 0 {
		op = store.Update(st.runKey(), b, st.runRevision)
	}
	rev, err := s.o.Store.Commit(s.ctx, op)
	if err != nil {
		return err
	}
	st.runRevision = rev
	return nil
}

// forget removes from the store what it knows of a server's life; storing is held. What cannot be removed is
// written over by the next life, or found to be over by the next daemon.
func (s *Supervisor) forget(st *seat) error {
	if st.runRevision == 0 {
		return nil
	}
	_, err := s.o.Store.Commit(context.WithoutCancel(s.ctx), store.Delete(st.runKey(), st.runRevision))
	if err == nil {
		st.runRevision = 0
	}
	return err
}

// ago returns a time that was read as one by which durations are measured: the clock of the machine, by which it was written, may be set, and may have been set back
// since then. What seems not to have come yet is taken for now.
func ago(t time.Time) time.Time { return time.Now().Add(-max(time.Since(t), 0)) }

// claimed reports whether another machine may have the server of a life by now that an earlier supervisor has left.
func (s *Supervisor) claimed(st *seat, l *life) bool {
	if s.o.Machines == nil {
		return false
	}
	if l.movable {
		return !s.o.Machines.Has(st.uuid)
	}
	return l.rec.On != "" && l.rec.On != s.o.Machine
}

// takeUp makes lives of what an earlier supervisor left in the store: for the servers whose
// processes may still live, time to come back for their leases.
func (s *Supervisor) takeUp(ctx context.Context) error {
	s.endChecks(ctx)
	for e, err := range store.All(ctx, s.o.Store, prefixRun) {
		if err != nil {
			return err
		}
		u, name, r, err := readRun(e)
		if err != nil {
			if err := store.PutAside(ctx, s.o.Store, e, err); err != nil {
				return err
			}
			continue
		}
		st := s.seat(u, name)
		st.runRevision = e.Revision
		rec, unread := s.repo.Get(ctx, u)
		if unread == nil {
			r.Name = rec.Name // it may have got another since
		}
		l := newLife(s, st, r.Name)
		l.adopted = true
		l.started, l.token, l.born = r.Started, r.Token, ago(r.Born)
		l.leader, l.holder, l.holderPID, l.incarnation = r.Leader, r.Holder, r.HolderPID, r.Incarnation
		l.hadLease, l.wasReady = true, true // to come up is not what it fails at
		l.lostAt = time.Now()
		l.deadline = l.lostAt.Add(s.o.Grace)
		if unread == nil {
			l.rec, l.movable = rec, s.movable(rec)
		}
		if s.claimed(st, l) {
			l.askStop("another machine has the server by now")
			if err := l.signal(os.Kill); err != nil && !l.gone() {
				s.o.Log.Warn("a server that another machine has by now cannot be killed here", "server", r.Name, "pid", l.pid(), "error", err)
			}
		}
		if l.started && l.rec.Activation == implrepo.PerCall && !isApart(name) { // it was only to come up once
			l.askStop("it has come up, which was asked for")
		}
		if l.gone() {
			l.endOrphans()
			if l.started && l.token != "" {
				l.group = cgroup.Find(u.String(), l.part())
				l.leaveGroup()
			}
			if err := s.forget(st); err != nil {
				return fmt.Errorf("the end of server %q cannot be noted: %w", r.Name, err)
			}
			continue
		}
		s.o.Log.Info("waiting for a server that lives", "server", r.Name, "pid", l.pid(), "for", s.o.Grace)
		if l.started && unread == nil {
			l.group = l.rejoin()
		}
		st.update(func() { st.take(l) })
		s.spawn(l.watch)
	}
	return s.endUnread(ctx)
}
