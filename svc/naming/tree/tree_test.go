package tree_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming/tree"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// open opens the tree in a folder.
func open(t testing.TB, dir string) (*tree.Tree, store.Store) {
	t.Helper()
	s, err := bbolt.Open(filepath.Join(dir, "dsom.db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	tr, err := tree.Open(t.Context(), s, tree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return tr, s
}

// name reads "a/b.kind/c".
func name(s string) ior.Name {
	var n ior.Name
	for part := range strings.SplitSeq(s, "/") {
		id, kind, _ := strings.Cut(part, ".")
		n = append(n, ior.NameComponent{ID: id, Kind: kind})
	}
	return n
}

// outcome says in a word what came of an operation.
func outcome(err error) string {
	var (
		missing *tree.NotFoundError
		foreign *tree.ForeignError
		cannot  *tree.CannotProceedError
		limit   *tree.LimitError
	)
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &missing):
		return fmt.Sprintf("%s %v", reasons[missing.Why], missing.Rest)
	case errors.As(err, &foreign):
		return fmt.Sprintf("foreign %s %v", foreign.Ref, foreign.Rest)
	case errors.As(err, &cannot):
		return fmt.Sprintf("destroyed %v", cannot.Rest)
	case errors.As(err, &limit):
		return fmt.Sprint("limit ", limit.Name)
	case errors.Is(err, tree.ErrInvalidName):
		return "invalid"
	case errors.Is(err, tree.ErrAlreadyBound):
		return "bound"
	case errors.Is(err, tree.ErrNotEmpty):
		return "not empty"
	case errors.Is(err, tree.ErrNoContext):
		return "no context"
	case errors.Is(err, tree.ErrRoot):
		return "root"
	}
	return err.Error()
}

// reasons are the names that the IDL has for a tree.Reason.
var reasons = [...]string{tree.MissingNode: "missing_node", tree.NotContext: "not_context", tree.NotObject: "not_object"}

func object(ref string) tree.Target { return tree.Target{Kind: tree.Object, Ref: []byte(ref)} }

func here(id tree.ID) tree.Target { return tree.Target{Kind: tree.Context, Context: id} }

func foreign(ref string) tree.Target { return tree.Target{Kind: tree.Context, Ref: []byte(ref)} }

