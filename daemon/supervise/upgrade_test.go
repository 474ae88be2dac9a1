package supervise_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// running starts the fixture's server and registers in its name; it returns its token and process.
func (f *fixture) running(t *testing.T) (token string, id process.ID) {
	t.Helper()
	_, token, id = f.serving(t)
	return token, id
}

// serving is running, and returns the process's lease, too.
func (f *fixture) serving(t *testing.T) (l *supervise.Lease, token string, id process.ID) {
	t.Helper()
	called := f.ensure(t)
	token, id = f.started(t, "")
	l = f.register(t, token, id)
	if err := <-called; err != nil {
		t.Fatal(err)
	}
	return l, token, id
}

// A tryout is an upgrade that tries a process out, which has its lease and does not take calls yet.
type tryout struct {
	*supervise.Lease
	token string
	id    process.ID
	done  <-chan upgraded
}

// tryOut begins an upgrade of the fixture's server, whose process it is told of, as one that serves, and has the new process ask for its lease.
func (f *fixture) tryOut(t *testing.T, token string, id process.ID) *tryout {
	t.Helper()
	x := &tryout{done: f.upgrade(t.Context(), supervise.Upgrade{Command: []string{os.Args[0], "2"}})}
	x.token, x.id = f.next(t, token, id)
	var err error
	if x.Lease, err = f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: x.token, Incarnation: x.token, Process: x.id, Quiets: true}); err != nil {
		t.Fatal(err)
	}
	return x
}

// succeed has the new process take calls, and waits for the upgrade to go well.
func (x *tryout) succeed(t *testing.T) upgraded {
	t.Helper()
	if err := x.SetEndpoints([]string{x.token}); err != nil {
		t.Fatal(err)
	}
	got := <-x.done
	if got.err != nil {
		t.Fatal(got.err)
	}
	return got
}

// byHand registers this process as the server, which nobody has started.
func (f *fixture) byHand(t *testing.T) *supervise.Lease {
	t.Helper()
	self, err := process.Self()
	if err != nil {
		t.Fatal(err)
	}
	l, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, ByHand: true, Incarnation: "i", Process: self, Endpoints: []string{"here"}})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (f *fixture) register(t *testing.T, token string, id process.ID) *supervise.Lease {
	t.Helper()
	l, err := f.Register(t.Context(), supervise.Registration{UUID: f.u, Token: token, Incarnation: token, Process: id, Endpoints: []string{token}, Quiets: f.quiets})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// next waits for a process that is started beside the one of a token.
func (f *fixture) next(t *testing.T, last string, old process.ID) (token string, id process.ID) {
	t.Helper()
	return f.another(t, old, last)
}

// another waits for a process that is being started, which has another token than some.
func (f *fixture) another(t *testing.T, old process.ID, tokens ...string) (token string, id process.ID) {
	t.Helper()
	eventually(t, "the new process is there", func() bool {
		token = f.token()
		run := f.Run(f.u)
		for _, p := range append(run.Processes, admin.Process{PID: run.PID, State: run.State}) {
			if p.PID != 0 && p.PID != old.PID && !slices.Contains(tokens, token) && p.State == admin.StateStarting {
				id, _ = process.Of(p.PID)
			}
		}
		return id.PID != 0
	})
	return token, id
}

type upgraded struct {
	supervise.Upgraded
	err error
}

// upgrade begins an upgrade in the background.
func (f *fixture) upgrade(ctx context.Context, up supervise.Upgrade) <-chan upgraded {
	done := make(chan upgraded, 1)
	go func() {
		u, err := f.Upgrade(ctx, f.u, up)
		done <- upgraded{u, err}
	}()
	return done
}

// asBefore holds that the server's old process serves, and nothing else runs.
func (f *fixture) asBefore(t *testing.T, token string, id process.ID) {
	t.Helper()
	live, err := f.Ensure(t.Context(), f.u)
	if err != nil || live.PID != id.PID || live.Endpoints[0] != token {
		t.Errorf("got %+v, %v, want process %d", live, err, id.PID)
	}
	if run := f.Run(f.u); len(run.Processes) != 0 || run.State != admin.StateReady {
		t.Errorf("got %+v", run)
	}
	if rec, err := f.Records().Get(t.Context(), f.u); err != nil || rec.Upgrade != 0 || rec.Previous != nil {
		t.Errorf("got %+v, %v", rec, err)
	}
}

// TestUpgradeFails holds that whatever ends an upgrade before it is written down leaves the server as it was.
func TestUpgradeFails(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		within time.Duration // short where it runs out, and yet time to find the new process
		spoil  func(f *fixture, cancel func(), register func())
		want   func(error) bool
	}{
		"the state cannot be written": {
			time.Minute,
			func(f *fixture, _, register func()) { f.s.full(1); register() }, // but for the new process's lease
			func(err error) bool { return errors.Is(err, store.ErrFull) },
		},
		"the caller goes": {
			time.Minute,
			func(_ *fixture, cancel, _ func()) { cancel() },
			func(err error) bool { return errors.Is(err, context.Canceled) },
		},
		"the new process ends": {
			time.Minute,
			func(f *fixture, _, _ func()) { _ = f.kill() },
			func(err error) bool {
				e := (*supervise.StartError)(nil)
				return errors.As(err, &e) && strings.Contains(e.Reason, "killed")
			},
		},
		"the new process does not register in time": {
			5 * time.Second,
			func(*fixture, func(), func()) {},
			func(err error) bool {
				e := (*supervise.StartError)(nil)
				return errors.As(err, &e) && strings.Contains(e.Reason, "did not register within")
			},
		},
		"the record is given another program": {
			time.Minute,
			func(f *fixture, _, register func()) {
				_, err := f.Records().Update(context.Background(), f.u, func(r *implrepo.Record) error { r.Command = []string{"/bin/other"}; return nil })
				if err == nil {
					register()
				}
			},
			func(err error) bool { return errors.Is(err, supervise.ErrUpgrading) },
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := start(t, supervise.Options{StartTimeout: time.Minute})
			token, id := f.running(t)
			if _, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error { r.StartTimeout = c.within; return nil }); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := f.upgrade(ctx, supervise.Upgrade{Command: []string{os.Args[0], "2"}})
			second, newID := f.next(t, token, id)
			if _, err := f.Upgrade(ctx, f.u, supervise.Upgrade{}); !errors.Is(err, supervise.ErrUpgrading) {
				t.Errorf("a second upgrade at the same time: got %v", err)
			}
			f.kill = func() error { return newID.Signal(os.Kill) }
			c.spoil(f, cancel, func() { f.register(t, second, newID) })
			if got := <-done; !c.want(got.err) {
				t.Errorf("got %v", got.err)
			}
			f.s.err.Store(nil)
			if state := newID.State(); state != process.Gone {
				t.Errorf("the new process is %v", state)
			}
			f.asBefore(t, token, id)
		})
	}
}

