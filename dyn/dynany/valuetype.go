package dynany

import "github.com/opendsom/dsom/typecode"

// A Valuetype is a value of a valuetype, an eventtype or a box, or null (DynValueCommon).
type Valuetype struct{ *Value }

// Valuetype returns v as a value that may be null, or ErrTypeMismatch.
func (v *Value) Valuetype() (Valuetype, error) {
	if isValuetype(v.kind) {
		return Valuetype{v}, nil
	}
	return Valuetype{}, mismatch("a %v is no valuetype", v.tc)
}

// IsNull reports whether it is null.
func (v Valuetype) IsNull() bool { return v.obj == nil }

// SetNull makes it null.
func (v Valuetype) SetNull() { v.put(nil) }

// SetValue makes it a value with default members, if it is null (set_to_value). It is
// ErrInvalidValue for a type of which there are no values: an abstract one.
func (v Valuetype) SetValue() error {
	tc := v.flat()
	if tc.Modifier() == typecode.ValueAbstract {
		return invalid("%s is abstract", tc.Name())
	}
	if v.obj == nil {
		v.plain, v.fresh, v.obj = nil, false, &object{tc: tc}
		v.rewind()
	}
	return nil
}

// A Box is a boxed value or null (DynValueBox).
type Box struct{ Valuetype }

// Box returns v as a box, or ErrTypeMismatch.
func (v *Value) Box() (Box, error) {
	if v.kind == typecode.TkValueBox {
		return Box{Valuetype{v}}, nil
	}
	return Box{}, mismatch("a %v is no box", v.tc)
}

// Boxed returns what is in the box (get_boxed_value_as_dyn_any): ErrInvalidValue if it is null.
func (b Box) Boxed() (*Value, error) { return b.At(0) }

// SetBoxed copies x into the box, which is not null any more (set_boxed_value_as_dyn_any):
// ErrTypeMismatch if x has another type.
func (b Box) SetBoxed(x *Value) error {
	c, err := b.in.copyOf(b.flat().Content(), x)
	if err != nil {
		return err
	}
	if b.obj == nil {
		b.obj = &object{tc: b.flat()}
	}
	b.obj.parts, b.obj.plain = []*Value{c}, nil
	b.plain, b.fresh = nil, false
	b.rewind()
	return nil
}
