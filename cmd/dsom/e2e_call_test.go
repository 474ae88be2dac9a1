//go:build linux

package main

import (
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
)

// TestCallAgainstServers holds what dsom call prints, and what its exit status is, where the
// object is one of a server that the daemon starts.
func TestCallAgainstServers(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	h.must("server", "add", "broken", "--", h.script("broken", "echo the vault is locked; exit 3"))
	h.must("server", "add", "--start-timeout", "30s", "hung", "--", h.script("hung", "exec sleep 300"))
	silent := aSilentHost(t)
	bankURL, brokenURL := h.url("bank"), h.url("broken")
	for _, c := range []struct {
		name   string
		args   []string
		status int
		out    string
		err    []string // parts
	}{
		{"the first call starts the server", []string{bankURL, "balance"}, 0, "0\n", nil},
		{"an operation without result", []string{bankURL, "deposit", "12.5"}, 0, "", nil},
		{"a result", []string{bankURL, "withdraw", "2.5"}, 0, "10\n", nil},
		{"by name", []string{"corbaname::" + h.address + "#bank/main", "balance"}, 0, "10\n", nil},
		{"by short form", []string{"dsom://" + h.address + "/bank/main", "balance"}, 0, "10\n", nil},
		{"an attribute written", []string{bankURL, "owner=Ada"}, 0, "", nil},
		{"an object", []string{"corbaname::" + h.address + "#bank/branch", "find", "main"}, 0, "", nil},

		{"no daemon there", []string{"corbaname::127.0.0.1:1#bank/main", "balance"}, 1, "", []string{"127.0.0.1:1", "connection refused"}},
		{"no time at all", []string{"--timeout", "1ns", "corbaloc:iiop:1.2@" + silent + "/x", "_non_existent"}, 1, "", []string{"TIMEOUT", "completed NO", "no reply within 1ns"}},
		{"no answer in time", []string{"--timeout", "150ms", "corbaloc:iiop:1.2@" + silent + "/x", "_non_existent"}, 1, "", []string{"TIMEOUT"}},
		{"no reference", []string{"IOR:zz", "balance"}, 2, "", []string{"stringified reference"}},
		{"a name that is not bound", []string{"corbaname::" + h.address + "#bank/nobody", "balance"}, 1, "", []string{"nobody"}},

		{"no operation of that name", []string{bankURL, "balanse"}, 2, "", []string{"balanse"}},
		{"too many arguments", []string{bankURL, "deposit", "1", "2"}, 2, "", nil},
		{"an argument of the wrong type", []string{bankURL, "deposit", "much"}, 2, "", []string{"amount"}},
		{"a flag that there is not", []string{"--no-such-flag", bankURL, "balance"}, 2, "", []string{"--no-such-flag"}},

		{"an exception of the operation", []string{bankURL, "withdraw", "1000"}, 3, "", []string{`{"_exception":"IDL:Bank/InsufficientFunds:1.0","balance":10}`}},
		{"an object that is not there", []string{strings.Replace(bankURL, "6d61696e", "6d616978", 1), "balance"}, 3, "", []string{exc.ObjectNotExist.ID()}},
		{"a server that does not come up", []string{brokenURL, "balance"}, 3, "", []string{exc.Transient.ID(), `server \"broken\" did not come up`, "the vault is locked"}},
	} {
		got := h.run(append([]string{"call", "--idl", bankIDL}, c.args...)...)
		if got.status != c.status || c.out != "" && got.out != c.out || c.status != 0 && got.out != "" {
			t.Errorf("%s: got %+v, want status %d and %q", c.name, got, c.status, c.out)
		}
		for _, part := range c.err {
			if !strings.Contains(got.err, part) {
				t.Errorf("%s: %q is not in %q", c.name, part, got.err)
			}
		}
		if c.status == 0 && got.err != "" {
			t.Errorf("%s: it says %q", c.name, got.err)
		}
		// With --json an error is an object in a line of its own.
		if c.status == 0 {
			continue
		}
		got = h.run(append([]string{"--json", "call", "--idl", bankIDL}, c.args...)...)
		var body map[string]any
		if got.status != c.status || got.out != "" || json.Unmarshal([]byte(got.err), &body) != nil || body["error"] == nil && body["_exception"] == nil || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%s, as JSON: got %+v, want status %d and an object", c.name, got, c.status)
		}
	}
}

// TestCallDeadline holds that a call ends in the time that it is given, while a server is being started.
func TestCallDeadline(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.must("server", "add", "hung", "--", h.script("hung", "exec sleep 300"))
	url := h.url("hung")
	begun := time.Now()
	got := h.run("call", "--timeout", "250ms", "--idl", bankIDL, url, "balance")
	// Either side may be the first to see that the time is over.
	if got.status != statusFailed && got.status != statusRaised || !strings.Contains(got.err, "TIMEOUT") {
		t.Errorf("got %+v", got)
	}
	if took := time.Since(begun); took < 250*time.Millisecond || took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
}

// aSilentHost returns an address at which connections are taken, and nothing is said.
func aSilentHost(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String()
}
