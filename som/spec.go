package som

import (
	"context"
	"fmt"
	"reflect"
	"unsafe"
)

// Version1 is there in runtimes that generated code of this release can use.
const Version1 = 1

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
	Detached        []*Class          // those abstract parents whose metaclass is none of the class's business, as with proxies
	Select          map[string]*Class // by method, which parent gives it; the name qualified, or bare if not ambiguous
	InitClasses     []*Class          // ancestors that are initialised, in this order; nil for the parents

	Data   Data                     // raw octets of an instance
	State  reflect.Type             // a type whose new values are the state of instances, instead of or beside Data
	Init   func(Ref) error          // the initializer
	Fini   func(Ref)                // the destructor
	Copy   func(to, from Ref) error // what the initializer is when an object is copied; nil: octets and state are copied
	Assign func(to, from Ref) error // likewise for assignment
	Ready  func(*Class) error       // called once when the class is made, before anybody has it

	// What frameworks go by that have objects in other processes (package somd): names of classes, or empty.
	BaseProxy string // what stands for its objects elsewhere, and for those of its descendants, descends from this one: baseproxyclass
	Factory   string // objects of the class are made by an object of this one: factory

	// Typelib is where the class is described to whoever has no generated code (docs/typelib.md): constant memory outside of Go, which
	// stays as long as the program, or nil. Other kernels hand it on.
	Typelib unsafe.Pointer

	// TypeInformation is the same as octets of Go's, where there is no such memory: another process has told it, and nobody has looked at it. Other kernels copy it.
	TypeInformation []byte

	Mirror Host         // the other kernel that has the class, of which this is the image here
	Known  func(*Class) // called once, with no lock of this package held, when all of the class is there but its metaclass has not looked at it yet; or nil
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

	// Signature is what the method is to other languages, letters and types as docs/som.md has them, where generated code
	// says so: who was compiled with another one is refused.
	Signature string

	// Copies says how objects go to another process, by a letter for the result and one for each parameter, in the order of the
	// signature: r as references, c as copies, m as copies where they can be copied, else as references. Empty: all as references.
	Copies string

	// Owns says who ends what the result and each parameter hold when the method has been called, by a letter for the result and one for each
	// parameter, in the order of the signature: c the caller, o the object, d each what it has allocated. Empty: what _get_x returns is the
	// object's, all else the caller's. Of objects in Go it is references that are owned, and those of results are the caller's always. See [MethodSpec.LendsResult], [MethodSpec.Lends] and [MethodSpec.Takes].
	Owns string

	// Whole is Signature with nothing told by a hash, where it is known and the other is shorter: what a class in another process is called by. Empty: Signature is all.
	Whole string

	// Oneway says that who calls an object in another process does not wait for the method: IDL's oneway.
	Oneway bool

	// Packing is what generated code has to spare reflection where arguments are packed.
	Packing Packing

	state reflect.Value // the Go method that implements it
}

// Packed is an implementation of any method: it takes the arguments without self and ctx, and
// gives the results without the error.
type Packed func(self Self, ctx context.Context, args []any) ([]any, error)

// Packing makes typed calls of packed ones and the reverse, for one type of implementations. Its zero
// value leaves both to reflection.
type Packing struct {
	apply    func(fn unsafe.Pointer, self Self, ctx context.Context, args []any) ([]any, error)
	dispatch func(Packed) reflect.Value
	words    wordsFunc
	cross    func(Crossing) any
	texts    textsFunc
	passing  string

	crossTexts func(TextCrossing) any

	frames      framesFunc // likewise, see PacksFrames
	crossFrames func(FrameCrossing) any
}

// Packs makes a Packing of a function that calls an implementation with arguments, and one that
// makes an implementation of a function that takes packed arguments. What is nil is left to reflection.
func Packs[F any](apply func(fn F, self Self, ctx context.Context, args []any) ([]any, error), dispatch func(Packed) F) Packing {
	var p Packing
	if apply != nil {
		p.apply = func(fn unsafe.Pointer, self Self, ctx context.Context, args []any) ([]any, error) {
			return apply(*(*F)(unsafe.Pointer(&fn)), self, ctx, args)
		}
	}
	if dispatch != nil {
		p.dispatch = func(p Packed) reflect.Value { return reflect.ValueOf(dispatch(p)) }
	}
	return p
}

// Arg is argument n of packed ones as a T; a number of another type will do if it loses nothing.
func Arg[T any](args []any, n int) (T, error) {
	if n < len(args) {
		if v, ok := args[n].(T); ok {
			return v, nil
		}
		var t T
		v, err := fitting(args[n], reflect.TypeFor[T]())
		if err == nil {
			reflect.ValueOf(&t).Elem().Set(v)
			return t, nil
		}
		return t, fail(CodeMethod, "a call", "argument %d: %v", n+1, err)
	}
	var none T
	return none, fail(CodeMethod, "a call", "argument %d is missing: there are %d", n+1, len(args))
}

// ArgObject is argument n of packed ones where that is an object of a class, or of a descendant: what Narrow makes of
// it, unless it is a T as it is; nil where there is none.
func ArgObject[T, R any](args []any, n int, narrow func(Object) (R, bool)) (T, error) {
	if n < len(args) {
		if t, ok := asObject[T](args[n], narrow); ok {
			return t, nil
		}
	}
	return Arg[T](args, n)
}

// ResultObject is packed result n likewise, or nil where it is not there.
func ResultObject[T, R any](out []any, n int, narrow func(Object) (R, bool)) (r T) {
	if n < len(out) {
		r, _ = asObject[T](out[n], narrow)
	}
	return r
}

func asObject[T, R any](v any, narrow func(Object) (R, bool)) (t T, ok bool) {
	o, isObject := v.(Object)
	switch {
	case !isObject:
		t, ok = v.(T)
	case o.SOM().IsNil():
		return t, true
	default:
		if r, is := narrow(o); is {
			t, ok = any(r).(T)
		}
	}
	return t, ok
}

// CheckArgs is an error unless there are n packed arguments.
func CheckArgs(args []any, n int) error {
	if len(args) != n {
		return fail(CodeMethod, "a call", "%d arguments are needed, and there are %d", n, len(args))
	}
	return nil
}

// Result is packed result n, or the zero value where it is not there, as when the call failed.
func Result[T any](out []any, n int) (r T) {
	if n < len(out) {
		r, _ = out[n].(T)
	}
	return r
}

// An Override implements an inherited method, which is named qualified or, if that is not
// ambiguous, bare.
type Override struct {
	Method    string
	Impl      any    // a func of the type of the method; nil in a class made of a Go type, which then must declare it
	Signature string // of Impl, or empty; an error if the method has another
}
