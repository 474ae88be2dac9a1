package daemon_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
)

// groupOf returns the folder of the group that a process is in, "" where the system has none of version 2.
func groupOf(t *testing.T, pid int) string {
	t.Helper()
	own, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(own)) {
		if path, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			for _, mount := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
				if _, err := os.Stat(filepath.Join(mount, path, "cgroup.procs")); err == nil {
					return filepath.Join(mount, path)
				}
			}
		}
	}
	return ""
}

// TestLimitsChangedOnTheWay has the limits of servers that run be others for the next daemon: one has none any more, and its group ends with it, one has got some, and
// is outside.
func TestLimitsChangedOnTheWay(t *testing.T) {
	t.Parallel()
	o := quick(t.TempDir())
	d, err := daemon.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	limited := admin.Limits{GroupProcesses: 100}
	c, ctx := client(t, d), t.Context()
	within := add(t, d, "within", "serve", func(s *admin.Server) { s.Limits = limited })
	add(t, d, "outside", "serve", nil)
	run := map[string]admin.Server{}
	for _, name := range []string{"within", "outside"} {
		if run[name], err = c.Start(ctx, name); err != nil {
			t.Fatal(err)
		}
	}
	group := filepath.Dir(groupOf(t, run["within"].Run.PID)) // of which the process has a part
	for name, l := range map[string]admin.Limits{"within": {}, "outside": limited} {
		if _, err := c.Update(ctx, name, admin.Change{Limits: &l}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = open(t, o)
	c = client(t, d)
	for name, was := range run {
		eventually(t, "the server has come back", func() bool {
			s, err := c.Server(ctx, name)
			return err == nil && s.Run.State == admin.StateReady && s.Run.PID == was.Run.PID
		})
	}
	if s, err := c.Server(ctx, "within"); err != nil || len(s.Run.Unenforced) != 0 {
		t.Errorf("of one without limits are not enforced %q, %v", s.Run.Unenforced, err)
	}
	if s, err := c.Server(ctx, "outside"); err != nil || len(s.Run.Unenforced) != 1 || !strings.HasPrefix(s.Run.Unenforced[0], "number of processes: ") {
		t.Errorf("of one outside are not enforced %q, %v", s.Run.Unenforced, err)
	}
	if filepath.Base(group) != "dsom-"+within.UUID {
		t.Logf("the system lets the daemon make no group (%q): that one ends is not looked at", group)
		return
	}
	if b, err := os.ReadFile(filepath.Join(group, "pids.max")); err == nil && strings.TrimSpace(string(b)) != "max" {
		t.Errorf("the limit that there is no more is %s", b)
	}
	if s, _ := c.Server(ctx, "outside"); !strings.Contains(fmt.Sprint(s.Run.Unenforced), "is not in the group") {
		t.Errorf("of one outside is said %q", s.Run.Unenforced)
	}
	if _, err := c.Stop(ctx, "within"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "its group has ended", func() bool { _, err := os.Stat(group); return os.IsNotExist(err) })
}
