//go:build cgo && unix

package native_test

import (
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/native"
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
