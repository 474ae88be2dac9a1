//go:build cgo && unix && !race

package native_test

import (
	"context"
	"math"
	"runtime"
	"testing"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
)

// TestExactCalls holds what calls between Go and C take: how often they cross from Go to C, and what they allocate. What else runs in the
// process would be counted, too: none of the package's tests is parallel.
func TestExactCalls(t *testing.T) {
	z := need(t)
	a, p, d := object(t, z.animal), object(t, puppies(t)), object(t, z.driver)
	ctx := context.Background()
	speaks, self := method[func(som.Self, context.Context, som.Ref, int64, int64) (int64, error)](t, z.driver, "speaks", d)
	calls, _ := method[func(som.Self, context.Context, som.Ref, string, int64) (string, error)](t, z.driver, "calls", d)
	s, b := must(scale())(t), must(balances())(t)
	scaleOfC, weighed := object(t, s), object(t, b)
	mix, mixed := scaled[mixFunc](t, "mix", scaleOfC)
	outs, outed := scaled[outsFunc](t, "outs", scaleOfC)
	weigher := must(native.Find("Weigher"))(t)
	sums, summing := method[func(som.Self, context.Context, som.Ref, int64) (float64, error)](t, weigher, "sum", object(t, weigher))
	const n = 100
	from := func(call func() error) func() {
		return func() {
			for range n {
				if err := call(); err != nil {
					t.Error(err)
				}
			}
		}
	}
	// What C is told to do so many times costs once what telling it costs, which is not counted.
	back := func(call func(times int64) error) func() (alloc, cross float64) {
		return func() (alloc, cross float64) {
			none := func() { _ = call(0) }
			all := func() {
				if err := call(n); err != nil {
					t.Error(err)
				}
			}
			alloc0, cross0 := count(none)
			alloc, cross = count(all)
			return math.Floor((alloc - alloc0) / n), math.Floor((cross - cross0) / n) // what it returns is by itself
		}
	}
	there := func(call func() error) func() (alloc, cross float64) {
		return func() (alloc, cross float64) {
			alloc, cross = count(from(call))
			return alloc / n, cross / n
		}
	}
	for name, c := range map[string]struct {
		count        func() (alloc, cross float64)
		alloc, cross float64
	}{
		"numbers, Go to C":      {there(func() error { fn, self := z.speak.Of(a); _, err := fn(self, ctx, 1); return err }), 0, 1},
		"texts, Go to C":        {there(func() error { fn, self := z.called.Of(a); _, err := fn(self, ctx, "by name", 1); return err }), 1, 1}, // the result
		"numbers, C to Go":      {back(func(times int64) error { _, err := speaks(self, ctx, p, -3, times); return err }), 0, 0},
		"texts, C to Go":        {back(func(times int64) error { _, err := calls(self, ctx, p, "by name", times); return err }), 1, 0}, // the argument
		"fractions, Go to C":    {there(func() error { _, err := mix(mixed, ctx, 1, 0.5, 0, 0, 0, false, 0, 0); return err }), 0, 1},
		"results, Go to C":      {there(func() error { _, _, _, _, _, _, err := outs(outed, ctx, 1, 2, 3); return err }), 0, 1},
		"fractions, C to Go":    {back(func(times int64) error { _, err := sums(summing, ctx, weighed, times); return err }), 0, 0},
		"numbers, C to Go to C": {back(func(times int64) error { _, err := speaks(self, ctx, p, 1, times); return err }), 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if alloc, cross := c.count(); alloc != c.alloc || cross != c.cross {
				t.Errorf("a call allocates %v times and crosses %v times, want %v and %v", alloc, cross, c.alloc, c.cross)
			}
		})
	}
}

// count is what f allocates and how often it crosses from Go to C: the least of some runs, since the collector empties pools.
func count(f func()) (alloc, cross float64) {
	f()
	for range 5 {
		before := runtime.NumCgoCall()
		a := testing.AllocsPerRun(1, f) // runs it twice
		c := float64(runtime.NumCgoCall()-before) / 2
		if cross == 0 || a < alloc {
			alloc = a
		}
		if cross == 0 || c < cross {
			cross = c
		}
	}
	return alloc, cross
}

// must is a class that there is.
func must(c *som.Class, err error) func(t *testing.T) *som.Class {
	return func(t *testing.T) *som.Class {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
}

// method is a method of a class, of an object.
func method[F any](t *testing.T, c *som.Class, name string, r som.Ref) (F, som.Self) {
	t.Helper()
	k, err := som.Bind[F](c, name)
	if err != nil {
		t.Fatal(err)
	}
	return k.Of(r)
}
