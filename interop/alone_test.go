package interop_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/combat"
	"github.com/opendsom/dsom/interop/glassfish"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/smalltalk"
)

// A lonely peer's own client runs cases against its own server, without this project, in a version of GIOP.
type lonely struct {
	matrix.Peer
	build func(*testing.T) func(t *testing.T, version string, cases ...string) peer.Report
}

func lonelyJava(p matrix.Peer, build func(testing.TB, *peer.Tally) *java.ORB) lonely {
	return lonely{p, func(t *testing.T) func(*testing.T, string, ...string) peer.Report {
		o := build(t, &tally)
		return func(t *testing.T, version string, cases ...string) peer.Report {
			return o.Run(t, java.Options{Version: version}, o.Start(t, java.Options{Version: version}).IOR, cases...)
		}
	}}
}

var lonelyPeers = []lonely{
	{omniorb.Peer, func(t *testing.T) func(*testing.T, string, ...string) peer.Report {
		o := omniorb.Build(t, &tally)
		return func(t *testing.T, version string, cases ...string) peer.Report {
			return o.Run(t, omniorb.Options{Version: version}, o.Start(t, omniorb.Options{Version: version}).IOR, cases...)
		}
	}},
	{omnipy.Peer, func(t *testing.T) func(*testing.T, string, ...string) peer.Report {
		o := omnipy.Build(t, &tally)
		return func(t *testing.T, version string, cases ...string) peer.Report {
			return o.Run(t, omnipy.Options{Version: version}, o.Start(t, omnipy.Options{Version: version}).IOR, cases...)
		}
	}},
	lonelyJava(jacorb.Peer, jacorb.Build),
	lonelyJava(glassfish.Peer, glassfish.Build),
	{combat.Peer, func(t *testing.T) func(*testing.T, string, ...string) peer.Report {
		o := combat.Build(t, &tally)
		return func(t *testing.T, version string, cases ...string) peer.Report {
			return o.Run(t, combat.Options{Port: freeport.Hold(t)}, o.Start(t, combat.Options{Version: version}).IOR, cases...)
		}
	}},
	{smalltalk.Peer, func(t *testing.T) func(*testing.T, string, ...string) peer.Report {
		o := smalltalk.Build(t, &tally)
		return func(t *testing.T, version string, cases ...string) peer.Report {
			return o.Run(t, smalltalk.Options{}, o.Start(t, smalltalk.Options{Version: version}).IOR, cases...)
		}
	}},
}

// TestAlone runs the cases that are said to be a peer's limit because they fail between its own client and its own server as well, in each version of GIOP: they do.
func TestAlone(t *testing.T) {
	t.Parallel()
	for _, p := range lonelyPeers {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			run := p.build(t)
			for _, version := range p.Versions {
				cases := slices.DeleteFunc(matrix.Shown(p.Limits, version), func(name string) bool { return !slices.Contains(matrix.Cases(), name) })
				if len(cases) == 0 {
					continue
				}
				t.Run(version, func(t *testing.T) {
					t.Parallel()
					checkAlone(t, p.Peer, version, run(t, version, cases...))
				})
			}
		})
	}
}

// checkAlone holds a run of a peer's own client against its own server against the limits that it is said to have.
func checkAlone(t *testing.T, p matrix.Peer, version string, r peer.Report) {
	t.Helper()
	hubs := func(client bool) map[string]matrix.Limit {
		of := matrix.Of(p.Limits, client, version)
		maps.DeleteFunc(of, func(name string, _ matrix.Limit) bool { return !slices.Contains(matrix.Cases(), name) })
		return of
	}
	for _, w := range matrix.Alone(r, hubs(true), hubs(false)) {
		t.Error(w)
	}
}
