package cgroup_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/supervise/cgroup"
)

// unified returns where groups can be made and processes moved into them, and the group of this process.
func unified(t *testing.T) (root, own string) {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	if root, err = cgroup.FindBase(string(mounts), "0::/\n"); err == nil {
		own, err = cgroup.FindBase(string(mounts), string(groups))
	}
	if err == nil {
		root, err = os.MkdirTemp(root, "dsom-test-")
	}
	if err != nil {
		t.Skipf("no groups can be made here: %v", err)
	}
	t.Cleanup(func() {
		if err := os.Remove(root); err != nil {
			t.Error(err)
		}
	})
	return root, own
}

// TestVacate has this process and one that it has started be moved out of a group, whatever is in it besides them that has ended.
func TestVacate(t *testing.T) {
	dir, own := unified(t)
	enter := func(dir string, pid int) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0); err != nil {
			t.Fatal(err)
		}
	}
	members := func(dir string) []string {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(text))
	}
	child := exec.Command("sleep", "3600")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	enter(dir, os.Getpid())
	enter(dir, child.Process.Pid)
	t.Cleanup(func() { // before the group goes
		_ = child.Process.Kill()
		_ = child.Wait()
		enter(own, os.Getpid())
		if err := os.Remove(filepath.Join(dir, "daemon")); err != nil {
			t.Error(err)
		}
	})
	for range 2 {
		if err := cgroup.Vacate(dir); err != nil {
			t.Fatal(err)
		}
		if left := members(dir); len(left) != 0 {
			t.Errorf("left are %v", left)
		}
		got := members(filepath.Join(dir, "daemon"))
		for _, pid := range []int{os.Getpid(), child.Process.Pid} {
			if !slices.Contains(got, strconv.Itoa(pid)) {
				t.Errorf("%d is not among those that were moved, %v", pid, got)
			}
		}
	}
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil || !strings.Contains(string(text), filepath.Base(dir)+"/daemon\n") {
		t.Errorf("this process is in %s, %v", text, err)
	}
}

// TestVacateOthers has a group with a process of somebody else, which is left as it is, and one of which this process is none.
func TestVacateOthers(t *testing.T) {
	t.Parallel()
	for members, want := range map[string]string{
		fmt.Sprintf("%d\n%d\n", os.Getpid(), os.Getppid()): fmt.Sprintf("process %d is in it too", os.Getppid()),
		fmt.Sprintf("%d\n", os.Getppid()):                  "",
		"":                                                 "",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(members), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := cgroup.Vacate(dir); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", members, err, want)
		}
		if _, err := os.Stat(filepath.Join(dir, "daemon")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%q: there is a leaf: %v", members, err)
		}
	}
}

// TestMakeWay holds that what limits the groups below is given up, and nothing else.
func TestMakeWay(t *testing.T) {
	t.Parallel()
	for used, want := range map[string]string{"io cpu": "-cpu", "io": "io", "pids\n": "-pids", "": ""} {
		dir := t.TempDir()
		file := filepath.Join(dir, "cgroup.subtree_control")
		if err := os.WriteFile(file, []byte(used), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := cgroup.MakeWayIn(dir); err != nil {
			t.Errorf("%q: %v", used, err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%q: got %q, %v, want %q", used, got, err, want)
		}
	}
	for own, want := range map[string]bool{"0::/system.slice/dsom.service/.control\n": true, "0::/\n": false, "4:memory:/.control\n0::/x\n": false, "": false} {
		if got := cgroup.IsControl(own); got != want {
			t.Errorf("%q: %v", own, got)
		}
	}
	if err := cgroup.MakeWayIn(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
