package tree_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store/bbolt"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// A world is what a naming tree should be, written down as plainly as possible.
type world map[tree.ID]map[ior.NameComponent]tree.Target

// follow resolves all but the last component, by the definition: an operation with a compound
// name is the operation with its last component on what the others resolve to.
func (w world) follow(at tree.ID, n ior.Name) (tree.ID, string) {
	if w[at] == nil {
		return "", "no context"
	}
	if len(n) == 1 {
		return at, ""
	}
	to, ok := w[at][n[0]]
	switch {
	case !ok:
		return "", fmt.Sprint("missing_node ", n)
	case to.Kind == tree.Object:
		return "", fmt.Sprint("not_context ", n)
	case to.Context == "":
		return "", fmt.Sprintf("foreign %s %v", to.Ref, n[1:])
	case w[to.Context] == nil:
		return "", fmt.Sprint("destroyed ", n[1:])
	}
	return w.follow(to.Context, n[1:])
}

// put does what bind and its relatives do.
func (w world) put(at tree.ID, n ior.Name, to tree.Target, again bool) string {
	at, bad := w.follow(at, n)
	if bad != "" {
		return bad
	}
	last := n[len(n)-1]
	if was, ok := w[at][last]; ok {
		if !again {
			return "bound"
		}
		if was.Kind != to.Kind {
			return fmt.Sprintf("%s %v", map[tree.Kind]string{tree.Object: "not_object", tree.Context: "not_context"}[to.Kind], n[len(n)-1:])
		}
	}
	w[at][last] = to
	return "ok"
}

func TestModel(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			rt.Fatal(err)
		}
		path := filepath.Join(dir, "dsom.db")
		s, err := bbolt.Open(path, bbolt.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		ctx := t.Context()
		tr, err := tree.Open(ctx, s, tree.Limits{})
		if err != nil {
			rt.Fatal(err)
		}
		w := world{tree.Root: {}}
		ids := []tree.ID{tree.Root, "neverwas"}
		anyID := rapid.Custom(func(rt *rapid.T) tree.ID { return rapid.SampledFrom(ids).Draw(rt, "id") })
		anyName := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "a.k"}), 1, 3), func(parts []string) ior.Name {
			return name(strings.Join(parts, "/"))
		})
		same := func(rt *rapid.T, what string, err error, want string) {
			rt.Helper()
			if got := outcome(err); got != want {
				rt.Fatalf("%s: got %q, want %q", what, got, want)
			}
		}
		put := func(rt *rapid.T, to tree.Target, again bool) {
			at, n := anyID.Draw(rt, "at"), anyName.Draw(rt, "name")
			do := tr.Bind
			if again {
				do = tr.Rebind
			}
			err := do(ctx, at, n, to)
			same(rt, fmt.Sprintf("bind %v %v %v", n, to, again), err, w.put(at, n, to, again))
		}
		rt.Repeat(map[string]func(*rapid.T){
			"bind": func(rt *rapid.T) {
				put(rt, tree.Target{Kind: tree.Object, Ref: []byte{rapid.Byte().Draw(rt, "ref")}}, rapid.Bool().Draw(rt, "again"))
			},
			"bind context": func(rt *rapid.T) {
				to := tree.Target{Kind: tree.Context, Context: anyID.Draw(rt, "to")}
				if rapid.IntRange(0, 4).Draw(rt, "foreign") == 0 {
					to = tree.Target{Kind: tree.Context, Ref: []byte("far")}
				}
				put(rt, to, rapid.Bool().Draw(rt, "again"))
			},
			"new context": func(rt *rapid.T) {
				id, err := tr.NewContext(ctx)
				if err != nil {
					rt.Fatal(err)
				}
				ids, w[id] = append(ids, id), map[ior.NameComponent]tree.Target{}
			},
			"bind new context": func(rt *rapid.T) {
				at, n := anyID.Draw(rt, "at"), anyName.Draw(rt, "name")
				id, err := tr.BindNewContext(ctx, at, n)
				same(rt, "bind new context", err, w.put(at, n, tree.Target{Kind: tree.Context, Context: id}, false))
				if err == nil {
					ids, w[id] = append(ids, id), map[ior.NameComponent]tree.Target{}
				}
			},
			"unbind": func(rt *rapid.T) {
				at, n := anyID.Draw(rt, "at"), anyName.Draw(rt, "name")
				leaf, want := w.follow(at, n)
				last := n[len(n)-1]
				if _, ok := w[leaf][last]; want == "" && !ok {
					want = fmt.Sprint("missing_node ", n[len(n)-1:])
				} else if want == "" {
					want = "ok"
				}
				same(rt, "unbind", tr.Unbind(ctx, at, n), want)
				if want == "ok" {
					delete(w[leaf], last)
				}
			},
			"destroy": func(rt *rapid.T) {
				id := anyID.Draw(rt, "id")
				want := "ok"
				switch {
				case id == tree.Root:
					want = "root"
				case w[id] == nil:
					want = "no context"
				case len(w[id]) > 0:
					want = "not empty"
				}
				same(rt, "destroy", tr.Destroy(ctx, id), want)
				if want == "ok" {
					delete(w, id)
				}
			},
			"resolve": func(rt *rapid.T) {
				at, n := anyID.Draw(rt, "at"), anyName.Draw(rt, "name")
				leaf, want := w.follow(at, n)
				to, ok := w[leaf][n[len(n)-1]]
				if want == "" && !ok {
					want = fmt.Sprint("missing_node ", n[len(n)-1:])
				} else if want == "" {
					want = "ok"
				}
				got, err := tr.Resolve(at, n)
				same(rt, "resolve", err, want)
				if err == nil && !cmp.Equal(got, to) {
					rt.Fatalf("resolve %v: got %v, want %v", n, got, to)
				}
			},
			"open again": func(rt *rapid.T) {
				if err := s.Close(); err != nil {
					rt.Fatal(err)
				}
				if s, err = bbolt.Open(path, bbolt.Options{}); err != nil {
					rt.Fatal(err)
				}
				if tr, err = tree.Open(ctx, s, tree.Limits{}); err != nil {
					rt.Fatal(err)
				}
			},
			"": func(rt *rapid.T) {
				for _, id := range ids {
					list, _, err := tr.List(id, nil, 1000)
					if w[id] == nil != errors.Is(err, tree.ErrNoContext) {
						rt.Fatalf("list: got %v", err)
					}
					objects := 0
					for n, to := range w[id] {
						if n.Kind == "k" && to.Kind == tree.Object {
							objects++
						}
					}
					if got := tr.HasKind(id, "k"); got != (objects > 0) || tr.HasKind(id, "") || tr.HasKind(id, "a") {
						rt.Fatalf("of the kind k: got %v, there are %d", got, objects)
					}
					if len(list) != len(w[id]) {
						rt.Fatalf("list: got %v, want %v", list, w[id])
					}
					for _, b := range list {
						if to, ok := w[id][b.Name]; !ok || !cmp.Equal(to, b.Target) {
							rt.Fatalf("list: got %v, want %v", b, to)
						}
					}
					if !slices.IsSortedFunc(list, func(a, b tree.Binding) int { return strings.Compare(a.Name.ID, b.Name.ID) }) {
						rt.Fatalf("list: not in order: %v", list)
					}
				}
			},
		})
	})
}
