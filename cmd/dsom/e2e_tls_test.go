//go:build linux

package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/ior"
)

// TestTLSEndToEnd holds a daemon and a server that it starts, both with TLS, the server with nothing else: the daemon sends clients on to the port of
// TLS, a client without TLS is told why it is refused, and the probe what it would come to. A certificate is replaced without a start.
func TestTLSEndToEnd(t *testing.T) {
	ca := certs.New(t, "authority")
	p, staff := ca.Issue(t, certs.Order{Name: "bank"}), ca.Issue(t, certs.Order{Name: "teller"})
	h := newHouse(t)
	h.startDaemon("--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--tls-certificate", p.Cert, "--tls-key", p.Key)
	h.addBank("-e", "DSOM_TLS_CERTIFICATE="+p.Cert, "-e", "DSOM_TLS_KEY="+p.Key, "-e", "DSOM_TLS_CLIENTS="+ca.File, "-e", "DSOM_REQUIRE_TLS=true")
	h.must("server", "start", "bank")
	url := "corbaname::" + h.address + "#bank/main"
	call := []string{"call", "--idl", bankIDL, url, "balance"}

	if got := h.run(call...); got.status == 0 || !strings.Contains(got.err, "over TLS alone") {
		t.Errorf("a client without TLS: %+v", got)
	}
	with := func(more ...string) []string {
		return append([]string{"env", "DSOM_TLS_AUTHORITIES=" + ca.File}, more...)
	}
	shown := with("DSOM_TLS_CERTIFICATE="+staff.Cert, "DSOM_TLS_KEY="+staff.Key)
	if got := h.runBy(with(), call...); got.status == 0 || !strings.Contains(got.err, "was shown none") {
		t.Errorf("a client without a certificate: %+v", got)
	}
	if got := h.runBy(shown, call...); got.out != "0\n" {
		t.Errorf("a client with a certificate: %+v", got)
	}
	if got := h.runBy(shown, "ior", "--probe", url); got.status != 0 || !strings.Contains(got.out, "TLS 1.3, ") || !strings.Contains(got.out, "certificate of CN=bank,O=DSOM") {
		t.Errorf("the probe: %+v", got)
	}
	if got := h.runBy(with(), "ior", "--probe", url); got.status == 0 || !strings.Contains(got.out, "tls-client-certificate") || !strings.Contains(got.out, "DSOM_TLS_CERTIFICATE") {
		t.Errorf("the probe without a certificate: %+v", got)
	}

	// The daemon's own objects name both ports.
	ref := strings.TrimSpace(h.must("name", "resolve", "bank"))
	u, err := ior.ParseURL(ref)
	if err != nil || u.IOR == nil {
		t.Fatalf("%q: %v", ref, err)
	}
	b, err := u.IOR.Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	sealed, ok := b.TLS()
	if !ok || b.Port == 0 {
		t.Errorf("the naming service names port %d, and of TLS %+v", b.Port, sealed)
	}
	byTLS := ior.URL{Scheme: "corbaloc", Addresses: []ior.Address{{Scheme: "ssliop", Version: b.Version, Host: b.Host, Port: sealed.Port}}, Key: []byte("NameService")}
	sealedOnly := append(shown, "DSOM_REQUIRE_TLS=true")
	if got := h.runBy(sealedOnly, "call", byTLS.String(), "_is_a", "IDL:omg.org/CosNaming/NamingContextExt:1.0"); got.out != "true\n" {
		t.Errorf("the naming service by TLS: %+v", got)
	}

	// Another certificate, taken up by the daemon and by the server.
	ca.IssueTo(t, certs.Order{Name: "bank, renewed", Until: time.Now().Add(48 * time.Hour)}, p)
	if got := h.runBy(shown, "ior", "--probe", url); got.status != 0 || !strings.Contains(got.out, "renewed") {
		t.Errorf("after the renewal: %+v", got)
	}
	h.stopDaemon()

	none := filepath.Join(h.state, "none.pem")
	for want, args := range map[string][]string{
		"--tls-listen: a server needs a certificate": {"--tls-listen", ":0"},
		none:                             {"--tls-listen", "127.0.0.1:0", "--tls-certificate", none},
		"calls are taken nowhere by TLS": {"--tls-clients", ca.File},
		"is not HOST:PORT":               {"--tls-listen", "nonsense", "--tls-certificate", p.Cert, "--tls-key", p.Key},
	} {
		if got := h.run(append([]string{"daemon", "--state", h.state, "--listen", "127.0.0.1:0"}, args...)...); got.status == 0 || !strings.Contains(got.err, want) {
			t.Errorf("%q: got %+v, want %q", args, got, want)
		}
	}
}
