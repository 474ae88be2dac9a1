package som

import (
	"reflect"
	"sync"
)

// exceptions are the types of exceptions by their repository ids, and the reverse.
var exceptions, exceptionIDs sync.Map

// Raises tells that *T is the error for the user exception of a repository id, so that its members cross between languages;
// it is for variables of packages. The first of several types of an id is the one that errors of other languages have.
func Raises[T any](id string) struct{} {
	t := reflect.TypeFor[T]()
	exceptions.LoadOrStore(id, t)
	exceptionIDs.Store(t, id)
	return struct{}{}
}

// ExceptionType returns the type that Raises told of an id, or nil.
func ExceptionType(id string) reflect.Type {
	t, _ := exceptions.Load(id)
	x, _ := t.(reflect.Type)
	return x
}

// ExceptionID returns the repository id that Raises told of a type.
func ExceptionID(t reflect.Type) (string, bool) {
	id, ok := exceptionIDs.Load(t)
	s, _ := id.(string)
	return s, ok
}
