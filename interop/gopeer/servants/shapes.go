package servants

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/opendsom/dsom/interop/gen/interop"
	"github.com/opendsom/dsom/orb"
)

// What the shapes share. An implementation names its own class, so that a reference to it says what it is wherever it is
// passed as something less.

type base struct {
	kind   string
	common atomic.Int32
}

func (b *base) Kind(context.Context) (string, error)  { return b.kind, nil }
func (b *base) Common(context.Context) (int32, error) { return b.common.Load(), nil }
func (b *base) SetCommon(_ context.Context, v int32) error {
	b.common.Store(v)
	return nil
}
func (b *base) Where(context.Context) (string, error) { return "base", nil }

type leftward struct {
	mu   sync.Mutex
	side string
}

func (*leftward) Leftward(_ context.Context, v int32) (int32, error) { return v + 1, nil }
func (l *leftward) Side(context.Context) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.side, nil
}
func (l *leftward) SetSide(_ context.Context, side string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.side = side
	return nil
}

type rightward struct{}

func (rightward) Rightward(_ context.Context, v int32) (int32, error) { return v - 1, nil }

type left struct {
	base
	leftward
}

type right struct {
	base
	rightward
}

type bottom struct {
	base
	leftward
	rightward
}

func (*base) IDLClass() orb.Class   { return interop.Shapes_BaseClass }
func (*left) IDLClass() orb.Class   { return interop.Shapes_LeftClass }
func (*right) IDLClass() orb.Class  { return interop.Shapes_RightClass }
func (*bottom) IDLClass() orb.Class { return interop.Shapes_BottomClass }

func newBase() *base { return &base{kind: "Base"} }
func newLeft() *left { return &left{base{kind: "Left"}, leftward{side: "left"}} }
func newRight() *right {
	return &right{base: base{kind: "Right"}}
}
func newBottom() *bottom {
	return &bottom{base: base{kind: "Bottom"}, leftward: leftward{side: "left"}}
}

func (b *bottom) Every(ctx context.Context) (string, error) {
	l, _ := b.Leftward(ctx, 0)
	r, _ := b.Rightward(ctx, 0)
	w, _ := b.Where(ctx)
	return fmt.Sprintf("%d %d %s", l, r, w), nil
}

type shelf struct {
	interop.Shapes_ShelfBase
	shapes [4]interop.Shapes_Base
}

func newShelf() *shelf {
	return &shelf{shapes: [4]interop.Shapes_Base{newBase(), newLeft(), newRight(), newBottom()}}
}

func (s *shelf) Pick(_ context.Context, which uint32) (interop.Shapes_Base, error) {
	if which >= uint32(len(s.shapes)) {
		return nil, &interop.Refused{Code: int32(which), Why: "no such shape"}
	}
	return s.shapes[which], nil
}

func (*shelf) AsBase(_ context.Context, v interop.Shapes_Bottom) (interop.Shapes_Base, error) {
	if v == nil {
		return nil, nil
	}
	return v, nil
}
