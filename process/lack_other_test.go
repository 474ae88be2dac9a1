//go:build !linux

package process_test

import (
	"errors"
	"os"
	"testing"

	"github.com/opendsom/dsom/process"
)

// TestLack: what the system does not tell is unsupported (platform.ProcessList).
func TestLack(t *testing.T) {
	t.Parallel()
	if _, err := process.Members(os.Getpid()); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	if _, err := process.All(); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
}
