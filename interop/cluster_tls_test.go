//go:build linux

package interop_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/std/cosnaming"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
	"github.com/opendsom/dsom/transport/tls"
)

// TestClusterTLS has daemons of two machines take calls by TLS as well: a client that speaks nothing else gets from each what the other was told, and gets
// by each to a server that takes nothing else.
func TestClusterTLS(t *testing.T) {
	t.Parallel()
	t.Run("besides", func(t *testing.T) { clusterTLS(t) })
	t.Run("alone", func(t *testing.T) { clusterTLS(t, "--tls-require") })
}

func clusterTLS(t *testing.T, more ...string) {
	t.Parallel()
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{Name: "m"})
	f := newFleet(t, 2, append(more, "--tls-listen", "same", "--tls-certificate", own.Cert, "--tls-key", own.Key, "--tls-authorities", ca.File)...)
	for _, d := range f.all {
		f.eventually(d.name+" knows all", func() bool { return f.machines(d) == "m0 m1" })
	}
	f.addBank(f.all[0], "any", "-e", "DSOM_TLS_CERTIFICATE="+own.Cert, "-e", "DSOM_TLS_KEY="+own.Key, "-e", "DSOM_TLS_AUTHORITIES="+ca.File, "-e", "DSOM_REQUIRE_TLS=true")
	f.must(f.all[0], "server", "start", "bank")
	f.eventually("the bank is known at both", func() bool { return f.server(f.all[1], "bank").Run.Starts == 1 })
	seals, err := tls.New(tls.Config{Authorities: ca.File})
	if err != nil {
		t.Fatal(err)
	}
	client, err := orb.New(orb.Config{Transports: transport.Set{tcp.New(), seals}, CallTLSOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Shutdown(context.Background())
	const authorities, alone = "DSOM_TLS_AUTHORITIES=", "DSOM_REQUIRE_TLS=true"
	for i, d := range f.all {
		at := "corbaloc:ssliop:1.2@" + d.address + "/NameService"
		x, err := cosnaming.NamingContextClass.Bind(t.Context(), client, at)
		if err != nil {
			t.Fatal(err)
		}
		if o, err := x.Resolve(t.Context(), cosnaming.Name{{Id: "bank"}, {Id: "main"}}); err != nil || orb.RefOf(o).IOR().TypeID != "IDL:Bank/Account:1.0" {
			t.Errorf("the naming service at %s: %v, %v", d.name, o, err)
		}
		d.env = []string{authorities + ca.File, alone}
		if _, err := f.dsom(d, "call", "corbaloc::"+d.address+"/NameService", "_non_existent"); err == nil || !strings.Contains(err.Error(), "CallTLSOnly") {
			t.Errorf("what speaks nothing else calls %s without TLS: %v", d.name, err)
		}
		name := "corbaname:ssliop:1.2@" + d.address + "#bank/main"
		if got := f.must(d, "call", "--idl", "../demo/bank/bank.idl", name, "deposit", "1"); got != "" {
			t.Errorf("the bank by %s: %q", d.name, got)
		}
		if got, want := f.must(d, "call", "--idl", "../demo/bank/bank.idl", name, "balance"), fmt.Sprintln(i+1); got != want {
			t.Errorf("the balance by %s is %q, want %q", d.name, got, want)
		}
	}
}
