package dii

import (
	"context"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// Which objects are asked of what interface they are.
const (
	askAll = iota
	askOwn // the ORB's own: of others it is believed
)

// stands reports whether a may be passed where tc is declared. Where the types do not tell whether an object is of the interface, the object is asked, if ask says so; the error is
// that of asking.
func stands(ctx context.Context, o *orb.ORB, a dyn.Any, tc *typecode.TypeCode, ask int) (bool, error) {
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
		return isA(ctx, o.NewRef(r), tc, ask)
	}
	object, err := orb.ObjectOf(o, plain)
	if err != nil || object == nil {
		return err == nil, err
	}
	return isA(ctx, orb.RefOf(object), tc, ask)
}

func isA(ctx context.Context, r *orb.Ref, tc *typecode.TypeCode, ask int) (bool, error) {
	if ask == askOwn && !r.Here() {
		return true, nil
	}
	return r.IsA(ctx, tc.ID())
}

// put writes values as those of parameters.
func put(e *cdr.Encoder, params []Param, values []dyn.Any) {
	for i, p := range params {
		dyn.PutValueAs(e, values[i], p.Type)
	}
}