// fixture is a tree with an object, contexts, a circle, a foreign context, and a binding that leads nowhere:
//
//	obj, ctx/ (ctx/obj, ctx/up → root), empty/, far → foreign, gone → destroyed
func fixture(t *testing.T) (*tree.Tree, map[string]tree.ID) {
	t.Helper()
	tr, _ := open(t, t.TempDir())
	ctx := t.Context()
	ids := map[string]tree.ID{}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []string{"ctx", "empty", "gone"} {
		id, err := tr.BindNewContext(ctx, tree.Root, name(n))
		must(err)
		ids[n] = id
	}
	must(tr.Destroy(ctx, ids["gone"]))
	must(tr.Bind(ctx, tree.Root, name("obj"), object("IOR:obj")))
	must(tr.Bind(ctx, tree.Root, name("ctx/obj"), object("IOR:inner")))
	must(tr.Bind(ctx, ids["ctx"], name("up"), here(tree.Root)))
	must(tr.Bind(ctx, tree.Root, name("far"), foreign("IOR:far")))
	return tr, ids
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	ref := object("IOR:new")
	long := ior.Name{{ID: strings.Repeat("x", tree.MaxComponent)}}
	tooLong := ior.Name{{ID: strings.Repeat("x", tree.MaxComponent), Kind: "k"}}
	for _, c := range []struct {
		what string
		do   func(ctx context.Context, tr *tree.Tree, ids map[string]tree.ID) error
		want string
	}{
		{"bind", bind("new", ref), "ok"},
		{"bind below", bind("ctx/up/ctx/new", ref), "ok"},
		{"bind a bound name", bind("obj", ref), "bound"},
		{"bind over a context", bind("ctx", ref), "bound"},
		{"bind another kind", bind("obj.kind", ref), "ok"},
		{"bind the component without text", bind(".", ref), "ok"},
		{"bind below nothing", bind("nothing/x/y", ref), "missing_node nothing/x/y"},
		{"bind below an object", bind("ctx/obj/x", ref), "not_context obj/x"},
		{"bind in a foreign context", bind("far/x/y", ref), "foreign IOR:far x/y"},
		{"bind in a destroyed context", bind("gone/x/y", ref), "destroyed x/y"},
		{"bind the longest name", func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
			return tr.Bind(ctx, tree.Root, long, ref)
		}, "ok"},
		{"bind too long a name", func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
			return tr.Bind(ctx, tree.Root, tooLong, ref)
		}, "limit naming-component-octets"},
		{"bind too many components", func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
			return tr.Bind(ctx, tree.Root, make(ior.Name, tree.MaxComponents+1), ref)
		}, "limit naming-components"},
		{"bind no name", func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
			return tr.Bind(ctx, tree.Root, nil, ref)
		}, "invalid"},
		{"bind a NUL", bind("a\x00b", ref), "invalid"},
		{"bind in no context", func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
			return tr.Bind(ctx, "no such", name("x"), ref)
		}, "no context"},
		{"bind in the destroyed context", func(ctx context.Context, tr *tree.Tree, ids map[string]tree.ID) error {
			return tr.Bind(ctx, ids["gone"], name("x"), ref)
		}, "no context"},
		{"bind too large a reference", bind("x", object(strings.Repeat("x", tree.MaxReference+1))), "limit naming-reference-octets"},
		{"rebind", rebind("obj", ref), "ok"},
		{"rebind a free name", rebind("ctx/new", ref), "ok"},
		{"rebind over a context", rebind("ctx", ref), "not_object ctx"},
		{"rebind over a foreign context", rebind("far", ref), "not_object far"},
		{"bind a context", bindContext("x", "ctx"), "ok"},
		{"bind a context to a bound name", bindContext("obj", "ctx"), "bound"},
		{"rebind a context", rebindContext("ctx", "empty"), "ok"},
		{"rebind a foreign context", rebindContext("far", "empty"), "ok"},
		{"rebind a context to a free name", rebindContext("x", "empty"), "ok"},
		{"rebind a context over an object", rebindContext("ctx/obj", "empty"), "not_context obj"},
		{"resolve an object as a context", resolve("obj/x"), "not_context obj/x"},
		{"resolve nothing", resolve("ctx/nothing"), "missing_node nothing"},
		{"resolve far away", resolve("ctx/up/far/x"), "foreign IOR:far x"},
		{"unbind", unbind("ctx/obj"), "ok"},
		{"unbind a context", unbind("ctx"), "ok"},
		{"unbind what leads nowhere", unbind("gone"), "ok"},
		{"unbind nothing", unbind("ctx/nothing"), "missing_node nothing"},
		{"unbind far away", unbind("far/x"), "foreign IOR:far x"},
		{"make a bound context", func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
			_, err := tr.BindNewContext(ctx, tree.Root, name("obj"))
			return err
		}, "bound"},
		{"destroy", destroy("empty"), "ok"},
		{"destroy what is not empty", destroy("ctx"), "not empty"},
		{"destroy what is destroyed", destroy("gone"), "no context"},
		{"destroy the root", func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
			return tr.Destroy(ctx, tree.Root)
		}, "root"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			tr, ids := fixture(t)
			before := dump(t, tr, tree.Root)
			got := outcome(c.do(t.Context(), tr, ids))
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if after := dump(t, tr, tree.Root); got != "ok" && !cmp.Equal(before, after) {
				t.Errorf("it failed, and changed the tree: %v", cmp.Diff(before, after))
			}
		})
	}
}

type operation = func(context.Context, *tree.Tree, map[string]tree.ID) error

func bind(n string, to tree.Target) operation {
	return func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
		return tr.Bind(ctx, tree.Root, name(n), to)
	}
}

