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

// A Raised error is a user exception of which the program may have no type: its repository id, and the members, a structure as
// [SignedType.GoType] has it, or nil where there are none or they are not known.
type Raised interface {
	error
	Raised() (id string, members any)
}

// A UserException is a user exception for which the program has no generated type.
type UserException struct {
	ID      string // repository id
	Members any    // a structure as [SignedType.GoType] has it, or nil where there are none
}

func (x *UserException) Error() string { return "raised " + x.ID }

// Raised returns what the exception is.
func (x *UserException) Raised() (id string, members any) { return x.ID, x.Members }

// exceptionForms are structures of the members of exceptions, by repository ids, for which there may be no generated type.
var exceptionForms sync.Map

// Learn keeps how the members of the exceptions lie that a method of the signature raises, so that those for which the program has no type
// cross between kernels as well. Of an exception that releases know with members more or fewer those stay that all know.
func (s *Signed) Learn() {
	for _, x := range s.Raises {
		t := reflect.TypeFor[struct{}]()
		if x.Err == nil && len(x.Members) > 0 {
			var err error
			if t, err = structOf(x.Members); err != nil {
				continue
			}
		} else if x.Err != nil {
			continue
		}
		if old, ok := exceptionForms.LoadOrStore(x.ID, t); ok && old.(reflect.Type).NumField() > t.NumField() {
			exceptionForms.Store(x.ID, t)
		}
	}
}

// ExceptionForm returns the structure of an exception's members that [Signed.Learn] has kept, or nil.
func ExceptionForm(id string) reflect.Type {
	t, _ := exceptionForms.Load(id)
	x, _ := t.(reflect.Type)
	return x
}

// MembersType returns the structure of an exception's members, nil where there are none.
func (x *SignedRaise) MembersType() (reflect.Type, error) {
	if x.Err != nil || len(x.Members) == 0 {
		return nil, x.Err
	}
	return structOf(x.Members)
}
