// Package dynany takes values apart and puts them together member by member, for programs that know
// types at run time only (module DynamicAny, CORBA 3.3 part 1, clause 13).
//
// A [Value] is made of an any with [Of], or from a type with [New], and becomes an any again with
// [Value.Any]. What it consists of are Values as well, of which one is current:
//
//	v, err := dynany.New(pointType)
//	for v.Rewind(); …; v.Next() {
//		err = dynany.Insert(v, dyn.Long, 7)
//	}
//	a, err := v.Any()
//
// [Insert] and [Get] take the descriptor of a Go type, one of package dyn's or a generated one, and so
// do what the specification has an operation for each type for; they work on the value itself, or on
// its current component. [Value.Set] and [Value.Get] do without. [Value.Struct], [Value.Union] and the
// like return what is special to a kind.
//
// Components are made when they are asked for. How much memory they may take in all is limited by
// [limits.DecodedSize], that of an ORB with a [Factory]. Values that are one object in a graph of valuetypes stay one. Nothing here is
// safe for concurrent use.
package dynany

import (
	"errors"
	"fmt"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/typecode"
)

// The exceptions of the specification, to be recognised with [errors.Is].
var (
	// ErrTypeMismatch says that a value has another type than the operation is for.
	ErrTypeMismatch = errors.New("type mismatch")
	// ErrInvalidValue says that the type has no such value, or that there is nothing to work on.
	ErrInvalidValue = errors.New("invalid value")
	// ErrInconsistentTypeCode says that no value can be made of a type: it is local, native or a Principal.
	ErrInconsistentTypeCode = errors.New("inconsistent TypeCode")
)

func mismatch(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrTypeMismatch, fmt.Errorf(format, args...))
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrInvalidValue, fmt.Errorf(format, args...))
}

// A Value is a value of any type, to be looked at and changed (DynamicAny::DynAny).
type Value struct {
	tc    *typecode.TypeCode // as declared
	kind  typecode.Kind      // without typedefs
	in    *tree
	plain any      // what it was made of, as dyn.Any.Value returns it, while parts are nil
	fresh bool     // it has the default value of its type, and plain is not made yet
	parts []*Value // its components, once they were asked for: never nil then
	obj   *object  // of a valuetype that is not null
	arm   int      // of a union's parts
	at    int      // the current component, -1 if there is none
	paid  int64    // what the tree was charged for plain
}

// A Factory makes values within limits (DynAnyFactory). The zero value has the defaults.
type Factory struct {
	// Limits are those of an ORB, ORB.Limits; nil is the defaults. What counts is [limits.DecodedSize].
	Limits *limits.Limits
}

// Of returns a copy of a to work on (create_dyn_any). Its first component is current.
func (f Factory) Of(a dyn.Any) (*Value, error) {
	if err := a.Err(); err != nil {
		return nil, err
	}
	if err := possible(a.Type()); err != nil {
		return nil, err
	}
	plain, err := a.Whole().Unpack()
	if err != nil {
		return nil, err
	}
	t := &tree{origin: a, limits: f.Limits}
	return t.wrap(a.Type(), plain), nil
}

// New returns the default value of a type: numbers 0, strings and sequences empty, FALSE, references
// and valuetypes null, anys without a value, the first enumerator, a union with its first arm
// (create_dyn_any_from_type_code). Its first component is current.
func (f Factory) New(tc *typecode.TypeCode) (*Value, error) {
	if err := possible(tc); err != nil {
		return nil, err
	}
	t := &tree{limits: f.Limits}
	return t.fresh(tc), nil
}

// Of is [Factory.Of] with the default limits.
func Of(a dyn.Any) (*Value, error) { return Factory{}.Of(a) }

// New is [Factory.New] with the default limits.
func New(tc *typecode.TypeCode) (*Value, error) { return Factory{}.New(tc) }

// possible reports whether there are values of type tc outside of a program.
func possible(tc *typecode.TypeCode) error {
	switch k := tc.Unalias().Kind(); k {
	case typecode.TkLocalInterface, typecode.TkNative, typecode.TkPrincipal:
		return fmt.Errorf("%w: a value of a %v", ErrInconsistentTypeCode, k)
	}
	return nil
}

// Type returns the type, with its typedefs.
func (v *Value) Type() *typecode.TypeCode { return v.tc }

// flat returns the type without typedefs around it.
func (v *Value) flat() *typecode.TypeCode { return v.tc.Unalias() }

// Any returns the value as an any (to_any). The error says what does not fit, with the memory that
// defaults would take above all.
func (v *Value) Any() (dyn.Any, error) {
	plain, err := v.collect(collected())
	if err != nil {
		return dyn.Any{}, err
	}
	a, err := dyn.Of(v.tc, plain)
	if err != nil {
		return dyn.Any{}, invalid("%w", err)
	}
	return a.Through(v.in.origin), nil
}

// SetAny makes v a copy of what a holds (from_any): ErrTypeMismatch unless the types are equivalent.
func (v *Value) SetAny(a dyn.Any) error {
	from, err := Of(a)
	if err != nil {
		return invalid("%w", err)
	}
	return v.Assign(from)
}

// Assign makes v a copy of from: ErrTypeMismatch unless the types are equivalent. Its first component
// becomes current.
func (v *Value) Assign(from *Value) error {
	if !typecode.Equivalent(v.tc, from.tc) {
		return mismatch("a %v cannot be assigned to a %v", from.tc, v.tc)
	}
	c := copiedInto(v.in, true)
	plain, err := from.collect(c)
	if err != nil {
		c.refund()
		return err
	}
	v.put(convert(plain, from.tc, v.tc))
	v.paid = c.paid
	return nil
}

// Copy returns a value like v that shares nothing with it.
func (v *Value) Copy() (*Value, error) {
	t := &tree{origin: v.in.origin, limits: v.in.limits}
	plain, err := v.collect(copiedInto(t, false))
	if err != nil {
		return nil, err
	}
	return t.wrap(v.tc, plain), nil
}

// Equal reports whether the types are equivalent and all components are equal. Floating-point numbers
// are compared by their bits.
func (v *Value) Equal(o *Value) (bool, error) {
	if !typecode.Equivalent(v.tc, o.tc) {
		return false, nil
	}
	return (&comparison{}).equal(v, o)
}
