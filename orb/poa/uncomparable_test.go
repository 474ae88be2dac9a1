package poa_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A flock is a servant that Go cannot compare.
type flock struct {
	names []string
	do    func(ctx context.Context, s orb.Servant) error
}

func (flock) Interface() *orb.Interface { return workerInterface }
func (f flock) Implementation() any     { return f }
func (f flock) Dispatch(r *orb.ServerRequest) bool {
	if r.Decoded() && r.Returned(f.do(r.Context(), f)) {
		r.Out.String(f.names[0])
	}
	return true
}

// TestUncomparableServants: a servant that is no pointer may be a default servant, and that of a locator. Who asks which object it is
// gets an answer, or an error.
func TestUncomparableServants(t *testing.T) {
	t.Parallel()
	for _, located := range []bool{false, true} {
		_, root := newORB(t, nil)
		opt := poa.Options{RequestProcessing: poa.UseDefaultServant, IDUniqueness: poa.MultipleID, IDAssignment: poa.UserID}
		var p *poa.POA
		asked := 0
		f := flock{names: []string{"geese"}, do: func(ctx context.Context, s orb.Servant) error {
			asked++
			if c, err := poa.CurrentOf(ctx); err != nil || c.ID != "one" {
				t.Errorf("the current object is %q, %v", c.ID, err)
			}
			if _, err := p.ServantToID(ctx, s); !errors.Is(err, poa.ErrServantNotActive) && !errors.Is(err, poa.ErrWrongPolicy) {
				t.Errorf("ServantToID: %v", err)
			}
			if _, err := p.ServantToReference(ctx, s); !errors.Is(err, poa.ErrServantNotActive) && !errors.Is(err, poa.ErrWrongPolicy) {
				t.Errorf("ServantToReference: %v", err)
			}
			return nil
		}}
		if located {
			opt.RequestProcessing, opt.ServantRetention, opt.ServantLocator = poa.UseServantManager, poa.NonRetain, always{f}
		}
		p = mustAdapter(t, root.POA, "p", opt)
		if !located {
			if err := p.SetServant(f); err != nil {
				t.Fatal(err)
			}
		}
		ref := must[*orb.Ref](t)(p.Reference("one", workerInterface))
		if name, err := work(t.Context(), ref); name != "geese" || err != nil || asked != 1 {
			t.Errorf("located=%v: %q, %v", located, name, err)
		}
	}
}

// always is a locator that has one servant.
type always struct{ servant orb.Servant }

func (a always) Preinvoke(context.Context, poa.Invocation) (orb.Servant, any, error) {
	return a.servant, nil, nil
}

func (always) Postinvoke(context.Context, poa.Invocation, any, orb.Servant) error { return nil }
