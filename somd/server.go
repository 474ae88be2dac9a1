package somd

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
)

// ServerID is the object id under which a server's SOMDServer is published, and the name that goes with it.
const ServerID = "SOMDServer"

// ServerClass is SOMDServer: an object of it makes objects of the server's classes for clients. Its methods are those of IBM's class that
// the CORBA specification has no other word for, and two by which clients learn of classes:
//
//	SOMObject somdCreateObj(in string objclass, in string hints);
//	void      somdDeleteObj(in SOMObject obj);
//	sequence<string> somdClasses();
//	sequence<octet>  somdDescribe(in string objclass); // ReadDescription reads it
//
// They stand at their places in SOM 3.0's release order, with what has no implementation here.
var ServerClass = som.MustClass[Server]("SOMDServer", som.WithVersion(2, 2), som.With(func(s *som.Spec) {
	type self = som.Self
	type ctx = context.Context
	s.Introduces = []som.MethodSpec{
		{Name: "somdSOMObjFromRef", Signature: "o:o/SOMObject(SOMDObject)", Type: reflect.TypeFor[func(self, ctx, som.Object) (som.Object, error)]()},
		{Name: "somdRefFromSOMObj", Signature: "o:o/SOMDObject(SOMObject)", Type: reflect.TypeFor[func(self, ctx, som.Object) (som.Object, error)]()},
		{Name: "somdCreateObj", Signature: "o:ss/SOMObject(string,string)", Type: reflect.TypeFor[func(self, ctx, string, string) (som.Object, error)]()},
		{Name: "somdDeleteObj", Signature: "v:o/void(SOMObject)", Type: reflect.TypeFor[func(self, ctx, som.Object) error]()},
		{Name: "somdGetClassObj", Signature: "o:s/SOMClass(string)", Owns: "oc", Type: reflect.TypeFor[func(self, ctx, string) (som.Object, error)]()},
		{Name: "somdDispatchMethod", Type: reflect.TypeFor[func(self, ctx, som.Object, *som.Method, []any) ([]any, error)]()},
		{Name: "somdObjReferencesCached", Signature: "b:/boolean()", Type: reflect.TypeFor[func(self, ctx) (bool, error)]()},
		kept("private1", ""), kept("private2", ""),
		{Name: "somdCreateFactory", Signature: "o:sp/SOMObject(string,void*)", Type: reflect.TypeFor[func(self, ctx, string, uintptr) (som.Object, error)]()},
		{Name: "somdFactory", Signature: "o:s/SOMObject(string)", Type: reflect.TypeFor[func(self, ctx, string) (som.Object, error)]()},
		{Name: "somdClasses", Signature: "v:p/<string>()", Packing: som.Packing{}.Passes("r"), Type: reflect.TypeFor[func(self, ctx) ([]string, error)]()},
		{Name: "somdDescribe", Signature: "v:sp/<octet>(string)", Packing: som.Packing{}.Passes("ri"), Type: reflect.TypeFor[func(self, ctx, string) ([]byte, error)]()},
	}
}))

// A Server is the state of a SOMDServer object; see [NewServer].
type Server struct {
	som.Base
	d     *Domain
	names []string
	find  func(name string) (*som.Class, error)

	mu   sync.Mutex
	seen map[string]*som.Class
	make map[*som.Class]som.Ref // factories of classes that name one
}

// NewServer returns a SOMDServer, or an object of the class that the domain's Config names, with one reference. It makes objects of the classes of
// these names, or of any that find finds if there are none. An object that it makes lives until its client gives the reference back,
// or the process ends. A class that names a factory has its objects made by an object of that.
func NewServer(d *Domain, find func(name string) (*som.Class, error), names ...string) (som.Ref, error) {
	c := d.Server
	switch {
	case c == nil:
		c = ServerClass
	case !c.DescendsFrom(ServerClass):
		return som.Ref{}, fmt.Errorf("somd: the class of the server object is to be %s, which does not descend from %s", c, ServerClass)
	}
	r, err := c.New()
	if err != nil {
		return som.Ref{}, err
	}
	s, _ := som.FindState[Server](r)
	weak := r.Weak()
	d.server.Store(&weak)
	s.d, s.find, s.names, s.seen, s.make = d, find, names, map[string]*som.Class{}, map[*som.Class]som.Ref{}
	if c != ServerClass && overridesDispatch(c) {
		if err := d.dispatchBy(r); err != nil {
			return som.Ref{}, drop(r, err)
		}
	}
	return r, nil
}

// Among returns a find function for classes that the program has.
func Among(classes ...*som.Class) func(name string) (*som.Class, error) {
	return func(name string) (*som.Class, error) {
		for _, c := range classes {
			if c.Name() == name {
				return c, c.Err()
			}
		}
		names := make([]string, len(classes))
		for i, c := range classes {
			names[i] = c.Name()
		}
		return nil, &som.Error{Code: som.CodeUnknown, Class: name, Text: "the server has no such class; it has " + strings.Join(names, ", ")}
	}
}

// A ServerBase is what classes of servers in Go embed, whose parent is ServerClass: its methods are what that implements.
type ServerBase struct{ som.Base }

var (
	createToken  = som.MustBind[func(som.Self, context.Context, string, string) (som.Object, error)](ServerClass, "somdCreateObj")
	fromRefToken = som.MustBind[func(som.Self, context.Context, som.Object) (som.Object, error)](ServerClass, "somdSOMObjFromRef")
	deleteToken  = som.MustBind[func(som.Self, context.Context, som.Object) error](ServerClass, "somdDeleteObj")
)

