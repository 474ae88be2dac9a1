//go:build linux

package main

import (
	"net"
	"strings"
	"testing"
)

// TestFewFiles holds that clients cannot take the file descriptors that the daemon needs itself.
func TestFewFiles(t *testing.T) {
	h := newHouse(t)
	h.under = []string{"sh", "-c", `ulimit -n 40 && exec "$@"`, "sh"}
	h.startDaemon("--listen", "127.0.0.1:0")
	if log := h.logged(); !strings.Contains(log, "limit connections is lowered") || !strings.Contains(log, "connections=7") || !strings.Contains(log, "ulimit") {
		t.Errorf("the daemon does not say what it can serve:\n%s", log)
	}
	for range 100 {
		c, err := net.Dial("tcp", h.address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	h.must("server", "add", "sick", "--", h.script("sick", "echo I am not well; exit 3"))
	for range 5 {
		if got := h.run("server", "start", "sick"); got.status != statusFailed || !strings.Contains(got.err, "exit status 3") || !strings.Contains(got.err, "not well") {
			t.Errorf("got %+v", got)
		}
	}
	log := h.logged()
	if n := strings.Count(log, "accept failed"); n != 0 {
		t.Errorf("the daemon had no descriptors %d times", n)
	}
	if n := strings.Count(log, "connection refused"); n == 0 || n > 30 {
		t.Errorf("%d lines say that connections are refused", n)
	}
}
