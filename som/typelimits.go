package som

import (
	"fmt"
	"reflect"
)

// Limits of signatures. What is beyond them has no type in Go, which would be made while the program runs and stay for good: such a method is there, and calls of it are errors.
const (
	MaxSignature = 1 << 16 // octets of a signature
	MaxTypes     = 1 << 15 // types of a signature, each counted with all that are within it (Signed.Types)
	MaxTypeDepth = 255     // how deep types are in one another, each dimension of an array being one
	MaxParams    = 125     // parameters of a method and its result, of which an inout parameter is two
	MaxValue     = 1 << 24 // octets of a structure or an array in Go, and of all that a method takes and returns: they lie on the stack. Those behind sequences and strings do not count
)

var (
	errTypes = fmt.Errorf("the signature tells more than %d types, each counted with those within it (MaxTypes)", MaxTypes)
	errDepth = fmt.Errorf("types are more than %d deep in one another, or arrays of more dimensions (MaxTypeDepth)", MaxTypeDepth)
)

// count counts a type that was read, and those within it.
func (p *signedParser) count(t *SignedType) error {
	t.types, t.deep = 1, 1
	within := t.Members
	if t.Elem != nil {
		within = []*SignedType{t.Elem}
	}
	if t.Tag != nil {
		t.types, t.deep = t.types+t.Tag.types, 1+t.Tag.deep
	}
	for _, x := range within {
		t.types += max(1, x.types) // one around this is not counted yet
		t.deep = max(t.deep, 1+x.deep)
	}
	if p.types += t.types; p.types > MaxTypes {
		return errTypes
	}
	if t.deep > MaxTypeDepth {
		return errDepth
	}
	return nil
}

// bounded is the structure of some fields.
func bounded(fields []reflect.StructField) (reflect.Type, error) {
	size := uint64(0)
	for _, f := range fields {
		if size += uint64(f.Type.Size()); size > MaxValue {
			return nil, fmt.Errorf("a structure of more than %d octets (MaxValue)", MaxValue)
		}
	}
	return reflect.StructOf(fields), nil
}

// checkFunc is the error of a method that Go has no func for, or none that can be called.
func checkFunc(in, out []reflect.Type) error {
	if n := len(in) + len(out); n > MaxParams {
		return fmt.Errorf("it has %d parameters and results, and at most %d are allowed (MaxParams)", n, MaxParams)
	}
	size := uint64(0)
	for _, all := range [][]reflect.Type{in, out} {
		for _, t := range all {
			size += uint64(t.Size())
		}
	}
	if size > MaxValue {
		return fmt.Errorf("its parameters and results have %d octets, and at most %d are allowed (MaxValue)", size, MaxValue)
	}
	return nil
}