func rebind(n string, to tree.Target) operation {
	return func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
		if err := tr.Rebind(ctx, tree.Root, name(n), to); err != nil {
			return err
		}
		if got, err := tr.Resolve(tree.Root, name(n)); err != nil || !cmp.Equal(got, to) {
			return fmt.Errorf("it leads to %v, %v", got, err)
		}
		return nil
	}
}

func bindContext(n, to string) operation {
	return func(ctx context.Context, tr *tree.Tree, ids map[string]tree.ID) error {
		return tr.Bind(ctx, tree.Root, name(n), here(ids[to]))
	}
}

func rebindContext(n, to string) operation {
	return func(ctx context.Context, tr *tree.Tree, ids map[string]tree.ID) error {
		if err := tr.Rebind(ctx, tree.Root, name(n), here(ids[to])); err != nil {
			return err
		}
		if got, err := tr.Resolve(tree.Root, name(n)); err != nil || got.Context != ids[to] || got.Ref != nil {
			return fmt.Errorf("it leads to %v, %v", got, err)
		}
		return nil
	}
}

func resolve(n string) operation {
	return func(_ context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
		_, err := tr.Resolve(tree.Root, name(n))
		return err
	}
}

func unbind(n string) operation {
	return func(ctx context.Context, tr *tree.Tree, _ map[string]tree.ID) error {
		return tr.Unbind(ctx, tree.Root, name(n))
	}
}

func destroy(c string) operation {
	return func(ctx context.Context, tr *tree.Tree, ids map[string]tree.ID) error {
		return tr.Destroy(ctx, ids[c])
	}
}

// dump lists a context in pages of two.
func dump(t testing.TB, tr *tree.Tree, at tree.ID) []tree.Binding {
	t.Helper()
	var all []tree.Binding
	for more, after := true, (*ior.NameComponent)(nil); more; {
		var page []tree.Binding
		var err error
		if page, more, err = tr.List(at, after, 2); err != nil || len(page) > 2 || more && len(page) != 2 {
			t.Fatalf("got %d bindings, %v, %v", len(page), more, err)
		}
		if all = append(all, page...); more {
			after = &page[1].Name
		}
	}
	return all
}

func TestResolve(t *testing.T) {
	t.Parallel()
	tr, ids := fixture(t)
	for n, want := range map[string]tree.Target{
		"obj":               {Kind: tree.Object, Ref: []byte("IOR:obj")},
		"ctx/obj":           {Kind: tree.Object, Ref: []byte("IOR:inner")},
		"ctx":               {Kind: tree.Context, Context: ids["ctx"]},
		"ctx/up/ctx/up/obj": {Kind: tree.Object, Ref: []byte("IOR:obj")},
		"far":               {Kind: tree.Context, Ref: []byte("IOR:far")},
		"gone":              {Kind: tree.Context, Context: ids["gone"]},
	} {
		if got, err := tr.Resolve(tree.Root, name(n)); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: got %v, %v, want %v", n, got, err, want)
		}
	}
}

// TestNamesOfAllKinds holds that any text comes back as the name it was, after a restart too.
func TestNamesOfAllKinds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tr, s := open(t, dir)
	names := []ior.NameComponent{{}, {Kind: "k"}, {ID: "a.b/c"}, {ID: "ä ö"}, {ID: "\xff\xfe"}, {ID: "=", Kind: "="}, {ID: "a", Kind: "b"}, {ID: "a.b"}, {ID: "\\"}}
	for _, c := range names {
		if err := tr.Bind(t.Context(), tree.Root, ior.Name{c}, object(c.ID)); err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	tr, _ = open(t, dir)
	got := dump(t, tr, tree.Root)
	if len(got) != len(names) {
		t.Fatalf("got %d names, want %d", len(got), len(names))
	}
	for _, b := range got {
		if !slices.Contains(names, b.Name) || string(b.Target.Ref) != b.Name.ID {
			t.Errorf("got %+v", b)
		}
	}
}

