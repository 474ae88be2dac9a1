package poa_test

import (
	"errors"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb/poa"
)

// TestManagersByID: managers that were created with ids are found by them as long as they do something.
func TestManagersByID(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	ids := func() (all []string) {
		for _, m := range root.Managers() {
			all = append(all, m.ID())
		}
		return all
	}
	want := func(when string, names ...string) {
		t.Helper()
		got := ids()
		if len(got) != len(names) {
			t.Fatalf("%s: got %q, want %q", when, got, names)
		}
		for i, name := range names {
			if got[i] != name || root.FindManager(name) != root.Managers()[i] {
				t.Errorf("%s: got %q, want %q", when, got, names)
			}
		}
	}
	want("at first", "RootPOAManager")
	if root.FindManager("RootPOAManager") != root.Manager() || root.FindManager("a") != nil {
		t.Error("who is who")
	}
	b := must[*poa.Manager](t)(root.CreateManager("b"))
	a := must[*poa.Manager](t)(root.CreateManager("a"))
	if a.State() != poa.Holding || a == b {
		t.Errorf("new: %v", a.State())
	}
	if _, err := root.CreateManager("a"); !errors.Is(err, poa.ErrManagerAlreadyExists) || !errors.Is(err, exc.ObjAdapter) {
		t.Errorf("again: %v", err)
	}
	p := mustAdapter(t, root.POA, "p", poa.Options{Manager: a})
	mustAdapter(t, root.POA, "without an id", poa.Options{Manager: new(poa.Manager)})
	want("two", "RootPOAManager", "a", "b")
	for _, m := range []*poa.Manager{a, b} {
		if err := m.Deactivate(t.Context(), true, true); err != nil {
			t.Fatal(err)
		}
	}
	want("one is inactive without adapters", "RootPOAManager", "a")
	if err := p.Destroy(t.Context(), true, true); err != nil {
		t.Fatal(err)
	}
	want("both are", "RootPOAManager")
	if again, err := root.CreateManager("a"); err != nil || again == a {
		t.Errorf("the id is free: %v", err)
	}
}
