package stub

import (
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// Make returns a slice for n elements that d is about to read, nil for none. n was held against
// what remains of the input when it was read (see [cdr.Decoder.Count]); here the memory that they
// take is, since an element may be much larger in Go than on the wire. Too much is an error of d.
func Make[S ~[]E, E any](d *cdr.Decoder, n int) S {
	if n == 0 || !d.Spend(n, int(unsafe.Sizeof(*new(E)))) {
		return nil
	}
	return make(S, n)
}

// Must returns v. It is for constants, which the compiler has checked.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// PutObject writes the reference of o.
func PutObject(e *cdr.Encoder, o orb.Object) { e.Object(o, nil) }

// GetObject reads a reference. A nil reference is nil.
func GetObject(d *cdr.Decoder) orb.Object {
	switch o := d.Object().(type) {
	case *orb.Ref:
		if o != nil {
			return o
		}
	case orb.Object:
		return o
	case nil:
	default: // an implementation, in an any that has not been sent
		d.Fail(exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "a %T has no reference yet: see orb.ObjectOf", o))
	}
	return nil
}

// PutLocal is what stands for writing a value of a local interface or native type: MARSHAL.
func PutLocal(e *cdr.Encoder, id string) { e.Fail(isLocal(id)) }

// GetLocal is what stands for reading a value of a local interface or native type: MARSHAL.
func GetLocal[T any](d *cdr.Decoder, id string) (zero T) {
	d.Fail(isLocal(id))
	return zero
}

func isLocal(id string) error {
	return exc.New(exc.Marshal, exc.MinorUnsupportedType, exc.No, "%s is local: its values cannot be sent", id)
}

// WrongArm says that a union was made with a discriminator that selects another arm than
// the value is for.
func WrongArm(e *cdr.Encoder, id string, discriminator any) {
	e.Fail(exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "%s was made with discriminator %v, which selects another arm", id, discriminator))
}
