package interop_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/interop/bidir"
	"github.com/opendsom/dsom/interop/combat"
	stubs "github.com/opendsom/dsom/interop/gen/bidir"
	"github.com/opendsom/dsom/interop/glassfish"
	"github.com/opendsom/dsom/interop/gopeer/bothways"
	"github.com/opendsom/dsom/interop/jacorb"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/omnipy"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/wiretap"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// inward is TCP for connections from others only: who is not reached over those is not reached.
type inward struct {
	transport.Transport
	tried atomic.Int32 // connections that were wanted
}

func (w *inward) Dial(context.Context, transport.Endpoint) (transport.Conn, error) {
	w.tried.Add(1)
	return nil, errors.New("no connections are made here")
}

// A biSide is an ORB with a Peer that can be called against the direction of connections.
type biSide struct {
	*orb.ORB
	me     stubs.Peer
	inward inward
	tap    wiretap.Tap
}

// biServer returns one that accepts to call back, and makes no connections.
func biServer(t *testing.T, cfg orb.Config) *biSide {
	t.Helper()
	s := new(biSide)
	s.inward.Transport = s.tap.On(tcp.New())
	cfg.Transports, cfg.Listen, cfg.BiDir.Accept = transport.Set{&s.inward}, []string{"tcp:127.0.0.1:0"}, true
	s.start(t, cfg)
	return s
}

// biClient returns one that offers to be called back.
func biClient(t *testing.T, cfg orb.Config) *biSide {
	t.Helper()
	s := new(biSide)
	cfg.Transports, cfg.BiDir.Offer = transport.Set{s.tap.On(tcp.New())}, true
	s.start(t, cfg)
	return s
}

func (s *biSide) start(t *testing.T, cfg orb.Config) {
	t.Helper()
	cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	var err error
	if s.ORB, err = orb.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	if s.me, err = bothways.Publish(s.ORB); err != nil {
		t.Fatal(err)
	}
}

// url names the side's Peer.
func (s *biSide) url() string { return orb.RefOf(s.me.(orb.Object)).String() }

// run runs the cases against the Peer at url.
func (s *biSide) run(t *testing.T, url string) peer.Report {
	t.Helper()
	there, err := stubs.PeerClass.Bind(t.Context(), s.ORB, url)
	if err != nil {
		t.Fatal(err)
	}
	c := bothways.Client{There: there, Me: s.me, Rand: rand.New(rand.NewPCG(uint64(peer.Seed(t)), 0)), Made: func() int { return s.tap.Count(wiretap.Made) }}
	r := c.Run(t.Context())
	r.Served = s.tap.Count(wiretap.Answered)
	return r
}

// A bothWaysPeer is a peer with programs for the suite of bidirectional GIOP.
type bothWaysPeer interface {
	ServeBothWays(testing.TB, bidir.Options) *peer.Server
	CallBothWays(t testing.TB, o bidir.Options, url string) peer.Report
}

var bothWaysPeers = []struct {
	matrix.Peer
	build func(testing.TB) bothWaysPeer
}{
	{omniorb.Peer, func(t testing.TB) bothWaysPeer { return bidir.Build(t, &tally) }},
	{omniorb.ForeignPeer, func(t testing.TB) bothWaysPeer { return bidir.BuildFor(t, &tally, omniorb.Foreign) }},
	{omnipy.Peer, func(t testing.TB) bothWaysPeer { return omnipy.Build(t, &tally) }},
	{jacorb.Peer, func(t testing.TB) bothWaysPeer { return jacorb.Build(t, &tally) }},
	{glassfish.Peer, func(t testing.TB) bothWaysPeer { return glassfish.Build(t, &tally) }},
	{combat.Peer, func(t testing.TB) bothWaysPeer { return combat.Build(t, &tally) }},
}

// checkBothWays holds a report of the suite of bidirectional GIOP against the row.
func checkBothWays(t *testing.T, client, server string, r peer.Report) {
	t.Helper()
	document.CheckSuites(t, matrix.Row{Client: client, Server: server, Version: "1.2"}, []matrix.Suite{matrix.BothWays}, r)
}

// TestBothWays runs the suite of bidirectional GIOP between this project and each peer, in both directions, so that there is
// no other way back than the connection there: this project's server makes no connections, its client listens nowhere.
func TestBothWays(t *testing.T) {
	t.Parallel()
	for _, p := range bothWaysPeers {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			program := p.build(t)
			testBothWays(t, p.Peer, program)
			t.Run("not offered", func(t *testing.T) {
				t.Parallel()
				s := biServer(t, orb.Config{})
				checkFailed(t, program.CallBothWays(t, bidir.Options{}, s.url()), "", matrix.CalledBack)
			})
		})
	}
}

