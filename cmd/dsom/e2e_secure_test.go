//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/certs"
)

// TestSecureServers holds servers that are registered as secure: one gets a socket by which callers of this machine are known, one is known callers by the certificates that it
// wants; either refuses all others, and is asked by the daemon whether it works. The daemon has a socket of its own, which servers and the command line use.
func TestSecureServers(t *testing.T) {
	ca := certs.New(t, "authority")
	own, teller := ca.Issue(t, certs.Order{Name: "vault"}), ca.Issue(t, certs.Order{Name: "teller"})
	h := newHouse(t)
	dir, err := os.MkdirTemp("", "e")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	h.startDaemon("--listen", "127.0.0.1:0", "--local-socket", filepath.Join(dir, "daemon"))
	often := []string{"--health-every", "20ms", "--health-bad", "3", "--stop-timeout", "200ms"}
	h.addBank(append(often, "--secure", "--health-object", "objects/main")...)
	h.must("server", "add", "--secure", "-e", "DSOM_TLS_CERTIFICATE="+own.Cert, "-e", "DSOM_TLS_KEY="+own.Key, "-e", "DSOM_TLS_CLIENTS="+ca.File,
		"vault", "--", h.script("vault", "exec "+h.program+" __demo-bank-server --data "+h.data+"2"))
	for _, name := range []string{"bank", "vault"} {
		h.must("server", "start", name)
		_, err := account(t, client(t), h.url(name)).Balance(t.Context()) // over TCP
		wantRaised(t, err, exc.NoPermission, exc.MinorNotIdentified, "identified callers alone")
	}
	balance := func(name string) []string { return []string{"call", "--idl", bankIDL, h.url(name), "balance"} }
	if got := h.must(balance("bank")...); got != "0\n" {
		t.Errorf("at the socket: %q", got)
	}
	if got := h.run(balance("vault")...); got.status == 0 || !strings.Contains(got.err, exc.NoPermission.ID()) {
		t.Errorf("without a certificate: %+v", got)
	}
	if got := h.runBy([]string{"env", "DSOM_TLS_AUTHORITIES=" + ca.File, "DSOM_TLS_CERTIFICATE=" + teller.Cert, "DSOM_TLS_KEY=" + teller.Key}, balance("vault")...); got.out != "0\n" {
		t.Errorf("with a certificate: %+v", got)
	}
	h.addTeller("absent", "one", append(often, "--health-object", "objects/nobody", "--retry-most", "1")...)
	h.must("server", "start", "absent")
	eventually(t, "one that does not work is ended", func() bool { return strings.Contains(h.server("absent").Run.Ended, "no object objects/nobody") })
	if s := h.server("bank"); s.Run.Starts != 1 {
		t.Errorf("one that works: %+v", s.Run)
	}
	h.must("server", "change", "--no-secure", "vault")
	if !strings.Contains(h.must("regimpl", "-L", "-i", "bank"), "Secure.....................: Yes") || !strings.Contains(h.must("regimpl", "-L", "-i", "vault"), "Secure.....................: No") {
		t.Error("programs of DSOM are not told which server is secure")
	}
	if said := h.must("server", "list", "bank"); !strings.Contains(said, "identified ones alone") || !strings.Contains(said, "unix:@dsom-") || !strings.Contains(h.must("name", "ls"), "bank") {
		t.Error("the bank is not at a socket, or has no name")
	}
}
