package daemon_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/daemon/supervise"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/process"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// After which silence a machine is dead: where that is waited for, and where none is to be taken for dead, nor to be asked to give up what it runs, because this host is busy. A
// quarter of it without a beat makes a machine ask servers of any machine to end.
const (
	soonDead = 6 * time.Second
	lateDead = 30 * time.Second
)

// sharing are the options of the daemon of a machine that shares a store.
func sharing(state, machine string, v *storetest.View) daemon.Options {
	return deadAfter(lateDead, state, machine, v)
}

// mortal are those of a machine of a store where machines are soon found dead: of the first that comes to the store.
func mortal(state, machine string, v *storetest.View) daemon.Options {
	return deadAfter(soonDead, state, machine, v)
}

func deadAfter(silence time.Duration, state, machine string, v *storetest.View) daemon.Options {
	o := quick(state)
	daemon.ShareWith(&o, v, machine, silence)
	return o
}

// noViolation fails the test if two processes ever were one server.
func noViolation(t *testing.T, data string) {
	t.Helper()
	if bad, _ := filepath.Glob(filepath.Join(data, "violation-*")); len(bad) > 0 {
		t.Errorf("two processes were one server: %v", bad)
	}
}

// anywhere registers a server that may run on any machine, and that keeps others out of its data.
func anywhere(t *testing.T, d *daemon.Daemon, data string) implrepo.UUID {
	t.Helper()
	return uuid(t, add(t, d, "bank", "serve", func(s *admin.Server) {
		s.On, s.Env = implrepo.Any, append(s.Env, envData+"="+data)
	}))
}

