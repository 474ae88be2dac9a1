//go:build linux

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestReaderOfLogGoes holds that a daemon runs on when nobody reads its output any more.
func TestReaderOfLogGoes(t *testing.T) {
	h := newHouse(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	file := h.log
	h.log = write
	h.startDaemon("--listen", "127.0.0.1:0")
	_, _ = write.Close(), read.Close()
	h.log = file
	h.addBank()
	h.must("server", "start", "bank") // which is logged
	h.must("server", "stop", "bank")
	wantBalance(t, account(t, client(t), h.url("bank")), 0)
	if status := h.stopDaemon(); status != 0 {
		t.Errorf("the daemon's exit status is %d", status)
	}
}

// TestTerminalOfDaemonGoes holds that a daemon whose terminal is closed ends in order, and one
// that was started not to heed that does not.
func TestTerminalOfDaemonGoes(t *testing.T) {
	hangUpAsUsual(t)
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank("--stop-timeout", "500ms")
	h.must("server", "start", "bank")
	suspend(t, h.server("bank").Run.PID) // so that the end takes its time
	for range 2 {                        // the shell says so, and the system
		if err := h.daemon.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the daemon is ending", func() bool { return strings.Contains(h.logged(), "daemon ends") })
	}
	if status := h.ended(); status != 0 {
		t.Errorf("the daemon's exit status is %d", status)
	}
	if left := h.processes(); len(left) != 0 {
		t.Errorf("processes %v are left", left)
	}
	h.under = []string{"nohup"}
	h.startDaemon()
	if err := h.daemon.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	h.must("server", "start", "bank")
	if status := h.stopDaemon(); status != 0 {
		t.Errorf("the daemon's exit status is %d", status)
	}
}

// hangUpAsUsual gives SIGHUP its usual meaning in the processes that the test starts, though the
// tests may run under nohup: what this process handles, its children do not inherit as ignored.
func hangUpAsUsual(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(c) })
}

// TestDemoLosesItsUser holds that a demonstration that nobody looks at any more ends in order.
func TestDemoLosesItsUser(t *testing.T) {
	t.Parallel()
	hangUpAsUsual(t)
	for name, lose := range map[string]func(*exec.Cmd, io.Closer) error{
		"its terminal is closed":    func(c *exec.Cmd, _ io.Closer) error { return c.Process.Signal(syscall.SIGHUP) },
		"its output is not read":    func(_ *exec.Cmd, out io.Closer) error { return out.Close() },
		"it is told to end":         func(c *exec.Cmd, _ io.Closer) error { return c.Process.Signal(syscall.SIGTERM) },
		"it is interrupted at once": func(c *exec.Cmd, _ io.Closer) error { return c.Process.Signal(os.Interrupt) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			tmp := t.TempDir()
			cmd := exec.Command(h.program, "demo", "--port", "0")
			cmd.Env = append(append(os.Environ(), h.env...), "TMPDIR="+tmp)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stderr = h.log
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			late := time.AfterFunc(60*time.Second, func() { _ = cmd.Process.Kill() })
			defer late.Stop()
			lines := bufio.NewReader(out)
			for {
				line, err := lines.ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasPrefix(line, "call    deposit") { // the bank runs
					break
				}
			}
			if err := lose(cmd, out); err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = io.Copy(io.Discard, lines) }()
			_ = cmd.Wait() // what it says is the status
			if status := cmd.ProcessState.ExitCode(); status != 0 {
				t.Errorf("the exit status is %d", status)
			}
			if left, _ := filepath.Glob(tmp + "/*"); len(left) != 0 {
				t.Errorf("files are left: %v", left)
			}
		}) // no process may be left: see newHouse
	}
}
