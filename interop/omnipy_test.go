package interop_test

import (
	"testing"

	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/ior"
)

// TestOmniORBpy runs all cases between this project and omniORBpy, in both directions and each version of GIOP; and between its
// own client and server, where its limits have to show as well.
func TestOmniORBpy(t *testing.T) {
	t.Parallel()
	py := omnipy.Build(t, &tally)
	for _, version := range omnipy.Peer.Versions {
		t.Run(version+" client", func(t *testing.T) {
			t.Parallel()
			checkClient(t, omnipy.Peer.Name, version, func(url string, cases ...string) peer.Report {
				return py.Run(t, omnipy.Options{Version: version}, url, cases...)
			})
		})
		t.Run(version+" server", func(t *testing.T) {
			t.Parallel()
			checkServer(t, omnipy.Peer.Name, version, py.Start(t, omnipy.Options{Version: version}))
		})
		t.Run(version+" alone", func(t *testing.T) {
			t.Parallel()
			s := py.Start(t, omnipy.Options{Version: version})
			checkAlone(t, omnipy.Peer, version, py.Run(t, omnipy.Options{Version: version}, s.IOR))
		})
	}
}

// TestOmniORBpyPassesForOmniORB: nothing in omniORBpy's references tells it from omniORB, so that it is written to as to that.
func TestOmniORBpyPassesForOmniORB(t *testing.T) {
	t.Parallel()
	server := omnipy.Build(t, &tally).Start(t, omnipy.Options{Version: "1.2"})
	_, profile := firstProfile(t, server.IOR)
	for _, c := range profile.Components {
		if made, err := c.ORBType(); err == nil {
			if made != ior.ORBTypeOmniORB {
				t.Errorf("its ORB type is %#x, not omniORB's any more", made)
			}
			return
		}
	}
	t.Error("its references tell no ORB type any more")
}
