package meta

import (
	"context"

	"github.com/opendsom/dsom/som"
)

// Abstract gives a class no instances. It is for the class that names it: subclasses have instances,
// unless they name it too.
var Abstract = som.MustClass[abstract]("SOMMAbstract", som.Parents(som.SOMClass))

type abstract struct{ Base }

func (a *abstract) SomNew() (som.Ref, error)       { return a.make(a.Next().SomNew) }
func (a *abstract) SomNewNoInit() (som.Ref, error) { return a.make(a.Next().SomNewNoInit) }

func (a *abstract) make(next func() (som.Ref, error)) (som.Ref, error) {
	if c := a.Made(); declares(c, Abstract) {
		return som.Ref{}, &som.Error{Code: som.CodeAbstract, Class: c.Name(), Text: "it is abstract: make an instance of a subclass"}
	}
	return next()
}

// Noninstantiable gives a class and its descendants no instances: they are for what the class objects
// themselves do.
var Noninstantiable = som.MustClass[noninstantiable]("SOMMNoninstantiable", som.Parents(som.SOMClass))

type noninstantiable struct{ Base }

func (n *noninstantiable) SomNewNoInit() (som.Ref, error) { return n.SomNew() }

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
// overrides that sees them all, but for SOMObject's methods. It is a property among others: those further out see the call before, those
// further in see what somDispatch makes of it, see [som.Returning].
var Redispatched = som.MustClass[redispatched]("SOMMRedispatched", som.Parents(BeforeAfter))

type redispatched struct{ Base }

var dispatchToken = som.MustBind[func(som.Self, context.Context, *som.Method, []any) ([]any, error)](som.SOMObject, "somDispatch")

func (r *redispatched) SommAroundMethod(ctx context.Context, c *Call, rest func(context.Context)) {
	ctx, dispatched := som.Dispatched(ctx, c.Object, c.Method)
	if dispatched || c.Method.Class() == som.SOMObject {
		rest(ctx)
		return
	}
	if ctx == nil {
		ctx = context.Background()
	}
	back := som.Returning(ctx, c.Object, c.Method, func(_ som.Self, ctx context.Context, args []any) ([]any, error) {
		c.Args, c.Results, c.Err = args, nil, nil
		rest(ctx)
		return c.Results, c.Err
	})
	fn, self := dispatchToken.Of(c.Object)
	c.Results, c.Err = fn(self, back, c.Method, c.Args)
}
