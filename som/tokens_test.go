package som_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/som"
)

// TestTokensComeBack makes and drops more classes than their numbers would last for if they were not given to others.
func TestTokensComeBack(t *testing.T) {
	impl := answer("A")
	var methods []som.MethodSpec
	for i := range som.MaxMethods {
		methods = append(methods, som.MethodSpec{Name: fmt.Sprintf("m%d", i), Impl: impl})
	}
	make := func() { mustDefine(t, new(som.Manager), som.Spec{Name: "A", Introduces: methods}) }
	make()
	for deadline := time.Now().Add(time.Minute); ; {
		before := som.TokensUsed()
		make()
		runtime.GC()
		runtime.GC()
		if after := som.TokensUsed(); after <= before {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("classes that are gone keep their numbers: %d are used", som.TokensUsed())
		}
	}
}

// TestTokenRanges takes and gives ranges of numbers by chance: none is of two, none of a slot that is taken, none beyond the limit, and all come back.
func TestTokenRanges(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(rand.Uint64(), 1))
	const most, size = 200, 64
	r := som.NewTokenRanges(most)
	owner := [most]bool{}
	type piece struct{ at, n int }
	var all []piece
	refused := 0
	for range 20000 {
		if len(all) > 0 && rnd.IntN(100) < 48 {
			i := rnd.IntN(len(all))
			p := all[i]
			all[i] = all[len(all)-1]
			all = all[:len(all)-1]
			for k := range p.n {
				owner[p.at+k] = false
			}
			r.Give(p.at, p.n)
			continue
		}
		taken := [size]bool{}
		for range rnd.IntN(20) {
			taken[rnd.IntN(size)] = true
		}
		n := 1 + rnd.IntN(20)
		at, ok, err := r.Take(taken[:], n)
		if err != nil {
			refused++
			if !errors.Is(err, &som.Error{Code: som.CodeMethods}) || !strings.Contains(err.Error(), "MaxTokens") {
				t.Fatal(err)
			}
			continue
		}
		if !ok {
			continue
		}
		for k := range n {
			if owner[at+k] || taken[(at+k)%size] {
				t.Fatalf("%d of %d are taken", at, n)
			}
			owner[at+k] = true
		}
		all = append(all, piece{at, n})
	}
	if refused == 0 {
		t.Error("the limit was never met")
	}
	for _, p := range all {
		r.Give(p.at, p.n)
	}
	if r.Used() != 0 {
		t.Errorf("%d numbers do not come back", r.Used())
	}
}
