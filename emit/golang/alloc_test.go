package golang_test

import (
	"context"
	"testing"

	"github.com/opendsom/dsom/emit/golang/testdata/shapes"
	"github.com/opendsom/dsom/internal/exact"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// Calls of generated stubs allocate nothing by themselves.
func TestExactCallAllocations(t *testing.T) {
	exact.Start(t)
	server := newORB(t, orb.Config{Listen: []string{"tcp:127.0.0.1:0"}})
	ref, err := shapes.BottomClass.Activate(poa.New(server), &object{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := shapes.BottomClass.Bind(t.Context(), newORB(t, orb.Config{}), ref.String())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background() // one that can end costs its watching
	n := testing.AllocsPerRun(200, func() {
		if err := b.Nothing(ctx); err != nil {
			t.Error(err)
		}
	})
	if n > 0 {
		t.Errorf("got %v allocations a call, both sides", n)
	}
}
