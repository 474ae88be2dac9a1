package pi

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
)

// A SlotID names a slot, which an initializer has allocated.
type SlotID uint32

// InvalidSlot is the error of using a slot that was not allocated.
type InvalidSlot struct{ ID SlotID }

func (e *InvalidSlot) Error() string {
	return fmt.Sprintf("slot %d has not been allocated: AllocateSlot of InitInfo does that", e.ID)
}

// A Current is the slot table PICurrent (clause 16.4), by which services hand data from the calls a program makes to their
// interceptors, and from these to servants. Its thread scope is a ctx:
//
//   - a client's ctx has the slots that [Current.WithSlot] has put there. A request begins with a copy of them, its
//     request scope, which interceptors read by [RequestInfo.GetSlot];
//   - a server's request begins with empty slots, which its interceptors fill by [ServerRequestInfo.SetSlot]. The servant's ctx has those
//     very slots: calls that the servant makes with it begin with a copy of them, and what it changes by [Current.SetSlot]
//     is seen at the ending points;
//   - the ctx that a client's interceptors get has a copy of the request's slots, for calls of their own: what is set
//     there is neither seen by the request nor by the program. A slot that says "my own call" ends the recursion.
//
// Slots are those of one ORB; another ORB's are not touched. A Current is safe for concurrent use.
type Current struct{ setup *Setup }

type slotsKey struct{ of *Setup }

// slots is a table. A nil one is empty.
type slots struct {
	mu     sync.Mutex
	values []dyn.Any
}

// GetSlot returns what is in a slot of ctx, the null Any if nothing is.
func (c *Current) GetSlot(ctx context.Context, id SlotID) (dyn.Any, error) {
	if err := c.setup.made(); err != nil {
		return dyn.Any{}, err
	}
	return slotsOf(ctx, c.setup).get(c.setup, id)
}

// WithSlot returns a ctx with v in a slot: a thread scope of its own, with a copy of what was in ctx.
func (c *Current) WithSlot(ctx context.Context, id SlotID, v dyn.Any) (context.Context, error) {
	if err := c.setup.made(); err != nil {
		return ctx, err
	}
	s := slotsOf(ctx, c.setup).copy(c.setup)
	if err := s.set(c.setup, id, v); err != nil {
		return ctx, err
	}
	return context.WithValue(ctx, slotsKey{c.setup}, s), nil
}

// SetSlot puts v into a slot of ctx, which must be that of a servant or interceptor, or come from [Current.WithSlot]: any other has
// no slots, which is BAD_INV_ORDER.
func (c *Current) SetSlot(ctx context.Context, id SlotID, v dyn.Any) error {
	if err := c.setup.made(); err != nil {
		return err
	}
	s := slotsOf(ctx, c.setup)
	if s == nil && int(id) < c.setup.slotCount() {
		return exc.New(exc.BadInvOrder, exc.MinorPIPoint, exc.No, "the context has no slots: begin with WithSlot")
	}
	return s.set(c.setup, id, v)
}

func slotsOf(ctx context.Context, s *Setup) *slots {
	t, _ := ctx.Value(slotsKey{s}).(*slots)
	return t
}

// newSlots returns an empty table, nil if there are no slots.
func (s *Setup) newSlots() *slots {
	if n := s.slotCount(); n > 0 {
		return &slots{values: make([]dyn.Any, n)}
	}
	return nil
}

func (t *slots) copy(s *Setup) *slots {
	if t == nil {
		return s.newSlots()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return &slots{values: slices.Clone(t.values)}
}

func (t *slots) get(s *Setup, id SlotID) (dyn.Any, error) {
	if int64(id) >= int64(s.slotCount()) {
		return dyn.Any{}, &InvalidSlot{id}
	}
	if t == nil {
		return dyn.Any{}, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.values[id], nil
}

func (t *slots) set(s *Setup, id SlotID, v dyn.Any) error {
	if int64(id) >= int64(s.slotCount()) {
		return &InvalidSlot{id}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.values[id] = v
	return nil
}
