package tree_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// A memory is a store without a disk, whose calls can be made to fail.
type memory struct {
	mu       sync.Mutex
	entries  map[string]store.Entry
	revision uint64
	reads    int

	before func(ops []store.Op) error // may refuse a commit, or change the store first
	after  func() error               // may say of a commit that has happened that it failed
	list   func(prefix string) error  // may refuse a List, or change the store first
}

func newMemory() *memory { return &memory{entries: map[string]store.Entry{}} }

func (m *memory) Get(_ context.Context, key string) (store.Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	e, ok := m.entries[key]
	if !ok {
		return e, &store.Error{Kind: store.ErrNotFound, Key: key}
	}
	return e, nil
}

func (m *memory) List(_ context.Context, prefix, after string, limit int) (page []store.Entry, err error) {
	if m.list != nil {
		if err := m.list(prefix); err != nil {
			return nil, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	for _, key := range slices.Sorted(maps.Keys(m.entries)) {
		if len(page) < limit && strings.HasPrefix(key, prefix) && key > after {
			page = append(page, m.entries[key])
		}
	}
	return page, nil
}

func (m *memory) Commit(_ context.Context, ops ...store.Op) (uint64, error) {
	if err := store.CheckOps(ops); err != nil {
		return 0, err
	}
	if m.before != nil {
		if err := m.before(ops); err != nil {
			return 0, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, o := range ops {
		if m.entries[o.Key].Revision != o.Want() {
			return 0, &store.Error{Kind: store.ErrConflict, Key: o.Key}
		}
	}
	m.revision++
	for _, o := range ops {
		switch o.Kind {
		case store.OpCreate, store.OpUpdate:
			m.entries[o.Key] = store.Entry{Key: o.Key, Value: slices.Clone(o.Value), Revision: m.revision}
		case store.OpDelete:
			delete(m.entries, o.Key)
		}
	}
	if m.after != nil {
		return 0, m.after()
	}
	return m.revision, nil
}

func (m *memory) Close() error { return nil }

func openMemory(t *testing.T, m *memory, l tree.Limits) *tree.Tree {
	t.Helper()
	tr, err := tree.Open(t.Context(), m, l)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestReadsStayInMemory holds that what is read does not ask the store.
func TestReadsStayInMemory(t *testing.T) {
	t.Parallel()
	m := newMemory()
	tr := openMemory(t, m, tree.Limits{})
	if _, err := tr.BindNewContext(t.Context(), tree.Root, name("a")); err != nil {
		t.Fatal(err)
	}
	before := m.reads
	_, _ = tr.Resolve(tree.Root, name("a"))
	_, _ = tr.Resolve(tree.Root, name("a/b"))
	_, _, _ = tr.List(tree.Root, nil, 10)
	_ = tr.Exists("x")
	if m.reads != before {
		t.Errorf("the store was read %d times", m.reads-before)
	}
}

// TestFailedCommits holds that a tree shows what is in its store, whatever a failed commit has done to it.
func TestFailedCommits(t *testing.T) {
	t.Parallel()
	full := &store.Error{Kind: store.ErrFull}
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		tr := openMemory(t, m, tree.Limits{})
		m.before = func([]store.Op) error { return full }
		if err := tr.Bind(t.Context(), tree.Root, name("x"), object("1")); !errors.Is(err, store.ErrFull) {
			t.Errorf("got %v", err)
		}
		if _, err := tr.Resolve(tree.Root, name("x")); outcome(err) != "missing_node x" {
			t.Errorf("got %v", err)
		}
		m.before = nil
		if err := tr.Bind(t.Context(), tree.Root, name("x"), object("1")); err != nil {
			t.Errorf("later: %v", err)
		}
	})
	t.Run("happened", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		tr := openMemory(t, m, tree.Limits{})
		m.after = func() error { return full }
		if err := tr.Bind(t.Context(), tree.Root, name("x"), object("1")); !errors.Is(err, store.ErrFull) {
			t.Errorf("got %v", err)
		}
		if got, err := tr.Resolve(tree.Root, name("x")); err != nil || !cmp.Equal(got, object("1")) {
			t.Errorf("got %v, %v", got, err)
		}
	})
	t.Run("unreadable", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		tr := openMemory(t, m, tree.Limits{})
		m.after = func() error { return full }
		m.list = func(string) error { return store.ErrClosed }
		if err := tr.Bind(t.Context(), tree.Root, name("x"), object("1")); !errors.Is(err, store.ErrFull) {
			t.Errorf("got %v", err)
		}
		m.after = nil
		if err := tr.Bind(t.Context(), tree.Root, name("x"), object("2")); !errors.Is(err, store.ErrClosed) {
			t.Errorf("a change that rests on what nobody knows: got %v", err)
		}
		m.list = nil
		if err := tr.Bind(t.Context(), tree.Root, name("x"), object("2")); !errors.Is(err, tree.ErrAlreadyBound) {
			t.Errorf("the store was not read again: got %v", err)
		}
	})
	t.Run("conflicts", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		tr := openMemory(t, m, tree.Limits{})
		tries := 0
		m.before = func([]store.Op) error { tries++; return &store.Error{Kind: store.ErrConflict, Key: "k"} }
		if err := tr.Bind(t.Context(), tree.Root, name("x"), object("1")); !errors.Is(err, store.ErrConflict) || tries < 2 || tries > 100 {
			t.Errorf("got %v after %d tries", err, tries)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		tr := openMemory(t, m, tree.Limits{})
		held, release := make(chan struct{}), make(chan struct{})
		m.before = func([]store.Op) error { close(held); <-release; return nil }
		done := make(chan error)
		go func() { done <- tr.Bind(context.WithoutCancel(t.Context()), tree.Root, name("x"), object("1")) }()
		<-held
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := tr.Unbind(ctx, tree.Root, name("x")); !errors.Is(err, context.Canceled) {
			t.Errorf("it waited for another change: got %v", err)
		}
		if _, err := tr.Resolve(tree.Root, name("x")); err == nil {
			t.Error("a change is seen before it is acknowledged")
		}
		close(release)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestAnotherTree changes a store through a second tree, at the moments at which the first is about to.
func TestAnotherTree(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		theirs, ours func(ctx context.Context, tr *tree.Tree) error
		want         string
	}{
		"both bind":        {bindX("theirs"), bindX("ours"), "bound"},
		"rebound":          {rebindX("theirs"), rebindX("ours"), "ok"},
		"bound otherwise":  {bindY, bindX("ours"), "ok"},
		"context in place": {newX, rebindX("ours"), "not_object x"},
		"both make it":     {newX, newX, "bound"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			m := newMemory()
			first, second := openMemory(t, m, tree.Limits{}), openMemory(t, m, tree.Limits{})
			once := false
			m.before = func([]store.Op) error {
				if once {
					return nil
				}
				once = true
				return c.theirs(t.Context(), second)
			}
			if got := outcome(c.ours(t.Context(), first)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			third := openMemory(t, m, tree.Limits{})
			if got, want := dump(t, first, tree.Root), dump(t, third, tree.Root); !cmp.Equal(got, want) {
				t.Errorf("the tree shows %v, the store holds %v", got, want)
			}
		})
	}
}

func bindX(ref string) func(context.Context, *tree.Tree) error {
	return func(ctx context.Context, tr *tree.Tree) error { return tr.Bind(ctx, tree.Root, name("x"), object(ref)) }
}

func rebindX(ref string) func(context.Context, *tree.Tree) error {
	return func(ctx context.Context, tr *tree.Tree) error {
		return tr.Rebind(ctx, tree.Root, name("x"), object(ref))
	}
}

func bindY(ctx context.Context, tr *tree.Tree) error {
	return tr.Bind(ctx, tree.Root, name("y"), object("y"))
}

func newX(ctx context.Context, tr *tree.Tree) error {
	_, err := tr.BindNewContext(ctx, tree.Root, name("x"))
	return err
}

// TestWritersAndReaders binds and replaces names from many goroutines while others read: every acknowledged
// change is there at once, and after the store was opened again; a reader sees all of a change or nothing.
func TestWritersAndReaders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tr, s := open(t, dir)
	ctx := t.Context()
	var all sync.WaitGroup
	for w := range 6 {
		all.Go(func() {
			for i := range 10 {
				n := name(fmt.Sprintf("w%d-%d", w, i))
				id, err := tr.BindNewContext(ctx, tree.Root, n)
				if err != nil {
					t.Error(err)
					return
				}
				in := append(n, ior.NameComponent{ID: "in"})
				if err := tr.Bind(ctx, tree.Root, in, object(n.String())); err != nil {
					t.Error(err)
				}
				if got, err := tr.Resolve(id, in[1:]); err != nil || string(got.Ref) != n.String() {
					t.Errorf("one's own write: got %v, %v", got, err)
				}
			}
		})
		all.Go(func() {
			for range 200 {
				page, _, err := tr.List(tree.Root, nil, 1000)
				if err != nil {
					t.Error(err)
				}
				for _, b := range page { // a context and its name come in one commit
					if !tr.Exists(b.Target.Context) {
						t.Errorf("%v leads to a context that is not there", b.Name)
					}
				}
			}
		})
	}
	all.Wait()
	before := dump(t, tr, tree.Root)
	if len(before) != 60 {
		t.Errorf("got %d names, want 60", len(before))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, _ := open(t, dir)
	if got := dump(t, again, tree.Root); !cmp.Equal(got, before) {
		t.Error(cmp.Diff(before, got))
	}
	contexts, bindings, octets := tr.Sizes()
	if c, b, o := again.Sizes(); c != contexts || b != bindings || o != octets || c != 61 || b != 120 {
		t.Errorf("sizes: got %d, %d, %d, before %d, %d, %d", c, b, o, contexts, bindings, octets)
	}
}

// TestLimitsOfTheTree fills a small tree.
func TestLimitsOfTheTree(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	tr := openMemory(t, newMemory(), tree.Limits{Contexts: 2, Bindings: 3, Octets: 200})
	newContext := func() error { _, err := tr.NewContext(ctx); return err }
	bind := func(n string, to tree.Target) error { return tr.Bind(ctx, tree.Root, name(n), to) }
	for i, c := range []struct {
		err  error
		want string
	}{
		{newContext(), "ok"},
		{newContext(), "limit naming-contexts"},
		{newX(ctx, tr), "limit naming-contexts"},
		{bind("a", object(strings.Repeat("x", 99))), "ok"},
		{bind("b", object(strings.Repeat("x", 100))), "limit naming-octets"},
		{bind("b", object(strings.Repeat("x", 99))), "ok"},
		{bind("c", object("")), "limit naming-octets"},
		{tr.Rebind(ctx, tree.Root, name("a"), object(strings.Repeat("x", 100))), "limit naming-octets"},
		{tr.Rebind(ctx, tree.Root, name("a"), object("")), "ok"},
		{bind("c", object("")), "ok"},
		{bind("d", object("")), "limit naming-bindings"},
		{tr.Unbind(ctx, tree.Root, name("a")), "ok"},
		{bind("d", object("")), "ok"},
	} {
		if got := outcome(c.err); got != c.want {
			t.Errorf("step %d: got %q, want %q", i, got, c.want)
		}
	}
	var limit *tree.LimitError
	if err := newContext(); !errors.As(err, &limit) || err.Error() != "limit naming-contexts of 2 exceeded: got 3" {
		t.Errorf("got %v", err)
	}
}

// TestPages holds the bounds of a page, whatever the caller asks for.
func TestPages(t *testing.T) {
	t.Parallel()
	m := newMemory()
	m.entries["naming/context/root"] = store.Entry{Key: "naming/context/root", Revision: 1}
	add := func(id string) {
		key := "naming/binding/root/" + store.EscapeKey(id) + ".="
		m.entries[key] = store.Entry{Key: key, Value: []byte("o"), Revision: 1}
	}
	for i := range tree.MaxPage + 5 {
		add(fmt.Sprintf("n%05d", i))
	}
	long := tree.MaxPageOctets/1000 + 5
	for i := range long {
		add(fmt.Sprintf("x%05d", i) + strings.Repeat("x", 994))
	}
	tr := openMemory(t, &memory{entries: m.entries}, tree.Limits{})
	page, more, err := tr.List(tree.Root, nil, 1<<31-1)
	if err != nil || len(page) != tree.MaxPage || !more {
		t.Fatalf("got %d, %v, %v", len(page), more, err)
	}
	page, more, err = tr.List(tree.Root, &page[len(page)-1].Name, 1<<31-1)
	if err != nil || len(page) >= 5+long || len(page) < 5+long/2 || !more {
		t.Fatalf("got %d, %v, %v", len(page), more, err)
	}
	page, more, err = tr.List(tree.Root, &page[len(page)-1].Name, 1<<31-1)
	if err != nil || len(page) == 0 || more {
		t.Fatalf("got %d, %v, %v", len(page), more, err)
	}
	if page, more, err = tr.List(tree.Root, nil, 0); err != nil || len(page) != 0 || !more {
		t.Errorf("none: got %d, %v, %v", len(page), more, err)
	}
	if page, more, err = tr.List(tree.Root, nil, -1); err != nil || len(page) != 0 || !more {
		t.Errorf("less than none: got %d, %v, %v", len(page), more, err)
	}
}

// TestDamage holds that an entry which no tree has written is an error that names it.
func TestDamage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ key, value string }{
		{"naming/binding/root/a.=", ""},
		{"naming/binding/root/a.=", "x"},
		{"naming/binding/root/a.=", "c"},
		{"naming/binding/root/a.=", "cnot/an/id"},
		{"naming/binding/root/a", "oref"},
		{"naming/binding/root/a=2.=", "oref"},
		{"naming/binding/root/a.b.c", "oref"},
		{"naming/binding/root/a/b.=", "oref"},
		{"naming/binding/a.=", "oref"},
		{"naming/binding/nocontext/a.=", "oref"},
		{"naming/binding/no=2Fid/a.=", "oref"},
		{"naming/context/a/b", ""},
		{"naming/context/a", "value"},
	} {
		t.Run(c.key+" "+c.value, func(t *testing.T) {
			t.Parallel()
			s, err := bbolt.Open(t.TempDir()+"/dsom.db", bbolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			if _, err := s.Commit(t.Context(), store.Create("naming/context/root", nil), store.Create(c.key, []byte(c.value))); err != nil {
				t.Fatal(err)
			}
			_, err = tree.Open(t.Context(), s, tree.Limits{})
			var at *store.Error
			if !errors.Is(err, store.ErrCorrupt) || !errors.As(err, &at) || at.Key != c.key {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("root without its entry", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		m.entries["naming/binding/root/a.="] = store.Entry{Key: "naming/binding/root/a.=", Value: []byte("o"), Revision: 1}
		if _, err := tree.Open(t.Context(), m, tree.Limits{}); !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("context made meanwhile", func(t *testing.T) {
		t.Parallel()
		m := newMemory()
		other := openMemory(t, m, tree.Limits{})
		once := false
		m.list = func(prefix string) error {
			if strings.HasPrefix(prefix, "naming/binding") && !once {
				once = true
				_, err := other.BindNewContext(t.Context(), tree.Root, name("new"))
				return err
			}
			return nil
		}
		if got := dump(t, openMemory(t, m, tree.Limits{}), tree.Root); len(got) != 1 {
			t.Errorf("got %v", got)
		}
	})
}

// FuzzEntries opens a store with an entry of any kind, and writes in it.
func FuzzEntries(f *testing.F) {
	for _, c := range []struct{ key, value string }{
		{"naming/binding/root/a.=", "oref"}, {"naming/binding/root/a.k", "fref"}, {"naming/binding/root/=.=", "croot"}, {"naming/context/abc", ""}, {"naming/binding/abc/x", ""},
	} {
		f.Add(c.key, []byte(c.value))
	}
	f.Fuzz(func(t *testing.T, key string, value []byte) {
		m := newMemory()
		if _, err := m.Commit(t.Context(), store.Create("naming/context/root", nil)); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Commit(t.Context(), store.Create(key, value)); err != nil {
			t.Skip("not a legal entry")
		}
		tr, err := tree.Open(t.Context(), m, tree.Limits{})
		if err != nil {
			if !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), fmt.Sprintf("%q", key)) {
				t.Fatalf("got %v", err)
			}
			return
		}
		for _, b := range dump(t, tr, tree.Root) {
			got, err := tr.Resolve(tree.Root, ior.Name{b.Name})
			if err != nil || !cmp.Equal(got, b.Target) {
				t.Fatalf("%v: got %v, %v, want %v", b.Name, got, err, b.Target)
			}
			if err := tr.Unbind(t.Context(), tree.Root, ior.Name{b.Name}); err != nil {
				t.Fatalf("%v: %v", b.Name, err)
			}
		}
	})
}
