package tree_test

import (
	"testing"

	"github.com/opendsom/dsom/internal/storetest"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/svc/naming/tree"
)

// TestRenameIsGoneOnWith has names be renamed of which some were before, in whichever order: the one without a kind first, as releases did that knew of no other order, or last. None is lost. What was said anew under the
// other name, while the one without a kind was there still, stays, and what was said before goes.
func TestRenameIsGoneOnWith(t *testing.T) {
	t.Parallel()
	const old, anew = "old", "new"
	of := []tree.Property{{Name: "of", Any: []byte("server")}}
	for what, c := range map[string]struct {
		there []string // and what they are bound to
		want  map[string]string
	}{
		"not begun":                   {[]string{"a", "a.Cat", "a.Dog"}, map[string]string{"b": old, "b.Cat": old, "b.Dog": old}},
		"the one without a kind last": {[]string{"a", "a.Dog", "b.Cat"}, map[string]string{"b": old, "b.Cat": old, "b.Dog": old}},
		"and first":                   {[]string{"b", "a.Cat", "a.Dog"}, map[string]string{"b": old, "b.Cat": old, "b.Dog": old}},
		"first, and one more":         {[]string{"b", "b.Cat", "a.Dog"}, map[string]string{"b": old, "b.Cat": old, "b.Dog": old}},
		"said anew":                   {[]string{"a", "a.Cat", "a.Dog", "b!", "b.Cat!"}, map[string]string{"b": anew, "b.Cat": anew}},
		"first, and then said anew":   {[]string{"a.Cat", "a.Dog", "b!", "b.Cat!"}, map[string]string{"b": anew, "b.Cat": anew, "b.Dog": old}}, // nobody knows that it is not there any more
	} {
		tr, err := tree.Open(t.Context(), storetest.NewHub().View(), tree.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range c.there {
			to := tree.Target{Kind: tree.Object, Ref: []byte(old)}
			if n[len(n)-1] == '!' {
				n, to.Ref = n[:len(n)-1], []byte(anew)
			}
			if err := tr.BindWith(t.Context(), tree.Root, name(n), to, of); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range []string{"a.Cat", "a.Dog", "a"} {
			from := name(n)
			if _, err := tr.Lookup(tree.Root, from); err != nil {
				continue
			}
			if err := tr.RenameWhile(t.Context(), tree.Root, from, ior.NameComponent{ID: "b", Kind: from[0].Kind}, nil, of, nil); err != nil {
				t.Fatalf("%s: %s: %v", what, n, err)
			}
		}
		all, _, err := tr.List(tree.Root, nil, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(all) != len(c.want) {
			t.Errorf("%s: there are %v", what, all)
		}
		for n, want := range c.want {
			if b, err := tr.Lookup(tree.Root, name(n)); err != nil || string(b.Target.Ref) != want {
				t.Errorf("%s: %s is %q, %v, want %q", what, n, b.Target.Ref, err, want)
			}
		}
	}
}
