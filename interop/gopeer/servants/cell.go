package servants

import (
	"context"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A cell is an object made for one client. It becomes one when it is first returned, by implicit activation.
type cell struct {
	interop.CellBase
	adapter *poa.POA

	mu     sync.Mutex
	value  int32
	label  string
	at     interop.Point
	state  interop.ByColor
	writes uint32
}

func newCell(a *poa.POA, initial int32) *cell {
	return &cell{adapter: a, value: initial, label: "cell", state: interop.NewByColor_O(interop.Color_Blue, 0)}
}

func get[T any](c *cell, field *T) (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return *field, nil
}

func set[T any](c *cell, field *T, v T) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	*field = v
	c.writes++
	return nil
}

func (c *cell) Value(context.Context) (int32, error)                { return get(c, &c.value) }
func (c *cell) SetValue(_ context.Context, v int32) error           { return set(c, &c.value, v) }
func (c *cell) Label(context.Context) (string, error)               { return get(c, &c.label) }
func (c *cell) SetLabel(_ context.Context, v string) error          { return set(c, &c.label, v) }
func (c *cell) At(context.Context) (interop.Point, error)           { return get(c, &c.at) }
func (c *cell) SetAt(_ context.Context, v interop.Point) error      { return set(c, &c.at, v) }
func (c *cell) State(context.Context) (interop.ByColor, error)      { return get(c, &c.state) }
func (c *cell) SetState(_ context.Context, v interop.ByColor) error { return set(c, &c.state, v) }
func (c *cell) Writes(context.Context) (uint32, error)              { return get(c, &c.writes) }
func (c *cell) Self(context.Context) (interop.Cell, error)          { return c, nil }
func (c *cell) Destroy(context.Context) error {
	ref, err := orb.ObjectOf(c.adapter.ORB(), c)
	if err != nil {
		return err
	}
	if err := c.adapter.DeactivateObject(ref); err != nil {
		return exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the cell has been destroyed before")
	}
	return nil
}
