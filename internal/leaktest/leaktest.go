// Package leaktest fails a test binary that leaves goroutines behind.
//
// Call it from TestMain: it costs nothing in a clean run, and waits a moment for
// goroutines that are on their way out before it complains.
package leaktest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long goroutines that are ending are waited for.
const patience = time.Minute

// Main runs the tests of m and exits; a goroutine that is still there afterwards is a failure.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if stray := Stray(patience); stray != "" {
			fmt.Fprintf(os.Stderr, "leaktest: goroutines left after the tests:\n\n%s\n", stray)
			code = 1
		}
	}
	os.Exit(code)
}

// Check makes t fail if goroutines of this module outlive it. It is not for parallel tests.
func Check(t testing.TB) {
	t.Helper()
	t.Cleanup(func() {
		if stray := Stray(patience); stray != "" {
			t.Errorf("goroutines left:\n\n%s", stray)
		}
	})
}

// Stray waits until no goroutine but the test's own is left, d at most, and returns the
// stacks of those that are.
func Stray(d time.Duration) string {
	for end := time.Now().Add(d); ; time.Sleep(5 * time.Millisecond) {
		s := stray()
		if s == "" || time.Now().After(end) {
			return s
		}
	}
}

// ours are marks in the stacks of goroutines that belong to the test binary or the runtime.
var ours = []string{
	"testing.Main(", "testing.(*M).", "testing.(*T).Run(", "testing.(*F).Fuzz(", "testing.runFuzzing(",
	"leaktest.stray(", "runtime.goexit0(", "os/signal.signal_recv(", "os/signal.loop(",
	"go-winio.ioCompletionProcessor(", "runtime.ReadTrace(", "runtime/pprof.profileWriter(", "created by runtime.gc",
}

func stray() string {
	buf := make([]byte, 1<<20)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	var left []string
next:
	for g := range strings.SplitSeq(string(buf), "\n\n") {
		for _, mark := range ours {
			if strings.Contains(g, mark) {
				continue next
			}
		}
		left = append(left, g)
	}
	return strings.Join(left, "\n\n")
}
