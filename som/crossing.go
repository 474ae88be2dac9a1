package som

import (
	"reflect"
	"sync"
)

// narrowings are the functions of Narrows by the types that they answer.
var narrowings sync.Map

// Narrows tells how an object becomes one of an interface of generated code, T, so that kernels can put it where a T is, within a
// structure or a sequence; it is for variables of packages.
func Narrows[T any](narrow func(Object) (T, bool)) struct{} {
	narrowings.LoadOrStore(reflect.TypeFor[T](), func(o Object) (reflect.Value, bool) {
		t, ok := narrow(o)
		return reflect.ValueOf(&t).Elem(), ok
	})
	return struct{}{}
}

// IsNarrow reports whether a type is an interface that Narrows told of: that of a class without methods has none to know it by.
func IsNarrow(t reflect.Type) bool {
	_, ok := narrowings.Load(t)
	return ok
}

// NarrowTo returns an object as a value of an interface that it has or that Narrows told of, and whether it is one.
func NarrowTo(o Object, t reflect.Type) (reflect.Value, bool) {
	if v := reflect.ValueOf(o); v.Type().AssignableTo(t) {
		return v, true
	}
	if f, ok := narrowings.Load(t); ok {
		return f.(func(Object) (reflect.Value, bool))(o)
	}
	return reflect.Value{}, false
}

// A Union is what generated code has for a union of IDL: a structure of the discriminator, the arms, and, where there can be one of a
// wrong arm, a boolean that says so. The methods of the interface are those of a pointer.
type Union interface {
	// SOMArm is the number of the arm that the discriminator selects, from 1, or 0.
	SOMArm() int
}
