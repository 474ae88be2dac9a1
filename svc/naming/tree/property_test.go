package tree_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming/tree"
	"github.com/opendsom/dsom/svc/naming/tree/constraint"
)

func property(name string, v constraint.Value) tree.Property {
	return tree.Property{Name: name, Value: v, Any: []byte("any of " + name)}
}

// textOf writes properties without what is in them.
func textOf(list []tree.Property) string {
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

// TestPropertiesInStore holds that properties come back as they were, with any target, after a restart.
func TestPropertiesInStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tr, s := open(t, dir)
	ctx := t.Context()
	inner, err := tr.NewContext(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := []tree.Property{
		property("a.b", constraint.TextOf("x\x00y")), property("b", constraint.IntegerOf(-1)), property("c", constraint.RealOf(0.1)),
		property("d", constraint.BooleanOf(true)), {Name: "e", Sharable: true, Any: []byte{}},
	}
	targets := map[string]tree.Target{"obj": object("ref"), "nothing": object(""), "far": foreign("ref"), "in": here(inner)}
	for n, to := range targets {
		if err := tr.BindWith(ctx, tree.Root, name(n), to, slices.Clone(want)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tr, _ = open(t, dir)
	for n, to := range targets {
		b, err := tr.Lookup(tree.Root, name(n))
		if err != nil || b.Target.Kind != to.Kind || b.Target.Context != to.Context || !bytes.Equal(b.Target.Ref, to.Ref) || len(b.Properties) != len(want) {
			t.Errorf("%s: got %+v, %v", n, b, err)
			continue
		}
		for i, p := range b.Properties {
			w := want[i]
			if p.Name != w.Name || p.Sharable != w.Sharable || !bytes.Equal(p.Any, w.Any) || fmt.Sprintf("%#v", p.Value) != fmt.Sprintf("%#v", w.Value) {
				t.Errorf("%s: got %+v, want %+v", n, p, w)
			}
		}
	}
}

// TestDamagedProperties has entries in the store that this package has not written.
func TestDamagedProperties(t *testing.T) {
	t.Parallel()
	good := "p\x01\x01a\x00\x00\x00oref" // a property a of no kind and no octets
	for value, ok := range map[string]bool{
		good:                      true,
		"p\x00oref":               true,
		"p":                       false,
		"p\x01":                   false,
		"p\xff":                   false,
		"p\x41oref":               false, // 65 properties
		"p\x01\x05aoref":          false,
		"p\x01\x01a\x02\x00\x00o": false,
		"p\x01\x01a\x00\x09\x00o": false,
		"p\x01\x01a\x00\x00\x05o": false,
		"p\x01\x011\x00\x00\x00o": false, // a name that is none
		"p\x01\x00\x00\x00\x00o":  false,
		"p\x02\x01b\x00\x00\x00\x01a\x00\x00\x00oref":    false, // out of order
		"p\x01\x01a\x00\x00\x00":                         false, // bound to nothing
		"p\x01\x01a\x00\x00\x00p\x00o":                   false,
		"p\x01\x01a\x00\x00\x00x":                        false,
		"p\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01a": false,
	} {
		s, err := bbolt.Open(filepath.Join(t.TempDir(), "dsom.db"), bbolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Commit(t.Context(), store.Create("naming/context/root", nil), store.Create("naming/binding/root/a.=", []byte(value))); err != nil {
			t.Fatal(err)
		}
		if _, err = tree.Open(t.Context(), s, tree.Limits{}); ok != (err == nil) || !ok && !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%q: got %v", value, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestSearchLimits holds that a search ends, and says by which limit.
func TestSearchLimits(t *testing.T) {
	t.Parallel()
	tr, _ := open(t, t.TempDir())
	ctx := t.Context()
	e, err := constraint.New("TRUE")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Find(ctx, tree.Search{At: "nothing", Expr: e}); !errors.Is(err, tree.ErrNoContext) {
		t.Errorf("got %v", err)
	}
	if err := tr.Bind(ctx, tree.Root, name("a"), object("x")); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := tr.Find(ended, tree.Search{At: tree.Root, Expr: e}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestFoundOnce has a context with two names, and one that leads back to where the search began: what is in them is found once.
func TestFoundOnce(t *testing.T) {
	t.Parallel()
	tr, _ := open(t, t.TempDir())
	ctx := t.Context()
	in, err := tr.BindNewContext(ctx, tree.Root, name("a"))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		tr.Bind(ctx, tree.Root, name("b"), tree.Target{Kind: tree.Context, Context: in}),
		tr.Bind(ctx, in, name("back"), tree.Target{Kind: tree.Context, Context: tree.Root}),
		tr.BindWith(ctx, in, name("x"), object("x"), []tree.Property{property("class", constraint.TextOf("Car"))}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	e, err := constraint.New("class=='Car'")
	if err != nil {
		t.Fatal(err)
	}
	found, err := tr.Find(ctx, tree.Search{At: tree.Root, Expr: e, Distance: 9})
	if err != nil || len(found) != 1 || found[0].Name[0].ID != "a" {
		t.Errorf("got %v, %v", found, err)
	}
}

// TestManyNames registers 10,000 names with properties: a commit each and nothing read, and a
// bound for the memory that they take.
func TestManyNames(t *testing.T) {
	t.Parallel()
	const names, contexts = 10_000, 100
	s := &counting{entries: map[string]store.Entry{}}
	tr, err := tree.Open(t.Context(), s, tree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]tree.ID, contexts)
	for i := range ids {
		if ids[i], err = tr.BindNewContext(t.Context(), tree.Root, name(fmt.Sprint("c", i))); err != nil {
			t.Fatal(err)
		}
	}
	s.commits, s.reads = 0, 0
	for i := range names {
		props := []tree.Property{property("class", constraint.TextOf(fmt.Sprint("Class", i%500))), property("n", constraint.IntegerOf(int64(i)))}
		if err := tr.BindWith(t.Context(), ids[i%contexts], name(fmt.Sprint("n", i)), object(strings.Repeat("r", 200)), props); err != nil {
			t.Fatal(err)
		}
	}
	if s.commits != names || s.reads != 0 {
		t.Errorf("%d commits and %d reads for %d names", s.commits, s.reads, names)
	}
	s.commits = 0
	find := func(text string) []tree.Found {
		e, err := constraint.New(text)
		if err != nil {
			t.Fatal(err)
		}
		found, err := tr.Find(t.Context(), tree.Search{At: tree.Root, Expr: e, Distance: 1})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if got := find("class=='Class7' and n >= 5000"); len(got) != 10 {
		t.Errorf("found %d", len(got))
	}
	if got := find("n == 9999"); len(got) != 1 || got[0].Name.String() != "c99/n9999" {
		t.Errorf("found %v", got)
	}
	if s.commits+s.reads != 0 {
		t.Errorf("a search asks the store: %d", s.reads)
	}
	e, _ := constraint.New("TRUE")
	var limit *tree.LimitError
	if _, err := tr.Find(t.Context(), tree.Search{At: tree.Root, Expr: e, Distance: 1}); !errors.As(err, &limit) || limit.Name != "naming-found" {
		t.Errorf("got %v", err)
	}
	// The longest constraints cost no more than a limit says, whatever they are made of.
	for _, term := range []string{"class=='_LOCAL' or ", "m<1 or ", "class<n or ", "class~'" + strings.Repeat("y", 2000) + "' or "} {
		e, err := constraint.New(strings.Repeat(term, (constraint.MaxText-5)/len(term)) + "FALSE")
		if err != nil {
			t.Fatal(err)
		}
		machine := 0
		_, err = tr.Find(t.Context(), tree.Search{At: tree.Root, Expr: e, Distance: 1, Local: func(string) bool { machine++; return false }})
		var limit *tree.LimitError
		if limited := errors.As(err, &limit) && limit.Name == "naming-search-steps"; !limited && (err != nil || len(term) < 20) || machine > tree.MaxSteps {
			t.Errorf("%.20s…: got %v, and asked %d times for the machine", term, err, machine)
		}
	}
	if _, _, octets := tr.Sizes(); octets > names*300 {
		t.Errorf("%d octets for %d names", octets, names)
	}
}

// TestPropertyOctets holds that properties count for the limit of the whole tree, and are given back.
func TestPropertyOctets(t *testing.T) {
	t.Parallel()
	s := &counting{entries: map[string]store.Entry{}}
	tr, err := tree.Open(t.Context(), s, tree.Limits{Octets: 1000})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	big := []tree.Property{property("p", constraint.TextOf(strings.Repeat("x", 900)))}
	for range 20 {
		if err := tr.BindWith(ctx, tree.Root, name("a"), object("x"), slices.Clone(big)); err != nil {
			t.Fatal(err)
		}
		if got := outcome(tr.BindWith(ctx, tree.Root, name("b"), object("x"), slices.Clone(big))); got != "limit naming-octets" {
			t.Fatal(got)
		}
		if err := tr.Bind(ctx, tree.Root, name("b"), object("x")); err != nil {
			t.Fatal(err)
		}
		if got := outcome(tr.SetProperties(ctx, tree.Root, name("b"), slices.Clone(big))); got != "limit naming-octets" {
			t.Fatal(got)
		}
		if err := errors.Join(tr.RemoveProperties(ctx, tree.Root, name("a"), nil), tr.SetProperties(ctx, tree.Root, name("b"), slices.Clone(big))); err != nil {
			t.Fatal(err)
		}
		b, err := tr.Lookup(tree.Root, name("b"))
		if err != nil || textOf(b.Properties) != "p" {
			t.Errorf("got %v, %v", b, err)
		}
		if err := errors.Join(tr.Unbind(ctx, tree.Root, name("a")), tr.Unbind(ctx, tree.Root, name("b"))); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, octets := tr.Sizes(); octets != 0 {
		t.Errorf("%d octets of nothing", octets)
	}
}

// counting is a store in memory that counts.
type counting struct {
	entries        map[string]store.Entry
	revision       uint64
	commits, reads int
}

func (s *counting) Get(_ context.Context, key string) (store.Entry, error) {
	s.reads++
	e, ok := s.entries[key]
	if !ok {
		return e, store.ErrNotFound
	}
	return e, nil
}

func (s *counting) List(_ context.Context, prefix, after string, _ int) (page []store.Entry, err error) {
	s.reads++
	for k, e := range s.entries {
		if strings.HasPrefix(k, prefix) && k > after {
			page = append(page, e)
		}
	}
	slices.SortFunc(page, func(a, b store.Entry) int { return strings.Compare(a.Key, b.Key) })
	return page, nil
}

func (s *counting) Commit(_ context.Context, ops ...store.Op) (uint64, error) {
	s.commits++
	if err := store.CheckOps(ops); err != nil {
		return 0, err
	}
	for _, o := range ops {
		if s.entries[o.Key].Revision != o.Want() {
			return 0, store.ErrConflict
		}
	}
	s.revision++
	for _, o := range ops {
		switch o.Kind {
		case store.OpDelete:
			delete(s.entries, o.Key)
		case store.OpCreate, store.OpUpdate:
			s.entries[o.Key] = store.Entry{Key: o.Key, Value: bytes.Clone(o.Value), Revision: s.revision}
		}
	}
	return s.revision, nil
}

func (s *counting) Close() error { return nil }

// BenchmarkFind looks through 10,000 names for the one that fits.
func BenchmarkFind(b *testing.B) {
	tr, err := tree.Open(b.Context(), &counting{entries: map[string]store.Entry{}}, tree.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 10_000 {
		props := []tree.Property{property("class", constraint.TextOf(fmt.Sprint("Class", i%500))), property("n", constraint.IntegerOf(int64(i)))}
		if err := tr.BindWith(b.Context(), tree.Root, name(fmt.Sprint("n", i)), object("r"), props); err != nil {
			b.Fatal(err)
		}
	}
	e, err := constraint.New("class=='Class499' and n == 9999")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if found, err := tr.Find(b.Context(), tree.Search{At: tree.Root, Expr: e}); err != nil || len(found) != 1 {
			b.Fatal(found, err)
		}
	}
}
