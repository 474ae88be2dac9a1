package interop_test

import (
	"testing"

	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/gopeer/names"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/java"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/smalltalk"
)

// TestSmalltalk runs the ORB in Smalltalk with the one in Go, in both directions.
func TestSmalltalk(t *testing.T) {
	t.Parallel()
	st := smalltalk.Build(t, &tally)
	for _, version := range smalltalk.Peer.Versions {
		t.Run(version+" client", func(t *testing.T) {
			t.Parallel()
			checkClient(t, smalltalk.Peer.Name, version, func(url string, cases ...string) peer.Report {
				return st.Run(t, smalltalk.Options{Version: version, BigEndian: version == "1.1"}, url, cases...)
			})
		})
		t.Run(version+" server", func(t *testing.T) {
			t.Parallel()
			checkServer(t, smalltalk.Peer.Name, version, st.Start(t, smalltalk.Options{Version: version, BigEndian: version == "1.0"}))
		})
		t.Run(version+" naming client", func(t *testing.T) {
			t.Parallel()
			testNamingClient(t, smalltalk.Peer, version, st.CallNaming)
		})
	}
	t.Run("in fragments", func(t *testing.T) {
		t.Parallel()
		cases := document.Runnable(matrix.Row{Client: smalltalk.Peer.Name, Server: smalltalk.Peer.Name, Version: "1.2"})
		forms := []struct {
			gopeer.Options
			st smalltalk.Options
		}{{gopeer.Options{Fragment: 1000}, smalltalk.Options{BigEndian: true, Fragment: 400}}, {gopeer.Options{BigEndian: true, Fragment: 1000}, smalltalk.Options{Fragment: 400}}}
		for _, form := range forms {
			s := gopeer.Start(t, form.Options)
			checkAll(t, "client", "1.2", st.Run(t, form.st, s.IOR, cases...), len(cases))
			s.Stop(t)
			checkAll(t, "server", "1.2", gopeer.Run(t, form.Options, st.Start(t, form.st).IOR, cases...), len(cases))
		}
	})
}

// checkAll demands that so many cases went well, but for a char that UTF-8 has no octet for.
func checkAll(t *testing.T, what, version string, r peer.Report, n int) {
	t.Helper()
	if good := len(r.By(peer.OK)); good != n-1 || len(r.By(peer.Expected)) != 1 {
		t.Errorf("%s in GIOP %s: %d cases of %d\n%v", what, version, good, n, r)
	}
}

// A foreign ORB that the one in Smalltalk is run with.
type withSmalltalk struct {
	matrix.Peer
	start func(version string) *peer.Server
	run   func(version, url string, cases ...string) peer.Report
}

// testSmalltalkWith runs the ORB in Smalltalk with one of another project, in both directions, and holds what each of them counts against the other.
func testSmalltalkWith(t *testing.T, with func(t *testing.T) withSmalltalk) {
	st := smalltalk.Build(t, &tally)
	for _, version := range smalltalk.Peer.Versions {
		t.Run(version+" client", func(t *testing.T) {
			t.Parallel()
			p := with(t)
			row := matrix.Row{Client: smalltalk.Peer.Name, Server: p.Name, Version: version}
			s := p.start(version)
			checkTwo(t, row, st.Run(t, smalltalk.Options{Version: version, BigEndian: version == "1.1"}, s.IOR, document.Runnable(row)...), s)
		})
		t.Run(version+" server", func(t *testing.T) {
			t.Parallel()
			p := with(t)
			row := matrix.Row{Client: p.Name, Server: smalltalk.Peer.Name, Version: version}
			s := st.Start(t, smalltalk.Options{Version: version, BigEndian: version != "1.1"})
			checkTwo(t, row, p.run(version, s.IOR, document.Runnable(row)...), s)
		})
	}
}

func checkTwo(t *testing.T, row matrix.Row, r peer.Report, s *peer.Server) {
	t.Helper()
	counts := s.Stop(t)
	document.Check(t, row, r)
	checkNearly(t, []count{
		{"requests of the client", r.Made, counts.Answered + counts.Oneways},
		{"callbacks to the client", r.Served + r.Oneways, counts.Made},
	})
	checkCalls(t, r)
}

// TestSmalltalkOmniORB and the next: with ORBs in C++ and Java.
func TestSmalltalkOmniORB(t *testing.T) {
	t.Parallel()
	testSmalltalkWith(t, func(t *testing.T) withSmalltalk {
		cpp := omniorb.Build(t, &tally)
		return withSmalltalk{
			omniorb.Peer,
			func(version string) *peer.Server { return cpp.Start(t, omniorb.Options{Version: version}) },
			func(_, url string, cases ...string) peer.Report {
				return cpp.Run(t, omniorb.Options{Port: freeport.Hold(t)}, url, cases...)
			},
		}
	})
}

func TestSmalltalkJacORB(t *testing.T) {
	t.Parallel()
	testSmalltalkWith(t, func(t *testing.T) withSmalltalk {
		orb := jacorb.Build(t, &tally)
		return withSmalltalk{
			jacorb.Peer,
			func(version string) *peer.Server { return orb.Start(t, java.Options{Version: version}) },
			func(version, url string, cases ...string) peer.Report {
				return orb.Run(t, java.Options{Version: version}, url, cases...)
			},
		}
	})
}

// TestSmalltalkNaming has the server in Smalltalk bind its hub in this project's naming service, where it is called by its name, and the client of naming services run in omniNames.
func TestSmalltalkNaming(t *testing.T) {
	t.Parallel()
	st := smalltalk.Build(t, &tally)
	t.Run("server", func(t *testing.T) {
		t.Parallel()
		url, _ := startNaming(t, freeport.Hold(t))
		s := st.Start(t, smalltalk.Options{Naming: url, Name: names.HubName})
		if r := gopeer.Run(t, gopeer.Options{}, "corbaname"+url[len("corbaloc"):]+"#"+names.HubName, "hub", "ping", "struct", "callback"); len(r.By(peer.OK)) != 4 {
			t.Errorf("by corbaname: %v", r)
		}
		if counts := s.Stop(t); counts.Answered < 4 || counts.Made == 0 {
			t.Errorf("the server answered %d calls and made %d", counts.Answered, counts.Made)
		}
	})
	t.Run("omniNames", func(t *testing.T) {
		t.Parallel()
		service := omniorb.StartNaming(t)
		omniorb.Build(t, &tally).Start(t, omniorb.Options{Naming: service.URL, Name: names.HubName})
		if r := st.CallNaming(t, service.URL); len(r.By(peer.OK)) != len(matrix.Naming.Cases) {
			t.Errorf("%v", r)
		}
	})
}
