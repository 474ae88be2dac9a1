package servants

import (
	"context"
	"sync/atomic"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/interop/gen/ty"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// types is TY::T: it sends back what it gets; the rest is as the recordings in the shared captures have it.
type types struct {
	ty.TBase
	counter atomic.Int32
}

func (*types) Name(context.Context) (string, error)     { return "impl", nil }
func (t *types) Counter(context.Context) (int32, error) { return t.counter.Load(), nil }
func (t *types) SetCounter(_ context.Context, v int32) error {
	t.counter.Store(v)
	return nil
}
func (*types) Ident(context.Context) (string, error)                    { return "id-1", nil }
func (*types) EPrim(_ context.Context, v ty.Prim) (ty.Prim, error)      { return v, nil }
func (*types) ECol(_ context.Context, v ty.Color) (ty.Color, error)     { return v, nil }
func (*types) EMon(_ context.Context, v cdr.Fixed) (cdr.Fixed, error)   { return v, nil }
func (*types) EMat(_ context.Context, v ty.Mat) (ty.Mat, error)         { return v, nil }
func (*types) EBstr(_ context.Context, v ty.BStr) (ty.BStr, error)      { return v, nil }
func (*types) EWc(_ context.Context, v rune) (rune, error)              { return v, nil }
func (*types) EWs(_ context.Context, v string) (string, error)          { return v, nil }
func (*types) EU(_ context.Context, v ty.U) (ty.U, error)               { return v, nil }
func (*types) EUb(_ context.Context, v ty.UB) (ty.UB, error)            { return v, nil }
func (*types) EUl(_ context.Context, v ty.UL) (ty.UL, error)            { return v, nil }
func (*types) ENode(_ context.Context, v ty.Node) (ty.Node, error)      { return v, nil }
func (*types) Io(_ context.Context, a, b int32) (int32, string, error)  { return a + b, "out", nil }
func (*types) ERef(_ context.Context, v ty.Peer) (ty.Peer, error)       { return v, nil }
func (*types) EObj(_ context.Context, v orb.Object) (orb.Object, error) { return v, nil }
func (*types) EAny(_ context.Context, v dyn.Any) (dyn.Any, error)       { return v, nil }
func (*types) ETc(_ context.Context, v *typecode.TypeCode) (*typecode.TypeCode, error) {
	return v, nil
}
func (*types) Boom(_ context.Context, k int32) error {
	switch k {
	case 1:
		return &ty.Oops{Code: 42, Why: "because"}
	case 2:
		return &ty.Empty{}
	}
	return nil
}
func (*types) Sys(context.Context) error {
	return exc.New(exc.NoResources, 5, exc.Maybe, "as the case types_exceptions wants it")
}
