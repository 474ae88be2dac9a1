//go:build linux

package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestNotify holds what a daemon tells systemd, and that its servers are not told where that listens.
func TestNotify(t *testing.T) {
	at := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: at, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	hears := func(want string) {
		t.Helper()
		_ = l.SetReadDeadline(time.Now().Add(20 * time.Second))
		b := make([]byte, 1000)
		n, err := l.Read(b)
		if err != nil || !strings.HasPrefix(string(b[:n]), want) {
			t.Errorf("got %q, %v, want %s", b[:n], err, want)
		}
	}
	h := newHouse(t)
	h.under = []string{"env", envNotify + "=" + at}
	h.startDaemon("--listen", "127.0.0.1:0")
	hears("READY=1\nSTATUS=Taking calls at 127.0.0.1:")
	h.must("server", "add", "teller", "--", "sh", "-c", "echo notify=$"+envNotify+"; exit 3")
	_ = h.run("server", "start", "teller")
	if out := h.must("server", "logs", "teller"); !strings.Contains(out, "notify=\n") {
		t.Errorf("got %q", out)
	}
	if status := h.stopDaemon(); status != 0 {
		t.Errorf("status %d", status)
	}
	hears("STOPPING=1")
}
