package neighbours_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/daemon/neighbours"
	"github.com/opendsom/dsom/daemon/neighbours/gen/dsomlink"
)

func hint(host byte, id byte, addresses ...string) neighbours.Hint {
	return neighbours.Hint{Self: neighbours.Self{ID: [16]byte{id}, Name: "n", Addresses: addresses}, From: netip.AddrFrom4([4]byte{10, 0, 0, host})}
}

// TestHints: what is remembered is bounded, of each host and in all; who has answered a call does not go for who has not; what is old goes.
func TestHints(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	var x neighbours.Hints
	tick := func() time.Time { now = now.Add(time.Millisecond); return now }
	known := hint(1, 1, "10.0.0.1:3053")
	x.Add(known, tick())
	x.Answered(known, true)
	for id := byte(2); id < 100; id++ {
		whole := x.Add(hint(1, id, "10.0.0.1:1"), tick())
		if want := id <= neighbours.MostPerHost; whole != want {
			t.Fatalf("%d of a host: room is %v", id, whole)
		}
	}
	all := x.All(now)
	if len(all) != neighbours.MostPerHost || !slices.ContainsFunc(all, func(h neighbours.Hint) bool { return h.ID == known.ID }) || all[0].ID != [16]byte{99} {
		t.Errorf("of a host that says that it is many: %v", all)
	}
	for host := range 250 {
		for id := range byte(4) {
			x.Add(hint(byte(host+2), id, "10.0.0.1:1"), tick())
		}
	}
	all = x.All(now)
	if len(all) != neighbours.MostDaemons || !slices.ContainsFunc(all, func(h neighbours.Hint) bool { return h.ID == known.ID }) {
		t.Errorf("of many hosts %d are remembered, or not the one that has answered", len(all))
	}
	if x.Answered(known, false); len(x.All(now)) != neighbours.MostDaemons {
		t.Error("one is gone since it does not answer")
	}
	x.Add(hint(1, 1, "10.0.0.9:9"), now.Add(neighbours.MostAge-5*time.Second))
	if all = x.All(now.Add(neighbours.MostAge)); len(all) != 1 || all[0].Addresses[0] != "10.0.0.9:9" || !all[0].First.Before(all[0].Last) {
		t.Errorf("after a while: %v", all)
	}
}

// TestHintsAtRandom: whatever is heard, no more is remembered than may be.
func TestHintsAtRandom(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var x neighbours.Hints
	now := time.Unix(1e9, 0)
	for i := range 5000 {
		h := hint(byte(r.IntN(60)), byte(r.IntN(12)))
		if x.Add(h, now); r.IntN(3) == 0 {
			x.Answered(h, r.IntN(4) > 0)
		}
		if r.IntN(100) == 0 {
			now = now.Add(time.Duration(r.Int64N(int64(neighbours.MostAge / 20))))
		}
		if i%20 > 0 {
			continue
		}
		of := map[netip.Addr]int{}
		all := x.All(now)
		for _, h := range all {
			if of[h.From]++; of[h.From] > neighbours.MostPerHost || now.Sub(h.Last) >= neighbours.MostAge {
				t.Fatalf("%d of %v, %v old", of[h.From], h.From, now.Sub(h.Last))
			}
		}
		if len(all) > neighbours.MostDaemons {
			t.Fatalf("%d", len(all))
		}
	}
}

// TestRead: what cannot be shown as it is, or has no bounds, is not believed to be said by a daemon.
func TestRead(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", neighbours.MostName+1)
	if s, ok := neighbours.Read(dsomlink.Here{Name: long[1:], Addresses: []string{"10.0.0.1:1", long[1:]}, Started: 1}); !ok || s.Name != long[1:] || s.Started.Unix() != 1 {
		t.Errorf("%v, %v", s, ok)
	}
	for what, h := range map[string]dsomlink.Here{
		"a name that is too long":       {Name: long},
		"an address that is too long":   {Addresses: []string{long}},
		"addresses that are too many":   {Addresses: make([]string, neighbours.MostAddresses+1)},
		"what a terminal would do":      {Name: "\x1b[2J"},
		"an address of two lines":       {Addresses: []string{"10.0.0.1:1\n10.0.0.2:2"}},
		"a right-to-left override":      {Name: "a\u202eb"},
		"no UTF-8":                      {Name: "\xff"},
		"the last second that there is": {Started: 1<<64 - 1},
	} {
		if s, ok := neighbours.Read(h); ok {
			t.Errorf("%s: %+v", what, s)
		}
	}
}
