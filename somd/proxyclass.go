package somd

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/opendsom/dsom/som"
)

// makeProxyClass makes a class of proxies, a descendant of base, that has the interface of a target, and nothing else of it. d.making is held.
func (d *Domain) makeProxyClass(target, base *som.Class) (*som.Class, error) {
	if err := d.share(target); err != nil {
		return nil, err
	}
	s := som.Spec{Name: target.Name() + "__Proxy", Parents: []*som.Class{base, target}}
	if target == som.SOMObject {
		s.Parents = s.Parents[:1]
	}
	s.AbstractParents = s.Parents[1:]
	s.Detached = s.AbstractParents
	s.Overrides = Forward(target, ownMethods(base)...)
	c, err := som.NewClass(s)
	if err != nil {
		return nil, fmt.Errorf("somd: no proxies can be made for objects of %s: %w", target, err)
	}
	return c, nil
}

// ownProxyClass returns the class of proxies that the program has for a target, by its name, or nil. It is looked for in libraries if the process has the target's class,
// and not for a name that a peer has said.
func (d *Domain) ownProxyClass(target *som.Class) (*som.Class, error) {
	name := target.Name() + "__Proxy"
	own := d.class(name)
	if own == nil && d.Find != nil && target != som.SOMObject && !d.isStrange(target) {
		d.making.Lock()
		err := d.share(target) // what it descends from
		d.making.Unlock()
		if err != nil {
			return nil, err
		}
		found, err := d.Find(name)
		if x := (*som.Error)(nil); err != nil && !(errors.As(err, &x) && x.Code == som.CodeUnknown) {
			return nil, fmt.Errorf("somd: the program's class of proxies for objects of %s cannot be had: %w", target, err)
		}
		if own = found; err != nil {
			return nil, nil
		}
		d.Know(own)
	}
	switch {
	case own == nil || !own.DescendsFrom(ClientProxy) || !own.DescendsFrom(target):
		return nil, nil
	case own.Concrete(target) && target != som.SOMObject: // that one's implementation every class has, and so has the class of proxies that was made for it, by another goroutine just now or in another domain
		return nil, fmt.Errorf("somd: the class of proxies %s has the implementation of %s: let it inherit the interface alone (abstractparents)", own, target)
	}
	return own, nil
}

// restOf returns a class of proxies of the program's own, or a subclass by which what that does not implement is sent on. d.making is held.
func restOf(own, target *som.Class) (*som.Class, error) {
	rest := Forward(target, ownMethods(own)...)
	if len(rest) == 0 {
		return own, nil
	}
	c, err := som.NewClass(som.Spec{Name: own.Name() + "__Rest", Parents: []*som.Class{own}, Overrides: rest})
	if err != nil {
		return nil, fmt.Errorf("somd: what %s does not do cannot be sent to objects of %s: %w", own, target, err)
	}
	return c, nil
}

// proxyBase returns the class from which a target's proxies descend: that of a name, which the IDL of the target's class or of an ancestor gives it by
// baseproxyclass. A strange class is one that a peer describes: what it names is taken if this process has it, and nothing is
// loaded for it.
func (d *Domain) proxyBase(name, target string, strange bool) (*som.Class, error) {
	if name == "" {
		return ClientProxy, nil
	}
	c := d.class(name)
	if c == nil && strange {
		return ClientProxy, nil
	}
	err := errors.New("nobody told the domain of it")
	if c == nil && d.Find != nil {
		if c, err = d.Find(name); err == nil {
			d.Know(c)
		} else {
			c = nil
		}
	}
	switch {
	case c == nil:
		return nil, fmt.Errorf("somd: proxies for objects of %s descend from class %s (baseproxyclass), which this process does not have: %w", target, name, err)
	case !c.DescendsFrom(ClientProxy):
		return nil, fmt.Errorf("somd: proxies for objects of %s are to descend from class %s (baseproxyclass), which does not descend from %s", target, name, ClientProxy)
	}
	return c, nil
}

// baseProxyOf returns the name of the class from which proxies for objects of a class descend: the modifier of the nearest class of its
// linearisation that has one, so that a tree of classes can have it from its root. Empty: SOMDClientProxy.
func baseProxyOf(c *som.Class) string {
	for _, a := range c.Order() {
		if name := a.BaseProxy(); name != "" {
			return name
		}
	}
	return ""
}

// ownMethods are those that a base of proxies implements beside what all proxies do: a call of them runs there, and is not sent on.
func ownMethods(base *som.Class) []*som.Method {
	var all []*som.Method
	for _, m := range base.Methods() {
		for _, a := range base.Order() {
			if a == ClientProxy || isRoot(a) {
				break
			}
			if a.Implements(m) != nil {
				all = append(all, m)
				break
			}
		}
	}
	return all
}

// Forward returns the overrides by which the methods of a target's class go to the target, for a class of proxies of a program's own, which does those
// in but itself. A call of one that cannot be called elsewhere is the error that says why.
func Forward(target *som.Class, but ...*som.Method) []som.Override {
	return forward(target, nil, but...)
}

// forward is Forward, for a placed class if by is not nil, which answers that.
func forward(target *som.Class, by func() *som.Class, but ...*som.Method) []som.Override {
	var all []som.Override
	for _, m := range target.Methods() {
		if isRoot(m.Class()) || m.Kind() != som.Static || slices.Contains(but, m) || ClientProxy.DescendsFrom(m.Class()) {
			continue
		}
		if m.Class().Host() != nil && (m.Signature() == "" || isInitializer(m.Signature())) { // it is not known how the other kernel calls it
			continue
		}
		all = append(all, som.Override{Method: m.String(), Impl: senderOf(m.Type(), func() *som.Method { return m }, by)})
	}
	return all
}

// isInitializer reports whether a method of a signature is called of what is no object yet.
func isInitializer(signature string) bool {
	_, types, _ := strings.Cut(signature, "/")
	return strings.HasPrefix(strings.TrimPrefix(types, "oidl "), "init ")
}

// senderOf is an implementation of a method that sends the call on: to the target that a placed class has, if by answers one, of an object whose own class descends from that and
// perhaps from others.
func senderOf(t reflect.Type, of func() *som.Method, by func() *som.Class) any {
	return sender(t, func(self som.Self, ctx context.Context, args []any) ([]any, error) {
		if by != nil && ctx != nil && self.Ref().Class() != by() {
			ctx = context.WithValue(ctx, sentBy{}, by())
		}
		fn, s := sendToken.Of(self.Ref())
		return fn(s, ctx, of(), args)
	})
}

// A shape is what is around the arguments and results of a method in Go.
type shape struct {
	takesCtx, fails bool
	outs            int
}

func newShape(t reflect.Type) shape {
	x := shape{takesCtx: t.NumIn() > 1 && t.In(1) == contextType, outs: t.NumOut()}
	if x.outs > 0 && t.Out(x.outs-1) == errorType {
		x.fails = true
		x.outs--
	}
	return x
}
