package meta

import (
	"context"
	"reflect"
	"sync/atomic"

	"github.com/opendsom/dsom/som"
)

// ProxyFor is IBM's SOMMProxyFor, the metaclass of proxies.
var ProxyFor = som.MustClass[proxyFor]("SOMMProxyFor", som.Parents(som.SOMClass), som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "sommMakeProxyClass", Type: reflect.TypeFor[func(som.Self, *som.Class, string) (*som.Class, error)]()},
	}
}))

type proxyFor struct{ Base }

// SommMakeProxyClass makes a class of proxies, see [MakeProxyClass], that is a subclass of this one.
func (p *proxyFor) SommMakeProxyClass(target *som.Class, name string) (*som.Class, error) {
	return makeProxyClass(target, name, p.Made())
}

// ProxyForObject is IBM's SOMMProxyForObject: an object that sends the calls of its methods on to
// another, its target. A subclass that overrides sommProxyDispatch decides what happens to them.
var ProxyForObject = som.MustClass[proxy]("SOMMProxyForObject", som.WithMetaclass(ProxyFor), som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "_get_sommProxyTarget", Impl: targetOf},
		{Name: "_set_sommProxyTarget", Impl: func(self som.Self, to som.Ref) { proxyOf(self).to.Store(&to) }},
		{Name: "sommProxyDispatch", Impl: sendOn},
	}
}))

type proxy struct {
	som.Base
	to atomic.Pointer[som.Ref]
}

func proxyOf(self som.Self) *proxy {
	p, _ := som.FindState[proxy](self.Ref())
	return p
}

func (p *proxy) target() som.Ref {
	if to := p.to.Load(); to != nil {
		return *to
	}
	return som.Ref{}
}

// targetOf is the target with a reference of the caller's own, or nothing where it has ended.
func targetOf(self som.Self) som.Ref {
	to := proxyOf(self).target()
	if !to.IsNil() && to.Retain() != nil {
		return som.Ref{}
	}
	return to
}

var (
	sendToken   = som.MustBind[func(som.Self, context.Context, *som.Method, []any) ([]any, error)](ProxyForObject, "sommProxyDispatch")
	targetToken = som.MustBind[func(som.Self, som.Ref)](ProxyForObject, "_set_sommProxyTarget")
)

// sendOn is what ProxyForObject does for sommProxyDispatch.
func sendOn(self som.Self, ctx context.Context, m *som.Method, args []any) ([]any, error) {
	to := proxyOf(self).target()
	if to.IsNil() {
		return nil, &som.Error{Code: som.CodeUnknown, Class: self.Ref().Class().Name(), Text: "the proxy has no target for " + m.String()}
	}
	return m.Apply(ctx, to, args)
}

// Target makes r, which must be a proxy, send calls on to another object. The proxy does not keep it:
// the caller holds a reference for as long.
func Target(r, to som.Ref) error {
	if !r.IsA(ProxyForObject) {
		return &som.Error{Code: som.CodeType, Class: r.Class().Name(), Text: "it is no proxy"}
	}
	fn, self := targetToken.Of(r)
	fn(self, to)
	return nil
}

// MakeProxyClass makes a class of proxies that have the interface of target, and nothing else of it. All
// methods are sent on to the proxy's target but those by which an object says what it is itself
// (somGetClass, somGetClassName, somIsA, somIsInstanceOf, somRespondsTo, somGetSize) and its beginning
// and end. The target's metaclass is none of a proxy's business.
func MakeProxyClass(target *som.Class, name string) (*som.Class, error) {
	return makeProxyClass(target, name, ProxyForObject)
}

func makeProxyClass(target *som.Class, name string, base *som.Class) (*som.Class, error) {
	parents := []*som.Class{base, target}
	if target == som.SOMObject {
		parents = parents[:1]
	}
	abstract := parents[1:]
	return som.NewClass(som.Spec{Name: name, Parents: parents, AbstractParents: abstract, Detached: abstract, Ready: func(c *som.Class) error {
		return c.Redispatch(func(m *som.Method, _ som.Packed) som.Packed {
			if !sent(m, base) {
				return nil
			}
			return func(self som.Self, ctx context.Context, args []any) ([]any, error) {
				fn, s := sendToken.Of(self.Ref())
				return fn(s, ctx, m, args)
			}
		})
	}})
}

// sent reports whether proxies send a method on.
func sent(m *som.Method, base *som.Class) bool {
	if m.Class() != som.SOMObject {
		return !base.DescendsFrom(m.Class())
	}
	switch m.Name() {
	case "somPrintSelf", "somDumpSelf", "somDumpSelfInt":
		return true
	}
	return false
}
