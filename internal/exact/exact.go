// Package exact is for tests that count what a call costs: allocations, system calls, octets. The race detector changes
// all of these, so they run without it, by internal/exactall, which is part of make test. So does what would take too long with it.
package exact

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/race"
)

// Start is the first call of such a test. It skips the test under the race detector. The test's name
// begins with TestExact, since it is found by that.
func Start(t testing.TB) {
	t.Helper()
	if !strings.HasPrefix(t.Name(), "TestExact") {
		t.Fatalf("nobody would run %s: without the race detector only tests are run whose names begin with TestExact", t.Name())
	}
	if race.Enabled {
		t.Skip("it runs without the race detector: internal/exactall")
	}
}
