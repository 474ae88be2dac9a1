package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/ifr"
)

// A flaky store fails commits that fail says, for which there is a reason; where done is set they happen nevertheless, as when an answer is lost.
type flaky struct {
	*storetest.View
	fails atomic.Pointer[failing]
}

type failing struct {
	fail   func(ops []store.Op) bool
	reason error
	done   bool
	tries  atomic.Int32
}

func (f *flaky) Commit(ctx context.Context, ops ...store.Op) (uint64, error) {
	x := f.fails.Load()
	if x == nil || !x.fail(ops) {
		return f.View.Commit(ctx, ops...)
	}
	x.tries.Add(1)
	if x.done {
		if _, err := f.View.Commit(ctx, ops...); err != nil {
			return 0, err
		}
	}
	return 0, &store.Error{Kind: x.reason, Path: "the store"}
}

// writes says of commits whether they write keys that begin with a prefix.
func writes(prefix string) func(ops []store.Op) bool {
	return func(ops []store.Op) bool {
		return slices.ContainsFunc(ops, func(o store.Op) bool { return o.Kind != store.OpExpect && strings.HasPrefix(o.Key, prefix) })
	}
}

// TestRenameIsTriedAgain has the store fail when what is kept under the name that a server had is moved, at each of the steps and for whatever reason: the server has its new name at once, nobody gets the one
// before, nothing is lost, and all is moved when the store works again, without anybody's asking.
func TestRenameIsTriedAgain(t *testing.T) {
	t.Parallel()
	f, ctx := &flaky{View: storetest.NewHub().View()}, t.Context()
	d := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(f, "a", time.Hour))
	daemon.RetryEvery(d.daemon, time.Millisecond)
	freeing := writes("server-name/")
	n := 0
	for what, fail := range map[string]func(ops []store.Op) bool{
		"interfaces": writes("ifr/"), "classes": writes("naming/"),
		"the name": func(ops []store.Op) bool {
			return freeing(ops) && !slices.ContainsFunc(ops, func(o store.Op) bool { return o.Kind == store.OpCreate })
		},
	} {
		for reason, done := range map[error]bool{store.ErrFull: false, store.ErrUnreached: false, store.ErrUnsure: true} {
			n++
			bank, shop := fmt.Sprintf("bank%d", n), fmt.Sprintf("shop%d", n)
			withClass(t, d, bank, "Dog")
			x := &failing{fail: fail, reason: reason, done: done}
			f.fails.Store(x)
			if _, err := d.admin.Update(ctx, bank, admin.Change{Name: &shop}); err != nil {
				t.Fatalf("%s, %v: the rename: %v", what, reason, err)
			}
			eventually(t, "it is tried again", func() bool { return done || x.tries.Load() > 3 })
			if done {
				eventually(t, "a step that has happened is made out to be", func() bool { return x.tries.Load() > 0 })
			} else if _, err := d.admin.Add(ctx, admin.Server{Name: bank, Command: []string{"/bin/x"}}); !errors.Is(err, &admin.Error{Code: admin.CodeExists}) {
				t.Errorf("%s, %v: a new server of the old name: %v", what, reason, err)
			}
			f.fails.Store(nil)
			eventually(t, "the old name is free", func() bool {
				_, err := d.admin.Add(ctx, admin.Server{Name: bank, Command: []string{"/bin/y"}})
				return err == nil
			})
			if got, want := registered(t, d.admin), fmt.Sprintf(`["classes of server %s" "server %s"]`, shop, shop); got != want {
				t.Errorf("%s, %v: registered are %s, want %s", what, reason, got, want)
			}
			def, err := d.repository(t).ByAlias(ctx, shop)
			if err != nil {
				t.Fatal(err)
			}
			if has, err := d.repository(t).Classes(ctx, def.ID); err != nil || fmt.Sprint(has) != "[Dog]" {
				t.Errorf("%s, %v: its classes are %v, %v", what, reason, has, err)
			}
			for _, name := range []string{bank, shop} {
				if err := d.admin.Remove(ctx, name, false); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestRemoveIsTriedAgain has the store fail when what is kept under the name of a server is taken away that was removed, at each of the steps: nobody gets the name until all is gone, when the store works again, by
// this daemon or the next.
func TestRemoveIsTriedAgain(t *testing.T) {
	t.Parallel()
	hub, state, ctx := storetest.NewHub(), t.TempDir(), t.Context()
	f := &flaky{View: hub.View()}
	d := runDSOM(t, daemon.Config{State: state}.WithShared(f, "a", time.Hour))
	daemon.RetryEvery(d.daemon, time.Millisecond)
	steps := map[string]func(ops []store.Op) bool{
		"interfaces": writes("ifr/"), "classes": writes("naming/"),
		"the name": func(ops []store.Op) bool { return len(ops) == 1 && writes("server-name/")(ops) },
	}
	for what, fail := range steps {
		for _, killed := range []bool{false, true} {
			withClass(t, d, "bank", "Dog")
			x := &failing{fail: fail, reason: store.ErrFull}
			f.fails.Store(x)
			if err := d.admin.Remove(ctx, "bank", false); err != nil {
				t.Fatalf("%s: the removal: %v", what, err)
			}
			eventually(t, "it is tried again", func() bool { return x.tries.Load() > 3 })
			if _, err := d.admin.Add(ctx, admin.Server{Name: "bank", Command: []string{"/bin/x"}}); !errors.Is(err, &admin.Error{Code: admin.CodeExists}) {
				t.Errorf("%s: a new server of the name: %v", what, err)
			}
			if killed {
				d.end()
				f = &flaky{View: hub.View()}
				d = runDSOM(t, daemon.Config{State: state}.WithShared(f, "a", time.Hour))
				daemon.RetryEvery(d.daemon, time.Millisecond)
			}
			f.fails.Store(nil)
			eventually(t, "the name is free", func() bool {
				_, err := d.admin.Add(ctx, admin.Server{Name: "bank", Command: []string{"/bin/y"}})
				return err == nil
			})
			holdsNothing(t, d, what, "bank")
			if err := d.admin.Remove(ctx, "bank", false); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestUpgradeDescribesLater has the store be full when a version of a server has taken over that has said what it is: that is registered when there is room, and what the version before has said is until then; a
// daemon that ends meanwhile does not wait for it.
func TestUpgradeDescribesLater(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	f, ctx, dir := &flaky{View: hub.View()}, t.Context(), t.TempDir()
	o := quick(t.TempDir())
	daemon.ShareWith(&o, f, "a", time.Hour)
	d, err := daemon.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	daemon.RetryEvery(d, time.Millisecond)
	c := client(t, d)
	command := func(version string) []string {
		file := filepath.Join(dir, version)
		says := file + "-says"
		if err := errors.Join(os.WriteFile(file, packedIDL(t, "interface Teller { void "+version+"(); };"), 0o600), os.WriteFile(says, []byte("serve"), 0o600)); err != nil {
			t.Fatal(err)
		}
		return []string{os.Args[0], file, says}
	}
	knows := func(version string) bool {
		spec, err := c.Specification(ctx)
		if err != nil {
			t.Fatal(err)
		}
		all, err := ifr.UnpackAll(spec)
		if err != nil {
			t.Fatal(err)
		}
		return all.Lookup("Teller::"+version) != nil
	}
	add(t, d, "bank", "describe", func(s *admin.Server) { s.Command = command("one") })
	if _, err := c.Start(ctx, "bank"); err != nil || !knows("one") {
		t.Fatal(err)
	}
	full := &failing{fail: writes("ifr/"), reason: store.ErrFull}
	f.fails.Store(full)
	if _, err := c.Upgrade(ctx, "bank", admin.Upgrade{Command: command("two")}); err != nil {
		t.Fatalf("the upgrade: %v", err)
	}
	eventually(t, "it is tried again", func() bool { return full.tries.Load() > 3 })
	if !knows("one") || knows("two") {
		t.Error("what cannot be registered is known, or what was is not")
	}
	f.fails.Store(nil)
	eventually(t, "it is registered", func() bool { return knows("two") && !knows("one") })

	f.fails.Store(full)
	if _, err := c.Upgrade(ctx, "bank", admin.Upgrade{Command: command("three")}); err != nil {
		t.Fatalf("the upgrade: %v", err)
	}
	at := full.tries.Load()
	eventually(t, "it is tried again", func() bool { return full.tries.Load() > at+3 })
	if err := d.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	at = full.tries.Load()
	if !knowsIn(t, hub.View(), "two") || full.tries.Load() != at {
		t.Error("what was registered is lost, or it is tried by a daemon that has ended")
	}
}

// knowsIn reports whether what is registered in a store is that version of Teller's.
func knowsIn(t *testing.T, s store.Store, version string) bool {
	t.Helper()
	r, err := ifr.OpenRegistry(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	spec, err := r.Spec(t.Context())
	return err == nil && spec.Lookup("Teller::"+version) != nil
}
