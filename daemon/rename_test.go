package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/server/lease"
	"github.com/opendsom/dsom/somd/classmap"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/implrepo"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// registered lists what is registered, and that something of it is disputed.
func registered(t *testing.T, c *admin.Client) string {
	t.Helper()
	all, err := c.Specifications(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		if s.Disputed != "" {
			s.Name += " (" + s.Disputed + ")"
		}
		names = append(names, s.Name)
	}
	return fmt.Sprintf("%q", names)
}

// TestRenameOfOneThatRuns holds that what is kept of a server follows its name while it runs, whichever name its process knows, and also when the daemon is another one.
func TestRenameOfOneThatRuns(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	d := open(t, o)
	daemon.WaitForCounts(d, time.Minute)
	c, ctx := client(t, d), t.Context()
	l, err := lease.Connect(lease.Config{State: o.State, Name: "bank", Create: true, Endpoints: []string{"tcp:127.0.0.1:1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close(context.Background()) })
	l.Counts(func() admin.Counts {
		return admin.Counts{Operations: []admin.OperationCalls{{Operation: "pay", Calls: 3}}, Connections: []admin.Connection{{Peer: "x"}}, Open: 1}
	})
	wants := func(what, want string) {
		t.Helper()
		if got := registered(t, c); got != want {
			t.Errorf("%s registered are %s, want %s", what, got, want)
		}
	}
	counted := func(want string) {
		t.Helper()
		calls, err := c.Calls(ctx)
		if err != nil || len(calls.Operations) != 1 || calls.Operations[0].Server != want || calls.Operations[0].Calls != 3 {
			t.Errorf("counted are %+v, %v, want %s", calls.Operations, err, want)
		}
	}
	if err := l.Describe(ctx, packedIDL(t, "interface Account { void close(); };")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.RegisterSpecification(ctx, admin.ServerSpecification("bank"), packedIDL(t, "interface Bank { void open(); };")); err != nil {
		t.Fatal(err)
	}
	counted("bank")
	shop := "shop"
	if _, err := c.Update(ctx, "bank", admin.Change{Name: &shop}); err != nil {
		t.Fatal(err)
	}
	wants("after the change", `["classes of server shop" "server shop"]`)
	counted("shop")
	if err := l.Describe(ctx, packedIDL(t, "interface Account { long close(); };")); err != nil { // as a version would that is another one
		t.Errorf("the next version: %v", err)
	}
	wants("by the process as it was", `["classes of server shop" "server shop"]`)

	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, o)
	daemon.WaitForCounts(d, time.Minute)
	c = client(t, d)
	eventually(t, "the server has come back", func() bool {
		s, err := c.Server(ctx, "shop")
		return err == nil && s.Run.State == admin.StateReady
	})
	if name, _ := l.Identity(); name != "shop" {
		t.Errorf("the process is told that it is %q", name)
	}
	if err := l.Describe(ctx, packedIDL(t, "interface Account { short close(); };")); err != nil {
		t.Errorf("a version after that: %v", err)
	}
	wants("with another daemon", `["classes of server shop" "server shop"]`)
	if all, err := c.Servers(ctx); err != nil || len(all) != 1 {
		t.Errorf("there are %+v, %v", all, err)
	}

	add(t, d, "bank", "serve", nil)
	if _, err := c.RegisterSpecification(ctx, admin.ServerSpecification("bank"), packedIDL(t, "interface River { void flow(); };")); err != nil {
		t.Fatal(err)
	}
	if err := c.Remove(ctx, "bank", true); err != nil {
		t.Fatal(err)
	}
	wants("without another of the old name", `["classes of server shop" "server shop"]`)

	counted("shop")
	if err := l.Close(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it has ended", func() bool { s, err := c.Server(ctx, "shop"); return err == nil && s.Run.State == admin.StateStopped })
	counted("shop")
	mall := "mall"
	if _, err := c.Update(ctx, "shop", admin.Change{Name: &mall}); err != nil {
		t.Fatal(err)
	}
	counted("mall")
	if err := c.Remove(ctx, "mall", false); err != nil {
		t.Fatal(err)
	}
	wants("without the server", `[]`)
	if calls, err := c.Calls(ctx); err != nil || len(calls.Operations) != 0 {
		t.Errorf("of a server that was removed are counted %+v, %v", calls.Operations, err)
	}
}

// TestRenameByDSOM has a program of DSOM give a server another name, under which something was registered before.
func TestRenameByDSOM(t *testing.T) {
	t.Parallel()
	d := runDSOM(t, daemon.Config{State: t.TempDir()})
	ctx := t.Context()
	if _, err := d.admin.Add(ctx, admin.Server{Name: "bank", Command: []string{"/bin/x"}}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		admin.ServerSpecification("bank"): "interface Bank { void open(); };",
		admin.ServerClasses("bank"):       "interface Account { void close(); };",
		admin.ServerSpecification("shop"): "interface River { void flow(); };",
	} {
		if _, err := d.admin.RegisterSpecification(ctx, name, packedIDL(t, text)); err != nil {
			t.Fatal(err)
		}
	}
	repo := d.repository(t)
	def, err := repo.ByAlias(ctx, "bank")
	if err != nil {
		t.Fatal(err)
	}
	if def.Alias = "shop"; repo.Update(ctx, def) != nil {
		t.Fatal("it cannot be renamed")
	}
	if got, want := registered(t, d.admin), `["classes of server shop" "server shop"]`; got != want {
		t.Errorf("registered are %s, want %s", got, want)
	}
	if err := d.admin.Remove(ctx, "shop", false); err != nil {
		t.Fatal(err)
	}
	if got := registered(t, d.admin); got != "[]" {
		t.Errorf("without the server registered are %s", got)
	}
}

// recordAlone gives a server another name in its record, and moves nothing, as a daemon has that is killed then.
func recordAlone(t *testing.T, s store.Store, from, to string) implrepo.UUID {
	t.Helper()
	records := implrepo.New(s)
	r, err := records.ByName(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := records.Update(t.Context(), r.UUID, func(r *implrepo.Record) error { r.Name = to; return nil }); err != nil {
		t.Fatal(err)
	}
	return r.UUID
}

// described registers the interfaces of a server by their names.
func described(t *testing.T, c *admin.Client, server string) {
	t.Helper()
	for name, text := range map[string]string{
		admin.ServerSpecification(server): "interface Bank { void open(); };",
		admin.ServerClasses(server):       "interface Account { void close(); };",
	} {
		if _, err := c.RegisterSpecification(t.Context(), name, packedIDL(t, text)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRenameByOneThatWasKilled has the next daemon move what one has not that has renamed a server, its classes as well.
func TestRenameByOneThatWasKilled(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	d := runDSOM(t, daemon.Config{State: state})
	ctx := t.Context()
	if _, err := d.admin.Add(ctx, admin.Server{Name: "bank", Command: []string{"/bin/x"}}); err != nil {
		t.Fatal(err)
	}
	described(t, d.admin, "bank")
	repo := d.repository(t)
	def, err := repo.ByAlias(ctx, "bank")
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.AddClass(ctx, def.ID, "Dog"); err != nil {
		t.Fatal(err)
	}
	d.end()
	s, err := bbolt.Open(filepath.Join(state, daemon.StoreName), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	recordAlone(t, s, "bank", "shop")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	d = runDSOM(t, daemon.Config{State: state})
	if got, want := registered(t, d.admin), `["classes of server shop" "server shop"]`; got != want {
		t.Errorf("registered are %s, want %s", got, want)
	}
	if has, err := d.repository(t).Classes(ctx, def.ID); err != nil || fmt.Sprint(has) != "[Dog]" {
		t.Errorf("its classes are %v, %v", has, err)
	}
	if _, err := d.admin.Add(ctx, admin.Server{Name: "bank", Command: []string{"/bin/x"}}); err != nil {
		t.Errorf("another server of the old name: %v", err)
	}
}

// TestRenameUnderWay has others ask for the old name, and for a third one, while what is kept under it is being moved.
func TestRenameUnderWay(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c, ctx := client(t, d), t.Context()
	add(t, d, "bank", "serve", nil)
	add(t, d, "farm", "serve", nil)
	described(t, c, "bank")
	recordAlone(t, d.Store(), "bank", "shop")
	if _, err := c.Add(ctx, admin.Server{Name: "bank", Command: []string{"/bin/x"}}); !errors.Is(err, &admin.Error{Code: admin.CodeExists}) {
		t.Errorf("a new server of the old name: %v", err)
	}
	bank, mall := "bank", "mall"
	if _, err := c.Update(ctx, "farm", admin.Change{Name: &bank}); !errors.Is(err, &admin.Error{Code: admin.CodeExists}) {
		t.Errorf("another server gets the old name: %v", err)
	}
	if _, err := c.Update(ctx, "shop", admin.Change{Name: &mall}); err != nil {
		t.Fatal(err)
	}
	if got, want := registered(t, c), `["classes of server mall" "server mall"]`; got != want {
		t.Errorf("under a third name registered are %s, want %s", got, want)
	}
	if _, err := c.Update(ctx, "farm", admin.Change{Name: &bank}); err != nil {
		t.Errorf("the name is free, and another server does not get it: %v", err)
	}

	recordAlone(t, d.Store(), "mall", "store")
	if err := c.Remove(ctx, "store", false); err != nil {
		t.Fatal(err)
	}
	if got := registered(t, c); got != "[]" {
		t.Errorf("without the server registered are %s", got)
	}
	add(t, d, "mall", "serve", nil)
}

// TestRenameWithoutItsCaller has a caller go when the record has been changed.
func TestRenameWithoutItsCaller(t *testing.T) {
	t.Parallel()
	d := open(t, quick(t.TempDir()))
	c := client(t, d)
	add(t, d, "bank", "serve", nil)
	described(t, c, "bank")
	server := recordAlone(t, d.Store(), "bank", "shop")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	daemon.Renamed(gone, d, server)
	if got, want := registered(t, c), `["classes of server shop" "server shop"]`; got != want {
		t.Errorf("registered are %s, want %s", got, want)
	}
}

// A slow store has something happen when names begin to be read from it.
type slow struct {
	*storetest.View
	names func()
}

func (s *slow) Watch(see func([]store.Change), prefixes ...string) (stop func()) {
	if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(p, "naming/") }) {
		s.names()
	}
	return s.View.Watch(see, prefixes...)
}

// TestRenameBeforeNames has a server describe itself to a daemon as soon as that answers, be it that the daemon has not read the names yet: what an earlier daemon has not moved is not left behind.
func TestRenameBeforeNames(t *testing.T) {
	t.Parallel()
	hub, state, ctx := storetest.NewHub(), t.TempDir(), t.Context()
	d := runDSOM(t, daemon.Config{State: state}.WithShared(hub.View(), "a", time.Hour))
	withClass(t, d, "bank", "Dog")
	d.end()
	u := recordAlone(t, hub.View(), "bank", "shop")
	described := false
	describe := func() {
		c, err := admin.Open(state)
		if err != nil || described {
			return
		}
		if _, err := c.Status(ctx); err != nil {
			return
		}
		described = true
		l, err := lease.Connect(lease.Config{State: state, UUID: u.String(), Endpoints: []string{"tcp:127.0.0.1:1"}})
		if err != nil {
			t.Error(err)
			return
		}
		if err := l.Describe(ctx, packedIDL(t, "interface Account { long close(); };")); err != nil {
			t.Errorf("it describes itself: %v", err)
		}
		_ = l.Close(ctx)
	}
	d = runDSOM(t, daemon.Config{State: state}.WithShared(&slow{hub.View(), describe}, "a", time.Hour))
	describe()
	if !described {
		t.Error("it has not described itself")
	}
	if got, want := registered(t, d.admin), `["classes of server shop" "server shop"]`; got != want {
		t.Errorf("registered are %s, want %s", got, want)
	}
	if has, err := d.repository(t).Classes(ctx, wire.ID(u).String()); err != nil || fmt.Sprint(has) != "[Dog]" {
		t.Errorf("its classes are %v, %v", has, err)
	}
}

// TestRenameAndSaidAnew has a server say, under the name that it has got, which classes it has, before what it has said under the one before is moved there: what it says now stands. What a program of DSOM
// adds is added to what is moved, and what was moved in part, before there was no room, is moved to the end.
func TestRenameAndSaidAnew(t *testing.T) {
	t.Parallel()
	f, ctx := &flaky{View: storetest.NewHub().View()}, t.Context()
	d := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(f, "a", time.Hour))
	daemon.RetryEvery(d.daemon, time.Millisecond)
	root, err := d.orb.Resolve(ctx, fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/NameService", d.port))
	if err != nil {
		t.Fatal(err)
	}
	names, repo := classmap.In(root), d.repository(t)
	for what, c := range map[string]struct {
		meanwhile func(shop string, u implrepo.UUID) error
		want      string
	}{
		"it announces": {func(shop string, u implrepo.UUID) error {
			return names.Announce(ctx, classmap.Server{Alias: shop, ID: wire.ID(u).String(), Ref: root}, []string{"Cat", "Emu"})
		}, "[Cat Emu]"},
		"another announces, of which it has the name": {func(shop string, u implrepo.UUID) error {
			return names.Announce(ctx, classmap.Server{Alias: shop, ID: wire.ID(implrepo.NewUUID()).String(), Ref: root}, nil)
		}, "[Cat Dog]"},
		"a class is added": {func(_ string, u implrepo.UUID) error { return repo.AddClass(ctx, wire.ID(u).String(), "Emu") }, "[Cat Dog Emu]"},
		"it is full for a while": {func(_ string, u implrepo.UUID) error {
			n := 0
			x := &failing{reason: store.ErrFull, fail: func(ops []store.Op) bool {
				if writes("naming/")(ops) {
					n++
					return n > 1
				}
				return false
			}}
			f.fails.Store(x)
			daemon.Renamed(ctx, d.daemon, u)
			eventually(t, "it is full", func() bool { return x.tries.Load() > 0 })
			f.fails.Store(nil)
			return nil
		}, "[Cat Dog]"},
	} {
		withClass(t, d, "bank", "Dog")
		def, err := repo.ByAlias(ctx, "bank")
		if err != nil {
			t.Fatal(err)
		}
		if err := repo.AddClass(ctx, def.ID, "Cat"); err != nil {
			t.Fatal(err)
		}
		u := recordAlone(t, d.daemon.Store(), "bank", "shop")
		if err := c.meanwhile("shop", u); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		daemon.Renamed(ctx, d.daemon, u)
		eventually(t, what+": it has its name alone", func() bool {
			r, err := implrepo.New(f.View).Get(ctx, u)
			return err == nil && r.Was == ""
		})
		if has, err := names.Classes(ctx, "shop"); err != nil || fmt.Sprint(has) != c.want {
			t.Errorf("%s: it has the classes %v, %v, want %s", what, has, err, c.want)
		}
		if has, err := names.All(ctx); err != nil || fmt.Sprint(has) != "[shop]" {
			t.Errorf("%s: the servers are %v, %v", what, has, err)
		}
		if err := d.admin.Remove(ctx, "shop", false); err != nil {
			t.Fatal(err)
		}
	}
}
