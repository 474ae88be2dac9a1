//go:build linux

package main

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
)

// saying connects to the daemon's port, says something, and reads until that is closed: by the daemon, or if that waits for more, here.
func saying(t *testing.T, h *house, text string) (answer string) {
	t.Helper()
	var s admin.Status
	d, err := admin.Open(h.state)
	if err == nil {
		s, err = d.Status(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", s.Local)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	if len(text) < 12 { // too little to be judged
		_ = c.(*net.TCPConn).CloseWrite()
	}
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	b, err := io.ReadAll(c)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Fatal(err)
	}
	return string(b)
}

// TestVisitors holds that a daemon which a scanner's mixture comes to tells who came, and serves on.
func TestVisitors(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	h.addBank()
	if got := h.run("port", "--visitors"); got.status != statusGood || !strings.Contains(got.err, "but clients") {
		t.Errorf("got %+v", got)
	}
	for range 20 { // no limit for this machine
		for _, said := range []string{"", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00", "SSH-2.0-x\r\n", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "GIOP\x01\x02", "GIOP\x09\x00\x00\x00\x00\x00\x00\x00", "\x1b[2Jevil\r\n"} {
			saying(t, h, said)
		}
	}
	wantBalance(t, account(t, client(t), h.url("bank")), 0)
	d, err := admin.Open(h.state)
	if err != nil {
		t.Fatal(err)
	}
	var v admin.Visitors
	eventually(t, "all visits are counted", func() bool {
		v, err = d.Visitors(t.Context())
		return err == nil && v.Counts["other"] == 20 && v.Counts["silent"] == 20
	})
	for _, k := range []string{"silent", "http", "tls", "ssh", "zeros", "partial", "version", "other"} {
		if v.Counts[k] != 20 {
			t.Errorf("%s: %d", k, v.Counts[k])
		}
	}
	if len(v.Counts) != 8 || len(v.Hosts) != 1 || !v.Hosts[0].Scanner || v.Refused != 0 || v.Hosts[0].Host != "127.0.0.1" {
		t.Errorf("got %+v", v)
	}
	if out := h.must("port", "--visitors"); !strings.Contains(out, "scanner: http 20, other 20, partial 20") || !strings.Contains(out, `\x1b[2Jevil`) && !strings.Contains(out, "GIOP 9.0") || strings.Contains(out, "\x1b") {
		t.Errorf("got %s", out)
	}
	if got := h.run("port", "--visitors", "3053"); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
}
