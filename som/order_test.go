package som_test

import (
	"fmt"
	"testing"

	"github.com/opendsom/dsom/som"
)

// TestWeighing holds how many pairs are weighed when an order has to be given up: none for the sake of what stands behind two
// classes that can never be ordered, and few for each where what stands behind does help.
func TestWeighing(t *testing.T) {
	t.Parallel()
	const behind = 120
	type classes = []*som.Class
	for _, c := range []struct {
		name    string
		parents func(x, y *som.Class, z classes) (p, q classes)
		limit   int
		refused bool
	}{
		{"two that both override stand first",
			func(x, y *som.Class, z classes) (p, q classes) {
				return append(classes{x, y}, z...), append(classes{y, x}, z...)
			}, 8, true},
		{"descendants of what stands first are behind",
			func(x, y *som.Class, z classes) (p, q classes) {
				return append(append(classes{x.Parents()[0]}, z...), y), classes{y.Parents()[0], x}
			}, 4 * behind, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var m som.Manager
			top := mustDefine(t, &m, som.Spec{Name: "Top", Introduces: []som.MethodSpec{{Name: "f", Impl: answer("Top")}}})
			var first classes
			for _, name := range []string{"X", "Y"} {
				over := mustDefine(t, &m, som.Spec{Name: "Over" + name, Parents: classes{top}})
				first = append(first, mustDefine(t, &m, som.Spec{Name: name, Parents: classes{over}, Overrides: []som.Override{{Method: "Top::f", Impl: answer(name)}}}))
			}
			var z classes
			for i := range behind {
				z = append(z, mustDefine(t, &m, som.Spec{Name: fmt.Sprintf("Z%d", i)}))
			}
			p, q := c.parents(first[0], first[1], z)
			concrete := map[*som.Class]bool{}
			parents := classes{mustDefine(t, &m, som.Spec{Name: "P", Parents: p}), mustDefine(t, &m, som.Spec{Name: "Q", Parents: q})}
			for _, a := range append(parents[0].Order(), parents[1].Order()...) {
				concrete[a] = true
			}
			n, err := som.Weighing(parents, concrete)
			t.Logf("%d pairs are weighed, and then: %v", n, err)
			if n > c.limit || (err != nil) != c.refused {
				t.Errorf("%d pairs are weighed, %d are the limit; then: %v", n, c.limit, err)
			}
		})
	}
}
