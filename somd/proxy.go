package somd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// ClientProxy is IBM's SOMDClientProxy, which all classes of proxies descend from. What a proxy answers itself, sends to its target, or does in both
// places is a table in docs/somd.md. A program's own class of proxies has ClientProxy for its first parent and the target's class, abstract, for
// its second, and sends calls on by sommProxyDispatch.
var ClientProxy = som.MustClass[proxy]("SOMDClientProxy", som.With(func(s *som.Spec) {
	s.Introduces = []som.MethodSpec{
		{Name: "is_proxy", Impl: func(som.Self) bool { return true }},
		{Name: "is_nil", Impl: func(som.Self) bool { return false }},
		{Name: "somdTargetFree", Impl: func(self som.Self, ctx context.Context) error { return proxyOf(self).free(ctx) }},
		{Name: "somdProxyFree", Impl: func(self som.Self) error { return self.Ref().Release() }},
		{Name: "somdTargetGetClass", Impl: func(self som.Self) *som.Class { return proxyOf(self).SomGetClass() }},
		{Name: "somdProxyGetClass", Impl: func(self som.Self) *som.Class { return self.Ref().Class() }},
		{Name: "somdTargetGetClassName", Impl: func(self som.Self) string { return proxyOf(self).SomGetClassName() }},
		{Name: "somdProxyGetClassName", Impl: func(self som.Self) string { return self.Ref().Class().Name() }},
		{Name: "somdReleaseResources", Impl: func(som.Self) {}},
	}
}))

var sendToken = som.MustBind[func(som.Self, context.Context, *som.Method, []any) ([]any, error)](ClientProxy, "sommProxyDispatch")

// A proxy is what an object of a class of proxies knows of its target.
type proxy struct {
	som.Base

	mu     sync.Mutex
	d      *Domain
	ref    *orb.Ref
	target *som.Class
	owner  bool                                             // it has a reference to the target, which it gives back at its end
	make   func(context.Context) (*Domain, *orb.Ref, error) // makes the target, of an object of a placed class
}

func proxyOf(self som.Self) *proxy {
	p, _ := som.FindState[proxy](self.Ref())
	return p
}

func (p *proxy) bind(d *Domain, ref *orb.Ref, target *som.Class, owner bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.d, p.ref, p.target, p.owner = d, ref, target, owner
}

// Reference returns the reference of a proxy's target, and false if the object is no proxy, or of a placed class whose target is gone.
func Reference(o som.Object) (*orb.Ref, bool) {
	p, ok := som.FindState[proxy](o.SOM())
	if !ok {
		return nil, false
	}
	ref, err := p.reference()
	return ref, err == nil
}

func (p *proxy) reference() (*orb.Ref, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ref == nil {
		return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the proxy has no target: it was freed, or its server has ended; make another")
	}
	return p.ref, nil
}

// reached is reference, and makes a target where one is to be made.
func (p *proxy) reached(ctx context.Context) (*Domain, *orb.Ref, error) {
	p.mu.Lock()
	d, ref, make := p.d, p.ref, p.make
	p.mu.Unlock()
	if ref != nil || make == nil {
		ref, err := p.reference()
		return d, ref, err
	}
	d, ref, err := make(ctx)
	if err != nil {
		return nil, nil, err
	}
	p.mu.Lock()
	if p.ref != nil { // another call has made one meanwhile
		other := p.ref
		p.mu.Unlock()
		freeTarget(ctx, ref)
		return d, other, nil
	}
	p.d, p.ref, p.owner = d, ref, true
	p.mu.Unlock()
	return d, ref, nil
}

