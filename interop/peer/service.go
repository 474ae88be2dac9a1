package peer

import (
	"os/exec"
	"testing"
	"time"
)

const patience = 5 * time.Millisecond // between two looks at what a program has not done yet

// Serve runs a program that serves until the test ends, and returns when ready says that it does; it is killed then. A program
// that ends before, or is not ready after 20 seconds, fails the test, with what it printed.
func Serve(t testing.TB, ready func() bool, program string, args ...string) {
	t.Helper()
	var out Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = patience // for what a child of the program holds open
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // "signal: killed", as wanted
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-ended
	})
	late := time.After(startTime)
	for !ready() {
		select {
		case <-ended:
			t.Fatalf("%s ended before it was ready; it printed\n%s", program, out.String())
		case <-late:
			t.Fatalf("%s was not ready after %v; it printed\n%s", program, startTime, out.String())
		case <-time.After(patience):
		}
	}
}
