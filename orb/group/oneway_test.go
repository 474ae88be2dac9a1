package group_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/group"
	"github.com/opendsom/dsom/orb/poa"
)

// A quiet servant does not tell which of its operations are oneway.
type quiet struct{ h *hearer }

func (q *quiet) Interface() *orb.Interface          { return q.h.Interface() }
func (q *quiet) Implementation() any                { return q }
func (q *quiet) Dispatch(r *orb.ServerRequest) bool { return q.h.Dispatch(r) }

// TestOnewayAlone: an operation that is not oneway is not carried out by a member, whatever the sender says of replies; nor is what all objects have, nor anything by a servant that does not tell what is
// oneway. In adapters of one thread too.
func TestOnewayAlone(t *testing.T) {
	t.Parallel()
	o, root, g := newORB(t, orb.Config{Multicaster: sender(t, 600)})
	single, err := root.Create("single", poa.Options{Threads: poa.SingleThreadModel})
	if err != nil {
		t.Fatal(err)
	}
	at := netip.AddrPortFrom(netip.MustParseAddr("239.255.77.1"), freePort(t))
	ref := group.NewReference(o, hearerInterface.ID, ior.Group{Domain: "NET", ID: 7}, at)
	all := []*hearer{new(hearer), new(hearer), new(hearer)}
	var members [3]*orb.Ref
	for i, activate := range []func() (*orb.Ref, error){
		func() (*orb.Ref, error) { return root.Activate(all[0]) },
		func() (*orb.Ref, error) { return single.Activate(all[1]) },
		func() (*orb.Ref, error) { return root.Activate(&quiet{all[2]}) },
	} {
		if members[i], err = activate(); err != nil {
			t.Fatal(err)
		}
		leave, err := g.Join(ref, members[i])
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
	}
	for _, op := range []string{"ask", "_non_existent", "hear"} {
		if err := call(t.Context(), ref, op, op, orb.Oneway); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "all are handed on", func() bool { return g.Counts().Delivered == 9 })
	for i, h := range all[:2] {
		eventually(t, "a member hears", func() bool { return len(h.texts()) > 0 })
		if got := h.texts(); !slices.Equal(got, []string{"hear"}) {
			t.Errorf("member %d has carried out %q", i, got)
		}
	}
	// What is called within the process comes behind.
	if err := call(t.Context(), members[2], "ask", "directly", 0); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the call", func() bool { return len(all[2].texts()) > 0 })
	if got := all[2].texts(); !slices.Equal(got, []string{"directly"}) {
		t.Errorf("the servant that tells nothing has carried out %q", got)
	}
}