// pidOf returns the process of a server at a daemon.
func pidOf(t *testing.T, d *daemon.Daemon, u implrepo.UUID) process.ID {
	t.Helper()
	id, err := process.Of(d.Supervisor().Run(u).PID)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestMachinesStartOnce has many start a server of any machine by two daemons at the same moment: one of them does it, once, and the other says where it is. A server of one
// machine is started by that alone.
func TestMachinesStartOnce(t *testing.T) {
	t.Parallel()
	hub, data := storetest.NewHub(), t.TempDir()
	a, b := open(t, sharing(t.TempDir(), "a", hub.View())), open(t, sharing(t.TempDir(), "b", hub.View()))
	u := anywhere(t, a, data)
	var here, there atomic.Int32
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			_, err := []*daemon.Daemon{a, b}[i%2].Supervisor().Ensure(t.Context(), u)
			var elsewhere *supervise.ElsewhereError
			switch {
			case err == nil:
				here.Add(1)
			case errors.As(err, &elsewhere):
				there.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	starts := a.Supervisor().Run(u).Starts + b.Supervisor().Run(u).Starts
	if here.Load() != 8 || there.Load() != 8 || starts != 1 {
		t.Errorf("%d got it, %d were sent on, %d starts", here.Load(), there.Load(), starts)
	}
	noViolation(t, data)
	fixed := add(t, a, "fixed", "serve", nil)
	if fixed.On != "a" {
		t.Errorf("a server is registered on %q", fixed.On)
	}
	if _, err := b.Supervisor().Start(t.Context(), uuid(t, fixed)); !errors.As(err, new(*supervise.ElsewhereError)) || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("got %v", err)
	}
	_, err := a.Supervisor().Register(t.Context(), supervise.Registration{UUID: u, ByHand: true, Incarnation: "old"})
	_, err2 := b.Supervisor().Register(t.Context(), supervise.Registration{UUID: u, ByHand: true, Incarnation: "old"})
	if !errors.Is(errors.Join(err, err2), supervise.ErrUnfenced) {
		t.Errorf("a program that does not end by itself: got %v, %v", err, err2)
	}
}

// TestMachineRegisters holds that what programs of DSOM register at a machine is a server of that machine alone, and so is what a server started by hand registers.
func TestMachineRegisters(t *testing.T) {
	t.Parallel()
	hub, data := storetest.NewHub(), t.TempDir()
	a, b := open(t, sharing(t.TempDir(), "a", hub.View())), open(t, sharing(t.TempDir(), "b", hub.View()))
	if err := daemon.DSOMServers(a).Add(t.Context(), wire.Definition{Alias: "garage", Program: os.Args[0]}); err != nil {
		t.Fatal(err)
	}
	env := append(environ("serve"), envData+"="+data)
	s, err := client(t, a).Update(t.Context(), "garage", admin.Change{Env: &env})
	if err != nil || s.On != "a" || s.Machine != "a" {
		t.Fatalf("got %+v, %v", s, err)
	}
	u := uuid(t, s)
	if _, err := a.Supervisor().Ensure(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Supervisor().Ensure(t.Context(), u); !errors.As(err, new(*supervise.ElsewhereError)) {
		t.Errorf("at the other machine: got %v", err)
	}
	if n := b.Supervisor().Run(u).Starts; n != 0 {
		t.Errorf("the other machine has started it, too (%d)", n)
	}
	noViolation(t, data)
	if _, err := b.Supervisor().Register(t.Context(), supervise.Registration{Name: "found", Create: true, ByHand: true, Incarnation: "one"}); err != nil {
		t.Fatal(err)
	}
	if s, err := client(t, a).Server(t.Context(), "found"); err != nil || s.On != "b" {
		t.Errorf("got %+v, %v", s, err)
	}
}

// TestMachineUnsaid has a record in the shared state that names no machine, as a daemon that knew of no others may have left it: no machine starts the server until
// it is said whose it is.
func TestMachineUnsaid(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	view := hub.View()
	a, b := open(t, sharing(t.TempDir(), "a", view)), open(t, sharing(t.TempDir(), "b", hub.View()))
	r, err := implrepo.New(view).Add(t.Context(), implrepo.Record{Name: "old", Command: []string{os.Args[0]}, Env: environ("serve")})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "both know of it", func() bool {
		_, err := client(t, a).Server(t.Context(), "old")
		_, err2 := client(t, b).Server(t.Context(), "old")
		return err == nil && err2 == nil
	})
	for _, d := range []*daemon.Daemon{a, b} {
		_, err := d.Supervisor().Ensure(t.Context(), r.UUID)
		if away := (*cluster.AwayError)(nil); !errors.As(err, &away) || !strings.Contains(err.Error(), "--on MACHINE") {
			t.Errorf("got %v", err)
		}
	}
	to := "b"
	if _, err := client(t, a).Update(t.Context(), "old", admin.Change{On: &to}); err != nil {
		t.Fatal(err)
	}
	if s, err := client(t, b).Start(t.Context(), "old"); err != nil || s.Run.State != admin.StateReady {
		t.Errorf("got %+v, %v", s, err)
	}
}

// TestMachineCutOff parts a machine from the store: its server of any machine ends, that of its own goes on, another machine starts the first when it is dead, and it
// does not come back with it.
func TestMachineCutOff(t *testing.T) {
	t.Parallel()
	hub, data := storetest.NewHub(), t.TempDir()
	view := hub.View()
	a, b := open(t, mortal(t.TempDir(), "a", view)), open(t, mortal(t.TempDir(), "b", hub.View()))
	u := anywhere(t, a, data)
	own := uuid(t, add(t, a, "own", "serve", nil))
	for _, u := range []implrepo.UUID{u, own} {
		if _, err := a.Supervisor().Ensure(t.Context(), u); err != nil {
			t.Fatal(err)
		}
	}
	was, stays := pidOf(t, a, u), pidOf(t, a, own)
	view.Cut(true)
	eventually(t, "the server has ended on the machine that is cut off", func() bool { return was.State() == process.Gone })
	eventually(t, "the other machine has it", func() bool { _, err := b.Supervisor().Ensure(t.Context(), u); return err == nil })
	if stays.State() != process.Running {
		t.Error("the machine's own server has ended too")
	}
	if _, err := a.Supervisor().Ensure(t.Context(), own); err != nil {
		t.Error(err)
	}
	view.Cut(false)
	eventually(t, "the machine that comes back sends clients on", func() bool {
		_, err := a.Supervisor().Ensure(t.Context(), u)
		return errors.As(err, new(*supervise.ElsewhereError))
	})
	noViolation(t, data)
}

// TestMachineLeftAlone has a daemon end and leave its servers running, as if it had been killed: the server of any machine ends by itself before another machine
// has it, and the next daemon of the machine does not take it up.
func TestMachineLeftAlone(t *testing.T) {
	t.Parallel()
	hub, data, state := storetest.NewHub(), t.TempDir(), t.TempDir()
	b := open(t, mortal(t.TempDir(), "b", hub.View()))
	a, err := daemon.Open(t.Context(), mortal(state, "a", hub.View()))
	if err != nil {
		t.Fatal(err)
	}
	u := anywhere(t, a, data)
	if _, err := a.Supervisor().Ensure(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	was := pidOf(t, a, u)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	eventually(t, "the other machine has it", func() bool {
		_, err := b.Supervisor().Ensure(t.Context(), u)
		if err == nil && was.State() == process.Running {
			t.Error("the process lives that was the server")
		}
		return err == nil
	})
	if took := time.Since(begun); took < soonDead/2 {
		t.Errorf("after %v the machine was taken for dead", took)
	}
	if a, err = daemon.Open(t.Context(), mortal(state, "a", hub.View())); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if _, err := a.Supervisor().Ensure(t.Context(), u); !errors.As(err, new(*supervise.ElsewhereError)) {
		t.Errorf("got %v", err)
	}
	noViolation(t, data)
	if b, _ := os.ReadFile(filepath.Join(data, "lives")); strings.Count(string(b), "\n") != 2 {
		t.Errorf("the server's lives: %s", b)
	}
}

// TestMachineRestarted has a daemon end, leaving its servers running, and the next one come up in time: it has the server still.
func TestMachineRestarted(t *testing.T) {
	t.Parallel()
	const silence = 20 * time.Second // the server is asked to end 8 s after it was last given time
	hub, data, state := storetest.NewHub(), t.TempDir(), t.TempDir()
	open(t, deadAfter(silence, t.TempDir(), "b", hub.View()))
	a, err := daemon.Open(t.Context(), deadAfter(silence, state, "a", hub.View()))
	if err != nil {
		t.Fatal(err)
	}
	u := anywhere(t, a, data)
	if _, err := a.Supervisor().Ensure(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	was := pidOf(t, a, u)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a = open(t, deadAfter(silence, state, "a", hub.View()))
	if live, err := a.Supervisor().Ensure(t.Context(), u); err != nil || live.PID != was.PID {
		t.Errorf("got process %d, %v, want %d", live.PID, err, was.PID)
	}
	begun := time.Now()
	eventually(t, "the time is over that it was given at first", func() bool {
		if was.State() != process.Running {
			t.Fatal("it has ended although its daemon is there again")
		}
		return time.Since(begun) > silence*2/3
	})
	noViolation(t, data)
}

// TestRehome gives a server to another machine, by way of any, and not while it runs.
func TestRehome(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	a, b := open(t, sharing(t.TempDir(), "a", hub.View())), open(t, sharing(t.TempDir(), "b", hub.View()))
	u := uuid(t, add(t, a, "bank", "serve", nil))
	ca, cb := client(t, a), client(t, b)
	if _, err := ca.Start(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	to := func(c *admin.Client, on string) error {
		_, err := c.Update(ctx, "bank", admin.Change{On: &on})
		return err
	}
	if err := to(ca, "b"); !errors.Is(err, &admin.Error{Code: admin.CodeBusy}) {
		t.Errorf("it runs: got %v", err)
	}
	if s, err := ca.Server(ctx, "bank"); err != nil || s.Disabled || s.Run.State != admin.StateReady {
		t.Errorf("what was refused has changed it: %+v, %v", s, err)
	}
	if _, err := ca.Stop(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	if err := to(cb, "b"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Supervisor().Start(ctx, u); !errors.As(err, new(*supervise.ElsewhereError)) {
		t.Errorf("it is another's: got %v", err)
	}
	if s, err := ca.Start(ctx, "bank"); err != nil || s.Run.State != admin.StateReady || s.Disabled || s.Machine != "b" {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, err := cb.Stop(ctx, "bank"); err != nil {
		t.Fatal(err)
	}
	if err := to(cb, implrepo.Any); err != nil {
		t.Fatal(err)
	}
	if s, err := ca.Start(ctx, "bank"); err != nil || s.Machine != "a" {
		t.Errorf("got %+v, %v", s, err)
	}
}

// TestJoinedStateAlone holds that the state of a machine among others is not taken for one of its own.
func TestJoinedStateAlone(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	d, err := daemon.Open(t.Context(), sharing(state, "a", storetest.NewHub().View()))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = daemon.Open(t.Context(), quick(state)); err == nil {
		_ = d.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "--store") {
		t.Errorf("got %v", err)
	}
}
