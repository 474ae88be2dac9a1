package template_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/template"
)

// TestOwnNames has the IDL move, and add or drop, parameters that the author of the implementation calls otherwise, all of one type or of two:
// each name goes where its parameter goes.
func TestOwnNames(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 2000 {
		types := []string{"int32_t", "int32_t", "double"}[r.IntN(2):]
		typ, own := map[string]string{}, map[string]string{}
		var was []string
		for n := range 1 + r.IntN(5) {
			name := []string{"x", "class", "width", "h", "data"}[n]
			was = append(was, name)
			typ[name], own[name] = types[r.IntN(len(types))], name
			if name == "class" {
				own[name] = "class_"
			}
			if r.IntN(3) > 0 {
				own[name] = fmt.Sprintf("mine%d", n)
			}
		}
		is := slices.Clone(was)
		r.Shuffle(len(is), func(i, j int) { is[i], is[j] = is[j], is[i] })
		if r.IntN(3) == 0 {
			is = is[1:]
		} else if r.IntN(3) == 0 { // not where one is dropped, which would be a new name for it
			typ["more"], own["more"] = types[0], "more"
			is = slices.Insert(is, r.IntN(len(is)+1), "more")
		}
		function := func(names []string, own map[string]string) template.Function {
			var idl, head []string
			for _, n := range names {
				idl = append(idl, "in sequence<map<T, U> > "+n)
				name := n
				if own[n] != "" {
					name = own[n]
				} else if n == "class" {
					name = "class_"
				}
				head = append(head, typ[n]+" "+name)
			}
			return template.Function{Name: "Pane_do_put", Key: "Pane::put", Comment: []string{"void put(" + strings.Join(idl, ", ") + ") raises (Full)"}, Told: true,
				Head: "static void Pane_do_put(" + strings.Join(append([]string{"som_ref self", "som_env *ev"}, head...), ", ") + ")", Body: []string{"(void)self;"}}
		}
		update := func(old []byte, f template.Function) string {
			text, _, err := template.Update(old, template.File{Functions: []template.Function{f}, Mine: func(string) bool { return true }})
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		old := update(nil, function(was, own))
		want := update(nil, function(is, own))
		if got := update([]byte(old), function(is, nil)); got != want {
			t.Fatalf("of\n%sgot\n%swant\n%s", old, got, want)
		}
	}
}
