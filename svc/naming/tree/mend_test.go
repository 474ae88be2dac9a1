package tree_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// TestMend damages a tree, and holds that what is whole can be resolved afterwards, and that what is put aside and can be read by another release is put back by that.
func TestMend(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		key, value string // in its place; "": it is removed
		lost       string // the name that is; "": none
	}{
		"a binding is garbled":     {"naming/binding/root/a.=", "%", "a"},
		"a context is gone":        {"naming/context/ID", "", ""},
		"a context says something": {"naming/context/ID", "x", ""},
		"the root is gone":         {"naming/context/root", "", ""},
		"a context's name is gone": {"naming/binding/root/in.=", "", "in"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), bbolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			ctx := t.Context()
			if _, err := s.Commit(ctx, store.Create("naming/context/root", nil), store.Create("naming/context/ID", nil), store.Create("naming/context/EMPTY", nil),
				store.Create("naming/binding/root/a.=", []byte("oref")), store.Create("naming/binding/root/in.=", []byte("cID")), store.Create("naming/binding/ID/b.=", []byte("oref")),
				store.Create("naming/binding/root/gone.=", []byte("cGONE"))); err != nil {
				t.Fatal(err)
			}
			e, err := s.Get(ctx, c.key)
			if err != nil {
				t.Fatal(err)
			}
			op := store.Delete(e.Key, e.Revision)
			if c.value != "" {
				op = store.Update(e.Key, []byte(c.value), e.Revision)
			}
			if _, err := s.Commit(ctx, op); err != nil {
				t.Fatal(err)
			}
			if _, err := tree.Mend(ctx, s); err != nil {
				t.Fatal(err)
			}
			if done, err := tree.Mend(ctx, s); err != nil || len(done) > 0 {
				t.Errorf("mended again: %v, %v", done, err)
			}
			x, err := tree.Open(ctx, s, tree.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			for name, n := range map[string]ior.Name{"a": {{ID: "a"}}, "in": {{ID: "in"}, {ID: "b"}}} {
				if _, err := x.Resolve(tree.Root, n); (err == nil) != (name != c.lost) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if x.Exists("GONE") { // it was destroyed, and its name left
				t.Error("a context was made that was destroyed")
			}
			if _, err := x.Resolve("ID", ior.Name{{ID: "b"}}); err != nil {
				t.Errorf("what is in the context: %v", err)
			}
		})
	}
}

// TestPutBack holds that what an older release has put aside is put back, and nothing that is damaged, or made anew.
func TestPutBack(t *testing.T) {
	t.Parallel()
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ctx := t.Context()
	for _, name := range []string{"whole", "anew", "garbled", "rotten"} {
		key := "naming/binding/root/" + name + ".="
		value := []byte("oref")
		if name == "garbled" {
			value = []byte("%")
		}
		a, err := store.Aside{Key: key, Why: "a binding to something of an unknown kind", Value: value, Rotten: name == "rotten"}.Pack()
		if err == nil {
			_, err = s.Commit(ctx, store.Create(store.AsideKey(key), a))
		}
		if err == nil && name == "anew" {
			_, err = s.Commit(ctx, store.Create("naming/context/root", nil), store.Create(key, []byte("oanew")))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if done, err := tree.PutBack(ctx, s); err != nil || len(done) != 1 || !errors.Is(done[0], store.ErrVersion) {
		t.Errorf("got %v, %v", done, err)
	}
	x, err := tree.Open(ctx, s, tree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"whole": "ref", "anew": "anew", "garbled": "", "rotten": ""} {
		if to, err := x.Resolve(tree.Root, ior.Name{{ID: name}}); (err == nil) != (want != "") || string(to.Ref) != want {
			t.Errorf("%s leads to %q, %v", name, to.Ref, err)
		}
	}
}
