// Package absent ends tests for want of something that is not part of the project: a program, a right, a limit.
package absent

import (
	"os"
	"testing"
)

// Skip skips the test aloud. With CI=true it fails it: there everything must be tested.
func Skip(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf("SKIPPED: "+format, args...)
}