// SomdCreateObj is ServerClass's.
func (b ServerBase) SomdCreateObj(ctx context.Context, objclass, hints string) (som.Object, error) {
	fn, self := createToken.In(ServerClass, b.SOM())
	return fn(self, ctx, objclass, hints)
}

// SomdDeleteObj is ServerClass's.
func (b ServerBase) SomdDeleteObj(ctx context.Context, obj som.Object) error {
	fn, self := deleteToken.In(ServerClass, b.SOM())
	return fn(self, ctx, obj)
}

// SomdSOMObjFromRef is ServerClass's.
func (b ServerBase) SomdSOMObjFromRef(ctx context.Context, ref som.Object) (som.Object, error) {
	fn, self := fromRefToken.In(ServerClass, b.SOM())
	return fn(self, ctx, ref)
}

// SomdDispatchMethod is ServerClass's.
func (b ServerBase) SomdDispatchMethod(ctx context.Context, obj som.Object, m *som.Method, args []any) ([]any, error) {
	fn, self := dispatchToken.In(ServerClass, b.SOM())
	return fn(self, ctx, obj, m, args)
}

// Publish exports an object under an id of an adapter whose ids the program chooses, so that its reference can outlive the process. It must
// not be exported already.
func (d *Domain) Publish(adapter *poa.POA, id string, o som.Object) (*orb.Ref, error) {
	s, mine, err := d.servantOf(o.SOM(), adapter)
	for err == nil && !mine && s.over() { // of an object that was at the same place before
		d.forget(s)
		s, mine, err = d.servantOf(o.SOM(), adapter)
	}
	if err != nil {
		return nil, err
	}
	if !mine {
		return nil, exc.New(exc.BadInvOrder, exc.MinorAlreadyActive, exc.No, "%s is exported already: publish it before anything passes it", o.SOM())
	}
	if err := s.keep(o.SOM(), shown); err != nil { // it has ended: who exports it at the same time is told as well
		return d.activate(s, func() (*orb.Ref, error) { return nil, err })
	}
	ref, err := d.activate(s, func() (*orb.Ref, error) { return adapter.ActivateWithID(id, s) })
	if err != nil {
		s.drop(shown)
	}
	return ref, err
}

// class finds a class by a name that a client said.
func (s *Server) class(name string) (*som.Class, error) {
	if len(s.names) > 0 && !slices.Contains(s.names, name) {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "the server makes no objects of class %.255q, only of %s", name, strings.Join(s.names, ", "))
	}
	s.mu.Lock()
	c := s.seen[name]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := s.find(name)
	if err != nil {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "class %.255q: %w", name, err)
	}
	s.d.Know(c)
	s.mu.Lock()
	s.seen[name] = c
	s.mu.Unlock()
	return c, nil
}

// SomdCreateObj makes an object of a class for a client, who owns it. Hints are for a class of servers of the program's own (Config.Server), which
// overrides this: here they must be empty.
func (s *Server) SomdCreateObj(ctx context.Context, objclass, hints string) (som.Object, error) {
	if hints != "" {
		return nil, exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "the server knows of no hints like %.100q: leave them empty", hints)
	}
	c, err := s.class(objclass)
	if err != nil {
		return nil, err
	}
	r, err := s.made(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("no object of class %s can be made: %w", c, err)
	}
	return r, nil // with the reference, which is the client's from now on
}

// SomdDeleteObj takes back the reference to an object that a client was given.
func (s *Server) SomdDeleteObj(_ context.Context, obj som.Object) error {
	if obj == nil {
		return exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "no object is to be deleted")
	}
	s.d.mu.Lock()
	x := s.d.objects[identity(obj.SOM())]
	s.d.mu.Unlock()
	if x == nil || !x.drop(given) {
		return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "no client has a reference of its own to %s here", obj.SOM())
	}
	return nil
}

// SomdSOMObjFromRef returns the object of this process that a reference leads to, with a reference more. A class of servers of the program's own (Config.Server) overrides
// it to load objects, by the reference data that get_id of SOMOA tells of references made with such: here there are none but those that are exported.
func (s *Server) SomdSOMObjFromRef(_ context.Context, ref som.Object) (som.Object, error) {
	if ref == nil || ref.SOM().IsNil() {
		return nil, exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "there is no reference")
	}
	to, ok := Reference(ref)
	if !ok {
		return ref, ref.SOM().Retain() // an object of this process is its own reference
	}
	if r, ok := s.d.Local(to); ok {
		return r, nil
	}
	return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the reference leads to no object that is here, and the server's class, %s, loads none: one of the program's own overrides somdSOMObjFromRef", s.SOM().Class())
}

// SomdRefFromSOMObj exports an object, which is its own reference, with a reference more.
func (s *Server) SomdRefFromSOMObj(_ context.Context, obj som.Object) (som.Object, error) {
	if obj == nil || obj.SOM().IsNil() {
		return nil, exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "there is no object")
	}
	if _, err := s.d.Export(obj); err != nil {
		return nil, err
	}
	return obj, obj.SOM().Retain()
}

// SomdObjReferencesCached reports that an object keeps its reference for as long as it is exported.
func (s *Server) SomdObjReferencesCached(context.Context) (bool, error) { return true, nil }

// SomdClasses are the names of the classes that the server says it makes objects of.
func (s *Server) SomdClasses(context.Context) ([]string, error) { return slices.Clone(s.names), nil }

// SomdDescribe describes a class, and its ancestors before it: [ReadDescription] reads it.
func (s *Server) SomdDescribe(_ context.Context, objclass string) ([]byte, error) {
	c, err := s.class(objclass)
	if err != nil {
		return nil, err
	}
	return appendDescription(nil, s.d.informed(descriptionOf(c), c))
}
