package orb

import (
	"reflect"
	"slices"

	"github.com/opendsom/dsom/exc"
)

// An Interface describes an IDL interface at run time. Generated code makes one for each,
// inside the interface's class object. It must not be changed.
type Interface struct {
	ID    string   // repository id
	Bases []string // repository ids of all ancestors, each once; without CORBA::Object
}

// ObjectID is the repository id of the interface that every object has.
const ObjectID = "IDL:omg.org/CORBA/Object:1.0"

// IsA reports whether an object of interface i supports the interface that id names.
func (i *Interface) IsA(id string) bool {
	return id == i.ID || id == ObjectID || slices.Contains(i.Bases, id)
}

// A Class is the class object of an interface, as adapters and references see it without
// its Go type. Generated code provides them through package stub.
type Class interface {
	// Interface describes the interface.
	Interface() *Interface
	// ServantOf joins impl to the interface's skeleton; false if impl does not implement it.
	ServantOf(impl any) (Servant, bool)
}

// A Servant is what an adapter dispatches requests to: an implementation and the skeleton
// that knows how to call it.
type Servant interface {
	Interface() *Interface
	// Implementation returns the user's object.
	Implementation() any
	// Dispatch runs the operation that r names, or reports that the interface has none of that name.
	Dispatch(r *ServerRequest) bool
}

// An OnewayTeller is a servant that tells which of its operations are oneway. Those of generated classes and of package dii do. To be called as a member of a group it must: only its oneway operations are
// carried out then.
type OnewayTeller interface {
	Servant
	// Oneway reports whether the interface has a oneway operation of that name, as it is sent.
	Oneway(operation string) bool
}

// IsOneway reports whether a servant tells that an operation is oneway.
func IsOneway(s Servant, operation string) bool {
	t, ok := s.(OnewayTeller)
	return ok && t.Oneway(operation)
}

// A Classed implementation names its own class, which then decides what it is activated
// as, whatever type the reference to it is declared with. Embedding the generated Base of
// an interface does this.
type Classed interface{ IDLClass() Class }

// An Adapter makes objects of implementations: see package poa.
type Adapter interface {
	ORB() *ORB
	// Activate makes s an object with an id that the adapter chooses. The object lives
	// until it is deactivated.
	Activate(s Servant) (*Ref, error)
	// ActivateWithID makes s the object of a given id, octets in a string.
	ActivateWithID(id string, s Servant) (*Ref, error)
	// ActivateOnce is Activate for an implementation that may be active already, in which
	// case the existing object is returned.
	ActivateOnce(s Servant) (*Ref, error)
}

// checkImplementation says why v cannot be an object's implementation, if so.
func checkImplementation(v any) error {
	t := reflect.TypeOf(v)
	switch {
	case t.Kind() != reflect.Pointer:
		return exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "a %v cannot be an object: only a pointer has an identity", t)
	case reflect.ValueOf(v).IsNil():
		return exc.New(exc.BadParam, exc.MinorTypedNil, exc.No, "a nil %v stands where an object is wanted: pass a plain nil for a nil reference", t)
	case t.Elem().Size() == 0:
		return exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No, "a %v cannot be an object: pointers to empty structs are all equal, so give it a field", t)
	}
	return nil
}

// servantOf returns the servant for an implementation that stands where class is declared.
func servantOf(v any, class Class) (Servant, error) {
	if err := checkImplementation(v); err != nil {
		return nil, err
	}
	if c, ok := v.(Classed); ok {
		if s, ok := c.IDLClass().ServantOf(v); ok {
			return s, nil
		}
	}
	if class != nil {
		if s, ok := class.ServantOf(v); ok {
			return s, nil
		}
	}
	return nil, exc.New(exc.BadParam, exc.MinorNotAnObject, exc.No,
		"a %T is no object reference, and names no interface to be activated as: embed the generated Base, or activate it through its class object", v)
}
