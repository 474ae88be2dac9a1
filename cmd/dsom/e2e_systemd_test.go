//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/absent"
)

// systemdProgram is systemd itself, on Debian and its kin and elsewhere.
const systemdProgram = "/lib/systemd/systemd"

// A systemd is one that is the first process of namespaces of its own.
type systemd struct {
	t    *testing.T
	init int // as it is called here
}

// startSystemd starts one. The test is skipped where the system does not let this user make what it needs.
func startSystemd(t *testing.T) systemd {
	t.Helper()
	if _, err := os.Stat(systemdProgram); err != nil {
		absent.Skip(t, "no systemd: interop/install-peers has it")
	}
	program, err := exec.LookPath("dsom")
	if err == nil {
		program, err = filepath.EvalSymlinks(program)
	}
	if err != nil {
		t.Fatal(err)
	}
	line := []string{"--pid", "--mount", "--uts", "--ipc", "--net", "--cgroup", "--fork", "--kill-child=KILL", "sh", "testdata/systemd.sh", t.TempDir(), program}
	if out, err := exec.Command("unshare", append(line, "true")...).CombinedOutput(); err != nil {
		absent.Skip(t, "there can be no systemd of the test's own here: %v: %s", err, out)
	}
	cmd := exec.Command("unshare", append(line, systemdProgram, "--system")...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // with all that it has started, and what is mounted
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s := systemd{t: t}
	eventually(t, "systemd is up", func() bool {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid))
		s.init, _ = strconv.Atoi(strings.TrimSpace(string(b)))
		state, err := s.run("systemctl", "is-system-running")
		return s.init > 0 && err == nil && state == "running"
	})
	return s
}

// run runs a program there, as root at that machine does, and returns what it prints.
func (s systemd) run(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	line := append([]string{"-t", strconv.Itoa(s.init), "--pid", "--mount", "--net", "--uts", "--cgroup", "--root", "env", "--chdir=/", "-i", "HOME=/root", "PATH=/opt:/usr/bin:/bin:/usr/sbin:/sbin"}, args...)
	out, err := exec.CommandContext(ctx, "nsenter", line...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// must is run of what has to go well.
func (s systemd) must(args ...string) string {
	s.t.Helper()
	out, err := s.run(args...)
	if err != nil {
		log, _ := s.run("systemctl", "status", "dsom", "--no-pager", "--lines=50")
		s.t.Fatalf("%v: %v: %s\n%s", args, err, out, log)
	}
	return out
}

// property is what systemd says of the service.
func (s systemd) property(name string) string {
	s.t.Helper()
	return s.must("systemctl", "show", "dsom", "--property="+name, "--value")
}

// server is a server of the daemon there.
func (s systemd) server(name string) admin.Server {
	s.t.Helper()
	var all []admin.Server
	if err := json.Unmarshal([]byte(s.must("dsom", "server", "list", "--json", "--state", systemdState)), &all); err != nil {
		s.t.Fatal(err)
	}
	for _, x := range all {
		if x.Name == name {
			return x
		}
	}
	s.t.Fatalf("there is no server %s: %+v", name, all)
	return admin.Server{}
}

const systemdState = "/var/lib/dsom"

// TestSystemdRuns has systemd run the daemon: it is installed, and takes calls when systemd has it for started; it is reloaded; when it is killed systemd starts it again, and its server lives on; it
// comes up with the machine; when systemd stops it its server has ended; and it is taken away.
func TestSystemdRuns(t *testing.T) {
	t.Parallel()
	s := startSystemd(t)
	s.must("dsom", "service", "install", "--state", systemdState)
	if got := s.property("ActiveState") + " " + s.property("SubState") + " " + s.property("UnitFileState"); got != "active running enabled" {
		t.Errorf("when it is installed it is %s", got)
	}
	if got := s.property("StatusText"); !strings.HasPrefix(got, "Taking calls at ") {
		t.Errorf("it says %q", got)
	}
	s.must("dsom", "server", "add", "--state", systemdState, "bank", "--", "/opt/dsom", "__demo-bank-server", "--data", "/var/lib/bank")
	s.must("dsom", "server", "start", "--state", systemdState, "bank")
	bank, first := s.server("bank").Run.PID, s.property("MainPID")
	if bank == 0 {
		t.Fatalf("the server is %+v", s.server("bank"))
	}
	s.must("systemctl", "reload", "dsom")
	if got := s.property("MainPID"); got != first {
		t.Errorf("reloading it makes process %s another, %s", first, got)
	}

	s.must("sh", "-c", "kill -KILL "+first)
	eventually(t, "it is started again", func() bool { return s.property("MainPID") != first && s.property("ActiveState") == "active" })
	eventually(t, "its server has come back", func() bool { return s.server("bank").Run.State == admin.StateReady })
	if got := s.server("bank").Run.PID; got != bank {
		t.Errorf("the server was process %d, and is %d", bank, got)
	}

	s.must("systemctl", "stop", "dsom")
	if got := s.property("ActiveState") + " " + s.property("Result"); got != "inactive success" {
		t.Errorf("when it is stopped it is %s", got)
	}
	if out, err := s.run("sh", "-c", "kill -0 "+strconv.Itoa(bank)); err == nil {
		t.Errorf("its server is there still: %s", out)
	}
	s.must("systemctl", "start", "multi-user.target") // as a start of the machine does
	if got := s.property("ActiveState"); got != "active" {
		t.Errorf("when the machine starts it is %s", got)
	}
	s.must("dsom", "service", "remove")
	if got := s.property("LoadState"); got != "not-found" {
		t.Errorf("when it is taken away it is %s", got)
	}
	if out, err := s.run("pidof", "dsom"); err == nil {
		t.Errorf("processes of it are there still: %s", out)
	}
}
