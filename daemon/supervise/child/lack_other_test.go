//go:build !unix

package child_test

import (
	"errors"
	"os"
	"testing"

	"github.com/opendsom/dsom/daemon/supervise/child"
	"github.com/opendsom/dsom/platform"
)

// TestLack: limits and accounts are refused with the error of what the system lacks, before anything is started.
func TestLack(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for want, s := range map[*platform.Ability]child.Spec{
		platform.ProcessLimits: {Limits: child.Limits{Files: 10}},
		platform.OtherAccounts: {User: "somebody"},
	} {
		s.Command = []string{self, "-test.run=^$"}
		var e *platform.Error
		if c, err := child.Start(s); !errors.As(err, &e) || e.Ability != want {
			t.Errorf("%s: %v, %v", want.Key, c, err)
		}
	}
}
