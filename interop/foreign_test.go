package interop_test

import (
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
)

// foreign is this project on a machine of the other byte order.
var foreign = matrix.Peer{
	Name: "dsom, s390x", Client: true, Server: true, Versions: omniorb.Versions,
	About: "This project built for IBM Z, which is big-endian, and run by qemu's user-mode emulation, from Debian.",
}

// TestForeign runs all suites between this project here and on a machine of the other byte order.
func TestForeign(t *testing.T) {
	t.Parallel()
	z := gopeer.BuildForeign(t, &tally)
	for _, version := range foreign.Versions {
		t.Run(version+" client", func(t *testing.T) {
			t.Parallel()
			checkClient(t, foreign.Name, version, func(url string, cases ...string) peer.Report { return z.Run(t, version, url, cases...) })
		})
		t.Run(version+" server", func(t *testing.T) {
			t.Parallel()
			checkServer(t, foreign.Name, version, z.Start(t, version))
		})
	}
	testBothWays(t, foreign, z)
	for _, version := range foreign.Versions {
		t.Run(version+" naming client", func(t *testing.T) {
			t.Parallel()
			testNamingClient(t, foreign, version, z.CallNaming)
		})
	}
	t.Run("naming server", func(t *testing.T) {
		t.Parallel()
		port := freeport.Hold(t)
		s := z.ServeNames(t, port)
		url := namingURL("", port)
		bindHub(t, url, gopeer.Options{})
		made := 0
		for _, version := range foreign.Versions {
			r := runNaming(t, url, gopeer.Options{Version: version})
			checkNaming(t, matrix.Self, foreign.Name, version, r)
			made += r.Made - 1 // of which the Hub has had one
		}
		if counts := s.Stop(t); counts.Answered < made {
			t.Errorf("the client made %d calls, the service answered %d", made, counts.Answered)
		}
	})
}
