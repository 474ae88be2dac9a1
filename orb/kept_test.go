package orb_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A hoarder keeps the context of each call, in some form, and asks it for nothing.
type hoarder struct {
	echo
	id   string
	keep func(context.Context, string)
}

func (h *hoarder) Ping(ctx context.Context) error { h.keep(ctx, h.id); return nil }

func (h *hoarder) Say(ctx context.Context, _ string) (string, error) {
	h.keep(nil, h.id)
	return "", nil
}

// TestKeptContextsStayTheirs holds that a context that was kept after its method, unasked, never speaks of another object:
// neither between upcalls nor in the middle of another object's. Whoever authorises or audits by it must not be misled.
func TestKeptContextsStayTheirs(t *testing.T) {
	t.Parallel()
	type kept struct {
		ctx context.Context
		id  string
	}
	var mu sync.Mutex
	var all []kept
	check := func() {
		for _, k := range all {
			if c, err := poa.CurrentOf(k.ctx); err == nil && c.ID != k.id {
				t.Errorf("a context of %s speaks of %s", k.id, c.ID)
			}
			if p := orb.InvocationPolicies(k.ctx); p.RequestPriority != nil {
				t.Errorf("a context of %s has another's priority: %v", k.id, p.RequestPriority)
			}
		}
	}
	keep := func(ctx context.Context, id string) {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case ctx == nil: // in the middle of an upcall
			check()
		case rand.IntN(3) == 0:
			all = append(all, kept{ctx, id})
		case rand.IntN(2) == 0:
			all = append(all, kept{context.WithoutCancel(ctx), id})
		default:
			all = append(all, kept{context.WithValue(ctx, new(int), id), id})
		}
	}
	_, root := newORB(t, nil)
	client := newClient(t, nil)
	var objects []Echo
	for i := range 7 {
		id := fmt.Sprint("object", i)
		a, err := root.Create(id, poa.Options{IDAssignment: poa.UserID})
		if err != nil {
			t.Fatal(err)
		}
		ref, err := a.ActivateWithID(id, EchoClass.Servant(&hoarder{id: id, keep: keep}))
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, EchoClass.Unchecked(client.NewRef(ref.IOR())))
	}
	for i := range 600 {
		e := objects[rand.IntN(len(objects))]
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if i%10 == 9 {
			if i%20 == 9 {
				e = EchoClass.Unchecked(orb.RefOf(e.(orb.Object)).WithPolicies(orb.Policies{RequestPriority: &orb.PriorityRange{Min: 7, Max: 7}}))
			}
			if _, err := e.Say(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	check()
}
