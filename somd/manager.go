package somd

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/som"
)

// ObjectManagerClass is SOMDObjectMgr of SOM 2.x, by which programs of that time find servers, make objects and keep their ids as texts. An object
// of it is made by NewObjectManager.
var ObjectManagerClass = som.MustClass[objectManager]("SOMDObjectMgr")

type objectManager struct {
	som.Base
	d *Domain
}

// NewObjectManager returns a domain's SOMDObjectMgr, with one reference.
func NewObjectManager(d *Domain) (som.Ref, error) {
	r, err := ObjectManagerClass.New()
	if err == nil {
		m, _ := som.FindState[objectManager](r)
		m.d = d
	}
	return r, err
}

// SomdNewObject makes an object of a class at a server. Hints are the server's name, or empty for any.
func (m *objectManager) SomdNewObject(ctx context.Context, objclass, hints string) (som.Object, error) {
	constraint := objclass
	if hints != "" {
		constraint = fmt.Sprintf("class==%q and alias==%q", objclass, hints)
	}
	return given1(m.d.Create(ctx, constraint))
}

// given1 is a reference as an object, nil at an error.
func given1(r som.Ref, err error) (som.Object, error) {
	if err != nil {
		return nil, err
	}
	return r, nil
}

// SomdFindServerByName returns the SOMDServer of a server's name.
func (m *objectManager) SomdFindServerByName(ctx context.Context, name string) (som.Object, error) {
	servers, err := m.d.servers(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range servers {
		if s.Alias == name {
			return given1(m.d.Import(ctx, s.server))
		}
	}
	return nil, exc.New(exc.ObjectNotExist, exc.MinorServerUnknown, exc.No, "there is no server %.100q in the context somd of the naming service", name)
}

// SomdFindServersByClass returns the SOMDServers that make objects of a class, at least one.
func (m *objectManager) SomdFindServersByClass(ctx context.Context, objclass string) ([]som.Object, error) {
	return m.byClass(ctx, objclass, MaxServers)
}

// SomdFindAnyServerByClass returns one of them.
func (m *objectManager) SomdFindAnyServerByClass(ctx context.Context, objclass string) (som.Object, error) {
	all, err := m.byClass(ctx, objclass, 1)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func (m *objectManager) byClass(ctx context.Context, objclass string, most int) ([]som.Object, error) {
	factories, err := m.d.Factories(ctx, fmt.Sprintf("class==%q", objclass))
	if err != nil {
		return nil, err
	}
	var all []som.Object
	for _, f := range factories[:min(most, len(factories))] {
		r, err := m.d.Import(ctx, f.server)
		if err != nil {
			for _, o := range all {
				err = errors.Join(err, o.SOM().Release())
			}
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// SomdGetIdFromObject returns an object's reference as a text.
func (m *objectManager) SomdGetIdFromObject(_ context.Context, obj som.Object) (string, error) {
	return objectToString(m.d, obj)
}

// SomdGetObjectFromId returns the object of a reference.
func (m *objectManager) SomdGetObjectFromId(ctx context.Context, id string) (som.Object, error) {
	return stringToObject(ctx, m.d, id)
}

// SomdReleaseObject gives back the caller's reference to a proxy, which leaves its target alone unless that was made for it. Of an
// object of this process it does nothing.
func (m *objectManager) SomdReleaseObject(_ context.Context, obj som.Object) error {
	if _, ok := som.FindState[proxy](obj.SOM()); !ok {
		return nil
	}
	return obj.SOM().Release()
}

// SomdDestroyObject ends an object, and the proxy that stands for it, as somFree does.
func (m *objectManager) SomdDestroyObject(_ context.Context, obj som.Object) error {
	if p, ok := som.FindState[proxy](obj.SOM()); ok {
		return p.SomFree()
	}
	return obj.SOM().Free()
}

func objectToString(d *Domain, obj som.Object) (string, error) {
	if obj == nil {
		return "", exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "no object is to become a text")
	}
	ref, err := d.Export(obj)
	if err != nil {
		return "", err
	}
	return ref.String(), nil
}

func stringToObject(ctx context.Context, d *Domain, text string) (som.Object, error) {
	ref, err := d.ORB().Resolve(ctx, text)
	if err != nil || ref == nil {
		return nil, err
	}
	return given1(d.Import(ctx, ref))
}

// ORBClass is SOM's ORB: what the pseudo-object of the specification does for objects of the object model. An object of it is made by NewORB.
var ORBClass = som.MustClass[orbObject]("ORB", som.With(func(s *som.Spec) {
	of := func(self som.Self) *Domain { o, _ := som.FindState[orbObject](self.Ref()); return o.d }
	s.Introduces = []som.MethodSpec{
		{Name: "object_to_string", Impl: func(self som.Self, _ context.Context, obj som.Object) (string, error) {
			return objectToString(of(self), obj)
		}},
		{Name: "string_to_object", Impl: func(self som.Self, ctx context.Context, str string) (som.Object, error) {
			return stringToObject(ctx, of(self), str)
		}},
		{Name: "list_initial_services", Impl: func(self som.Self, _ context.Context) ([]string, error) {
			return of(self).ORB().InitialReferences(), nil
		}},
		{Name: "resolve_initial_references", Impl: func(self som.Self, ctx context.Context, identifier string) (som.Object, error) {
			ref, err := of(self).ORB().InitialReference(ctx, identifier)
			if err != nil || ref == nil {
				return nil, err
			}
			return given1(of(self).Import(ctx, ref))
		}},
	}
}))

type orbObject struct {
	som.Base
	d *Domain
}

// NewORB returns a domain's ORB as an object, with one reference.
func NewORB(d *Domain) (som.Ref, error) {
	r, err := ORBClass.New()
	if err == nil {
		o, _ := som.FindState[orbObject](r)
		o.d = d
	}
	return r, err
}

var _ orb.Servant = (*servant)(nil)
