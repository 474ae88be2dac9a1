package cgroup_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/daemon/supervise/cgroup"
)

// TestKill has two processes of a server, each with a child that is in a session of its own: what is left of the first ends, and nothing of the second, which are in another part of the group.
func TestKill(t *testing.T) {
	root, _ := unified(t)
	start := func(part string) (g *cgroup.Group, cmd *exec.Cmd) {
		t.Helper()
		g, _ = cgroup.MakeBelow(root, "x", part, cgroup.Limits{})
		if g == nil {
			t.Fatal("no group")
		}
		t.Cleanup(func() { // before root goes
			if _, err := g.Kill(); err != nil {
				t.Error(err)
			}
			g.Close()
		})
		cmd = exec.Command("sh", "-c", "setsid sleep 3600 & echo up; exec sleep 3600")
		cmd.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(g.File().Fd())}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		return g, cmd
	}
	members := func(part string) int {
		text, _ := os.ReadFile(filepath.Join(root, "dsom-x", part, "cgroup.procs"))
		return len(strings.Fields(string(text)))
	}
	first, a := start("a")
	_, b := start("b")
	if again, _ := cgroup.RejoinIn(root, "x", "b", b.Process.Pid, cgroup.Limits{}); again == nil {
		t.Error("the daemon that follows does not find the group")
	} else {
		_ = again.File().Close()
	}
	_ = a.Process.Kill()
	_ = a.Wait()
	if n := members("a"); n != 1 {
		t.Fatalf("%d are left of the first", n)
	}
	if n, err := first.Kill(); n != 1 || err != nil || members("a") != 0 {
		t.Errorf("%d ended, %v, and %d are left", n, err, members("a"))
	}
	if n := members("b"); n != 2 {
		t.Errorf("%d are left of the second", n)
	}
	if found := cgroup.FindBelow(root, "x", "b"); found == nil {
		t.Error("the part of the second is not found")
	} else if n, err := found.Kill(); n != 2 || err != nil {
		t.Errorf("of the second %d ended, %v", n, err)
	} else {
		_ = found.File().Close()
	}
	if cgroup.FindBelow(root, "x", "c") != nil {
		t.Error("a part is found that there is not")
	}
}
