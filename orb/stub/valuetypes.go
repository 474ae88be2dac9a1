package stub

import (
	"reflect"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// ValueGlue joins a valuetype to its state struct, and to the types derived from it that were
// generated with it. It is an interface so that Go's variables need not be initialised in a circle.
type ValueGlue interface {
	// New returns an empty value; nil if the type is abstract or has operations, which the
	// state struct does not implement.
	New() cdr.Value
	// Known returns a derived type, or nil.
	Known(id string) *cdr.ValueType
}

// A ValueType describes the valuetype whose Go interface is T. It is safe for concurrent use.
type ValueType[T any] struct {
	*dyn.Type[T]
	info cdr.ValueType
}

// NewValue returns the descriptor of a valuetype; bases are the repository ids of those that it
// may be truncated to, nearest first.
func NewValue[T any](id string, bases []string, custom bool, tc *typecode.TypeCode, glue ValueGlue) *ValueType[T] {
	t := &ValueType[T]{info: cdr.ValueType{ID: id, Bases: bases, Custom: custom, Known: glue.Known, TypeCode: tc}}
	if glue.New() != nil {
		t.info.New = glue.New
	}
	t.Type = dyn.NewType(tc,
		func(e *cdr.Encoder, v T) { putValue(e, any(v), &t.info) },
		func(d *cdr.Decoder) T { return getValue[T](d, &t.info) })
	return t
}

// ValueType describes the type without its Go type.
func (t *ValueType[T]) ValueType() *cdr.ValueType { return &t.info }

// Register makes factory the one that makes values of this type when o receives them. A type with
// operations needs one; for others, and where factory is nil, the state struct does.
func (t *ValueType[T]) Register(o *orb.ORB, factory func() T) {
	info := t.info
	if factory != nil {
		info.New = func() cdr.Value { v, _ := any(factory()).(cdr.Value); return v }
	}
	o.RegisterValue(&info)
}

// Box is what the pointer P to a boxed value T has.
type Box[T any] interface {
	*T
	cdr.Value
}

// A BoxType describes a boxed value: T is the struct that holds it, and P its pointer.
type BoxType[T any, P Box[T]] struct {
	*dyn.Type[P]
	info cdr.ValueType
}

// NewBox returns the descriptor of a boxed value.
func NewBox[T any, P Box[T]](id string, tc *typecode.TypeCode) *BoxType[T, P] {
	t := &BoxType[T, P]{info: cdr.ValueType{ID: id, Box: true, TypeCode: tc, New: func() cdr.Value { return P(new(T)) }}}
	t.Type = dyn.NewType(tc,
		func(e *cdr.Encoder, v P) {
			if v == nil {
				e.NullValue()
				return
			}
			e.Value(v, &t.info)
		},
		func(d *cdr.Decoder) P { return getValue[P](d, &t.info) })
	return t
}

// ValueType describes the type without its Go type.
func (t *BoxType[T, P]) ValueType() *cdr.ValueType { return &t.info }

// Register makes the box known to o where any value may stand (ValueBase).
func (t *BoxType[T, P]) Register(o *orb.ORB) { o.RegisterValue(&t.info) }

// PutValueBase writes any value.
func PutValueBase(e *cdr.Encoder, v orb.Value) { putValue(e, v, nil) }

// GetValueBase reads any value of a type that is registered with the ORB.
func GetValueBase(d *cdr.Decoder) orb.Value { return d.Value(nil) }

// putValue writes v, which is nil or a value, where declared stands in the IDL.
func putValue(e *cdr.Encoder, v any, declared *cdr.ValueType) {
	switch x := v.(type) {
	case nil:
		e.NullValue()
	case cdr.Value:
		switch r := reflect.ValueOf(v); {
		case r.Kind() != reflect.Pointer:
			e.Fail(exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "a %T cannot be sent as a value: only a pointer has an identity", v))
		case r.IsNil():
			e.Fail(exc.New(exc.BadParam, exc.MinorTypedNil, exc.No, "a nil %T stands where a value is wanted: pass a plain nil for null", v))
		default:
			e.Value(x, declared)
		}
	default:
		e.Fail(exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "a %T is no value: embed the generated state struct of its type", v))
	}
}

// getValue reads a value that must be a T.
func getValue[T any](d *cdr.Decoder, declared *cdr.ValueType) T {
	var zero T
	v := d.Value(declared)
	if v == nil {
		return zero
	}
	t, ok := v.(T)
	if !ok {
		d.Fail(exc.New(exc.Marshal, exc.MinorWrongType, exc.No, "a value of %s, made as a %T, stands where %s is declared", v.IDLValue().ID, v, declared.ID))
		return zero
	}
	return t
}
