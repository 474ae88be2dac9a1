package stub

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// AbstractGlue joins an abstract interface's Go type T to its stub, and to the valuetypes that
// support it and were generated with it.
type AbstractGlue[T any] interface {
	// Stub returns the stub that calls through r.
	Stub(r orb.StubRef) T
	// Known returns a valuetype that supports the interface, or nil.
	Known(id string) *cdr.ValueType
}

// An Abstract is the class object of the abstract interface T. What is passed where one is declared
// goes by reference if it is an object, and as a copy if it is a value (CORBA 3.3 part 2, clause
// 9.3.7). It is safe for concurrent use.
type Abstract[T any] struct {
	reference[T]
	values cdr.ValueType // any that support it
}

// NewAbstract returns a class object; name is the interface's simple name, bases are the
// repository ids of all its ancestors.
func NewAbstract[T any](id, name string, bases []string, glue AbstractGlue[T]) *Abstract[T] {
	return &Abstract[T]{
		reference[T]{orb.Interface{ID: id, Bases: bases}, typecode.Interface(typecode.TkAbstractInterface, id, name), glue},
		cdr.ValueType{ID: id, Known: glue.Known},
	}
}

// Put writes v: a reference or a stub, a value, or the implementation of an object, which is
// activated in the ORB's default adapter.
func (c *Abstract[T]) Put(e *cdr.Encoder, v T) {
	switch x := any(v).(type) {
	case nil:
		e.Boolean(false)
		e.NullValue()
	case orb.Object:
		e.Boolean(true)
		e.Object(x, nil)
	case cdr.Value:
		e.Boolean(false)
		putValue(e, x, &c.values)
	default:
		e.Boolean(true)
		e.Object(x, nil)
	}
}

// Get reads a reference or a value. What is of another type is an error of d.
func (c *Abstract[T]) Get(d *cdr.Decoder) T {
	var zero T
	if !d.Boolean() {
		return getValue[T](d, &c.values)
	}
	switch o := d.Object().(type) {
	case *orb.Ref:
		if o != nil {
			return c.stubs.Stub(orb.NewStubRef(o))
		}
	case T: // from an any that has not been sent
		return o
	case orb.Object:
		return c.Unchecked(o)
	case nil:
	default:
		d.Fail(exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "a %T is not a %s", o, c.iface.ID))
	}
	return zero
}

// Any returns v as an any.
func (c *Abstract[T]) Any(v T) dyn.Any { return dyn.NewType(c.tc, c.Put, c.Get).Any(v) }

// From returns the reference or value in a.
func (c *Abstract[T]) From(a dyn.Any) (T, error) { return dyn.NewType(c.tc, c.Put, c.Get).From(a) }
