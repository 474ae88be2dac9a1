package interop_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/interop/combat"
	"github.com/opendsom/dsom/interop/glassfish"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/peer"
)

// spoilt are operations whose replies are made wrong, each with a case that must fail for it: one of most suites.
var spoilt = map[string]string{
	"mirror_long": "long", "mirror_wstring": "wstring", "mirror_entry": "struct", "mirror_any": "any_basic", "pass_place": "boxes",
	"raise_detailed": "ex_detailed", "mix": "params", "tell": "callback", "checksum": "big_in",
}

// untouched are cases that go well all the same.
var untouched = []string{"ping", "boolean", "octet", "refs_nil"}

// A spoilPeer is a peer of which a client, a server or both are run.
type spoilPeer struct {
	client func(t *testing.T, url string, cases ...string) peer.Report
	server func(t *testing.T) *peer.Server
}

func javaSpoil(o *java.ORB) spoilPeer {
	return spoilPeer{
		func(t *testing.T, url string, cases ...string) peer.Report {
			return o.Run(t, java.Options{}, url, cases...)
		},
		func(t *testing.T) *peer.Server { return o.Start(t, java.Options{}) },
	}
}

var spoilPeers = []struct {
	matrix.Peer
	build func(*testing.T) spoilPeer
}{
	{omniorb.Peer, func(t *testing.T) spoilPeer {
		o := omniorb.Build(t, &tally)
		return spoilPeer{
			func(t *testing.T, url string, cases ...string) peer.Report {
				return o.Run(t, omniorb.Options{}, url, cases...)
			},
			func(t *testing.T) *peer.Server { return o.Start(t, omniorb.Options{}) },
		}
	}},
	{omnipy.Peer, func(t *testing.T) spoilPeer {
		o := omnipy.Build(t, &tally)
		return spoilPeer{
			func(t *testing.T, url string, cases ...string) peer.Report {
				return o.Run(t, omnipy.Options{}, url, cases...)
			},
			func(t *testing.T) *peer.Server { return o.Start(t, omnipy.Options{}) },
		}
	}},
	{jacorb.Peer, func(t *testing.T) spoilPeer { return javaSpoil(jacorb.Build(t, &tally)) }},
	{glassfish.Peer, func(t *testing.T) spoilPeer { return javaSpoil(glassfish.Build(t, &tally)) }},
	{combat.Peer, func(t *testing.T) spoilPeer {
		o := combat.Build(t, &tally)
		return spoilPeer{client: func(t *testing.T, url string, cases ...string) peer.Report {
			return o.Run(t, combat.Options{}, url, cases...)
		}}
	}},
	{foreign, func(t *testing.T) spoilPeer {
		z := gopeer.BuildForeign(t, &tally)
		return spoilPeer{
			func(t *testing.T, url string, cases ...string) peer.Report { return z.Run(t, "1.2", url, cases...) },
			func(t *testing.T) *peer.Server { return z.Start(t, "1.2") },
		}
	}},
}

// TestWrongValues breaks cases on purpose: replies to some operations come with another last octet than was sent. The clients of
// all peers must see that, and this project's client must with the servers of all; the table would have no such cell.
func TestWrongValues(t *testing.T) {
	t.Parallel()
	var operations, cases []string
	for operation, name := range spoilt {
		operations, cases = append(operations, operation), append(cases, name)
	}
	spoil := gopeer.Options{Spoil: strings.Join(operations, " ")}
	cases = append(cases, untouched...)
	for _, p := range spoilPeers {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			s := p.build(t)
			t.Run("client", func(t *testing.T) {
				t.Parallel()
				server := gopeer.Start(t, spoil)
				checkSpoilt(t, s.client(t, server.IOR, cases...), matrix.Of(p.Limits, true, "1.2"))
			})
			if s.server != nil {
				t.Run("server", func(t *testing.T) {
					t.Parallel()
					checkSpoilt(t, gopeer.Run(t, spoil, s.server(t).IOR, cases...), matrix.Of(p.Limits, false, "1.2"))
				})
			}
		})
	}
}

// checkSpoilt demands that the cases of spoilt replies failed, in the table's eyes too, and no others.
func checkSpoilt(t *testing.T, r peer.Report, limits map[string]matrix.Limit) {
	t.Helper()
	_, wrong := matrix.Judge(r, "1.2", matrix.Suites, limits)
	for _, name := range spoilt {
		if _, limited := limits[name]; limited {
			continue
		}
		if !slices.ContainsFunc(wrong, func(w string) bool { return strings.HasPrefix(w, "fail "+name+":") }) {
			t.Errorf("case %s did not see that its reply was changed:\n%v", name, r)
		}
	}
	for _, name := range untouched {
		if !slices.Contains(r.Names(peer.OK), name) {
			t.Errorf("case %s did not go well, though no reply of it was changed:\n%v", name, r)
		}
	}
}
