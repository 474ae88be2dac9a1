package dii

import (
	"context"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// stands reports whether a may be passed where tc is declared. Where the types do not tell whether an object is of the interface, the object is asked; the error is
// that of asking.
func stands(ctx context.Context, o *orb.ORB, a dyn.Any, tc *typecode.TypeCode) (bool, error) {
	if dyn.Stands(a.Type(), tc) {
		return true, nil
	}
	if tc = tc.Unalias(); !dyn.IsObject(a.Type()) || !dyn.IsObject(tc) && tc.Kind() != typecode.TkAbstractInterface {
		return false, nil
	}
	plain, err := a.Unpack()
	if err != nil {
		return false, err
	}
	if r, ok := plain.(*ior.IOR); ok {
		if r.IsNil() {
			return true, nil
		}
		return o.NewRef(r).IsA(ctx, tc.ID())
	}
	object, err := orb.ObjectOf(o, plain)
	if err != nil || object == nil {
		return err == nil, err
	}
	return orb.RefOf(object).IsA(ctx, tc.ID())
}

// put writes values as those of parameters.
func put(e *cdr.Encoder, params []Param, values []dyn.Any) {
	for i, p := range params {
		dyn.PutValueAs(e, values[i], p.Type)
	}
}
