//go:build !linux

package cgroup_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/supervise/cgroup"
	"github.com/opendsom/dsom/platform"
)

// TestLack: limits that are not enforced are told, with the key of what the system lacks.
func TestLack(t *testing.T) {
	t.Parallel()
	if g, unenforced := cgroup.Make("x", "", cgroup.Limits{}); g != nil || unenforced != nil {
		t.Error(g, unenforced)
	}
	if g, unenforced := cgroup.Make("x", "", cgroup.Limits{Memory: 1 << 20}); g != nil || len(unenforced) != 1 || !strings.Contains(unenforced[0], platform.ControlGroups.Key) {
		t.Error(g, unenforced)
	}
}
