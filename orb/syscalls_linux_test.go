package orb_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/exact"
)

// The child of TestExactPingSystemCalls finds in its environment whom to ping, and how often.
const (
	envPingURL   = "DSOM_TEST_PING_URL"
	envPingCount = "DSOM_TEST_PING_COUNT"
)

// maxClientCalls is the gate: system calls of the client in a ping, everything included.
// The call itself is a write, a read that finds nothing, the wait of the poller, and a read that
// finds the reply; the rest is the scheduler's, which strace makes slower and so busier.
const maxClientCalls = 6.0

// TestExactPingSystemCalls counts the client's system calls with strace: those of a process that
// pings many times, less those of one that does not.
func TestExactPingSystemCalls(t *testing.T) {
	if url := os.Getenv(envPingURL); url != "" {
		pingFor(t, url)
		return
	}
	exact.Start(t)
	strace, err := exec.LookPath("strace")
	if err != nil {
		absent.Skip(t, "strace is not installed, so system calls are not counted; interop/install-peers installs it")
	}
	o, root := newORB(t, nil)
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(new(echo))); err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("corbaloc:iiop:1.2@127.0.0.1:%d/Echo", o.Endpoints()[0].Port)
	const pings = 3000
	least := 1e9
	for range 3 { // what the machine does besides only adds
		with := straced(t, strace, url, pings)
		without := straced(t, strace, url, 0)
		least = min(least, float64(with-without)/pings)
	}
	t.Logf("%.2f system calls a ping, client", least)
	if least > maxClientCalls {
		t.Errorf("%.2f system calls a ping on the client's side, the gate is %.0f", least, maxClientCalls)
	}
}

// straced counts the system calls of a process that pings n times.
func straced(t *testing.T, strace, url string, n int) int {
	t.Helper()
	return stracedBy(t, strace, "TestExactPingSystemCalls", envPingURL+"="+url, envPingCount+"="+strconv.Itoa(n))["total"]
}

// stracedBy counts the system calls, by name and in "total", of a process that runs a test of this binary alone with more in its environment.
func stracedBy(t *testing.T, strace, test string, env ...string) map[string]int {
	t.Helper()
	out := filepath.Join(t.TempDir(), "counts")
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-c", "-o", out, os.Args[0], "-test.run=^"+test+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), env...)
	if b, err := cmd.CombinedOutput(); err != nil {
		if bytes.Contains(b, []byte("PTRACE")) || bytes.Contains(b, []byte("ptrace")) {
			absent.Skip(t, "this machine does not let processes be traced: %s", b)
		}
		t.Fatalf("%v: %s", err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		n, err := strconv.Atoi(f[3]) // time, seconds, µs a call, calls
		if err == nil {
			counts[f[len(f)-1]] = n
		}
	}
	if counts["total"] == 0 {
		t.Fatalf("strace gave no total:\n%s", b)
	}
	return counts
}

// pingFor is the child.
func pingFor(t *testing.T, url string) {
	n, err := strconv.Atoi(os.Getenv(envPingCount))
	if err != nil {
		t.Fatal(err)
	}
	ref, err := newClient(t, nil).Resolve(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(ref)
	ctx := context.Background()
	for range n + 10 {
		if err := e.Ping(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