// TestUpgradeUnsure has the answer of the store be lost to whom an upgrade is told, before or after the upgrade is written, the attempt after that fail, and the caller be gone by then: the new process is the server, and the old
// one ends, as the record says.
func TestUpgradeUnsure(t *testing.T) {
	t.Parallel()
	lost := &store.Error{Kind: store.ErrUnsure}
	written := func(commit func() (uint64, error)) error { _, err := commit(); return errors.Join(err, lost) }
	not := func(func() (uint64, error)) error { return lost }
	for what, c := range map[string]struct {
		first func(commit func() (uint64, error)) error
		then  error
	}{
		"it is written": {written, nil},
		"it is not written, and the store is not reached":    {not, store.ErrUnreached},
		"it is not written, and the store is full":           {not, store.ErrFull}, // as a store says, too, that has written it and does not show it yet
		"it is not written, and the store cannot be written": {not, store.ErrReadOnly},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			f := start(t, supervise.Options{})
			token, id := f.running(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := f.upgrade(ctx, supervise.Upgrade{Command: []string{os.Args[0], "2"}})
			second, newID := f.next(t, token, id)
			var commits atomic.Int32 // of the server's record
			by := func(ops []store.Op, commit func() (uint64, error)) (uint64, error) {
				if !slices.ContainsFunc(ops, func(o store.Op) bool { return o.Key == "server/"+f.u.String() }) {
					return commit()
				}
				switch n := commits.Add(1); {
				case n == 1:
					err := c.first(commit)
					cancel()
					return 0, err
				case n == 2 && c.then != nil:
					return 0, &store.Error{Kind: c.then}
				}
				return commit()
			}
			f.s.by.Store(&by)
			f.register(t, second, newID)
			got := <-done
			rec, err := f.Records().Get(t.Context(), f.u)
			if err != nil || rec.Upgrade != 1 || len(rec.Command) != 2 || rec.Previous == nil {
				t.Errorf("written is %+v, %v", rec, err)
			}
			if got.err != nil && !errors.Is(got.err, context.Canceled) { // who has gone does not wait for the end of the old process
				t.Errorf("the upgrade ends with %v", got.err)
			}
			live, err := f.Ensure(t.Context(), f.u)
			if err != nil || live.PID != newID.PID {
				t.Errorf("the server is process %+v, %v, want %d", live, err, newID.PID)
			}
			eventually(t, "the old process ends", func() bool { return id.State() == process.Gone })
		})
	}
}

