package tree_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// everything is all that a tree has, by path, with what each name leads to.
func everything(t *testing.T, x *tree.Tree) map[string]string {
	t.Helper()
	all := map[string]string{}
	var walk func(at tree.ID, path string)
	walk = func(at tree.ID, path string) {
		page, more, err := x.List(at, nil, tree.MaxPage)
		if err != nil || more {
			t.Errorf("%s: %v, more %v", path, err, more)
		}
		for _, b := range page {
			p := path + "/" + b.Name.ID
			all[p] = string(b.Target.Ref)
			if b.Target.Context != "" && x.Exists(b.Target.Context) {
				walk(b.Target.Context, p)
			}
		}
	}
	walk(tree.Root, "")
	return all
}

// TestTreesFollow has several trees on one store changed at random, at the same time: all come to the same, which a new one reads, and each knows
// what it has changed itself at once. Copies that lag behind change nothing wrongly.
func TestTreesFollow(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	hub := storetest.NewHub()
	const n, steps = 4, 400
	var trees []*tree.Tree
	var views []*storetest.View
	for range n {
		v := hub.View()
		x, err := tree.Open(t.Context(), v, tree.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		trees, views = append(trees, x), append(views, v)
	}
	var wg sync.WaitGroup
	for i, x := range trees {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			for step := range steps {
				if r.IntN(10) == 0 {
					views[i].Hold(r.IntN(2) == 0)
				}
				name := ior.Name{{ID: fmt.Sprint("c", r.IntN(4))}}
				if r.IntN(3) > 0 {
					name = append(name, ior.NameComponent{ID: fmt.Sprint("n", r.IntN(6))})
				}
				ref := fmt.Sprint(i, ".", step)
				var err error
				switch r.IntN(6) {
				case 0:
					_, err = x.BindNewContext(t.Context(), tree.Root, name[:1])
				case 1:
					err = x.Unbind(t.Context(), tree.Root, name)
				case 2:
					if to, bad := x.Resolve(tree.Root, name[:1]); bad == nil && to.Context != "" {
						err = x.Destroy(t.Context(), to.Context)
					}
				default:
					err = x.Rebind(t.Context(), tree.Root, name, tree.Target{Ref: []byte(ref)})
				}
				if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrCorrupt) {
					t.Errorf("tree %d, step %d: %v", i, step, err)
				}
			}
			views[i].Hold(false)
		})
	}
	wg.Wait()
	last, err := tree.Open(t.Context(), hub.View(), tree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer last.Close()
	want := everything(t, last)
	for i, x := range trees {
		if diff := cmp.Diff(want, everything(t, x)); diff != "" {
			t.Errorf("tree %d: %s", i, diff)
		}
		c, b, o := x.Sizes()
		wc, wb, wo := last.Sizes()
		if c != wc || b != wb || o != wo {
			t.Errorf("tree %d: sizes %d %d %d, want %d %d %d", i, c, b, o, wc, wb, wo)
		}
	}
	if len(want) == 0 {
		t.Error("nothing is bound")
	}
}

// TestTreeFollowsDamage holds that a tree to which another has written what it cannot read goes on to be read, and is changed no more.
func TestTreeFollowsDamage(t *testing.T) {
	t.Parallel()
	hub := storetest.NewHub()
	v := hub.View()
	x, err := tree.Open(t.Context(), v, tree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	name := ior.Name{{ID: "a"}}
	if err := x.Bind(t.Context(), tree.Root, name, tree.Target{Ref: []byte("r")}); err != nil {
		t.Fatal(err)
	}
	if _, err := hub.View().Commit(t.Context(), store.Create("naming/binding/root/b.=", []byte("?new"))); err != nil {
		t.Fatal(err)
	}
	if to, err := x.Resolve(tree.Root, name); err != nil || string(to.Ref) != "r" {
		t.Errorf("got %v, %v", to, err)
	}
	if err := x.Unbind(t.Context(), tree.Root, name); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("got %v, want %v", err, store.ErrCorrupt)
	}
	if _, err := tree.Open(t.Context(), hub.View(), tree.Limits{}); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("got %v, want %v", err, store.ErrCorrupt)
	}
}

// TestTreeUnreached holds that a change without the store says so, and that names are read on.
func TestTreeUnreached(t *testing.T) {
	t.Parallel()
	v := storetest.NewHub().View()
	x, err := tree.Open(t.Context(), v, tree.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	name := ior.Name{{ID: "a"}}
	if err := x.Bind(t.Context(), tree.Root, name, tree.Target{Ref: []byte("r")}); err != nil {
		t.Fatal(err)
	}
	v.Cut(true)
	if err := x.Unbind(t.Context(), tree.Root, name); !errors.Is(err, store.ErrUnreached) {
		t.Errorf("got %v, want %v", err, store.ErrUnreached)
	}
	if _, err := x.Resolve(tree.Root, name); err != nil {
		t.Error(err)
	}
	v.Cut(false)
	if err := x.Unbind(t.Context(), tree.Root, name); err != nil {
		t.Error(err)
	}
}
