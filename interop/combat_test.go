package interop_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/internal/freeport"
	"github.com/opendsom/dsom/interop/combat"
	"github.com/opendsom/dsom/interop/gopeer"
	"github.com/opendsom/dsom/interop/matrix"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/tshark"
	"github.com/opendsom/dsom/interop/wiretap"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/probe"
)

// TestCombat runs Combat's client against omniORB's server, in each version of GIOP.
func TestCombat(t *testing.T) {
	t.Parallel()
	client := combat.Build(t, &tally)
	orb := omniorb.Build(t, &tally)
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			port := freeport.Hold(t)
			capture := tshark.Start(t, port)
			s := orb.Start(t, omniorb.Options{Version: version, Port: port})
			r := client.Run(t, combat.Options{}, s.IOR)
			counts := s.Stop(t)
			var unsupported, expected []string
			if version != "1.2" {
				expected = combat.Wide
			}
			if version == "1.1" {
				unsupported = combat.Fragmented
			}
			checkCombat(t, r, unsupported, expected)
			if got, want := counts.Answered+counts.Oneways, r.Made; got != want {
				t.Errorf("the server had %d requests, the client made %d", got, want)
			}
			for _, m := range tshark.Troubled(capture.Stop(t)) {
				t.Errorf("tshark: %v", m)
			}
		})
	}
	t.Run("corbaloc", func(t *testing.T) {
		t.Parallel()
		port := freeport.Hold(t)
		orb.Start(t, omniorb.Options{Port: port})
		r := client.Run(t, combat.Options{}, fmt.Sprintf("corbaloc::127.0.0.1:%d/interop", port), "hub", "struct")
		if len(r.By(peer.OK)) != 2 {
			t.Errorf("by corbaloc: %v", r)
		}
	})
}

// TestCombatGo runs Combat's client against this project's server. It sends CancelRequests, which this server heeds.
func TestCombatGo(t *testing.T) {
	t.Parallel()
	client := combat.Build(t, &tally)
	forEachForm(t, func(t *testing.T, version string, form gopeer.Options) {
		form.Version, form.Port = version, freeport.Hold(t)
		options := combat.Options{Port: freeport.Hold(t), Cancel: true}
		capture := tshark.Start(t, form.Port, options.Port)
		s := gopeer.Start(t, form)
		r := client.Run(t, options, s.IOR)
		s.Stop(t)
		expected := map[string][]string{"1.0": combat.Wide, "1.1": append([]string{"char_latin1"}, combat.WideChars...), "1.2": {"char_latin1"}}
		var unsupported []string // this server sends no fragments of GIOP 1.1
		if version == "1.1" && form.BigEndian {
			unsupported = combat.WideStrings
		}
		checkCombat(t, r, unsupported, expected[version])
		checkRow(t, matrix.Row{Client: combat.Peer.Name, Server: matrix.Self, Version: version}, form, r)
		checkIDs(t, combat.Peer.Name, s.Tap, form.Port)
		checkWire(t, capture.Stop(t), version, side{s.ORB, form})
		received := s.Tap.Count(func(m wiretap.Message) bool { return !m.Sent && m.Header.Type == giop.TypeRequest })
		forwards := s.Tap.Count(func(m wiretap.Message) bool { // which Combat follows by itself
			return m.Sent && m.Header.Type == giop.TypeReply && m.Status > giop.SystemException
		})
		checkCounts(t, []count{
			{"requests of the client", r.Made + forwards, received - requestsTo(s.ORB, form.Port)},
			{"callbacks to the client", r.Served + r.Oneways, requestsTo(s.ORB, options.Port)},
			{"cancelled requests", s.Tap.Count(cancelled), 1},
		})
	})
}

// TestCombatServer runs this project's client against Combat's server.
func TestCombatServer(t *testing.T) {
	t.Parallel()
	orb := combat.Build(t, &tally)
	for _, version := range combat.Peer.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			checkServer(t, combat.Peer.Name, version, orb.Start(t, combat.Options{Version: version}))
		})
	}
	t.Run("probed", func(t *testing.T) {
		t.Parallel()
		hub, p := firstProfile(t, orb.Start(t, combat.Options{}).IOR)
		gone := &ior.IOR{TypeID: hub.TypeID, Profiles: ior.IIOP{Version: p.Version, Key: []byte("no such key")}.At([]ior.Address{{Host: p.Host, Port: p.Port}})}
		for _, c := range []struct {
			*ior.IOR
			want probe.Outcome
		}{{hub, probe.Reachable}, {gone, probe.NotExist}} { // it answers no LocateRequest for what it has not
			var prober probe.Prober
			if r := prober.Probe(t.Context(), c.IOR); len(r.Addresses) != 1 || r.Addresses[0].Outcome != c.want {
				t.Errorf("got %+v, want %s", r, c.want)
			}
		}
	})
	t.Run("big-endian, in fragments", func(t *testing.T) {
		t.Parallel()
		cases := []string{"prims", "params_many", "octets", "big_in", "big_both", "wstring", "callback", "refs_sequence"}
		s := orb.Start(t, combat.Options{})
		if r := gopeer.Run(t, gopeer.Options{BigEndian: true, Fragment: 1000}, s.IOR, cases...); len(r.By(peer.OK)) != len(cases) {
			t.Errorf("got %v", r)
		}
	})
}

// TestCombatLimits demands that the minimal reproductions of what Combat cannot do still show it.
func TestCombatLimits(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("combat/limits/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no limits of Combat: %v", err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			combat.CheckLimit(t, file)
		})
	}
}

// checkCombat demands that every case went well but those that Combat has no means for, at all or in this version, and
// those that had to fail.
func checkCombat(t *testing.T, r peer.Report, unsupported, expected []string) {
	t.Helper()
	unsupported = slices.Concat(combat.Unsupported, combat.Identity, []string{"truncated_here"}, matrix.Custom, unsupported)
	for _, c := range []struct {
		verdict peer.Verdict
		want    []string
	}{{peer.Fail, combat.Chunked}, {peer.Unsupported, unsupported}, {peer.Expected, expected}} {
		got, want := slices.Sorted(slices.Values(r.Names(c.verdict))), slices.Sorted(slices.Values(c.want))
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q\n%v", c.verdict, got, want, r)
		}
	}
	if len(r.By(peer.OK)) < 100 {
		t.Errorf("only %d cases went well", len(r.By(peer.OK)))
	}
}
