package som

import (
	"context"
	"fmt"
	"reflect"
)

// A Spec says what a class is. The zero value of each field is useful, but for the name.
type Spec struct {
	Name      string   // identifiers joined by ::, see [MaxName]
	Parents   []*Class // in order; nil for SOMObject
	Metaclass *Class   // a descendant of SOMClass, or nil for the parents'
	Version   Version
	Abstract  bool // it has no instances

	AbstractParents []*Class          // those parents of which only the interface is inherited
	Introduces      []MethodSpec      // in release order
	Overrides       []Override        //
	Select          map[string]*Class // by method, which parent gives it; the name qualified, or bare if not ambiguous
	InitClasses     []*Class          // ancestors that are initialised, in this order; nil for the parents

	Data   Data                     // raw octets of an instance
	State  reflect.Type             // a type whose new values are the state of instances, instead of or beside Data
	Init   func(Ref) error          // the initializer
	Fini   func(Ref)                // the destructor
	Copy   func(to, from Ref) error // what the initializer is when an object is copied; nil: octets and state are copied
	Assign func(to, from Ref) error // likewise for assignment
	Ready  func(*Class) error       // called once when the class is made, before anybody has it
}

// Data is raw memory of an instance, Size octets at a multiple of Align.
type Data struct {
	Size  int // up to [MaxSize]
	Align int // a power of two up to [MaxAlign]
}

// A Version is major and minor.
type Version struct{ Major, Minor int }

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// Serves reports whether a class of this version does for a client of another: the same major
// and a minor that is not lower. The zero Version asks for any.
func (v Version) Serves(asked Version) bool {
	return asked == Version{} || v.Major == asked.Major && v.Minor >= asked.Minor
}

// A Kind is how a method is found.
type Kind int

// The kinds of methods.
const (
	Static    Kind = iota // in the table, overridable
	NonStatic             // in the table, never overridden
	Procedure             // a plain function of the class, found by name
	Dynamic               // added at run time, found by name
)

func (k Kind) String() string { return [...]string{"static", "nonstatic", "procedure", "dynamic"}[k] }

// A MethodSpec is a method that a class introduces.
//
// Impl is a func whose first parameter is a [Self]; its type is that of all implementations of the
// method. A [context.Context] may come second and an error last. Where Impl is nil, Type says the
// type and the method has no implementation: calls are the error [CodeAbstract].
type MethodSpec struct {
	Name     string
	Kind     Kind         // Static, NonStatic or Procedure
	Impl     any          //
	Type     reflect.Type // of Impl, where that is nil
	GoName   string       // the Go method that overrides it in a class made of a Go type; derived from Name if empty
	Migrated *Class       // not nil: the ancestor that introduces it now; nothing but Name is looked at

	// What generated code has to spare reflection. Apply calls an implementation with arguments,
	// Redispatch makes an implementation that hands its arguments to a function.
	Apply      func(impl any, self Self, ctx context.Context, args []any) ([]any, error)
	Redispatch func(Packed) any

	state reflect.Value // the Go method that implements it
}

// Packed is an implementation of any method: it takes the arguments without self and ctx, and
// gives the results without the error.
type Packed func(self Self, ctx context.Context, args []any) ([]any, error)

// An Override implements an inherited method, which is named qualified or, if that is not
// ambiguous, bare.
type Override struct {
	Method string
	Impl   any // a func of the type of the method
}
