package meta

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/som"
)

// BeforeAfter is IBM's SOMMBeforeAfter: something happens before and after each method of an instance,
// the object's initialisation and end among them (see Call.Begins and Call.Ends). A property that
// descends from it overrides
//
//	SommBeforeMethod(context.Context, *Call) (bool, error)
//	SommAfterMethod(context.Context, *Call)
//	SommAroundMethod(context.Context, *Call, func(context.Context))
//
// or some of these. Before answers false to veto the call: then neither the method runs, nor
// what comes after on behalf of the same property, nor properties further in. The caller gets the error
// that came with the veto, or zero results. Around wraps the rest of the call and decides when, and
// whether, it runs. The end of an object comes all the same, since its last reference is gone: there a veto is not heard, and what
// an around has left out runs after it. Who wants to keep an object vetoes somFree.
//
// Properties nest in the order of the class's metaclass, the first outermost. A call is seen once: neither
// a parent call nor a next call is another.
var BeforeAfter = mustMake(som.Spec{
	Name: "SOMMBeforeAfter", Version: som.Version{Major: 2, Minor: 2}, Parents: []*som.Class{som.SOMClass},
	Introduces: []som.MethodSpec{
		{Name: "sommBeforeMethod", Impl: func(som.Self, context.Context, *Call) (bool, error) { return true, nil }},
		{Name: "sommAfterMethod", Impl: func(som.Self, context.Context, *Call) {}},
		{Name: "sommAroundMethod", Impl: func(_ som.Self, ctx context.Context, _ *Call, rest func(context.Context)) { rest(ctx) }},
	},
	Overrides: []som.Override{{Method: "somClassReady", Impl: wrap}},
})

func mustMake(s som.Spec) *som.Class {
	c, err := som.NewClass(s)
	if err != nil {
		panic(fmt.Sprintf("a metaclass of the library: %v", err))
	}
	return c
}

// wrap is BeforeAfter's somClassReady: it puts the properties in front of all methods of the class.
func wrap(self som.Self) error {
	c := classOf(self)
	base := beforeToken.Method().Class()
	next, s, ok := readyToken.Next(base, c.SOM())
	if ok {
		if err := next(s); err != nil {
			return err
		}
	}
	var layers []*som.Class
	for _, a := range c.Metaclass().Order() {
		if a != base && (overrides(a, beforeToken.Method()) || overrides(a, afterToken.Method()) || overrides(a, aroundToken.Method())) {
			layers = append(layers, a)
		}
	}
	return c.Redispatch(func(m *som.Method, behind som.Packed) som.Packed {
		if _, _, err := c.Entry(m); err != nil {
			return nil // nothing to be before or after
		}
		return func(self som.Self, ctx context.Context, args []any) ([]any, error) {
			call := &Call{Class: c, Object: self.Ref(), Method: m, Args: args, self: self, behind: behind}
			run(ctx, layers, call)
			if call.begun && call.Err != nil { // what failed came behind the initializers
				fn, self := destructToken.Of(call.Object)
				fn(self)
			}
			return call.Results, call.Err
		}
	})
}

func overrides(a *som.Class, m *som.Method) bool { return a.Implements(m) != nil }

// run makes the call within layers.
func run(ctx context.Context, layers []*som.Class, call *Call) {
	if len(layers) == 0 {
		call.Results, call.Err = call.behind(call.self, ctx, call.Args)
		call.begun = call.Begins() && call.Err == nil
		return
	}
	a, class := layers[0], call.Class.SOM()
	if overrides(a, beforeToken.Method()) {
		fn, self := hook(beforeToken, a, class)
		goOn, err := fn(self, ctx, call)
		if (!goOn || err != nil) && !call.Ends() {
			call.Results = nil // of a property further out
			if call.Err = err; err == nil && call.Begins() {
				call.Err = &som.Error{Code: som.CodeRaised, Class: call.Class.Name(), Text: a.Name() + " does not let an instance begin"}
			}
			return
		}
	}
	ran, wraps := false, overrides(a, aroundToken.Method())
	rest := func(ctx context.Context) {
		ran = true
		run(ctx, layers[1:], call)
	}
	if wraps {
		fn, self := hook(aroundToken, a, class)
		fn(self, ctx, call, rest)
	}
	if !ran && (!wraps || call.Ends()) { // an end comes, whoever is against it
		rest(ctx)
	}
	if overrides(a, afterToken.Method()) {
		fn, self := hook(afterToken, a, class)
		fn(self, ctx, call)
	}
}
