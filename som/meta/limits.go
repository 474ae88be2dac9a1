package meta

import (
	"context"

	"github.com/opendsom/dsom/som"
)

// Abstract gives a class no instances. It is for the class that names it: subclasses have instances,
// unless they name it too.
var Abstract = som.MustClass[abstract]("SOMMAbstract", som.Parents(som.SOMClass))

type abstract struct{ Base }

func (a *abstract) SomNew() (som.Ref, error) {
	if c := a.Made(); declares(c, Abstract) {
		return som.Ref{}, &som.Error{Code: som.CodeAbstract, Class: c.Name(), Text: "it is abstract: make an instance of a subclass"}
	}
	return a.Next().SomNew()
}

// Noninstantiable gives a class and its descendants no instances: they are for what the class objects
// themselves do.
var Noninstantiable = som.MustClass[noninstantiable]("SOMMNoninstantiable", som.Parents(som.SOMClass))

type noninstantiable struct{ Base }

func (n *noninstantiable) SomNew() (som.Ref, error) {
	return som.Ref{}, &som.Error{Code: som.CodeAbstract, Class: n.Made().Name(), Text: "neither it nor its subclasses have instances"}
}

// Final gives a class no subclasses.
var Final = som.MustClass[final]("SOMMFinal", som.Parents(som.SOMClass))

type final struct{ Base }

func (f *final) SomClassReady() error {
	c := f.Made()
	for _, p := range c.Parents() {
		if has(p, Final) {
			return &som.Error{Code: som.CodeMetaclass, Class: c.Name(), Text: "its parent " + p.Name() + " is final, and has no subclasses"}
		}
	}
	return f.Next().SomClassReady()
}

// Redispatched sends every call of an instance's methods through somDispatch, so that a class which
// overrides that sees them all.
var Redispatched = som.MustClass[redispatched]("SOMMRedispatched", som.Parents(som.SOMClass))

type redispatched struct{ Base }

var dispatchToken = som.MustBind[func(som.Self, context.Context, *som.Method, []any) ([]any, error)](som.SOMObject, "somDispatch")

func (r *redispatched) SomClassReady() error {
	if err := r.Next().SomClassReady(); err != nil {
		return err
	}
	c := r.Made()
	return c.Redispatch(func(m *som.Method) som.Packed {
		if _, _, err := c.Entry(m); err != nil || m.Class() == som.SOMObject {
			return nil
		}
		return func(self som.Self, ctx context.Context, args []any) ([]any, error) {
			if ctx.Value(dispatching{}) == m { // it comes back from somDispatch
				return c.Call(context.WithValue(ctx, dispatching{}, nil), m, self.Ref(), args)
			}
			fn, s := dispatchToken.Of(self.Ref())
			return fn(s, context.WithValue(ctx, dispatching{}, m), m, args)
		}
	})
}

// dispatching is the key of the method whose call somDispatch is making.
type dispatching struct{}
