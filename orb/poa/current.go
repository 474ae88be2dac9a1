package poa

import (
	"context"
	"reflect"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// A Current says of which object a servant's method has been called (PortableServer::Current): what a
// servant needs that is many objects.
type Current struct {
	POA     *POA
	ID      string // octets in a string; of an object made by [Root.ActivateKey] its whole key
	Servant orb.Servant

	plain     bool
	byDefault bool // it is of a default servant
}

// CurrentOf returns the upcall that ctx was given to, or derives from. The error wraps ErrNoContext outside an
// upcall of an adapter, and after the method has returned.
func CurrentOf(ctx context.Context) (Current, error) {
	u := orb.UpcallOf(ctx)
	if u != nil {
		switch s := u.Scope.(type) {
		case *object:
			return Current{s.poa, s.id, s.servant, s.plain, false}, nil
		case *invocation:
			return Current{s.Adapter, s.ID, s.servant, false, false}, nil
		case *defaultScope:
			if k, ok := ior.ParseKey([]byte(u.Key)); ok {
				return Current{s.poa, string(k.ID), s.servant, false, true}, nil
			}
		}
	}
	return Current{}, refused(exc.MinorNoContext, "the context is not that of an upcall: %w", ErrNoContext)
}

// Reference returns the object's reference, of the interface that its servant has.
func (c Current) Reference() (*orb.Ref, error) {
	return (&object{poa: c.POA, id: c.ID, plain: c.plain, servant: c.Servant}).reference()
}

// current returns the upcall that ctx belongs to, if it is one of p to the implementation of s.
func (p *POA) current(ctx context.Context, s orb.Servant) (Current, bool) {
	c, err := CurrentOf(ctx)
	if err != nil || c.POA != p || c.Servant == nil {
		return Current{}, false
	}
	return c, same(s, c.Servant)
}

// same reports whether two servants are surely of one implementation: such as Go cannot compare are not.
func same(s, t orb.Servant) bool {
	if a, ok := key(s); ok {
		b, _ := key(t)
		return a == b
	}
	return reflect.ValueOf(s).Comparable() && reflect.ValueOf(t).Comparable() && s == t
}
