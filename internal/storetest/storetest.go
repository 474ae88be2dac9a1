// Package storetest holds every implementation of store.Store to the same behaviour: a
// table of examples, a random program compared with a map, many writers at once, and
// processes that are killed while they write.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/store"
)

// An Opener opens the store that lies in a folder, again after it was closed.
type Opener func(dir string) (store.Store, error)

// Run holds an implementation to the interface.
func Run(t *testing.T, open Opener) {
	t.Run("examples", func(t *testing.T) { t.Parallel(); examples(t, open) })
	t.Run("all or nothing", func(t *testing.T) { t.Parallel(); allOrNothing(t, open) })
	t.Run("limits", func(t *testing.T) { t.Parallel(); limits(t, open) })
	t.Run("pages", func(t *testing.T) { t.Parallel(); pages(t, open) })
	t.Run("ended", func(t *testing.T) { t.Parallel(); ended(t, open) })
	t.Run("copies", func(t *testing.T) { t.Parallel(); copies(t, open) })
	t.Run("many writers", func(t *testing.T) { t.Parallel(); manyWriters(t, open) })
	t.Run("model", func(t *testing.T) { t.Parallel(); model(t, open) })
}

// fresh opens an empty store that is closed with the test.
func fresh(t *testing.T, open Opener) store.Store {
	t.Helper()
	s, err := open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// must commits what has to succeed.
func must(t *testing.T, s store.Store, ops ...store.Op) uint64 {
	t.Helper()
	rev, err := s.Commit(t.Context(), ops...)
	if err != nil {
		t.Fatal(err)
	}
	return rev
}

func examples(t *testing.T, open Opener) {
	s, ctx := fresh(t, open), t.Context()
	if _, err := s.Get(ctx, "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an empty store: got %v, want %v", err, store.ErrNotFound)
	}
	r1 := must(t, s, store.Create("a", []byte("1")))
	if r1 == 0 {
		t.Error("a revision is 0")
	}
	want := store.Entry{Key: "a", Value: []byte("1"), Revision: r1}
	if got, err := s.Get(ctx, "a"); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for name, op := range map[string]store.Op{
		"create what exists":   store.Create("a", nil),
		"update of another":    store.Update("a", nil, r1+1),
		"update of the absent": store.Update("b", nil, r1),
		"delete of another":    store.Delete("a", r1+1),
		"delete of the absent": store.Delete("b", r1),
		"expect another":       store.Expect("a", r1+1),
		"expect absence":       store.Expect("a", 0),
		"expect the absent":    store.Expect("b", r1),
	} {
		_, err := s.Commit(ctx, op)
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: got %v, want %v", name, err, store.ErrConflict)
		}
		if e := (*store.Error)(nil); !errors.As(err, &e) || e.Key != op.Key {
			t.Errorf("%s: the error does not name the key: %v", name, err)
		}
	}
	r2 := must(t, s, store.Update("a", nil, r1), store.Expect("b", 0))
	if r2 <= r1 {
		t.Errorf("revisions do not grow: %d after %d", r2, r1)
	}
	if got, err := s.Get(ctx, "a"); err != nil || len(got.Value) != 0 || got.Revision != r2 {
		t.Errorf("an empty value: got %v, %v", got, err)
	}
	must(t, s, store.Delete("a", r2))
	if _, err := s.Get(ctx, "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("deleted: got %v, want %v", err, store.ErrNotFound)
	}
	if r4 := must(t, s, store.Create("a", nil)); r4 <= r2 {
		t.Errorf("a revision came again: %d after %d", r4, r2)
	}
}

