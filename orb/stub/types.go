package stub

import (
	"errors"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// A Codec is what the pointer to a generated type T has: it writes and reads the value.
type Codec[T any] interface {
	*T
	MarshalCDR(*cdr.Encoder)
	UnmarshalCDR(*cdr.Decoder)
}

// NewType returns the descriptor of a generated type.
func NewType[T any, P Codec[T]](tc *typecode.TypeCode) *dyn.Type[T] {
	return dyn.NewType(tc,
		func(e *cdr.Encoder, v T) { P(&v).MarshalCDR(e) },
		func(d *cdr.Decoder) (v T) { P(&v).UnmarshalCDR(d); return v })
}

// ExceptionCodec is a Codec whose pointer is an error.
type ExceptionCodec[T any] interface {
	Codec[T]
	error
}

// An ExceptionType describes the user exception T; P is its pointer.
type ExceptionType[T any, P ExceptionCodec[T]] struct {
	*dyn.Type[T]
	id string
}

// NewException returns the descriptor of a user exception.
func NewException[T any, P ExceptionCodec[T]](id string, tc *typecode.TypeCode) *ExceptionType[T, P] {
	return &ExceptionType[T, P]{NewType[T, P](tc), id}
}

// ExceptionID returns the repository id.
func (x *ExceptionType[T, P]) ExceptionID() string { return x.id }

// PutIf writes the exception, behind what head writes, if err is or wraps one of this type
// and not a nil pointer.
func (x *ExceptionType[T, P]) PutIf(e *cdr.Encoder, err error, head func(*cdr.Encoder, string)) bool {
	var p P
	if !errors.As(err, &p) || p == nil {
		return false
	}
	head(e, x.id)
	p.MarshalCDR(e)
	return true
}

// Read reads the members of the exception.
func (x *ExceptionType[T, P]) Read(d *cdr.Decoder) error {
	p := P(new(T))
	p.UnmarshalCDR(d)
	return p
}
