package ifr_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/storetest"
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
