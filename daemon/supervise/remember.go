package supervise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A runRecord is what the store holds of a life: enough for a later daemon to know whether
// its process may still live, and to recognise it.
type runRecord struct {
	Name        string     `json:"name"`
	Started     bool       `json:"started,omitempty"` // by a daemon
	Token       string     `json:"token,omitempty"`   // its hash
	Leader      process.ID `json:"leader,omitzero"`   // what was started; none: about to be
	Holder      process.ID `json:"holder,omitzero"`
	HolderPID   int        `json:"holder_pid,omitempty"`
	Incarnation string     `json:"incarnation,omitempty"`
	Born        time.Time  `json:"born"`
}

const prefixRun = "run/"

func runKey(u implrepo.UUID) string { return prefixRun + u.String() }

// remember writes to the store what is known of a life.
func (l *life) remember() error {
	l.sv.storing.Lock()
	defer l.sv.storing.Unlock()
	return l.s.store(l.sv, l)
}

// store is remember with storing held.
func (s *Supervisor) store(sv *server, l *life) error {
	sv.mu.Lock()
	r := runRecord{l.name, l.started, l.token, l.leader, l.holder, l.holderPID, l.incarnation, l.born}
	sv.mu.Unlock()
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	op := store.Create(runKey(sv.uuid), b)
	if sv.runRevision != 0 {
		op = store.Update(runKey(sv.uuid), b, sv.runRevision)
	}
	rev, err := s.o.Store.Commit(s.ctx, op)
	if err != nil {
		return err
	}
	sv.runRevision = rev
	return nil
}

// forget removes from the store what it knows of a server's life; storing is held. What cannot be removed is
// written over by the next life, or found to be over by the next daemon.
func (s *Supervisor) forget(sv *server) error {
	if sv.runRevision == 0 {
		return nil
	}
	_, err := s.o.Store.Commit(context.WithoutCancel(s.ctx), store.Delete(runKey(sv.uuid), sv.runRevision))
	if err == nil {
		sv.runRevision = 0
	}
	return err
}

// takeUp makes lives of what an earlier supervisor left in the store: for the servers whose
// processes may still live, time to come back for their leases.
func (s *Supervisor) takeUp(ctx context.Context) error {
	for e, err := range store.All(ctx, s.o.Store, prefixRun) {
		if err != nil {
			return err
		}
		u, err := implrepo.ParseUUID(strings.TrimPrefix(e.Key, prefixRun))
		var r runRecord
		if err := errors.Join(err, json.Unmarshal(e.Value, &r)); err != nil {
			return &store.Error{Kind: store.ErrCorrupt, Key: e.Key, Detail: "not the record of a server's run", Err: err}
		}
		sv := s.server(u)
		sv.runRevision = e.Revision
		l := newLife(s, sv, r.Name)
		l.started, l.token, l.born = r.Started, r.Token, r.Born
		l.leader, l.holder, l.holderPID, l.incarnation = r.Leader, r.Holder, r.HolderPID, r.Incarnation
		l.hadLease, l.wasReady = true, true // to come up is not what it fails at
		l.lostAt = time.Now()
		l.deadline = l.lostAt.Add(s.o.Grace)
		if rec, err := s.repo.Get(ctx, u); err == nil {
			l.rec = rec
		}
		if l.gone() {
			if err := s.forget(sv); err != nil {
				return fmt.Errorf("the end of server %q cannot be noted: %w", r.Name, err)
			}
			continue
		}
		s.o.Log.Info("waiting for a server that lives", "server", r.Name, "pid", l.pid(), "for", s.o.Grace)
		sv.update(func() { sv.take(l) })
		s.spawn(l.watch)
	}
	return nil
}