// TestUpgradeRefused holds what cannot be upgraded.
func TestUpgradeRefused(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{})
	ctx := t.Context()
	hand, err := f.Records().Add(ctx, implrepo.Record{Name: "hand"})
	if err != nil {
		t.Fatal(err)
	}
	off, err := f.Records().Add(ctx, implrepo.Record{Name: "off", Command: []string{"/bin/x"}, Disabled: true})
	if err != nil {
		t.Fatal(err)
	}
	var invalid *implrepo.InvalidError
	for _, c := range []struct {
		u    implrepo.UUID
		up   supervise.Upgrade
		want func(error) bool
	}{
		{implrepo.NewUUID(), supervise.Upgrade{}, func(err error) bool { return errors.Is(err, implrepo.ErrUnknown) }},
		{hand.UUID, supervise.Upgrade{}, func(err error) bool { return errors.Is(err, supervise.ErrManual) }},
		{off.UUID, supervise.Upgrade{}, func(err error) bool { return errors.Is(err, supervise.ErrDisabled) }},
		{f.u, supervise.Upgrade{Back: true}, func(err error) bool { return errors.As(err, &invalid) && invalid.Field == "previous" }},
		{f.u, supervise.Upgrade{Command: []string{"./x"}}, func(err error) bool { return errors.As(err, &invalid) && invalid.Field == "command" }},
		{f.u, supervise.Upgrade{Command: []string{"/x\x00"}}, func(err error) bool { return errors.As(err, &invalid) }},
	} {
		if _, err := f.Upgrade(ctx, c.u, c.up); !c.want(err) {
			t.Errorf("%+v: got %v", c.up, err)
		}
	}
	if run := f.Run(f.u); run.Starts != 0 {
		t.Errorf("got %+v", run)
	}
}

// TestUpgradeOldDoesNotEnd holds that an old process that ignores everything is ended by force, and that the new one serves meanwhile.
func TestUpgradeOldDoesNotEnd(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{})
	token, id := f.running(t) // it never looks at its lease
	done := f.upgrade(t.Context(), supervise.Upgrade{Command: []string{os.Args[0], "2"}})
	second, newID := f.next(t, token, id)
	f.register(t, second, newID)
	eventually(t, "calls go to the new process", func() bool {
		live, err := f.Ensure(t.Context(), f.u)
		return err == nil && live.PID == newID.PID
	})
	got := <-done
	if got.err != nil || len(got.Ended) != 1 || got.Ended[0] != id.PID || got.Record.Upgrade != 1 || got.Record.Previous == nil {
		t.Errorf("got %+v", got)
	}
	if state := id.State(); state != process.Gone {
		t.Errorf("the old process is %v", state)
	}
}

// TestTriedRecordStays holds that what an upgrade tries out is not changed while others read it, when it fails neither.
func TestTriedRecordStays(t *testing.T) {
	t.Parallel()
	f := start(t, supervise.Options{})
	token, id := f.running(t)
	rec, err := f.Records().Get(t.Context(), f.u)
	if err != nil {
		t.Fatal(err)
	}
	done := f.upgrade(t.Context(), supervise.Upgrade{Command: append(rec.Command, "second")})
	second, newID := f.next(t, token, id)
	tried := f.Candidate(f.u, rec.Upgrade+1)
	if tried == nil {
		t.Fatal("nothing is tried out")
	}
	if _, err := f.Records().Update(t.Context(), f.u, func(r *implrepo.Record) error { r.Command = append(r.Command, "third"); return nil }); err != nil {
		t.Fatal(err)
	}
	f.register(t, second, newID)
	if up := <-done; !errors.Is(up.err, supervise.ErrUpgrading) {
		t.Errorf("the upgrade: %+v, %v", up.Upgraded, up.err)
	}
	if tried.UUID != f.u || tried.Upgrade != rec.Upgrade+1 || len(tried.Command) != len(rec.Command)+1 {
		t.Errorf("what was tried out has become %+v", tried)
	}
}
