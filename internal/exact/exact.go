// Package exact is for tests that count what a call costs: allocations, system calls, octets. The race detector changes
// all of these, so they run without it, by internal/exactall, which is part of make test.
package exact

import (
	"os"
	"strings"
	"testing"
)

// Start is the first call of a test that counts. It skips the test under the race detector. The test's name
// begins with TestExact, since it is found by that.
func Start(t testing.TB) {
	t.Helper()
	if !strings.HasPrefix(t.Name(), "TestExact") {
		t.Fatalf("%s counts, and nobody would run it: its name must begin with TestExact", t.Name())
	}
	if race {
		t.Skip("counted without the race detector: internal/exactall")
	}
}

// Missing ends a test for want of something that the machine does not have: aloud, and as a failure if CI=true.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf("SKIPPED: "+format, args...)
}
