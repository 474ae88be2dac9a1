package somd

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// A class whose metaclass has methods of its own is an object that clients call: SOMDServer's somdGetClassObj returns it. What stands for a class that is placed has a metaclass by which those
// methods go there. What SOM's own metaclasses do is done where the objects are, and what SOMClass does is each process's own.

// classProxy is what the metaclasses of placed classes implement: what SOMClass does.
var classProxy = som.MustClass[classProxied]("SOMDClassProxy", som.Parents(som.SOMClass))

type classProxied struct{ som.Base }

// SomdGetClassObj returns a class as an object, which stays the server's: clients call the methods of its metaclass by it. It is NO_IMPLEMENT for a class whose metaclass has none but SOM's.
func (s *Server) SomdGetClassObj(_ context.Context, objclass string) (som.Object, error) {
	c, err := s.class(objclass)
	if err != nil {
		return nil, err
	}
	if metaclassOf(c) == "" {
		return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "the class %s has no methods as an object that are called from elsewhere: its metaclass, %s, has none but SOM's own", c, c.Metaclass())
	}
	return classRef(c)
}

// metaclassDescription describes the metaclass of a class as descriptionOf does others, without SOM's own, in whose place is SOMClass. Where the class is itself placed it is the metaclass of
// the one that it stands for.
func metaclassDescription(m *som.Class) []ClassDescription {
	skip := func(a *som.Class) bool { return isRoot(a) || som.OfRuntime(a) || a == classProxy }
	var all []ClassDescription
	for _, x := range descriptionOf(m) {
		i := slices.IndexFunc(m.Order(), func(a *som.Class) bool { return a.Name() == x.Name })
		a := m.Order()[i]
		if skip(a) || standsFor(a) != a {
			continue
		}
		x.Parents, x.BaseProxy, x.Metaclass = nil, "", ""
		for _, p := range a.Parents() {
			if p = standsFor(p); !skip(p) && !slices.Contains(x.Parents, p.Name()) {
				x.Parents = append(x.Parents, p.Name())
			}
		}
		if x.Parents == nil {
			x.Parents = []string{som.SOMClass.Name()}
		}
		all = append(all, x)
	}
	return all
}

// standsFor returns the metaclass elsewhere whose methods one that was made for a placed class sends there, or a metaclass that is none such itself.
func standsFor(m *som.Class) *som.Class {
	for {
		p := m.Parents()
		if len(p) != 2 || p[0] != classProxy {
			return m
		}
		m = p[1]
	}
}

// metaclass makes the metaclass of what stands for a placed class: one by which the methods of the class as an object go to the server. The error is why they cannot, as of a server of before.
func (at *place) metaclass(ctx context.Context) (*som.Class, error) {
	ref, err := at.classObject(ctx)
	if err != nil {
		return nil, err
	}
	all, err := describedBy(ctx, ref)
	if err != nil {
		return nil, err
	}
	d := at.d
	if at.Load != nil {
		for _, a := range all {
			if d.class(a.Name) == nil {
				if c, err := at.Load(a.Name); err == nil {
					d.Know(c)
				} else if errors.Is(err, ErrCircle) {
					return nil, err
				}
			}
		}
	}
	m, err := d.fromDescriptionBelow(all, som.SOMClass)
	if err != nil {
		return nil, err
	}
	if !m.DescendsFrom(som.SOMClass) {
		return nil, exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "the server says that the class is an instance of %s, which does not descend from SOMClass", m)
	}
	s := som.Spec{Name: at.Class + "__Class", Parents: []*som.Class{classProxy, m}, AbstractParents: []*som.Class{m}, Detached: []*som.Class{m}}
	for _, x := range m.Methods() {
		if isRoot(x.Class()) || som.OfRuntime(x.Class()) || x.Kind() != som.Static {
			continue
		}
		s.Overrides = append(s.Overrides, som.Override{Method: x.String(), Impl: sender(x.Type(), func(_ som.Self, ctx context.Context, args []any) ([]any, error) { return at.callClass(ctx, x, args) })})
	}
	return d.newMetaclass(s, at.URL)
}

// newMetaclass makes the metaclass of what stands for a class at a place, which the other kernel learns of, too: there its name is its own, so that a class that is placed again there has the one before.
func (d *Domain) newMetaclass(s som.Spec, url string) (*som.Class, error) {
	if d.Share == nil {
		return som.NewClass(s)
	}
	d.making.Lock()
	defer d.making.Unlock()
	key := [2]string{s.Name, url}
	if c := d.metaclasses[key]; c != nil {
		return c, nil
	}
	c, err := som.NewClass(s)
	if err == nil {
		err = d.Share(c)
	}
	if err != nil {
		return nil, err
	}
	if d.metaclasses == nil {
		d.metaclasses = map[[2]string]*som.Class{}
	}
	d.metaclasses[key] = c
	return c, nil
}

// callClass calls a method of the class as an object at the server.
func (at *place) callClass(ctx context.Context, m *som.Method, args []any) ([]any, error) {
	x := methodOf(m)
	ref, err := at.classObject(ctx)
	if err != nil {
		x.took(args)
		return nil, err
	}
	out, err := x.call(ctx, at.d, ref, &at.lent, args)
	if ended(err) { // the next call looks for the server again, which may be another process by then
		at.mu.Lock()
		at.ref, at.class = nil, nil
		at.mu.Unlock()
	}
	return out, err
}

// classObject asks the server for the class as an object, unless that is known.
func (at *place) classObject(ctx context.Context) (ref *orb.Ref, err error) {
	at.mu.Lock()
	ref = at.class
	at.mu.Unlock()
	if ref != nil {
		return ref, nil
	}
	for range createTries {
		var server *orb.Ref
		if server, err = at.server(ctx); err != nil {
			return nil, err
		}
		ref, err = classObjectAt(ctx, server, at.Class)
		at.mu.Lock()
		if err == nil {
			at.class = ref
		} else if ended(err) {
			at.ref = nil
		}
		at.mu.Unlock()
		if !ended(err) || ctx.Err() != nil {
			break
		}
	}
	return ref, err
}

// classObjectAt asks a server for a class as an object.
func classObjectAt(ctx context.Context, server *orb.Ref, class string) (ref *orb.Ref, err error) {
	c := orb.StartCall(ctx, server, "somdGetClassObj", 0)
	for c.Next() {
		c.Out.String(class)
	}
	if c.Returned() {
		ref, _ = c.In.Object().(*orb.Ref)
	}
	if err = c.End(); err == nil && ref == nil {
		err = exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "the server has no object for it")
	}
	return ref, err
}

// ended reports whether an error may mean that a server's process is there no more.
func ended(err error) bool {
	x := (*exc.SystemException)(nil)
	return errors.As(err, &x) && (x.Kind == exc.CommFailure || x.Kind == exc.Transient || x.Kind == exc.ObjectNotExist)
}

// sender is an implementation of a method of a type that has send do it.
func sender(t reflect.Type, send func(self som.Self, ctx context.Context, args []any) ([]any, error)) any {
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
		results, err := send(self, ctx, args)
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
