package typelib_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// TestBuiltOn holds the order in which specifications are merged against one that is found by trying: of those that stand on none of the others that are left, the first; of a circle, the first.
func TestBuiltOn(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 500 {
		specs := make([]*model.Spec, r.IntN(9))
		for i := range specs {
			specs[i] = &model.Spec{}
			for f := range 6 {
				if r.IntN(3) == 0 {
					specs[i].Files = append(specs[i].Files, &model.File{Path: fmt.Sprint(f), Main: r.IntN(2) == 0})
				}
			}
			if err := specs[i].Link(); err != nil {
				t.Fatal(err)
			}
		}
		stands := func(s, base *model.Spec) bool {
			return s != base && slices.ContainsFunc(base.Files, func(f *model.File) bool { mine := s.File(f.Path); return f.Main && mine != nil && !mine.Main })
		}
		var want []*model.Spec
		for left := slices.Clone(specs); len(left) > 0; {
			i := max(0, slices.IndexFunc(left, func(s *model.Spec) bool {
				return !slices.ContainsFunc(left, func(base *model.Spec) bool { return stands(s, base) })
			}))
			want = append(want, left[i])
			left = slices.Delete(left, i, i+1)
		}
		if got := typelib.BuiltOn(specs); !slices.Equal(got, want) {
			t.Fatalf("of %d specifications the order is %v, want %v", len(specs), got, want)
		}
	}
}
