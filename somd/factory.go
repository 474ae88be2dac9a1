package somd

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
)

// A class may name another whose objects make those of it: SOM's modifier factory. Such a factory has a method somNew without arguments, which
// returns an object, and whatever other methods make objects in other ways: clients have it by SOMDServer's somdFactory. A class that names
// none has a plain one.

// FactoryClass is what makes objects of a class that names no factory.
//
//	SOMObject somNew();
var FactoryClass = som.MustClass[plainFactory]("SOMDFactory")

type plainFactory struct {
	som.Base
	of *som.Class
}

// SomNew makes an object, the caller's.
func (f *plainFactory) SomNew(context.Context) (som.Object, error) { return given1(f.of.New()) }

var createFactoryToken = som.MustBind[func(som.Self, context.Context, string, uintptr) (som.Object, error)](ServerClass, "somdCreateFactory")

// SomdFactory returns the factory of a class, an object of the client's that goes with its last reference: what somdCreateFactory makes, which a class of servers of the program's own may override.
func (s *Server) SomdFactory(ctx context.Context, objclass string) (som.Object, error) {
	if _, err := s.class(objclass); err != nil {
		return nil, err
	}
	fn, self := createFactoryToken.Of(s.SOM())
	return fn(self, ctx, objclass, 0)
}

// SomdCreateFactory makes the factory of a class. Props is the place of a list of properties in C, for a class of servers of the program's own that overrides this: here it has to be 0. It is not called from elsewhere,
// where somdFactory is.
func (s *Server) SomdCreateFactory(_ context.Context, className string, props uintptr) (som.Object, error) {
	if props != 0 {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "the server does not know of properties of factories: give none, or override somdCreateFactory")
	}
	c, err := s.class(className)
	if err != nil {
		return nil, err
	}
	return given1(s.factory(c))
}

// SomdCreateFactory is ServerClass's.
func (b ServerBase) SomdCreateFactory(ctx context.Context, className string, props uintptr) (som.Object, error) {
	fn, self := createFactoryToken.In(ServerClass, b.SOM())
	return fn(self, ctx, className, props)
}

// factory makes an object of the class that makes objects of another.
func (s *Server) factory(c *som.Class) (som.Ref, error) {
	name := c.Factory()
	if name == "" {
		r, err := FactoryClass.New()
		if err == nil {
			f, _ := som.FindState[plainFactory](r)
			f.of = c
		}
		return r, err
	}
	by, err := s.find(name) // the class's own word, and no client's
	if err != nil {
		return som.Ref{}, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "objects of class %s are made by a %s (factory), of which the server has no class: %w", c, name, err)
	}
	return by.New()
}

// made makes an object of a class, by its factory if it names one.
func (s *Server) made(ctx context.Context, c *som.Class) (som.Ref, error) {
	if c.Factory() == "" {
		return c.New()
	}
	s.mu.Lock()
	f, known := s.make[c]
	s.mu.Unlock()
	if !known {
		made, err := s.factory(c)
		if err != nil {
			return som.Ref{}, err
		}
		s.mu.Lock()
		if f, known = s.make[c]; !known {
			f, s.make[c] = made, made
		}
		s.mu.Unlock()
		if known {
			_ = made.Release()
		}
	}
	out, err := f.Invoke(ctx, "somNew")
	if err != nil {
		return som.Ref{}, err
	}
	o, ok := out.(som.Object)
	if !ok || o.SOM().IsNil() {
		return som.Ref{}, exc.New(exc.ObjAdapter, exc.MinorIncarnatePolicy, exc.No, "its factory, a %s, has made nothing", f.Class())
	}
	if !o.SOM().IsA(c) {
		return som.Ref{}, drop(o.SOM(), exc.New(exc.ObjAdapter, exc.MinorIncarnatePolicy, exc.No, "its factory, a %s, has made a %s", f.Class(), o.SOM().Class()))
	}
	return o.SOM(), nil
}

// SomDestruct ends the factories.
func (s *Server) SomDestruct() {
	s.mu.Lock()
	all := s.make
	s.make = nil
	s.mu.Unlock()
	for _, f := range all {
		_ = f.Release()
	}
}

// SomdDispatchMethod calls a method of an object of the domain for a client: what a class of servers of the program's own overrides to see
// or refuse every call. Results are in the order of Go's, without the error. It is for such subclasses, and not called from elsewhere.
func (s *Server) SomdDispatchMethod(ctx context.Context, obj som.Object, m *som.Method, args []any) ([]any, error) {
	return methodOf(m).run(ctx, obj.SOM(), args)
}

var dispatchToken = som.MustBind[func(som.Self, context.Context, som.Object, *som.Method, []any) ([]any, error)](ServerClass, "somdDispatchMethod")

func overridesDispatch(c *som.Class) bool {
	m, err := ServerClass.Lookup("somdDispatchMethod")
	if err != nil {
		return false
	}
	for _, a := range c.Order() {
		if a == ServerClass {
			break
		}
		if a.Implements(m) != nil {
			return true
		}
	}
	return false
}

// dispatchBy has calls of all objects of the domain go through a server object, from now on and until the domain is closed.
func (d *Domain) dispatchBy(r som.Ref) error {
	if d.dispatcher.Load() != nil {
		return exc.New(exc.BadInvOrder, exc.MinorAlreadyActive, exc.No, "the domain's calls go through another server object already: a domain has one that overrides somdDispatchMethod")
	}
	w := r.Weak()
	d.dispatcher.Store(&w)
	return nil
}

// carriedOut carries out a call, within what the process puts around calls, if it does.
func (d *Domain) carriedOut(ctx context.Context, x *method, o som.Ref, args []any) (outs []any, err error) {
	if d.Around == nil {
		return d.dispatched(ctx, x, o, args)
	}
	err = d.Around(ctx, func() (err error) {
		outs, err = d.dispatched(ctx, x, o, args)
		return err
	})
	return outs, err
}

// dispatched carries out a call, through the server object that wants to see it, if there is one.
func (d *Domain) dispatched(ctx context.Context, x *method, o som.Ref, args []any) ([]any, error) {
	w := d.dispatcher.Load()
	if w == nil {
		return x.run(ctx, o, args)
	}
	server, alive := w.Get()
	if !alive {
		return nil, exc.New(exc.ObjAdapter, exc.MinorNotActive, exc.No, "the server object through which calls go has ended")
	}
	defer func() { _ = server.Release() }()
	if o == server {
		return x.run(ctx, o, args)
	}
	fn, self := dispatchToken.Of(server)
	return fn(self, ctx, o, x.of, args)
}
