//go:build cgo && unix

package native_test

import (
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native/internal/bare"
)

// TestTightLoop holds that a program in Go whose goroutine never rests goes on while classes of C are there: libsom brings
// no second runtime with it.
func TestTightLoop(t *testing.T) {
	z := need(t)
	a := object(t, z.animal)
	var stop atomic.Bool
	ended := make(chan uint64)
	go func() {
		var x uint64
		for !stop.Load() {
			for range 1 << 30 { // nothing here looks whether it should rest
				x++
				if x&(1<<28-1) == 0 && stop.Load() {
					break
				}
			}
		}
		ended <- x
	}()
	start := time.Now()
	for range 3 {
		runtime.GC()
		invoke(t, a, "speak", 1)
	}
	stop.Store(true)
	<-ended
	if d := time.Since(start); d > time.Minute {
		t.Errorf("it took %v", d)
	}
}

// TestFork holds that a child of the process has a whole kernel.
func TestFork(t *testing.T) {
	z := need(t)
	a, d := object(t, z.animal), object(t, z.driver)
	if got := invoke(t, d, "forked", a); got != int64(42) {
		t.Errorf("the child ended with %v", got)
	}
}

// TestCost holds what calls between the kernels cost to what cgo costs without them, as minima over many short windows, which
// a busy machine leaves alone. DSOM_BENCH makes the ratios gates; otherwise they are only told.
func TestCost(t *testing.T) {
	z := need(t)
	c := puppies(t)
	a, p, d := object(t, z.animal), object(t, c), object(t, z.driver)
	ctx := t.Context()
	proc, _ := invoke(t, d, "procedureOf", a).(int64)
	at := uintptr(a.Other())
	const calls = 1000
	ways := map[string]func(){
		"bare: Go to C": func() {
			for range calls {
				bare.Call(uintptr(proc), at, 1)
			}
		},
		"Go to C": func() {
			for range calls {
				fn, self := z.speak.Of(a)
				_, _ = fn(self, ctx, 1)
			}
		},
		"bare: C to Go":      func() { bare.Back(1, calls) },
		"C to Go, then C":    func() { _, _ = d.Invoke(ctx, "speaks", p, 1, calls) },
		"C to C":             func() { _, _ = d.Invoke(ctx, "speaks", a, 1, calls) },
		"new in C, release":  func() { made(t, z.animal, calls) },
		"new in Go, release": func() { made(t, c, calls) },
	}
	least := map[string]time.Duration{}
	for range 200 {
		for name, f := range ways {
			start := time.Now()
			f()
			if took := time.Since(start); least[name] == 0 || took < least[name] {
				least[name] = took
			}
		}
	}
	for name, took := range least {
		t.Logf("%-18s %7.2f ns", name, float64(took.Nanoseconds())/calls)
	}
	for _, g := range []struct {
		what  string
		of    []string
		times float64
	}{
		{"Go to C", []string{"bare: Go to C"}, 1.2},
		{"C to Go, then C", []string{"bare: Go to C", "bare: C to Go"}, 1.2},
	} {
		var sum time.Duration
		for _, of := range g.of {
			sum += least[of]
		}
		ratio := float64(least[g.what]) / float64(sum)
		t.Logf("%s: %.2f × %v (at most %.1f)", g.what, ratio, g.of, g.times)
		if os.Getenv("DSOM_BENCH") != "" && ratio > g.times {
			t.Errorf("%s costs %.2f times %v, and at most %.1f are allowed", g.what, ratio, g.of, g.times)
		}
	}
}

// made makes and ends so many objects.
func made(t *testing.T, c *som.Class, n int) {
	t.Helper()
	for range n {
		r, err := c.New()
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Release()
	}
}
