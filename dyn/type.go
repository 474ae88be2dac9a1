package dyn

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/typecode"
)

// A Type describes a Go type that stands for an IDL type: its TypeCode, and how it is
// written and read. Generated code has one for each type it declares.
type Type[T any] struct {
	tc  *typecode.TypeCode
	put func(*cdr.Encoder, T)
	get func(*cdr.Decoder) T
}

// NewType returns a descriptor. For an exception put and get are of the members alone,
// without the repository id.
func NewType[T any](tc *typecode.TypeCode, put func(*cdr.Encoder, T), get func(*cdr.Decoder) T) *Type[T] {
	return &Type[T]{tc, put, get}
}

// The descriptors of the basic types.
var (
	Boolean    = NewType(typecode.Boolean, (*cdr.Encoder).Boolean, (*cdr.Decoder).Boolean)
	Char       = NewType(typecode.Char, (*cdr.Encoder).Char, (*cdr.Decoder).Char)
	Octet      = NewType(typecode.Octet, (*cdr.Encoder).Octet, (*cdr.Decoder).Octet)
	Short      = NewType(typecode.Short, (*cdr.Encoder).Short, (*cdr.Decoder).Short)
	UShort     = NewType(typecode.UShort, (*cdr.Encoder).UShort, (*cdr.Decoder).UShort)
	Long       = NewType(typecode.Long, (*cdr.Encoder).Long, (*cdr.Decoder).Long)
	ULong      = NewType(typecode.ULong, (*cdr.Encoder).ULong, (*cdr.Decoder).ULong)
	LongLong   = NewType(typecode.LongLong, (*cdr.Encoder).LongLong, (*cdr.Decoder).LongLong)
	ULongLong  = NewType(typecode.ULongLong, (*cdr.Encoder).ULongLong, (*cdr.Decoder).ULongLong)
	Float      = NewType(typecode.Float, (*cdr.Encoder).Float, (*cdr.Decoder).Float)
	Double     = NewType(typecode.Double, (*cdr.Encoder).Double, (*cdr.Decoder).Double)
	LongDouble = NewType(typecode.LongDouble, (*cdr.Encoder).LongDouble, (*cdr.Decoder).LongDouble)
	WChar      = NewType(typecode.WChar, (*cdr.Encoder).WChar, (*cdr.Decoder).WChar)
	String     = NewType(typecode.String, (*cdr.Encoder).String, (*cdr.Decoder).String)
	WString    = NewType(typecode.WString, (*cdr.Encoder).WString, (*cdr.Decoder).WString)
	Octets     = NewType(typecode.Sequence(typecode.Octet, 0), (*cdr.Encoder).OctetSeq, (*cdr.Decoder).OctetSeq)
	AnyType    = NewType(typecode.Any, PutAny, GetAny) // of an any in an any
	TypeCode   = NewType(typecode.TC, typecode.Put, typecode.Get)
)

// TypeCode returns the IDL type.
func (t *Type[T]) TypeCode() *typecode.TypeCode { return t.tc }

// Put writes v.
func (t *Type[T]) Put(e *cdr.Encoder, v T) { t.put(e, v) }

// Get reads a value.
func (t *Type[T]) Get(d *cdr.Decoder) T { return t.get(d) }

// Any returns v as an Any. v is copied, but for the objects it refers to: those become
// references when the Any is sent. A v that its type does not allow gives an Any with an error.
func (t *Type[T]) Any(v T) Any {
	e, c := newEncoder()
	t.put(e, v)
	return Any{&value{tc: t.tc, raw: e.Bytes(), objs: c.objs, vals: c.vals, ids: c.ids, bare: c.bare, err: e.Err()}}
}

// From returns the value of a, whose type must be equivalent to that of t: BAD_PARAM
// otherwise. Object references in it become objects of the ORB that a came by.
func (t *Type[T]) From(a Any) (T, error) {
	var zero T
	if err := a.Err(); err != nil {
		return zero, err
	}
	if !typecode.Equivalent(a.Type(), t.tc) {
		return zero, exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "the any holds a %v, not a %v", a.Type(), t.tc)
	}
	if a.v == nil {
		return zero, nil
	}
	d := a.v.decoder()
	v := t.get(d)
	if err := d.Err(); err != nil {
		return zero, err
	}
	return v, nil
}
