//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/clockset"
)

// TestClockJumps runs the program itself, as daemon, server and client, with a clock that is set to and fro by years each time that it is asked, for as long as DSOM_SOAK says: no lease ends for that,
// no server is taken for hanging or idle, and what is killed is started, or taken up, as ever. The parts of the daemon are tried so in ordinary runs (supervise.TestClockIsSet).
func TestClockJumps(t *testing.T) {
	if os.Getenv("DSOM_SOAK") == "" {
		t.Skip("all of the program is compiled anew, which takes minutes: make soak does it")
	}
	length, err := time.ParseDuration(os.Getenv("DSOM_SOAK"))
	if err != nil {
		t.Fatalf("DSOM_SOAK: %v", err)
	}
	h := newHouse(t)
	tool, overlay := clockset.Overlay(t)
	h.program = filepath.Join(t.TempDir(), "dsom")
	build := exec.CommandContext(t.Context(), tool, "build", "-overlay", overlay, "-o", h.program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank("--health-every", "1s", "--idle-timeout", "1h")
	h.must("server", "start", "bank")
	url := h.url("bank")
	a := account(t, client(t), url)
	deposits := 0.0
	deposit := func() {
		t.Helper()
		deposits++
		if err := a.Deposit(t.Context(), 1); err != nil {
			t.Fatalf("deposit %v: %v", deposits, err)
		}
	}
	balance := func() float64 {
		t.Helper()
		b, err := strconv.ParseFloat(strings.TrimSpace(h.must("call", "--idl", bankIDL, url, "balance")), 64)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	before := h.server("bank").Run
	for end := time.Now().Add(length); time.Now().Before(end); {
		deposit()
		if run := h.server("bank").Run; run.PID != before.PID || run.State != admin.StateReady || run.Failures != 0 {
			t.Fatalf("the server is %+v, and was %+v", run, before)
		}
	}
	h.killDaemon()
	h.startDaemon()
	deposit()
	if run := h.server("bank").Run; run.PID != before.PID {
		t.Errorf("the server that the daemon has taken up is %+v, and was %+v", run, before)
	}
	killServer(t, before.PID)
	eventually(t, "another process serves", func() bool { _, err := a.Balance(t.Context()); return err == nil })
	deposit()
	if got := balance(); got != deposits {
		t.Errorf("the balance is %v after %v deposits", got, deposits)
	}
	if n := len(h.started()); n != 2 {
		t.Errorf("%d processes were started, want two", n)
	}
}
