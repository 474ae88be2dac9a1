package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// A laggard is a machine's view of a shared store, of which a reader is held up after it has read a key: what happens meanwhile is not in what it has read.
type laggard struct {
	*storetest.View

	mu        sync.Mutex
	key       string
	reads     int // of the key, until that one
	meanwhile func()
}

// after has meanwhile called when a key has been read for the n-th time from now, and before the reader gets it.
func (l *laggard) after(key string, n int, meanwhile func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.key, l.reads, l.meanwhile = key, n, meanwhile
}

func (l *laggard) Get(ctx context.Context, key string) (store.Entry, error) {
	e, err := l.View.Get(ctx, key)
	var f func()
	l.mu.Lock()
	if key == l.key {
		if l.reads--; l.reads == 0 {
			f = l.meanwhile
		}
	}
	l.mu.Unlock()
	if f != nil {
		f()
	}
	return e, err
}

// withClass registers a server with interfaces and a class.
func withClass(t *testing.T, d *dsomDaemon, name, class string) {
	t.Helper()
	if _, err := d.admin.Add(t.Context(), admin.Server{Name: name, Command: []string{"/bin/x"}}); err != nil {
		t.Fatal(err)
	}
	described(t, d.admin, name)
	repo := d.repository(t)
	def, err := repo.ByAlias(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.AddClass(t.Context(), def.ID, class); err != nil {
		t.Fatal(err)
	}
}

// TestRenameSeenLate has two daemons of one store move what is kept under the name that a server had. One of them is held up, at each of its reads of the record in turn, or sees
// nothing of what the other does until it writes itself; meanwhile the other has moved all, and another server has got the name: nothing of that one is moved, whichever piece it is.
func TestRenameSeenLate(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	late := &laggard{View: hub.View()}
	a := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(hub.View(), "a", time.Hour))
	b := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(late, "b", time.Hour))
	repo := a.repository(t)
	server := func(name, class string) { t.Helper(); withClass(t, a, name, class) }
	const reads = 9 // more than one attempt makes
	for n := range reads + 1 {
		bank, shop := fmt.Sprintf("bank%d", n), fmt.Sprintf("shop%d", n)
		server(bank, "Dog")
		u := recordAlone(t, a.daemon.Store(), bank, shop)
		var once sync.Once
		meanwhile := func() {
			once.Do(func() {
				daemon.Renamed(ctx, a.daemon, u)
				server(bank, "Cat")
			})
		}
		if n == 0 {
			late.Hold(true)
			meanwhile()
		} else {
			late.after("server/"+u.String(), n, meanwhile)
		}
		daemon.Renamed(ctx, b.daemon, u)
		meanwhile() // if it was not read so often
		late.Hold(false)
		for name, class := range map[string]string{bank: "Cat", shop: "Dog"} {
			def, err := b.repository(t).ByAlias(ctx, name)
			if err != nil {
				t.Fatalf("held up at read %d: %v", n, err)
			}
			if has, err := repo.Classes(ctx, def.ID); err != nil || fmt.Sprint(has) != fmt.Sprintf("[%s]", class) {
				t.Errorf("held up at read %d: %s has the classes %v, %v, want %s", n, name, has, err, class)
			}
			all, err := b.admin.Specifications(ctx)
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, s := range all {
				if s.Name == admin.ServerSpecification(name) || s.Name == admin.ServerClasses(name) {
					found++
				}
			}
			if found != 2 {
				t.Errorf("held up at read %d: %d of 2 specifications of %s are registered", n, found, name)
			}
		}
		if r, err := implrepo.New(late.View).Get(ctx, u); err != nil || r.Was != "" {
			t.Errorf("held up at read %d: the record says that it was %q, %v", n, r.Was, err)
		}
		for _, name := range []string{bank, shop} {
			if err := a.admin.Remove(ctx, name, false); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// holdsNothing holds that a server that has just been registered has no classes and no interfaces.
func holdsNothing(t *testing.T, d *dsomDaemon, what, name string) {
	t.Helper()
	def, err := d.repository(t).ByAlias(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if has, err := d.repository(t).Classes(t.Context(), def.ID); err != nil || len(has) != 0 {
		t.Errorf("%s: a new %s has the classes %v, %v", what, name, has, err)
	}
	if got := registered(t, d.admin); got != "[]" {
		t.Errorf("%s: with a new %s there are the interfaces %s", what, name, got)
	}
}

// TestRemoveSeenLate has a daemon that removes a server be held up at each of its reads of who has the name, in turn: from when on there is no such server nobody gets the name by another daemon, and whoever
// gets it afterwards has nothing of what was kept under it.
func TestRemoveSeenLate(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	late := &laggard{View: hub.View()}
	a := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(hub.View(), "a", time.Hour))
	b := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(late, "b", time.Hour))
	asked := 0
	for n := range 12 {
		bank := fmt.Sprintf("bank%d", n)
		withClass(t, b, bank, "Cat")
		late.after("server-name/"+bank, n+1, func() {
			if _, err := a.admin.Server(ctx, bank); err == nil { // it is there still
				return
			}
			asked++
			if _, err := a.admin.Add(ctx, admin.Server{Name: bank, Command: []string{"/bin/x"}}); !errors.Is(err, &admin.Error{Code: admin.CodeExists}) {
				t.Errorf("held up at read %d: another server gets the name: %v", n+1, err)
			}
		})
		if err := b.admin.Remove(ctx, bank, false); err != nil {
			t.Fatal(err)
		}
		late.after("", 0, nil)
		if _, err := a.admin.Add(ctx, admin.Server{Name: bank, Command: []string{"/bin/x"}}); err != nil {
			t.Fatal(err)
		}
		holdsNothing(t, a, fmt.Sprintf("held up at read %d", n+1), bank)
		if err := a.admin.Remove(ctx, bank, false); err != nil {
			t.Fatal(err)
		}
	}
	if asked == 0 {
		t.Error("no other server was ever to get a name before the removal was over")
	}
}
