package ifr

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

func specOf(t *testing.T, files idl.FilesOf) *model.Spec {
	t.Helper()
	c, err := idl.Compile(context.Background(), idl.Options{Resolver: files}, "x.idl")
	if err != nil {
		t.Fatal(err)
	}
	return c.Spec
}

// TestTogether merges parts that nobody has found to be disputed, of which some do not fit: those are left out, and named.
func TestTogether(t *testing.T) {
	t.Parallel()
	parts := make([]part, 40)
	for i := range parts {
		text := fmt.Sprintf("interface I%d {};", i)
		if i == 7 || i == 20 || i == 33 {
			text = fmt.Sprintf("enum E%d {OK, E%[1]dBad};", i)
		}
		parts[i] = part{fmt.Sprint(i), specOf(t, idl.FilesOf{"x.idl": text})}
	}
	spec, unfit, err := together(parts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range parts {
		switch err := unfit[fmt.Sprint(i)]; {
		case i == 20 || i == 33:
			if err == nil || !strings.Contains(err.Error(), "OK is declared twice") {
				t.Errorf("part %d: %v", i, err)
			}
		case err != nil, i != 7 && spec.Lookup(fmt.Sprintf("I%d", i)) == nil, i == 7 && spec.Lookup("E7") == nil:
			t.Errorf("part %d is not there: %v", i, err)
		}
	}
}

// TestAncestorsOfACircle goes through the ancestors of a circle that two specifications form together, without its having been found.
func TestAncestorsOfACircle(t *testing.T) {
	t.Parallel()
	x := index([]*model.Spec{
		specOf(t, idl.FilesOf{"x.idl": "#include \"y.idl\"\ninterface A : B {};", "y.idl": "interface B {};"}),
		specOf(t, idl.FilesOf{"x.idl": "#include \"y.idl\"\ninterface B : A {};", "y.idl": "interface A {};"}),
	}, disputes{})
	a := x.byName["::A"]
	if x.isA(a, "IDL:Other:1.0") || !x.isA(a, "IDL:B:1.0") {
		t.Error("is_a")
	}
	if d, why := x.lookup(a, "Other"); d != nil || why != "" || len(x.members(a, false)) != 0 {
		t.Error("there is something in it")
	}
	if all := slices.Collect(x.ancestors(a)); len(all) != 2 {
		t.Errorf("%d ancestors", len(all))
	}
}

// TestRings compares what is on circles of graphs at random with what leads to itself and back.
func TestRings(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	for range 300 {
		n := 1 + r.IntN(9)
		to := map[string][]string{}
		for i := range n {
			to[fmt.Sprint(i)] = nil
		}
		for range r.IntN(2 * n) {
			from := fmt.Sprint(r.IntN(n))
			to[from] = append(to[from], fmt.Sprint(r.IntN(n)))
		}
		leads := func(from, into string) bool {
			seen := map[string]bool{}
			for todo := slices.Clone(to[from]); len(todo) > 0; todo = todo[1:] {
				if todo[0] == into {
					return true
				}
				if !seen[todo[0]] {
					seen[todo[0]] = true
					todo = append(todo, to[todo[0]]...)
				}
			}
			return false
		}
		on := rings(to)
		for a := range to {
			for b := range to {
				if got, want := on[a] != 0 && on[a] == on[b], leads(a, b) && leads(b, a); got != want {
					t.Fatalf("seed %d: %v: %s and %s on one circle: %v, want %v", seed, to, a, b, got, want)
				}
			}
		}
	}
}
