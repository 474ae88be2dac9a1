package dsom

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
)

const objectMgrOrder = `
	somdNewObject o:ss/SOMObject(string,string)
	somdGetIdFromObject s:o/string(SOMObject)
	somdGetObjectFromId o:s/SOMObject(string)
	somdReleaseObject v:o/void(SOMObject)
	somdDestroyObject v:o/void(SOMObject)
`

// ObjectMgrBase is SOM's ObjectMgr, which is abstract.
var ObjectMgrBase = som.MustClass[objectMgrBase]("ObjectMgr", som.WithVersion(2, 2), som.With(func(s *som.Spec) {
	s.Abstract = true
	s.Introduces = inOrder(reflect.TypeFor[*objectMgr](), objectMgrOrder)
}))

type objectMgrBase struct{ som.Base }

// ObjectMgrClass is SOMDObjectMgr of SOM 2.x, by which programs of that time find servers, make objects and keep their ids as texts.
var ObjectMgrClass = classOf[objectMgr]("SOMDObjectMgr", `
	somdFindServer o:s/SOMDServer(string)
	somdFindServerByName o:s/SOMDServer(string)
	somdFindServersByClass v:sp/<SOMDServer>(string) | ri
	somdFindAnyServerByClass o:s/SOMDServer(string)
	_get_somd21somFree b:/boolean()
	_set_somd21somFree v:b/void(boolean)
`, som.WithVersion(2, 2), som.Parents(ObjectMgrBase))

type objectMgr struct {
	som.Base
}

// SomdNewObject makes an object of a class at a server. Hints are the server's name, or empty for any.
func (m *objectMgr) SomdNewObject(ctx context.Context, objclass, hints string) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	constraint := objclass
	if hints != "" {
		constraint = fmt.Sprintf("class==%q and alias==%q", objclass, hints)
	}
	return given(g.d.Create(ctx, constraint))
}

// SomdFindServer returns the SOMDServer of the server with an id in the implementation repository.
func (m *objectMgr) SomdFindServer(ctx context.Context, serverid string) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	r, err := g.daemon.Repository(ctx)
	if err != nil {
		return nil, err
	}
	def, err := r.Find(ctx, serverid)
	if err != nil {
		return nil, err
	}
	return m.SomdFindServerByName(ctx, def.Alias)
}

// SomdFindServerByName returns the SOMDServer of a server's name.
func (m *objectMgr) SomdFindServerByName(ctx context.Context, name string) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	s, found, err := g.d.ServerNamed(ctx, name)
	if err != nil {
		return nil, err
	}
	if found {
		return given(s.Server(ctx))
	}
	return nil, exc.New(exc.ObjectNotExist, exc.MinorServerUnknown, exc.No, "there is no server %.100q in the context somd of the naming service", name)
}

// SomdFindServersByClass returns the SOMDServers that make objects of a class, at least one.
func (m *objectMgr) SomdFindServersByClass(ctx context.Context, objclass string) ([]som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	factories, err := g.d.Factories(ctx, classConstraint(objclass))
	if err != nil {
		return nil, err
	}
	var all []som.Object
	for _, f := range factories {
		r, err := f.Server(ctx)
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

// SomdFindAnyServerByClass returns one of them, the first that answers.
func (m *objectMgr) SomdFindAnyServerByClass(ctx context.Context, objclass string) (som.Object, error) {
	g, err := current()
	if err != nil {
		return nil, err
	}
	return given(g.d.ServerOf(ctx, classConstraint(objclass)))
}

// classConstraint is what holds for the objects of a class.
func classConstraint(objclass string) string { return fmt.Sprintf("class==%q", objclass) }

// SomdGetIdFromObject returns an object's reference as a text.
func (m *objectMgr) SomdGetIdFromObject(ctx context.Context, obj som.Object) (string, error) {
	return (*orbObject)(nil).ObjectToString(ctx, obj)
}

// SomdGetObjectFromId returns the object of a reference.
func (m *objectMgr) SomdGetObjectFromId(ctx context.Context, id string) (som.Object, error) {
	return (*orbObject)(nil).StringToObject(ctx, id)
}

// SomdReleaseObject gives back the caller's reference to a proxy, which leaves its target alone unless that was made for it. Of an
// object of this process it does nothing.
func (m *objectMgr) SomdReleaseObject(_ context.Context, obj som.Object) error {
	if obj == nil || !somd.IsProxy(obj) {
		return nil
	}
	return obj.SOM().Release()
}

// SomdDestroyObject ends the target of a proxy, and gives back the caller's reference to the proxy; of an object of this process the caller's reference, with
// which it ends if that is the last.
func (m *objectMgr) SomdDestroyObject(ctx context.Context, obj som.Object) error {
	if obj == nil || obj.SOM().IsNil() {
		return exc.New(exc.BadParam, exc.MinorNilReference, exc.No, "no object is to be destroyed")
	}
	if somd.IsProxy(obj) {
		if _, err := obj.SOM().Invoke(ctx, "somdTargetFree"); err != nil {
			return err
		}
	}
	return obj.SOM().Release()
}

// Somd21somFree answers false: somFree ends both, the proxy and its target.
func (m *objectMgr) Somd21somFree(context.Context) (bool, error) { return false, nil }

// SetSomd21somFree takes false alone.
func (m *objectMgr) SetSomd21somFree(_ context.Context, to bool) error {
	if to {
		return notHere("somd21somFree", "somFree of a proxy frees both; somdTargetFree frees the target alone")
	}
	return nil
}
