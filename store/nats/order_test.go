package nats

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestOrder holds keys in chunks to a sorted list, through random additions and removals.
func TestOrder(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var o order
	want := map[string]bool{}
	for range 60_000 {
		k := fmt.Sprintf("%c/%05d", 'a'+rune(r.IntN(3)), r.IntN(6000))
		if r.IntN(5) < 2 {
			o.remove(k)
			delete(want, k)
		} else {
			o.add(k)
			want[k] = true
		}
	}
	for i := range 2000 { // in order
		k := fmt.Sprintf("d/%05d", i)
		o.add(k)
		want[k] = true
	}
	sorted := make([]string, 0, len(want))
	for k := range want {
		sorted = append(sorted, k)
	}
	slices.Sort(sorted)
	list := func(prefix, from string) (all []string) {
		o.from(prefix, from, func(k string) bool { all = append(all, k); return true })
		return all
	}
	if got := list("", ""); !slices.Equal(got, sorted) || o.n != len(sorted) {
		t.Errorf("%d keys, %d counted, want %d", len(got), o.n, len(sorted))
	}
	for range 50 {
		prefix, from := []string{"", "a/", "b/", "b/00", "c/", "d/", "e"}[r.IntN(7)], ""
		if r.IntN(2) == 0 {
			from = sorted[r.IntN(len(sorted))]
		}
		var some []string
		for _, k := range sorted {
			if strings.HasPrefix(k, prefix) && k >= from {
				some = append(some, k)
			}
		}
		if got := list(prefix, from); !slices.Equal(got, some) {
			t.Errorf("prefix %q from %q: %d keys, want %d", prefix, from, len(got), len(some))
		}
	}
	for i, c := range o.chunks {
		if len(c) == 0 || len(c) > chunkKeys {
			t.Errorf("chunk %d has %d keys", i, len(c))
		}
	}
	for _, k := range sorted {
		o.remove(k)
	}
	if o.n != 0 || len(o.chunks) != 0 {
		t.Errorf("%d keys in %d chunks are left of none", o.n, len(o.chunks))
	}
}
