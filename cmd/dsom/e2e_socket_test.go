//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/certs"
)

// TestSocketEndToEnd holds a server of the daemon that takes calls at a socket of the machine, and by TLS, as does the daemon: a client that has no TLS is sent by the daemon's socket to the
// server's, and is refused when that is gone. One that has it falls back.
func TestSocketEndToEnd(t *testing.T) {
	ca := certs.New(t, "authority")
	p := ca.Issue(t, certs.Order{Name: "bank"})
	h := newHouse(t)
	dir, err := os.MkdirTemp("", "e")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h.startDaemon("--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--tls-certificate", p.Cert, "--tls-key", p.Key, "--local-socket", filepath.Join(dir, "daemon"))
	socket := filepath.Join(dir, "bank")
	h.addBank("-e", "DSOM_SOCKET="+socket, "-e", "DSOM_TLS_CERTIFICATE="+p.Cert, "-e", "DSOM_TLS_KEY="+p.Key, "-e", "DSOM_REQUIRE_TLS=true")
	h.must("server", "start", "bank")
	call := []string{"call", "--idl", bankIDL, "corbaname::" + h.address + "#bank/main", "balance"}
	if got := h.must(call...); got != "0\n" {
		t.Errorf("got %q", got)
	}
	if err := os.Remove(socket); err != nil {
		t.Fatal(err)
	}
	if got := h.run(call...); got.status == 0 || !strings.Contains(got.err, socket) {
		t.Errorf("without a socket, and without TLS: %+v", got)
	}
	if got := h.runBy([]string{"env", "DSOM_TLS_AUTHORITIES=" + ca.File}, call...); got.out != "0\n" {
		t.Errorf("by TLS, since the socket is gone: %+v", got)
	}
	h.stopDaemon()
}