func allOrNothing(t *testing.T, open Opener) {
	s, ctx := fresh(t, open), t.Context()
	rev := must(t, s, store.Create("x", []byte("old")), store.Create("y", []byte("old")))
	if _, err := s.Commit(ctx,
		store.Update("x", []byte("new"), rev), store.Create("z", nil), store.Delete("y", rev), store.Expect("w", 7)); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("got %v, want %v", err, store.ErrConflict)
	}
	got, err := s.List(ctx, "", "", 0)
	want := []store.Entry{{Key: "x", Value: []byte("old"), Revision: rev}, {Key: "y", Value: []byte("old"), Revision: rev}}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func limits(t *testing.T, open Opener) {
	s, ctx := fresh(t, open), t.Context()
	long := string(make([]byte, 0, store.MaxKey))
	for len(long) < store.MaxKey {
		long += "k"
	}
	value := make([]byte, store.MaxValue)
	value[0], value[len(value)-1] = 1, 2
	must(t, s, store.Create(long, value))
	if got, err := s.Get(ctx, long); err != nil || !cmp.Equal(got.Value, value) {
		t.Errorf("the largest entry does not come back: %v", err)
	}
	for name, c := range map[string]struct {
		op   store.Op
		want error
	}{
		"key":   {store.Create(long+"k", nil), store.ErrTooLarge},
		"value": {store.Create("v", append(value, 0)), store.ErrTooLarge},
		"alien": {store.Create("a b", nil), store.ErrInvalid},
	} {
		if _, err := s.Commit(ctx, c.op); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if _, err := s.Get(ctx, "a b"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("got %v, want %v", err, store.ErrInvalid)
	}
	if _, err := s.Commit(ctx); err != nil {
		t.Errorf("an empty commit: %v", err)
	}
}

func pages(t *testing.T, open Opener) {
	s, ctx := fresh(t, open), t.Context()
	const n = 2*store.MaxList + 10
	var ops []store.Op
	for i := range n {
		if ops = append(ops, store.Create(fmt.Sprintf("p/%05d", i), nil)); len(ops) == store.MaxOps || i == n-1 {
			must(t, s, ops...)
			ops = ops[:0]
		}
	}
	must(t, s, store.Create("o", nil), store.Create("p", nil), store.Create("p0", nil), store.Create("q", nil))
	i := 0
	for e, err := range store.All(ctx, s, "p/") {
		if want := fmt.Sprintf("p/%05d", i); err != nil || e.Key != want {
			t.Fatalf("got %q, %v, want %q", e.Key, err, want)
		}
		i++
	}
	if i != n {
		t.Errorf("got %d entries, want %d", i, n)
	}
	for _, c := range []struct {
		prefix, after string
		limit         int
		want          []string
	}{
		{"p/0000", "", 2, []string{"p/00000", "p/00001"}},
		{"p/0000", "p/00008", 2, []string{"p/00009"}},
		{"p/0000", "p/00009", 2, nil},
		{"p/0000", "z", 2, nil},
		{"p/0000", "a", 1, []string{"p/00000"}},
		{"p/0000", "p/000055", 1, []string{"p/00006"}}, // after a key that is not there
		{"", "p/99", 0, []string{"p0", "q"}},
		{"nothing", "", 0, nil},
	} {
		var got []string
		list, err := s.List(ctx, c.prefix, c.after, c.limit)
		for _, e := range list {
			got = append(got, e.Key)
		}
		if err != nil || !cmp.Equal(got, c.want) {
			t.Errorf("List(%q, %q, %d): got %v, %v, want %v", c.prefix, c.after, c.limit, got, err, c.want)
		}
	}
	for _, limit := range []int{0, -1, math.MaxInt} {
		if got, err := s.List(ctx, "", "", limit); err != nil || len(got) != store.MaxList {
			t.Errorf("limit %d: got %d, %v, want %d", limit, len(got), err, store.MaxList)
		}
	}
}

func ended(t *testing.T, open Opener) {
	dir := t.TempDir()
	s, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Commit(gone, store.Create("a", nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a commit without time happened: %v", err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	_, get := s.Get(ctx, "a")
	_, list := s.List(ctx, "", "", 0)
	_, commit := s.Commit(ctx, store.Create("a", nil))
	for _, err := range []error{get, list, commit} {
		if !errors.Is(err, store.ErrClosed) {
			t.Errorf("got %v, want %v", err, store.ErrClosed)
		}
	}
}

// copies holds that what comes out and goes in belongs to the caller.
func copies(t *testing.T, open Opener) {
	s, ctx := fresh(t, open), t.Context()
	in := []byte("in")
	must(t, s, store.Create("a", in))
	in[0] = 'X'
	e, err := s.Get(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	e.Value[1] = 'X'
	list, err := s.List(ctx, "", "", 0)
	if err != nil || len(list) != 1 || string(list[0].Value) != "in" {
		t.Errorf("got %v, %v, want the value as it was committed", list, err)
	}
}

// manyWriters counts up one key from many goroutines: no step may be lost or done twice.
func manyWriters(t *testing.T, open Opener) {
	s, ctx := fresh(t, open), t.Context()
	must(t, s, store.Create("n", []byte{0}))
	const writers, steps = 8, 20
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for done := 0; done < steps; {
				e, err := s.Get(ctx, "n")
				if err != nil {
					t.Error(err)
					return
				}
				_, err = s.Commit(ctx, store.Update("n", []byte{e.Value[0] + 1}, e.Revision))
				switch {
				case err == nil:
					done++
				case !errors.Is(err, store.ErrConflict):
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if e, err := s.Get(ctx, "n"); err != nil || e.Value[0] != writers*steps {
		t.Errorf("got %v, %v, want %d", e.Value, err, writers*steps)
	}
}
