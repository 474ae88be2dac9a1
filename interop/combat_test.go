package interop_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/opendsom/dsom/interop/combat"
	"github.com/opendsom/dsom/interop/omniorb"
	"github.com/opendsom/dsom/interop/peer"
	"github.com/opendsom/dsom/interop/tshark"
)

// TestCombat runs Combat's client against omniORB's server, in each version of GIOP.
func TestCombat(t *testing.T) {
	t.Parallel()
	client := combat.Build(t, &tally)
	orb := omniorb.Build(t, &tally)
	for _, version := range omniorb.Versions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			port := omniorb.FreePort(t)
			capture := tshark.Start(t, port)
			s := orb.Start(t, omniorb.Options{Version: version, Port: port})
			r := client.Run(t, combat.Options{}, s.IOR)
			counts := s.Stop(t)
			checkCombat(t, r, version)
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
		port := omniorb.FreePort(t)
		orb.Start(t, omniorb.Options{Port: port})
		r := client.Run(t, combat.Options{}, fmt.Sprintf("corbaloc::127.0.0.1:%d/interop", port), "hub", "struct")
		if len(r.By(peer.OK)) != 2 {
			t.Errorf("by corbaloc: %v", r)
		}
	})
}

// checkCombat demands that every case went well but those that Combat has no means for, or not in this version.
func checkCombat(t *testing.T, r peer.Report, version string) {
	t.Helper()
	unsupported := slices.Clone(combat.Unsupported)
	var expected []string
	if version != "1.2" {
		expected = combat.Wide
	}
	if version == "1.1" {
		unsupported = append(unsupported, combat.Fragmented...)
	}
	for _, c := range []struct {
		verdict peer.Verdict
		want    []string
	}{{peer.Fail, nil}, {peer.Unsupported, unsupported}, {peer.Expected, expected}} {
		got, want := slices.Sorted(slices.Values(r.Names(c.verdict))), slices.Sorted(slices.Values(c.want))
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q\n%v", c.verdict, got, want, r)
		}
	}
	if len(r.By(peer.OK)) < 100 {
		t.Errorf("only %d cases went well", len(r.By(peer.OK)))
	}
}