// gone says that a call has met no target any more, if err says so: the next one makes another where one is to be made.
func (p *proxy) gone(ref *orb.Ref, err error) error {
	var x *exc.SystemException
	if !errors.As(err, &x) || x.Kind != exc.ObjectNotExist && x.Kind != exc.CommFailure && x.Kind != exc.Transient {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.make == nil || p.ref != ref {
		return err
	}
	p.ref, p.owner = nil, false
	return exc.New(x.Kind, x.Minor, x.Completed, "the process that has the object is gone, and its state with it; the next call makes another: %w", err)
}

// SommProxyDispatch calls the target. All methods that a proxy sends on come here, so that a class of proxies may override it.
func (p *proxy) SommProxyDispatch(ctx context.Context, m *som.Method, args []any) ([]any, error) {
	d, ref, err := p.reached(ctx)
	if err != nil {
		return nil, err
	}
	out, err := methodOf(m).call(ctx, d, ref, args)
	if err != nil {
		return nil, p.gone(ref, err)
	}
	return out, nil
}

// free ends the target, and leaves the proxy without one.
func (p *proxy) free(ctx context.Context) error {
	ref, err := p.reference()
	if err != nil {
		return err
	}
	if err := freeTarget(ctx, ref); err != nil {
		return err
	}
	p.mu.Lock()
	p.ref, p.owner, p.make = nil, false, nil
	p.mu.Unlock()
	return nil
}

func freeTarget(ctx context.Context, ref *orb.Ref) error {
	c := orb.StartCall(ctx, ref, opRelease, 0)
	for c.Next() {
	}
	c.Returned()
	return c.End()
}

// endTimeout is how long the end of a proxy waits for that of its target.
const endTimeout = 5 * time.Second

// SomDestruct gives back the reference to the target, if one was given. Who releases the last reference to a proxy is not told whether that could be done: the
// server may be gone, and its objects with it.
func (p *proxy) SomDestruct() {
	p.mu.Lock()
	ref, owner := p.ref, p.owner
	p.ref, p.owner = nil, false
	p.mu.Unlock()
	if owner && ref != nil {
		ctx, stop := context.WithTimeout(context.Background(), endTimeout)
		defer stop()
		_ = freeTarget(ctx, ref)
	}
}

// SomFree ends both, the target and the proxy.
func (p *proxy) SomFree() error {
	ctx, stop := context.WithTimeout(context.Background(), endTimeout)
	defer stop()
	if err := p.free(ctx); err != nil {
		return err
	}
	return p.SOM().Free()
}

// SomGetClass is the target's class, or what stands for it in this process.
func (p *proxy) SomGetClass() *som.Class {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.target
}

// SomGetClassName is that of the target's class as the target says, or if that does not answer as its reference says.
func (p *proxy) SomGetClassName() string {
	name := ""
	if ref, err := p.reference(); err == nil {
		ctx, stop := context.WithTimeout(context.Background(), endTimeout)
		defer stop()
		c := orb.StartCall(ctx, ref, opClassName, 0)
		for c.Next() {
		}
		if c.Returned() {
			name = c.In.String()
		}
		if c.End() == nil {
			return name
		}
	}
	if t := p.SomGetClass(); t != nil {
		return t.Name()
	}
	return ""
}

// SomPrintSelf writes what the target is.
func (p *proxy) SomPrintSelf(w io.Writer) error { return p.SomDumpSelf(w, 0) }

// SomDumpSelf writes what the target says of itself.
func (p *proxy) SomDumpSelf(w io.Writer, level int) error {
	ref, err := p.reference()
	if err != nil {
		return err
	}
	c := orb.StartCall(context.Background(), ref, opPrint, 0)
	for c.Next() {
		c.Out.Long(int32(level))
	}
	said := ""
	if c.Returned() {
		said = c.In.String()
	}
	if err := c.End(); err != nil {
		return err
	}
	_, err = io.WriteString(w, said)
	return err
}

// makeProxyClass makes a class of proxies that has the interface of a target, and nothing else of it. d.making is held.
func (d *Domain) makeProxyClass(target *som.Class) (*som.Class, error) {
	if err := d.share(target); err != nil {
		return nil, err
	}
	s := som.Spec{Name: target.Name() + "__Proxy", Parents: []*som.Class{ClientProxy, target}}
	if target == som.SOMObject {
		s.Parents = s.Parents[:1]
	}
	s.AbstractParents = s.Parents[1:]
	s.Detached = s.AbstractParents
	s.Overrides = Forward(target)
	c, err := som.NewClass(s)
	if err != nil {
		return nil, fmt.Errorf("somd: no proxies can be made for objects of %s: %w", target, err)
	}
	return c, nil
}

// Forward returns the overrides by which the methods of a target's class go to the target, for a class of proxies of a program's own, which does those
// in but itself. Methods that another kernel calls by what has no form in Go have none: a call of
// them is the error that there is no implementation.
func Forward(target *som.Class, but ...*som.Method) []som.Override {
	var all []som.Override
	for _, m := range target.Methods() {
		if isRoot(m.Class()) || m.Kind() != som.Static || slices.Contains(but, m) || ClientProxy.DescendsFrom(m.Class()) {
			continue
		}
		if methodOf(m).err != nil && m.Class().Host() != nil {
			continue
		}
		all = append(all, som.Override{Method: m.String(), Impl: sender(m)})
	}
	return all
}

// sender is an implementation of a method that sends the call on.
func sender(m *som.Method) any { return senderOf(m.Type(), func() *som.Method { return m }) }

func senderOf(t reflect.Type, of func() *som.Method) any {
	x := newShape(t)
	return reflect.MakeFunc(t, func(in []reflect.Value) []reflect.Value {
		self := in[0].Interface().(som.Self)
		ctx := context.Background()
		in = in[1:]
		if x.takesCtx {
			ctx, _ = in[0].Interface().(context.Context)
			in = in[1:]
		}
		args := make([]any, len(in))
		for i, v := range in {
			if args[i] = v.Interface(); v.Kind() == reflect.Interface && v.IsNil() {
				args[i] = nil
			}
		}
		fn, s := sendToken.Of(self.Ref())
		results, err := fn(s, ctx, of(), args)
		if err != nil && !x.fails {
			panic(err)
		}
		out := make([]reflect.Value, t.NumOut())
		for i := range x.outs {
			out[i] = reflect.Zero(t.Out(i))
			if i < len(results) && results[i] != nil {
				out[i] = reflect.ValueOf(results[i])
				if t.Out(i).Kind() == reflect.Interface {
					out[i] = reflect.New(t.Out(i)).Elem()
					out[i].Set(reflect.ValueOf(results[i]))
				}
			}
		}
		if x.fails {
			out[x.outs] = reflect.ValueOf(&err).Elem()
		}
		return out
	}).Interface()
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

// SomDefaultCopyInit refuses: two proxies that own one target would end it twice.
func (p *proxy) SomDefaultCopyInit(*proxy) error { return errCopied }

// SomDefaultAssign refuses.
func (p *proxy) SomDefaultAssign(*proxy) error { return errCopied }

var errCopied = exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "a proxy is not copied: keep another reference to it")