func testBothWays(t *testing.T, p matrix.Peer, program bothWaysPeer) {
	t.Helper()
	_, unable := matrix.Of(p.Limits, true, "1.2")[matrix.CalledBack[0]]
	t.Run("bidirectional client", func(t *testing.T) {
		t.Parallel()
		s := biServer(t, orb.Config{})
		r := program.CallBothWays(t, bidir.Options{Offer: true}, s.url())
		checkBothWays(t, p.Name, matrix.Self, r)
		checkCounts(t, []count{{"requests of the client", r.Made, s.tap.Count(received)}})
		if unable {
			return
		}
		checkCounts(t, []count{{"calls back", s.tap.Count(wiretap.Made), r.Served}})
		if n := s.inward.tried.Load(); n > 0 {
			t.Errorf("the server wanted %d connections of its own", n)
		}
	})
	t.Run("bidirectional server", func(t *testing.T) {
		t.Parallel()
		client := biClient(t, orb.Config{})
		s := program.ServeBothWays(t, bidir.Options{Accept: true})
		r := client.run(t, s.IOR)
		if err := client.Shutdown(t.Context()); err != nil { // omniORB's server waits for its clients, five seconds
			t.Error(err)
		}
		counts := s.Stop(t)
		checkBothWays(t, matrix.Self, p.Name, r)
		checkCounts(t, []count{{"requests of the client", r.Made, counts.Answered}})
		if !unable { // otherwise its calls go to an address that nobody has
			checkCounts(t, []count{{"calls back", counts.Made, r.Served}})
		}
	})
}

func received(m wiretap.Message) bool { return !m.Sent && m.Header.Type == giop.TypeRequest }

// checkFailed demands that these cases failed, with details that begin so, and the others went well.
func checkFailed(t *testing.T, r peer.Report, detail string, failed []string) {
	t.Helper()
	if n := len(r.Outcomes); n != len(matrix.BothWays.Cases) {
		t.Fatalf("%d cases were run", n)
	}
	for _, o := range r.Outcomes {
		want := slices.Contains(failed, o.Case)
		if (o.Verdict == peer.Fail) != want || want && !strings.HasPrefix(o.Detail, detail) {
			t.Errorf("%s: %s %s", o.Case, o.Verdict, o.Detail)
		}
	}
}

// TestBothWaysOwn runs the suite between this project and itself, in the other byte order on either side.
func TestBothWaysOwn(t *testing.T) {
	t.Parallel()
	for _, big := range []bool{false, true} {
		s, client := biServer(t, orb.Config{BigEndian: !big}), biClient(t, orb.Config{BigEndian: big})
		r := client.run(t, s.url())
		row := ownRow("1.2", big, !big)
		checkBothWays(t, row.Client, row.Server, r)
		checkCounts(t, []count{{"requests of the client", r.Made, s.tap.Count(received)}, {"calls back", s.tap.Count(wiretap.Made), r.Served}})
	}
}

// TestBiDirOfOmniORB holds that omniORB is called back in fragments, too, and that what its adapters do not allow is not done.
func TestBiDirOfOmniORB(t *testing.T) {
	t.Parallel()
	program := bidir.Build(t, &tally)
	for name, c := range map[string]struct {
		o        bidir.Options
		fragment int
		detail   string
		failed   []string
	}{
		"offered, in fragments": {bidir.Options{Offer: true}, 1000, "", nil},
		"not offered":           {bidir.Options{}, 0, "TRANSIENT", matrix.CalledBack},
		"offered, but NORMAL":   {bidir.Options{Offer: true, Normal: true}, 0, "OBJ_ADAPTER", matrix.CalledBack},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := biServer(t, orb.Config{FragmentSize: c.fragment})
			checkFailed(t, program.CallBothWays(t, c.o, s.url()), c.detail, c.failed)
		})
	}
}

// TestBiDirToOmniORB holds that an ORB is called back by omniORB over its own connection, whatever it sends.
func TestBiDirToOmniORB(t *testing.T) {
	t.Parallel()
	program := bidir.Build(t, &tally)
	for name, config := range map[string]orb.Config{
		"listening":                        {Listen: []string{"tcp:127.0.0.1:0"}},
		"listening nowhere, in fragments":  {FragmentSize: 1000},
		"listening nowhere, in big-endian": {BigEndian: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := biClient(t, config)
			s := program.ServeBothWays(t, bidir.Options{Accept: true})
			checkFailed(t, client.run(t, s.IOR), "", nil)
			if n := client.Connections(); n != 0 {
				t.Errorf("%d connections to the client", n)
			}
		})
	}
}

// TestBiDirNotAccepted holds that omniORB finds no way to a client that listens nowhere if it does not accept the offer.
func TestBiDirNotAccepted(t *testing.T) {
	t.Parallel()
	program := bidir.Build(t, &tally)
	client := biClient(t, orb.Config{})
	s := program.ServeBothWays(t, bidir.Options{})
	there, err := stubs.PeerClass.Bind(t.Context(), client.ORB, s.IOR)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.Meet(t.Context(), client.me, 1); !errors.Is(err, exc.Transient) {
		t.Errorf("got %v", err)
	}
}

// TestBothWaysCombat shows with omniORB alone that what Combat's client cannot is its own limit.
func TestBothWaysCombat(t *testing.T) {
	t.Parallel()
	client := combat.Build(t, &tally)
	program := bidir.Build(t, &tally)
	back := program.ServeBothWays(t, bidir.Options{Accept: true, Back: true})
	checkFailed(t, client.CallBothWays(t, bidir.Options{Offer: true}, back.IOR), "", matrix.CalledBack)
	free := program.ServeBothWays(t, bidir.Options{Accept: true})
	checkFailed(t, client.CallBothWays(t, bidir.Options{Offer: true}, free.IOR), "", nil)
}
