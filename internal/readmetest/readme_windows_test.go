package readmetest_test

import "testing"

// TestReadme needs a shell, make, and interrupts.
func TestReadme(t *testing.T) {
	t.Skip("SKIPPED: the README's commands are for a Unix shell")
}
