package cgroup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon/supervise/cgroup"
)

// TestFindBase holds below which group others are made.
func TestFindBase(t *testing.T) {
	t.Parallel()
	const (
		unified = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
		hybrid  = "30 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n31 23 0:28 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n"
		within  = "29 23 0:26 /pod/box /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
		old     = "30 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	)
	for _, c := range []struct{ mounts, own, want string }{
		{unified, "0::/system.slice/dsom.service\n", "/sys/fs/cgroup/system.slice/dsom.service"},
		{unified, "0::/system.slice/dsom.service/daemon\n", "/sys/fs/cgroup/system.slice/dsom.service"},
		{unified, "0::/system.slice/dsom.service/.control\n", "/sys/fs/cgroup/system.slice/dsom.service"},
		{unified, "0::/\n", "/sys/fs/cgroup"},
		{hybrid, "4:memory:/x\n0::/y\n", "/sys/fs/cgroup/unified/y"},
		{within, "0::/pod/box/dsom\n", "/sys/fs/cgroup/dsom"},
		{old, "4:memory:/x\n", ""},
		{unified, "4:memory:/x\n", ""},
		{"", "", ""},
		{"nonsense - cgroup2\n", "0::/\n", ""},
	} {
		got, err := cgroup.FindBase(c.mounts, c.own)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q, %q: got %q, %v, want %q", c.mounts, c.own, got, err, c.want)
		}
	}
}

// TestLimits holds what is written to a group, and what is told of limits that the system does not enforce.
func TestLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cgroup.controllers"), []byte("cpu memory io\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"cgroup.subtree_control", "cgroup.procs"} {
		if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"memory.max", "cpu.max"} {
		if err := os.MkdirAll(filepath.Join(dir, "dsom-x"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "dsom-x", file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g, open := cgroup.MakeBelow(dir, "x", "", cgroup.Limits{Memory: 1 << 30, CPU: 150, Processes: 7})
	if g == nil {
		t.Fatalf("no group: %q", open)
	}
	defer g.Close()
	for file, want := range map[string]string{"memory.max": "1073741824", "cpu.max": "150000 100000"} {
		if b, err := os.ReadFile(filepath.Join(dir, "dsom-x", file)); err != nil || string(b) != want {
			t.Errorf("%s: got %q, %v, want %q", file, b, err, want)
		}
	}
	if len(open) != 1 || !strings.Contains(open[0], "number of processes") || !strings.Contains(open[0], "Delegate=yes") {
		t.Errorf("got %q", open)
	}
	again, open := cgroup.MakeBelow(dir, "x", "", cgroup.Limits{Memory: 1 << 20}) // the same group, with another limit and one less
	defer again.Close()
	for file, want := range map[string]string{"memory.max": "1048576", "cpu.max": "max"} {
		if b, err := os.ReadFile(filepath.Join(dir, "dsom-x", file)); err != nil || string(b) != want {
			t.Errorf("again, %s: got %q, %v, want %q", file, b, err, want)
		}
	}
	if again == nil || len(open) != 0 {
		t.Errorf("again: got %v, %q", again, open)
	}
	none, open := cgroup.MakeBelow(filepath.Join(dir, "absent"), "x", "", cgroup.Limits{Memory: 1})
	if none != nil || len(open) != 1 || none.File() != nil {
		t.Errorf("got %v, %q", none, open)
	}
	none.Close()
}

// TestNoPart holds that it is told where a group can be made and a part of it cannot, and that the group is there.
func TestNoPart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	g, open := cgroup.MakeBelow(dir, "x", "absent/part", cgroup.Limits{})
	if g == nil || len(open) != 1 || !strings.Contains(open[0], "no part of the group can be made") {
		t.Fatalf("got %v, %q", g, open)
	}
	defer g.Close()
	if at := g.File().Name(); at != filepath.Join(dir, "dsom-x") {
		t.Errorf("the group is %s", at)
	}
	if n, err := g.Kill(); n != 0 || err != nil {
		t.Errorf("without a part are killed %d, %v", n, err)
	}
}

// TestRejoin has the limits of a server be others than when its process was started.
func TestRejoin(t *testing.T) {
	t.Parallel()
	const pid = 4711
	for _, c := range []struct {
		what   string
		in     string // the processes in the group; "-": there is none
		limits cgroup.Limits
		memory string // is its limit then
		group  bool
		open   string
	}{
		{"within, with others", "4711\n", cgroup.Limits{Memory: 7}, "7", true, ""},
		{"within, without", "4712\n4711\n", cgroup.Limits{}, "max", true, ""},
		{"outside, with limits", "-", cgroup.Limits{Memory: 7}, "", false, "memory of all processes together: process 4711 is not in the group"},
		{"outside, without", "-", cgroup.Limits{}, "", false, ""},
		{"another is within", "4712\n", cgroup.Limits{Memory: 7}, "7", false, "process 4711 is not in the group"},
		{"another is within, without", "4712\n", cgroup.Limits{}, "max", false, ""},
	} {
		dir := t.TempDir()
		files := map[string]string{"cgroup.controllers": "memory\n", "cgroup.subtree_control": "", "cgroup.procs": ""}
		if c.in != "-" {
			files["dsom-x/cgroup.procs"], files["dsom-x/memory.max"] = c.in, "5"
			if err := os.Mkdir(filepath.Join(dir, "dsom-x"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		for file, text := range files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		g, open := cgroup.RejoinIn(dir, "x", "", pid, c.limits)
		if (g != nil) != c.group || (len(open) > 0) != (c.open != "") || !strings.Contains(fmt.Sprint(open), c.open) {
			t.Errorf("%s: got %v, %q", c.what, g, open)
		}
		g.Close()
		if b, err := os.ReadFile(filepath.Join(dir, "dsom-x", "memory.max")); string(b) != c.memory || (err == nil) != (c.in != "-") {
			t.Errorf("%s: the limit is %q, %v, want %q", c.what, b, err, c.memory)
		}
	}
}
