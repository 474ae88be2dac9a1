package ifr_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/ifr"
)

// TestRegistriesFollow has registries of several daemons on one store: each serves what the others register, and of two specifications that
// contradict each other, registered at the same moment, one is refused.
func TestRegistriesFollow(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	a, b := openRegistry(t, hub.View()), openRegistry(t, hub.View())
	defer a.Close()
	defer b.Close()
	put := func(r *ifr.Registry, name, text string) error {
		_, err := r.Put(t.Context(), name, pack(t, compile(t, idl.FilesOf{name: text}, name)))
		return err
	}
	has := func(r *ifr.Registry, name string) bool {
		t.Helper()
		spec, err := r.Spec(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return spec.Lookup(name) != nil
	}
	if has(b, "I") {
		t.Error("it is there before it was registered")
	}
	if err := put(a, "i.idl", "interface I {};"); err != nil {
		t.Fatal(err)
	}
	if !has(b, "I") || !has(a, "I") {
		t.Error("what was registered is not there")
	}
	if err := b.Remove(t.Context(), "i.idl", nil); err != nil {
		t.Error(err)
	}
	if list, err := a.Entries(t.Context()); err != nil || len(list) != 0 || has(a, "I") {
		t.Errorf("what was removed is there: %v, %v", list, err)
	}
	for i := range 20 {
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for j, r := range []*ifr.Registry{a, b} {
			wg.Go(func() {
				errs[j] = put(r, fmt.Sprintf("%d.%d.idl", i, j), fmt.Sprintf("struct S%d { %s x; };", i, []string{"long", "string"}[j]))
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), ifr.ErrInvalid) {
			t.Fatalf("round %d: got %v", i, errs)
		}
	}
}

// TestPatience has readers come while a change is under way that takes its time: each waits as long as its own time is.
func TestPatience(t *testing.T) {
	t.Parallel()
	r := openRegistry(t, openStore(t, filepath.Join(t.TempDir(), "dsom.db")))
	r.Age()
	end := r.TakeTurn()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Entries(over); !errors.Is(err, context.Canceled) {
		t.Errorf("the entries: %v", err)
	}
	if _, err := r.Spec(over); !errors.Is(err, context.Canceled) {
		t.Errorf("all: %v", err)
	}
	end()
	if _, err := r.Entries(t.Context()); err != nil {
		t.Error(err)
	}
}

// A counting store counts what is read of it.
type counting struct {
	*storetest.View
	gets, lists atomic.Int32
}

func (c *counting) Get(ctx context.Context, key string) (store.Entry, error) {
	c.gets.Add(1)
	return c.View.Get(ctx, key)
}

func (c *counting) List(ctx context.Context, prefix, after string, limit int) ([]store.Entry, error) {
	c.lists.Add(1)
	return c.View.List(ctx, prefix, after, limit)
}

// TestRegistrationReadsNoOthers holds that a registration, one's own or another daemon's that is followed, reads as much of the store beside many as beside few, also where both register at the same time.
func TestRegistrationReadsNoOthers(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	own, other := &counting{View: hub.View()}, &counting{View: hub.View()}
	a, b := openRegistry(t, own), openRegistry(t, other)
	defer a.Close()
	defer b.Close()
	n := 0
	put := func(r *ifr.Registry) {
		t.Helper()
		n++
		name := fmt.Sprintf("x%d.idl", n)
		if _, err := r.Put(t.Context(), name, pack(t, compile(t, idl.FilesOf{name: fmt.Sprintf("struct S%d { long x; };", n)}, name))); err != nil {
			t.Fatal(err)
		}
	}
	reads := func() (gets, lists int32) {
		for range 2 { // each after the other, which it has to follow
			own.gets.Store(0)
			own.lists.Store(0)
			other.gets.Store(0)
			other.lists.Store(0)
			put(a)
			put(b)
		}
		return own.gets.Load() + other.gets.Load(), own.lists.Load() + other.lists.Load()
	}
	few, listed := reads()
	if few == 0 || listed != 0 {
		t.Errorf("beside %d others %d entries and %d lists are read", n, few, listed)
	}
	for range 100 {
		put(a)
	}
	put(b) // which follows them
	if many, listed := reads(); many != few || listed != 0 {
		t.Errorf("beside %d others %d entries and %d lists are read, and %d beside few", n, many, listed, few)
	}
	own.Hold(true) // what is read is old, and the commit meets a conflict
	put(b)
	own.gets.Store(0)
	own.lists.Store(0)
	put(a)
	own.Hold(false)
	if own.lists.Load() != 0 || own.gets.Load() > 2*few {
		t.Errorf("after a conflict %d entries and %d lists are read", own.gets.Load(), own.lists.Load())
	}
	for _, r := range []*ifr.Registry{a, b} {
		if all, err := r.Entries(t.Context()); err != nil || len(all) != n {
			t.Errorf("%d of %d are there, %v", len(all), n, err)
		}
	}
}
