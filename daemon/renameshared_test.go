package daemon_test

import (
	"context"
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

// TestRemoveSeenLate has a daemon that removes a server be held up at each of its reads of who has the name, in turn; as soon as nobody has it, another server gets it by another daemon,
// which loses nothing.
func TestRemoveSeenLate(t *testing.T) {
	t.Parallel()
	hub, ctx := storetest.NewHub(), t.Context()
	late := &laggard{View: hub.View()}
	a := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(hub.View(), "a", time.Hour))
	b := runDSOM(t, daemon.Config{State: t.TempDir()}.WithShared(late, "b", time.Hour))
	taken := 0
	for n := range 12 {
		bank := fmt.Sprintf("bank%d", n)
		if _, err := a.admin.Add(ctx, admin.Server{Name: bank, Command: []string{"/bin/x"}, On: "b"}); err != nil {
			t.Fatal(err)
		}
		described(t, a.admin, bank)
		got := false
		late.after("server-name/"+bank, n+1, func() {
			if _, err := a.admin.Server(ctx, bank); err == nil { // it is there still
				return
			}
			withClass(t, a, bank, "Cat")
			got = true
		})
		if err := b.admin.Remove(ctx, bank, false); err != nil {
			t.Fatal(err)
		}
		late.after("", 0, nil)
		if !got {
			continue
		}
		taken++
		def, err := a.repository(t).ByAlias(ctx, bank)
		if err != nil {
			t.Fatal(err)
		}
		if has, err := a.repository(t).Classes(ctx, def.ID); err != nil || fmt.Sprint(has) != "[Cat]" {
			t.Errorf("held up at read %d: %s has the classes %v, %v", n+1, bank, has, err)
		}
		all, err := a.admin.Specifications(ctx)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, s := range all {
			if s.Name == admin.ServerSpecification(bank) || s.Name == admin.ServerClasses(bank) {
				found++
			}
		}
		if found != 2 {
			t.Errorf("held up at read %d: %d of 2 specifications of %s are registered", n+1, found, bank)
		}
	}
	if taken == 0 {
		t.Error("no other server ever got a name before the removal was over")
	}
	t.Logf("%d times another server got the name", taken)
}
