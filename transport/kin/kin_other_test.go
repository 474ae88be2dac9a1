//go:build !unix

package kin_test

import (
	"errors"
	"os/exec"
	"testing"

	"github.com/opendsom/dsom/platform"
	"github.com/opendsom/dsom/transport/kin"
	"github.com/opendsom/dsom/transport/tcp"
)

// TestLack: private processes are refused with the error of what the system lacks, and who inherits nothing is no heir.
func TestLack(t *testing.T) {
	var e *platform.Error
	if _, err := kin.NewParent(tcp.New()).Start(exec.Command("cmd")); !errors.As(err, &e) || e.Ability != platform.PrivateProcesses {
		t.Error(err)
	}
	if _, is, err := kin.Inherited(tcp.New()); is || err != nil {
		t.Error(is, err)
	}
	t.Setenv(kin.EnvSocket, "3")
	if _, is, err := kin.Inherited(tcp.New()); !is || !errors.As(err, &e) || e.Ability != platform.PrivateProcesses {
		t.Error(is, err)
	}
}
