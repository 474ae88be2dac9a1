//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon"
)

// TestAddressChanged holds that on a machine whose address has changed its own programs work on,
// that the daemon says what has happened, and that the cures that it and the docs name are ones.
func TestAddressChanged(t *testing.T) {
	h := newHouse(t)
	const gone = "192.0.2.99" // for documentation: RFC 5737
	h.startDaemon("--listen", ":0", "--publish", gone)
	h.addBank()
	h.must("name", "bind", "-p", "a/b/c", "corbaloc::localhost:1/x")
	h.stopDaemon()
	if log := h.logged(); strings.Contains(log, "does not have") {
		t.Errorf("the daemon complains about the address that it was told to publish:\n%s", log)
	}

	h.startDaemon()
	if log := h.logged(); !strings.Contains(log, "level=WARN") || !strings.Contains(log, gone) || !strings.Contains(log, "--publish") {
		t.Errorf("nothing is said of the address that has changed:\n%s", log)
	}
	h.must("server", "start", "bank") // which binds its names
	if got := h.must("name", "ls", "-R"); got != "a/\na/b/\na/b/c\nbank/\nbank/branch\nbank/main\n" {
		t.Errorf("got %q", got)
	}
	old := h.must("name", "resolve", "bank/main")
	moved := strings.TrimSpace(h.must("ior", "rewrite", "--host", "127.0.0.1", strings.TrimSpace(old)))
	if got := h.must("call", "--idl", bankIDL, moved, "balance"); got != "0\n" {
		t.Errorf("got %q", got)
	}
	h.stopDaemon()

	h.startDaemon("--publish", "127.0.0.1") // the new one
	h.must("server", "start", "bank")
	if got := h.must("call", "--idl", bankIDL, "corbaname::"+h.address+"#bank/main", "balance"); got != "0\n" {
		t.Errorf("got %q", got)
	}
}

// logged returns the daemons' log.
func (h *house) logged() string {
	h.t.Helper()
	b, err := os.ReadFile(h.log.Name())
	if err != nil {
		h.t.Fatal(err)
	}
	return string(b)
}

// TestNameMeansOneDaemon holds that dsom name speaks to the daemon that was named, or to none.
func TestNameMeansOneDaemon(t *testing.T) {
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0")
	for _, args := range [][]string{{"ls"}, {"bind", "oops", "corbaloc::h:1/x"}, {"resolve", "x"}, {"unbind", "x"}} {
		got := h.run(append([]string{"name", args[0], "--state", filepath.Join(h.state, "none")}, args[1:]...)...)
		if got.status != statusFailed || !strings.Contains(got.err, filepath.Join(h.state, "none")) || !strings.Contains(got.err, "Start one with: dsom daemon") {
			t.Errorf("%q: got %+v", args, got)
		}
	}
	if err := os.Truncate(filepath.Join(h.state, daemon.StoreName), 0); err != nil {
		t.Fatal(err)
	}
	if got := h.run("name", "ls"); got.status == 0 || !strings.Contains(got.err, "damaged") {
		t.Errorf("the daemon's state is damaged: got %+v", got)
	}
	h.killDaemon()
}
