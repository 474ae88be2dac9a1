//go:build cgo && unix

package native_test

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
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

// TestSecondRuntime holds that a class library that would bring a second Go runtime is not opened.
func TestSecondRuntime(t *testing.T) {
	need(t)
	_, err := native.Find("Second")
	if !errors.Is(err, &som.Error{Code: som.CodeLibrary}) || !strings.Contains(err.Error(), "a Go runtime of its own") {
		t.Errorf("got %v", err)
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

type byHand struct{}

func (byHand) Method(n uint64) (uint64, error) { return n, nil }

// TestCost holds what calls between the kernels cost to what they cost when somebody writes them by hand, as minima over many short windows, which
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
		"by hand: Go to C": func() {
			for range calls {
				_, _ = bare.Call(uintptr(proc), at, 1)
			}
		},
		"Go to C": func() {
			for range calls {
				fn, self := z.speak.Of(a)
				_, _ = fn(self, ctx, 1)
			}
		},
		"by hand: C to Go": func() { bare.Back(byHand{}, 1, calls) },
		"C to Go, then C":  func() { _, _ = d.Invoke(ctx, "speaks", p, 1, calls) },
		"C to Go":          func() { _, _ = d.Invoke(ctx, "speaks", p, -3, calls) },
		"an empty call of C": func() {
			for range calls {
				bare.Empty(1)
			}
		},
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
	for _, what := range []string{"Go to C", "C to Go"} {
		ratio := float64(least[what]) / float64(least["by hand: "+what])
		t.Logf("%s: %.2f × by hand (at most 1.2, and the noise)", what, ratio)
		if os.Getenv("DSOM_BENCH") != "" && ratio > 1.2*1.15 {
			t.Errorf("%s costs %.2f times what it costs by hand", what, ratio)
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
