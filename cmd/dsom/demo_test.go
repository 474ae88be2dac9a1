package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/process"
)

// takenPort returns a port at which somebody listens.
func takenPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

func TestDemoOnce(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	got := dsom(t, "", "demo", "--once", "--state", state, "--port", takenPort(t))
	if got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	if !strings.Contains(got.err, "is taken by ") {
		t.Errorf("got %q", got.err)
	}
	for _, want := range []string{
		"server  bank", "does not run: the first call starts it", "deposit 100", "the daemon started the server, process ",
		"balance           → 100\n", "withdraw 12.5     → 87.5", "→ InsufficientFunds {balance: 87.5}", "kill -9 ", "balance           → 87.5  the same reference, now process ",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is not in\n%s", want, got.out)
		}
	}
	for _, m := range regexp.MustCompile(`(?:server, process|now process) (\d+)`).FindAllStringSubmatch(got.out, -1) {
		pid, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := process.Of(pid); !errors.Is(err, process.ErrGone) {
			t.Errorf("process %d is left (%v)", pid, err)
		}
	}
	// The accounts are there the next time.
	got = dsom(t, "", "demo", "--once", "--json", "--state", state, "--port", takenPort(t))
	d := json.NewDecoder(strings.NewReader(got.out))
	balance := ""
	for {
		var step struct{ Step, What, Result string }
		if err := d.Decode(&step); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err, got)
		}
		if step.What == "balance" {
			balance = step.Result
		}
	}
	if balance != "175" {
		t.Errorf("the second time: got a balance of %q, want 175\n%+v", balance, got)
	}
}

// A growing text is written by one goroutine and watched by another.
type growing struct {
	mu   sync.Mutex
	text strings.Builder
	news chan struct{}
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case g.news <- struct{}{}:
	default:
	}
	return g.text.Write(p)
}

func (g *growing) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.text.String()
}

// TestDemoLines holds that the lines which the demonstration says one may type do what they say.
func TestDemoLines(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out, errs := &growing{news: make(chan struct{}, 1)}, new(strings.Builder)
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"demo", "--state", t.TempDir() + "/a state", "--port", takenPort(t)}, strings.NewReader(""), out, errs)
	}()
	for late := time.After(60 * time.Second); !strings.Contains(out.String(), "Ctrl-C ends"); {
		select {
		case <-out.news:
		case status := <-done:
			t.Fatalf("ended with %d\n%s%s", status, out, errs)
		case <-late:
			t.Fatalf("the lines do not come\n%s", out)
		}
	}
	lines := regexp.MustCompile(`(?m)^  \S+ (.*)$`).FindAllStringSubmatch(out.String()[strings.Index(out.String(), "Type next"):], -1)
	if len(lines) < 5 {
		t.Fatalf("got %d lines in\n%s", len(lines), out)
	}
	for _, m := range lines {
		got := dsom(t, "", shellWords(m[1])...)
		if got.status != 0 {
			t.Errorf("%s: got %+v", m[1], got)
		}
		if strings.HasSuffix(m[1], " balance") && got.out != "100\n" { // 100 - 12.5 + 12.5
			t.Errorf("%s: got %q", m[1], got.out)
		}
		if strings.HasPrefix(m[1], "name ls") && !strings.Contains(got.out, "bank/main\n") {
			t.Errorf("%s: got %q", m[1], got.out)
		}
	}
	cancel()
	if status := <-done; status != 0 {
		t.Errorf("ended with %d: %s", status, errs)
	}
}

// shellWords takes quotes off as a shell does.
func shellWords(line string) []string {
	var words []string
	for _, m := range regexp.MustCompile(`'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		words = append(words, m[1]+m[2])
	}
	return words
}

func TestShellWord(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"/a/b.idl": "/a/b.idl", "a b": "'a b'", "": "''", "it's": `'it'\''s'`, "a#b": "'a#b'"} {
		if got := shellWord(s); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}

// TestDemoWithoutHome holds that who has no folder for a cache is told how to name another.
func TestDemoWithoutHome(t *testing.T) {
	l, err := net.Listen("tcp", ":3053")
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	_ = l.Close()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		t.Setenv(name, "")
	}
	if got := dsom(t, "", "demo", "--once"); got.status != statusFailed || !strings.Contains(got.err, "--state DIR") {
		t.Errorf("got %+v", got)
	}
}
