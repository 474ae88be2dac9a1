//go:build linux

package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestUnit does by the unit that dsom service show prints what systemd does by it: it starts the daemon and waits until that is ready, reloads its configuration, starts it again when it was killed, itself alone, and ends
// it. Its servers live on when it is killed, and end with it in order.
func TestUnit(t *testing.T) {
	dir, err := os.MkdirTemp("", "n") // the name of a socket has at most 107 octets, and the test's folder has the test's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	at := filepath.Join(dir, "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	hears := func(want string) {
		t.Helper()
		_ = l.SetReadDeadline(time.Now().Add(time.Minute))
		b := make([]byte, 1000)
		if n, err := l.Read(b); err != nil || !strings.HasPrefix(string(b[:n]), want) {
			t.Errorf("got %q, %v, want %s", b[:n], err, want)
		}
	}
	h := newHouse(t)
	unit := map[string]string{}
	for line := range strings.Lines(h.must("service", "show", "--user", "--", "--listen", "127.0.0.1:0")) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			unit[key] = value
		}
	}
	for key, want := range map[string]string{"Type": "notify", "Restart": "on-failure", "KillMode": "process"} { // which what follows stands on
		if unit[key] != want {
			t.Errorf("%s is %q", key, unit[key])
		}
	}
	command := func(key string) *exec.Cmd {
		words := strings.Fields(unit[key]) // there is nothing to quote in this house
		if len(words) == 0 {
			t.Fatalf("%s is missing: %v", key, unit)
		}
		cmd := exec.Command(words[0], words[1:]...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH"), envNotify + "=" + at, h.mark, "GORACE=atexit_sleep_ms=0"} // and nothing that names the state
		cmd.Stderr = os.Stderr
		return cmd
	}
	start := func() *exec.Cmd {
		t.Helper()
		cmd := command("ExecStart")
		cmd.Stderr = nil
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		hears("READY=1")
		return cmd
	}
	before := func() {
		t.Helper()
		unit["ExecStartPre"] = strings.TrimPrefix(unit["ExecStartPre"], "-")
		if err := command("ExecStartPre").Run(); err != nil {
			t.Errorf("before it: %v", err)
		}
	}
	before()
	daemon := start()
	t.Cleanup(func() { _ = daemon.Process.Kill() })
	if err := command("ExecReload").Run(); err != nil {
		t.Errorf("reload: %v", err)
	}
	h.addBank()
	h.must("server", "start", "bank")
	if err := daemon.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = daemon.Wait()
	before()
	daemon = start()
	h.must("server", "start", "bank") // it is there
	if all := h.started(); len(all) != 1 {
		t.Errorf("the bank was started as the processes %v", all)
	}
	if err := daemon.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	hears("STOPPING=1")
	if err := daemon.Wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
}
