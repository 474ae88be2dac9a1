package interop_test

import (
	"testing"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/combat"
	"github.com/opendsom/dsom/interop/glassfish"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/wiretap"
)

// A seamsProgram is a peer's server and client, in a version of GIOP.
type seamsProgram struct {
	start func(t testing.TB, version string) *peer.Server
	run   func(t testing.TB, version, url string, cases ...string) peer.Report
}

var seamsPeers = []struct {
	name  string
	cuts  bool // it sends fragments in GIOP 1.1
	build func(testing.TB) seamsProgram
}{
	{omniorb.Peer.Name, true, func(t testing.TB) seamsProgram { return omniProgram(omniorb.Build(t, &tally)) }},
	{omniorb.ForeignPeer.Name, true, func(t testing.TB) seamsProgram {
		return omniProgram(omniorb.BuildFor(t, &tally, omniorb.Foreign))
	}},
	{omnipy.Peer.Name, true, func(t testing.TB) seamsProgram {
		o := omnipy.Build(t, &tally)
		return seamsProgram{
			func(t testing.TB, version string) *peer.Server { return o.Start(t, omnipy.Options{Version: version}) },
			func(t testing.TB, version, url string, cases ...string) peer.Report {
				return o.Run(t, omnipy.Options{Version: version}, url, cases...)
			},
		}
	}},
	{jacorb.Peer.Name, false, func(t testing.TB) seamsProgram { return javaProgram(jacorb.Build(t, &tally)) }},
	{glassfish.Peer.Name, false, func(t testing.TB) seamsProgram { return javaProgram(glassfish.Build(t, &tally)) }},
	{combat.Peer.Name, false, func(t testing.TB) seamsProgram {
		o := combat.Build(t, &tally)
		return seamsProgram{
			func(t testing.TB, version string) *peer.Server { return o.Start(t, combat.Options{Version: version}) },
			func(t testing.TB, _, url string, cases ...string) peer.Report {
				return o.Run(t, combat.Options{Port: freeport.Hold(t)}, url, cases...)
			},
		}
	}},
	{foreign.Name, false, func(t testing.TB) seamsProgram {
		z := gopeer.BuildForeign(t, &tally)
		return seamsProgram{z.Start, z.Run}
	}},
}

func omniProgram(o *omniorb.ORB) seamsProgram {
	return seamsProgram{
		func(t testing.TB, version string) *peer.Server { return o.Start(t, omniorb.Options{Version: version}) },
		func(t testing.TB, version, url string, cases ...string) peer.Report {
			return o.Run(t, omniorb.Options{Version: version}, url, cases...)
		},
	}
}

func javaProgram(o *java.ORB) seamsProgram {
	return seamsProgram{
		func(t testing.TB, version string) *peer.Server { return o.Start(t, java.Options{Version: version}) },
		func(t testing.TB, version, url string, cases ...string) peer.Report {
			return o.Run(t, java.Options{Version: version}, url, cases...)
		},
	}
}

// fragment reports whether a message is a fragment that has come.
func fragment(m wiretap.Message) bool { return !m.Sent && m.Header.Type == giop.TypeFragment }

// TestSeams lets lists of doubles lie across the ends of the peers' fragments: in their requests, and in their replies.
func TestSeams(t *testing.T) {
	t.Parallel()
	version := matrix.Seams.Only
	check := func(t *testing.T, client, server string, r peer.Report) {
		t.Helper()
		document.CheckSuites(t, matrix.Row{Client: client, Server: server, Version: version}, []matrix.Suite{matrix.Seams}, r)
	}
	for _, p := range seamsPeers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			theirs := p.build(t)
			s := gopeer.Start(t, gopeer.Options{Version: version})
			r := theirs.run(t, version, s.IOR, matrix.Seams.Cases...)
			s.Stop(t)
			check(t, p.name, matrix.Self, r)
			server := theirs.start(t, version)
			client := gopeer.NewORB(t, gopeer.Options{})
			r = client.Run(t, server.IOR, matrix.Seams.Cases...)
			server.Stop(t)
			client.Stop(t)
			check(t, matrix.Self, p.name, r)
			if got := s.Tap.Count(fragment) > 0 && client.Tap.Count(fragment) > 0; got != p.cuts {
				t.Errorf("%s sends fragments: %t", p.name, got)
			}
		})
	}
	for _, big := range []bool{false, true} {
		s := gopeer.Start(t, gopeer.Options{Version: version, BigEndian: big})
		client := gopeer.NewORB(t, gopeer.Options{BigEndian: !big})
		r := client.Run(t, s.IOR, matrix.Seams.Cases...)
		s.Stop(t)
		client.Stop(t)
		row := ownRow(version, !big, big)
		check(t, row.Client, row.Server, r)
	}
}
