package dynany

import (
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// Insert makes x the value of v, if that has the type that t describes, or else of v's current
// component (insert_boolean and the like, for sequences too). It is ErrTypeMismatch if neither has it,
// and ErrInvalidValue if no component is current or x is longer than its type allows.
func Insert[T any](v *Value, t *dyn.Type[T], x T) error {
	to, err := v.target(t.TypeCode())
	if err != nil {
		return err
	}
	a := t.Any(x)
	if err := a.Err(); err != nil {
		return invalid("%w", err)
	}
	plain := convert(a.Value(), t.TypeCode(), to.tc)
	if _, err := dyn.Of(to.tc, plain); err != nil { // a bound
		return invalid("%w", err)
	}
	to.put(plain)
	return nil
}

// Get returns the value of v, if that has the type that t describes, or else of v's current component
// (get_boolean and the like). It is ErrTypeMismatch if neither has it, and ErrInvalidValue if no
// component is current.
func Get[T any](v *Value, t *dyn.Type[T]) (T, error) {
	var none T
	from, err := v.target(t.TypeCode())
	if err != nil {
		return none, err
	}
	plain, err := from.collect(collected())
	if err != nil {
		return none, err
	}
	a, err := dyn.Of(t.TypeCode(), convert(plain, from.tc, t.TypeCode()))
	if err != nil {
		return none, invalid("%w", err)
	}
	return t.From(a.Through(v.in.origin))
}

// target returns v or its current component, whichever has the type tc.
func (v *Value) target(tc *typecode.TypeCode) (*Value, error) {
	if fits(v.tc, tc) {
		return v, nil
	}
	if !composite(v.kind) && v.obj == nil {
		return nil, mismatch("a %v is no %v", v.tc, tc)
	}
	c, err := v.Current()
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, invalid("no component of the %v is current", v.kind)
	case !fits(c.tc, tc):
		return nil, mismatch("a %v is no %v", c.tc, tc)
	}
	return c, nil
}

// fits reports whether values of tc may stand where one of declared is: bounds are for values to meet.
func fits(declared, tc *typecode.TypeCode) bool {
	declared, tc = declared.Unalias(), tc.Unalias()
	switch k := tc.Kind(); {
	case k != declared.Kind():
		return false
	case k == typecode.TkString, k == typecode.TkWString, k == typecode.TkObjref:
		return true
	case k == typecode.TkSequence:
		return typecode.Equivalent(declared.Content(), tc.Content())
	}
	return typecode.Equivalent(declared, tc)
}

// Set makes x the value of v itself, whatever its type: x is what [dyn.Of] takes. It is
// ErrInvalidValue if x does not fit.
func (v *Value) Set(x any) error {
	a, err := dyn.Of(v.tc, x)
	if err != nil {
		return invalid("%w", err)
	}
	v.put(a.Value())
	return nil
}

// Get returns the value of v itself as plain Go values, as [dyn.Any.Value] does.
func (v *Value) Get() (any, error) {
	a, err := v.Any()
	if err != nil {
		return nil, err
	}
	return a.Value(), nil
}

// InsertDyn is Insert of an any that holds what x is (insert_dyn_any).
func (v *Value) InsertDyn(x *Value) error {
	a, err := x.Any()
	if err != nil {
		return err
	}
	return Insert(v, dyn.AnyType, a)
}

// GetDyn is Get of an any, to be looked at (get_dyn_any).
func (v *Value) GetDyn() (*Value, error) {
	a, err := Get(v, dyn.AnyType)
	if err != nil {
		return nil, err
	}
	return Of(a)
}
