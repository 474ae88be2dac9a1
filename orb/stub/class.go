// Package stub is what generated code calls, and nothing else: the class objects of
// interfaces, the descriptors of exceptions, and calls from either side.
//
// The stubs of the last three minor versions of the compiler work with this package; what
// generated code relies on is pinned by a constant ([Version1]).
package stub

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// Version1 exists as long as stubs that were generated for version 1 of this package work.
const Version1 = true

// A Glue joins an interface's Go type T to its stub and its skeleton. Generated code has one
// for each interface.
type Glue[T any] interface {
	// Stub returns the stub that calls through r.
	Stub(r orb.StubRef) T
	// Dispatch runs the operation that r names on impl, or reports that there is none.
	Dispatch(impl T, r *orb.ServerRequest) bool
}

// A Class is the class object of the interface T: the one name through which it is bound,
// activated, narrowed and described. It is safe for concurrent use.
type Class[T any] struct {
	reference[T]
	glue Glue[T]
}

// NewClass returns a class object; name is the interface's simple name, bases are the
// repository ids of all its ancestors.
func NewClass[T any](id, name string, bases []string, glue Glue[T]) *Class[T] {
	return &Class[T]{reference[T]{orb.Interface{ID: id, Bases: bases}, typecode.ObjRef(id, name), glue}, glue}
}

// servant joins an implementation to the skeleton.
type servant[T any] struct {
	class *Class[T]
	impl  T
}

func (s *servant[T]) Interface() *orb.Interface          { return &s.class.iface }
func (s *servant[T]) Implementation() any                { return s.impl }
func (s *servant[T]) Dispatch(r *orb.ServerRequest) bool { return s.class.glue.Dispatch(s.impl, r) }

// Oneway reports whether an operation is oneway; see [orb.OnewayTeller]. The glue of an interface that has such operations tells.
func (s *servant[T]) Oneway(operation string) bool {
	g, has := s.class.glue.(interface{ Oneway(operation string) bool })
	return has && g.Oneway(operation)
}

// ServantOf joins impl to the interface's skeleton; false if impl does not implement it.
func (c *Class[T]) ServantOf(impl any) (orb.Servant, bool) {
	t, ok := impl.(T)
	if !ok {
		return nil, false
	}
	return &servant[T]{c, t}, true
}

// Servant joins impl to the interface's skeleton, for adapters.
func (c *Class[T]) Servant(impl T) orb.Servant { return &servant[T]{c, impl} }

// Activate makes impl an object in adapter a, which chooses its id, and returns the
// reference to it. The object lives until it is deactivated.
func (c *Class[T]) Activate(a orb.Adapter, impl T) (*orb.Ref, error) {
	return a.Activate(c.Servant(impl))
}

// ActivateWithID is Activate with an object id of the caller's choice, which is what makes
// a persistent reference mean the same object in the next process. Any octets will do.
func (c *Class[T]) ActivateWithID(a orb.Adapter, id string, impl T) (*orb.Ref, error) {
	return a.ActivateWithID(id, c.Servant(impl))
}

// Put writes the reference of v.
func (c *Class[T]) Put(e *cdr.Encoder, v T) { e.Object(v, c) }

// Get reads a reference, and takes it for one of the interface, as the IDL says.
func (c *Class[T]) Get(d *cdr.Decoder) T {
	var zero T
	switch o := d.Object().(type) {
	case *orb.Ref:
		if o != nil {
			return c.glue.Stub(orb.NewStubRef(o))
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
func (c *Class[T]) Any(v T) dyn.Any { return dyn.NewType(c.tc, c.Put, c.Get).Any(v) }

// From returns the reference in a.
func (c *Class[T]) From(a dyn.Any) (T, error) { return dyn.NewType(c.tc, c.Put, c.Get).From(a) }
