package interop_test

import (
	"testing"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/wiretap"
)

// checkClient runs a peer's client against this project's server, holds its report against the row, and both sides' counts of
// requests against each other: those of the client, and those of the server, which calls back.
func checkClient(t *testing.T, name, version string, run func(url string, cases ...string) peer.Report) {
	t.Helper()
	s := gopeer.Start(t, gopeer.Options{Version: version})
	r := run(s.IOR)
	port := int(s.Endpoints()[0].Port)
	s.Stop(t)
	document.Check(t, matrix.Row{Client: name, Server: matrix.Self, Version: version}, r)
	checkIDs(t, name, s.Tap, port)
	own := requestsTo(s.ORB, port)
	checkNearly(t, []count{
		{"requests of the client", r.Made, s.Tap.Count(received) - own},
		{"callbacks to the client", r.Served + r.Oneways, s.Tap.Count(wiretap.Made) - own},
	})
	checkCalls(t, r)
}

// checkIDs demands that a client whose values come in chunks of its own kind gives even ids to its requests, and Combat odd ones as well: that is
// what tells the server that it is neither of the two.
func checkIDs(t *testing.T, name string, tap *wiretap.Tap, port int) {
	t.Helper()
	odd := tap.Count(func(m wiretap.Message) bool {
		return !m.Sent && m.Header.Type == giop.TypeRequest && m.To == port && m.ID&1 != 0
	})
	switch name {
	case "omniORB", "omniORBpy", "JacORB", "JacORB, C locale":
		if odd > 0 {
			t.Errorf("%d requests of %s have odd ids", odd, name)
		}
	case "Combat":
		if odd == 0 {
			t.Errorf("no request of %s has an odd id", name)
		}
	}
}

// checkServer runs this project's client against a peer's server, which has been started, as checkClient does the other way.
func checkServer(t *testing.T, name, version string, s *peer.Server) {
	t.Helper()
	client := gopeer.NewORB(t, gopeer.Options{})
	r := client.Run(t, s.IOR)
	counts := s.Stop(t)
	client.Stop(t)
	document.Check(t, matrix.Row{Client: matrix.Self, Server: name, Version: version}, r)
	forwards := client.Tap.Count(func(m wiretap.Message) bool {
		return !m.Sent && m.Header.Type == giop.TypeReply && m.Status > giop.SystemException
	})
	checkNearly(t, []count{
		{"requests of the client", r.Made, counts.Answered + counts.Oneways + forwards},
		{"callbacks to the client", r.Served + r.Oneways, counts.Made},
	})
	checkCalls(t, r)
}

// within is by how many calls two counts may differ: the interceptors by which peers count see calls inside their process, of
// which there are up to eight, and some see those that fail before they are sent, the five of wide characters before GIOP 1.2.
const within = 13

func checkNearly(t *testing.T, counts []count) {
	t.Helper()
	for _, c := range counts {
		if c.a-c.b > within || c.b-c.a > within || min(c.a, c.b) <= within {
			t.Errorf("%s: one side counts %d, the other %d", c.what, c.a, c.b)
		}
	}
}

// checkCalls demands that the calls of the cases that went well are no more than those that the client made in all. (That each
// of them made some, matrix.Judge sees to.)
func checkCalls(t *testing.T, r peer.Report) {
	t.Helper()
	calls := 0
	for _, o := range r.Outcomes {
		calls += o.Calls
	}
	if calls > r.Made || calls < len(r.By(peer.OK)) {
		t.Errorf("the cases made %d calls, the client %d", calls, r.Made)
	}
}
