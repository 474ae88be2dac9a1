package supervise

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// readRun reads what the store holds of a life.
func readRun(e store.Entry) (u implrepo.UUID, name string, r runRecord, err error) {
	u, name, err = parseRunKey(e.Key)
	if err = errors.Join(err, json.Unmarshal(e.Value, &r)); err != nil {
		err = &store.Error{Kind: store.ErrCorrupt, Key: e.Key, Detail: "not the record of a server's run", Err: err}
	}
	return u, name, r, err
}

// endUnread sees to it that no process lives of which what the store holds cannot be read: it would not get its lease again, and may be in the way of the next. What cannot be read says nothing any more then, and goes.
func (s *Supervisor) endUnread(ctx context.Context) error {
	for {
		all, err := store.AllAside(ctx, s.o.Store, prefixRun, 1)
		if err != nil || len(all) == 0 {
			return err
		}
		_, e, err := store.AsideOf(ctx, s.o.Store, all[0].Key)
		if err != nil {
			return err
		}
		u, name, err := parseRunKey(all[0].Key)
		s.o.Log.Error("what was noted of a server's process cannot be read; if it lives, it is ended", "key", all[0].Key, "reason", all[0].Why)
		if err == nil {
			s.endOf(u, name)
		}
		if _, err := s.o.Store.Commit(ctx, store.Delete(e.Key, e.Revision)); err != nil {
			return err
		}
	}
}

// endOf ends the processes of a server that this daemon, or one before it, has started and that are none of those that were taken up. They are known by their environment; where the system does not tell that, the seat is kept empty for as long as
// servers have to come back for their leases.
func (s *Supervisor) endOf(u implrepo.UUID, name string) {
	all, err := process.All()
	if err != nil {
		st := s.seat(u, name)
		l := newLife(s, st, u.String())
		l.adopted, l.started, l.hadLease, l.wasReady = true, true, true, true
		l.lostAt = time.Now()
		l.deadline = l.lostAt.Add(s.o.Grace)
		st.update(func() { st.take(l) })
		s.spawn(l.watch)
		return
	}
	var known []string
	for _, st := range s.seatsOf(u) {
		st.mu.Lock()
		if st.life != nil {
			known = append(known, st.life.token)
		}
		st.mu.Unlock()
	}
	for _, id := range all {
		of, _ := id.Variable(admin.EnvServerUUID)
		if of != u.String() || id.PID == os.Getpid() {
			continue
		}
		token, _ := id.Variable(admin.EnvServerToken)
		state, ok := id.Variable(admin.EnvState)
		if !ok || !slices.Contains(s.o.Env, admin.EnvState+"="+state) || slices.Contains(known, hash(token)) {
			continue
		}
		err := id.Signal(os.Kill)
		for end := time.Now().Add(killTime); id.State() != process.Gone && time.Now().Before(end); {
			time.Sleep(minPoll)
		}
		s.o.Log.Warn("a process of a server was ended of which nothing could be read", "uuid", u, "pid", id.PID, "error", err)
	}
}
