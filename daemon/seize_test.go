package daemon_test

import (
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// TestMovedAtOnce gives a server to two machines at the same moment, many times: whoever gets it, it is as enabled as it was, and who is refused is told that it is busy.
func TestMovedAtOnce(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	a, b := open(t, sharing(t.TempDir(), "a", hub.View())), open(t, sharing(t.TempDir(), "b", hub.View()))
	add(t, a, "bank", "serve", func(s *admin.Server) { s.On = "a" })
	moved := 0
	for round := range 40 {
		var wg sync.WaitGroup
		for i := range 12 {
			c := client(t, []*daemon.Daemon{a, b}[i%2])
			to := []string{"b", "a", implrepo.Any}[(i+round)%3]
			wg.Go(func() {
				_, err := c.Update(ctx, "bank", admin.Change{On: &to})
				var told *admin.Error
				if err != nil && (!errors.As(err, &told) || told.Code != admin.CodeBusy && told.Code != admin.CodeHeld && told.Code != admin.CodeUnavailable) {
					t.Errorf("a move to %s: %v", to, err)
				}
			})
		}
		wg.Wait()
		all, err := a.Supervisor().Records().List(ctx)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		if r := all[0]; r.Disabled || r.Held != nil {
			t.Fatalf("round %d: the server is disabled=%v, held %+v, on %s", round, r.Disabled, r.Held, r.On)
		}
		if all[0].On != "a" {
			moved++
		}
	}
	if moved == 0 {
		t.Error("it was never given away")
	}
}

// TestSeized holds what becomes of a server that a daemon was about to give away when it was killed: the next daemon of the machine enables it, and others do while
// that machine is not up; while it is up nobody else gives the server away. Who disables the server meanwhile finds it disabled afterwards.
func TestSeized(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	state := t.TempDir()
	a, b := open(t, mortal(state, "a", hub.View())), open(t, mortal(t.TempDir(), "b", hub.View()))
	u := uuid(t, add(t, a, "bank", "serve", func(s *admin.Server) { s.On = "a" }))
	seize := func(machine string) {
		t.Helper()
		_, err := b.Supervisor().Records().Update(ctx, u, func(r *implrepo.Record) error { r.Hold("somebody's", machine); return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	disabled := func(want bool) {
		t.Helper()
		r, err := b.Supervisor().Records().Get(ctx, u)
		if err != nil || r.Disabled != want || r.Held != nil {
			t.Errorf("it is disabled=%v, held %+v, %v; want disabled=%v", r.Disabled, r.Held, err, want)
		}
	}
	change := func(c *admin.Client, what admin.Change) error {
		_, err := c.Update(ctx, "bank", what)
		return err
	}
	to, yes, no := "b", true, false

	seize("b") // which is up, but gives away in another process than this test's client asks
	if err := change(client(t, a), admin.Change{On: &to}); err == nil || err.(*admin.Error).Code != admin.CodeBusy {
		t.Errorf("a server that another machine gives away: %v", err)
	}
	if err := client(t, a).Remove(ctx, "bank", true); err == nil || err.(*admin.Error).Code != admin.CodeBusy {
		t.Errorf("the same, removed: %v", err)
	}
	if err := change(client(t, a), admin.Change{Disabled: &yes}); err != nil {
		t.Fatal(err)
	}
	if r, err := a.Supervisor().Records().Get(ctx, u); err != nil || r.Held == nil || !r.Held.Disabled || !r.Disabled {
		t.Errorf("%+v, %v: want it disabled, by somebody and for a while", r, err)
	}
	if _, err := b.Supervisor().Records().Update(ctx, u, func(r *implrepo.Record) error { r.Free(); return nil }); err != nil {
		t.Fatal(err)
	}
	disabled(true)

	seize("nobody") // which is no machine that is up
	if err := change(client(t, a), admin.Change{Disabled: &no}); err != nil {
		t.Fatal(err)
	}
	disabled(false)
	seize("nobody")
	if err := change(client(t, a), admin.Change{On: &to}); err != nil {
		t.Fatal(err)
	}
	disabled(false)

	for _, was := range []bool{false, true} { // by a program of DSOM
		seize("nobody")
		if err := daemon.DSOMServers(b).SetDisabled(ctx, wire.ID(u), !was); err != nil {
			t.Fatal(err)
		}
		disabled(!was)
	}

	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	seize("a")
	a = open(t, mortal(state, "a", hub.View()))
	disabled(false)

	if err := a.Close(); err != nil { // and does not come back
		t.Fatal(err)
	}
	seize("a")
	eventually(t, "the other machine enables the server of the one that is gone", func() bool {
		r, err := b.Supervisor().Records().Get(ctx, u)
		return err == nil && r.Held == nil && !r.Disabled
	})

	for _, by := range []string{"", "gone"} { // a daemon that shares its state with none, and whose state another may have been
		alone := quick(filepath.Join(t.TempDir(), "alone"))
		d := open(t, alone)
		u = uuid(t, add(t, d, "bank", "serve", nil))
		if _, err := d.Supervisor().Records().Update(ctx, u, func(r *implrepo.Record) error { r.Hold("somebody's", by); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		b = open(t, alone)
		disabled(false)
		if _, err := client(t, b).Start(ctx, "bank"); err != nil {
			t.Error(err)
		}
	}
}

// TestDSOMElsewhere does what programs of DSOM do with a server by way of a machine that has not got it.
func TestDSOMElsewhere(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	state := t.TempDir()
	a, b := open(t, sharing(t.TempDir(), "a", hub.View())), open(t, sharing(state, "b", hub.View()))
	servers := daemon.DSOMServers(a)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, on := range []string{"b", implrepo.Any} {
		u := uuid(t, add(t, a, "bank", "serve", func(s *admin.Server) { s.On = on }))
		id := wire.ID(u)
		runs := func(want bool) {
			t.Helper()
			if got, err := servers.Runs(ctx, id); err != nil || got != want || isUp(b, u) != want {
				t.Errorf("on %s: it runs=%v (there %v), %v; want %v", on, got, isUp(b, u), err, want)
			}
		}
		runs(false)
		if on == implrepo.Any {
			_, err := client(t, b).Start(ctx, "bank") // which claims it
			must(err)
		} else {
			must(servers.Start(ctx, id))
		}
		runs(true)
		must(servers.Start(ctx, id)) // one that runs is left alone
		if err := servers.Remove(ctx, id); !errors.Is(err, somdd.ErrRuns) {
			t.Errorf("on %s: one that runs is removed: %v", on, err)
		}
		must(servers.Stop(ctx, id))
		runs(false)
		must(servers.Start(ctx, id))
		runs(true)
		must(servers.Stop(ctx, id))
		must(servers.SetDisabled(ctx, id, true))
		if err := servers.Start(ctx, id); !errors.Is(err, somdd.ErrDisabled) {
			t.Errorf("on %s: a disabled one is started: %v", on, err)
		}
		must(servers.Remove(ctx, id))
		if _, err := servers.Runs(ctx, id); !errors.Is(err, somdd.ErrUnknown) {
			t.Errorf("on %s: one that was removed: %v", on, err)
		}
	}
	u := uuid(t, add(t, a, "bank", "serve", func(s *admin.Server) { s.On = "b" }))
	must(b.Close())
	for name, f := range map[string]func() error{
		"start": func() error { return servers.Start(ctx, wire.ID(u)) },
		"stop":  func() error { return servers.Stop(ctx, wire.ID(u)) },
		"list":  func() error { _, err := servers.Runs(ctx, wire.ID(u)); return err },
	} {
		if err := f(); !errors.Is(err, somdd.ErrStart) {
			t.Errorf("%s, of a machine that does not answer: %v", name, err)
		}
	}
}

// isUp reports whether a server takes calls at a daemon.
func isUp(d *daemon.Daemon, u implrepo.UUID) bool {
	return d.Supervisor().Run(u).State == admin.StateReady
}

// TestNamedAlone names a machine to a daemon that shares its state with none.
func TestNamedAlone(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	add(t, d, "bank", "serve", nil)
	if _, err := client(t, d).At("b").Server(t.Context(), "bank"); !errors.Is(err, &admin.Error{Code: admin.CodeInvalid}) || !strings.Contains(err.Error(), "no other machine") {
		t.Errorf("got %v", err)
	}
}

// TestSeizedByAnother has another machine take over a server that a daemon holds, which it has found dead: what that daemon does then with its own hold leaves the other's alone.
func TestSeizedByAnother(t *testing.T) {
	t.Parallel()
	d, ctx := open(t, quick(t.TempDir())), t.Context()
	u := uuid(t, add(t, d, "bank", "serve", nil))
	records := d.Supervisor().Records()
	free, end, err := daemon.Seize(ctx, d, u)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := records.Update(ctx, u, func(r *implrepo.Record) error { r.Free(); r.Hold("another's", "b"); return nil }); err != nil {
		t.Fatal(err)
	}
	held := func() {
		t.Helper()
		if r, err := records.Get(ctx, u); err != nil || r.Held == nil || r.Held.ID != "another's" || !r.Disabled {
			t.Errorf("the server is held %+v, disabled=%v, %v: the other's hold is to stay", r.Held, r.Disabled, err)
		}
	}
	var told *admin.Error
	if _, err := records.Update(ctx, u, end); !errors.As(err, &told) || told.Code != admin.CodeBusy {
		t.Errorf("the first daemon ends what is not its own: %v", err)
	}
	held()
	if err := free(ctx); err != nil {
		t.Error(err)
	}
	held()
	if _, err := records.Update(ctx, u, func(r *implrepo.Record) error { r.Free(); return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := records.Update(ctx, u, end); !errors.As(err, &told) || told.Code != admin.CodeBusy {
		t.Errorf("of a server that nobody holds any more: %v", err)
	}
}