// TestBindAgainstDestroy holds that a context is never destroyed with something in it.
func TestBindAgainstDestroy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tr, s := open(t, dir)
	ctx := t.Context()
	for round := range 60 {
		n := name(fmt.Sprint("c", round))
		id, err := tr.BindNewContext(ctx, tree.Root, n)
		if err != nil {
			t.Fatal(err)
		}
		other, err := tree.Open(ctx, s, tree.Limits{}) // as another daemon has it: no lock in common
		if err != nil {
			t.Fatal(err)
		}
		var bound atomic.Int32
		var destroyed atomic.Bool
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				err := tr.Bind(ctx, id, name(fmt.Sprint("o", i)), object("x"))
				if err == nil {
					bound.Add(1)
				} else if !errors.Is(err, tree.ErrNoContext) {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			err := other.Destroy(ctx, id)
			if err == nil {
				destroyed.Store(true)
			} else if !errors.Is(err, tree.ErrNotEmpty) {
				t.Error(err)
			}
		})
		wg.Wait()
		if destroyed.Load() == (bound.Load() > 0) {
			t.Fatalf("round %d: destroyed: %v, with %d bindings", round, destroyed.Load(), bound.Load())
		}
		if !destroyed.Load() && bound.Load() != 3 {
			t.Fatalf("round %d: %d of 3 bindings", round, bound.Load())
		}
	}
}

func BenchmarkResolve(b *testing.B) {
	tr, _ := open(b, b.TempDir())
	if _, err := tr.BindNewContext(b.Context(), tree.Root, name("a")); err != nil {
		b.Fatal(err)
	}
	if err := tr.Bind(b.Context(), tree.Root, name("a/b"), object("IOR:x")); err != nil {
		b.Fatal(err)
	}
	n := name("a/b")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tr.Resolve(tree.Root, n); err != nil {
			b.Fatal(err)
		}
	}
}

// TestRenameWhile gives a binding another name, which another binding has, too, and not while a guard says no; the store says the same as the tree.
func TestRenameWhile(t *testing.T) {
	t.Parallel()
	dir, ctx := t.TempDir(), t.Context()
	tr, s := open(t, dir)
	for _, n := range []string{"a", "b"} {
		if err := tr.BindWith(ctx, tree.Root, name(n), tree.Target{Ref: []byte(n)}, []tree.Property{{Name: "of", Any: []byte(n)}, {Name: "stays"}}); err != nil {
			t.Fatal(err)
		}
	}
	refused := errors.New("no")
	to := name("b")[0]
	if err := tr.RenameWhile(ctx, tree.Root, name("a"), to, nil, nil, func(context.Context) ([]store.Op, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Errorf("against the guard: %v", err)
	}
	if err := tr.RenameWhile(ctx, tree.Root, name("a"), to, nil, nil, func(context.Context) ([]store.Op, error) { return []store.Op{store.Expect("none", 1)}, nil }); !errors.Is(err, store.ErrConflict) {
		t.Errorf("against what the guard expects: %v", err)
	}
	for _, next := range []string{"b", "c", "c"} {
		from := map[string]string{"b": "a", "c": "b"}[next]
		if b, err := tr.Lookup(tree.Root, name("c")); err == nil && string(b.Target.Ref) == "a" {
			from = "c" // to itself
		}
		if err := tr.RenameWhile(ctx, tree.Root, name(from), name(next)[0], []tree.Property{{Name: "of", Any: []byte(next)}}, nil, nil); err != nil {
			t.Fatal(err)
		}
		again, err := tree.Open(ctx, s, tree.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, tr := range []*tree.Tree{tr, again} {
			page, _, err := tr.List(tree.Root, nil, 9)
			if err != nil || len(page) != 1 || page[0].Name.ID != next || string(page[0].Target.Ref) != "a" || len(page[0].Properties) != 2 || string(page[0].Properties[0].Any) != next {
				t.Errorf("renamed to %s: %+v, %v", next, page, err)
			}
		}
	}
	if missing := new(tree.NotFoundError); !errors.As(tr.RenameWhile(ctx, tree.Root, name("a"), to, nil, nil, nil), &missing) {
		t.Error("what is not bound has got a name")
	}
}
