package daemon_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/daemon"
	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/internal/certs"
	"github.com/opendsom/dsom/transport/tls"
)

// TestCallsItselfByTLS has a daemon that takes calls by TLS alone be asked for what its naming service has: it knows its own certificate, whoever has signed that, and shows it where clients have to.
func TestCallsItselfByTLS(t *testing.T) {
	t.Parallel()
	ca := certs.New(t, "authority")
	own := ca.Issue(t, certs.Order{})
	for what, c := range map[string]tls.Config{
		"clients are not asked":            {},
		"clients show a certificate":       {Clients: ca.File},
		"servers are known by authorities": {Authorities: certs.New(t, "another").File, Clients: ca.File},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			c.Certificate, c.Key = own.Cert, own.Key
			d := runDSOM(t, daemon.Config{State: t.TempDir(), TLS: &c, TLSListen: "127.0.0.1:0", RequireTLS: true})
			_, err := d.admin.Reference(t.Context(), admin.Question{URL: "corbaname:rir:#nobody"})
			if err == nil || !strings.Contains(err.Error(), "nothing has this name") {
				t.Errorf("what the naming service says: %v", err)
			}
		})
	}
}
