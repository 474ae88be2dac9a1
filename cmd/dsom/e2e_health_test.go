//go:build linux

package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
)

// TestHealth holds that a server that does not work is found out, ended whatever it does, and started anew: one whose process stands
// still, one whose object is gone, one of which a command says so. One that works is left alone.
func TestHealth(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	with := func(within string, more ...string) []string {
		return append([]string{"--health-every", "50ms", "--health-within", within, "--health-bad", "2", "--stop-timeout", "200ms"}, more...)
	}
	const long = "30s" // for those that answer
	flag := filepath.Join(filepath.Dir(h.state), "ill")
	h.addTeller("still", "one", with("3s")...)
	h.addTeller("object", "one", with(long, "--health-object", "objects/main")...)
	h.addTeller("absent", "one", with(long, "--health-object", "objects/nobody", "--retry-most", "2", "--retry-pause", "10ms")...)
	h.addTeller("command", "one", with(long, "--health-command", `test -n "$DSOM_SERVER_ENDPOINTS" && kill -0 $DSOM_SERVER_PID && if test -e `+flag+`; then echo the ledger does not add up; exit 1; fi`)...)
	o := client(t)
	first := map[string]int{}
	for _, name := range []string{"still", "object", "command"} {
		first[name] = pid(t, account(t, o, h.url(name)))
	}
	if err := syscall.Kill(first["still"], syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(flag, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, why := range map[string]string{"still": "no answer within 3s", "command": "the ledger does not add up"} {
		eventually(t, name+" is ended", func() bool { return !slices.Contains(h.tellers(name), first[name]) })
		if name == "command" {
			if err := os.Remove(flag); err != nil {
				t.Fatal(err)
			}
		}
		if got := pid(t, account(t, client(t), h.url(name))); got == first[name] {
			t.Errorf("%s: process %d answers again", name, got)
		}
		if s := h.server(name); !strings.Contains(s.Run.Ended, why) || s.Run.Starts < 2 {
			t.Errorf("%s: got %+v", name, s.Run)
		}
	}
	if s := h.server("object"); s.Run.Starts != 1 || s.Run.PID != first["object"] {
		t.Errorf("one that works: got %+v", s.Run)
	}

	h.must("server", "start", "absent")
	eventually(t, "it is ended", func() bool { return strings.Contains(h.server("absent").Run.Ended, "no object objects/nobody") })
	h.must("server", "start", "absent")
	eventually(t, "it is ended again", func() bool { return h.server("absent").Run.Starts == 2 && h.server("absent").Run.PID == 0 })
}

// TestGivenUp holds that a server which fails too often in a row is left alone until a person starts it, and what is told of that.
func TestGivenUp(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addTeller("teller", "broken", "--retry-most", "3", "--retry-pause", "1ms", "--retry-max-pause", "2ms", "--activation", "always")
	a := account(t, client(t), h.url("teller"))
	eventually(t, "it is given up", func() bool {
		_, err := a.Balance(t.Context())
		return err != nil && strings.Contains(err.Error(), "failed 3 times in a row")
	})
	_, err := a.Balance(t.Context())
	wantRaised(t, err, exc.Transient, exc.MinorServerBackOff, "left alone until somebody starts it", "exit status 3")
	if n := len(h.numbers(h.tellerPIDs("teller"))); n != 3 {
		t.Errorf("it was started %d times, not 3", n)
	}
	h.must("server", "upgrade", "teller", "--", h.program, "one")
	if s := h.server("teller"); s.Run.State != "ready" {
		t.Errorf("after the upgrade to what works: got %+v", s.Run)
	}
	pid(t, a)
}

// TestIdle holds that a server that nobody calls is stopped, though the daemon asks it whether it works, that it is not while a call is under way, that the next call starts it
// again, and that none of many that come just then fails.
func TestIdle(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	const idle, call = 500 * time.Millisecond, 1500 * time.Millisecond
	h.addTeller("teller", "one", "--idle-timeout", idle.String(), "--health-every", "50ms")
	a := account(t, client(t), h.url("teller"))
	pid(t, a)
	var first int
	for end := time.Now().Add(time.Minute); ; {
		begun := time.Now()
		first = pid(t, a)
		if err := a.Deposit(t.Context(), float64(call.Milliseconds())); err != nil {
			t.Fatal(err)
		}
		got := pid(t, a)
		if beside := time.Since(begun) - call; beside >= idle { // it may have been idle for so long, before the call or after it
			if time.Now().After(end) {
				t.Fatalf("a call of %v takes %v more", call, beside)
			}
			continue
		}
		if got != first {
			t.Errorf("it was stopped during a call: process %d answers, not %d", got, first)
		}
		break
	}
	eventually(t, "it is stopped", func() bool { return len(h.tellers("teller")) == 0 })
	if s := h.server("teller"); s.Run.State != "stopped" || s.Run.Ended != "was stopped" || s.Run.Failures != 0 {
		t.Errorf("got %+v", s.Run)
	}
	if got := pid(t, a); got == first {
		t.Errorf("process %d answers again", got)
	}
	// Callers who pause for about as long as it may be idle.
	failed := 0
	for i := range 10 {
		select {
		case <-time.After(idle + time.Duration(i-10)*time.Millisecond):
		case <-t.Context().Done():
		}
		if _, err := a.Balance(context.WithoutCancel(t.Context())); err != nil {
			failed++
			t.Errorf("a call failed: %v", err)
		}
	}
	t.Logf("10 calls at the edge of its idleness, %d failed; it was started %d times", failed, h.server("teller").Run.Starts)
}
