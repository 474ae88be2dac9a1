package somd

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/som"
)

// MaxReferenceData is how many octets of reference data an object has at most, as IBM's servers had it.
const MaxReferenceData = 1024

// Persistent has objects that outlive the process: each is known by reference data of the program's own, which are in its references, and is
// loaded by them when it is called (SOMDServer's somdSOMObjFromRef).
type Persistent struct {
	d       *Domain
	adapter *poa.POA
	class   *som.Class
	iface   orb.Interface
	load    func(ctx context.Context, id string) (som.Object, error) // of what is in the reference
	changed *changes
	lasts   bool // references outlive the process
}

// Persistent makes an adapter of a name below parent, whose references live as long as parent's do: below a server's Objects they outlive the process.
// The objects are of a class or its descendants. Load returns the object of some reference data, with a reference that it gives
// away, or an error: OBJECT_NOT_EXIST (exc) if there is no such object. It is called once for each object until that is passivated. The data come from
// the network.
func (d *Domain) Persistent(parent *poa.POA, name string, class *som.Class, load func(ctx context.Context, data []byte) (som.Object, error)) (*Persistent, error) {
	p := &Persistent{d: d, class: class, changed: newChanges(), iface: orb.Interface{ID: RepositoryID(class.Name())}, lasts: parent.Policies().Lifespan == poa.Persistent}
	p.load = func(ctx context.Context, id string) (som.Object, error) { return load(ctx, []byte(p.now(id))) }
	for _, a := range class.Order()[1:] {
		p.iface.Bases = append(p.iface.Bases, RepositoryID(a.Name()))
	}
	var err error
	p.adapter, err = parent.Create(name, poa.Options{Lifespan: parent.Policies().Lifespan, IDAssignment: poa.UserID,
		RequestProcessing: poa.UseServantManager, ServantActivator: p, Bidirectional: parent.Policies().Bidirectional})
	if err != nil {
		return nil, err
	}
	d.Know(class)
	return p, nil
}

// Loaded is Persistent for objects of any class: their references do not say which, so that who gets one asks the object, which is loaded for that, by its reference.
func (d *Domain) Loaded(parent *poa.POA, name string, load func(ctx context.Context, ref *orb.Ref) (som.Object, error)) (*Persistent, error) {
	p, err := d.Persistent(parent, name, som.SOMObject, nil)
	if err != nil {
		return nil, err
	}
	p.iface = orb.Interface{}
	p.load = func(ctx context.Context, id string) (som.Object, error) {
		ref, err := p.Reference([]byte(id))
		if err != nil {
			return nil, err
		}
		return load(ctx, ref)
	}
	return p, nil
}

// Reference returns the reference of the object of some reference data, which need not be there yet (BOA's create).
func (p *Persistent) Reference(data []byte) (*orb.Ref, error) {
	if err := checkData(data); err != nil {
		return nil, err
	}
	return p.adapter.Reference(string(data), &p.iface)
}

// Data returns the reference data of a reference (get_id), which are those in it unless they were changed, and whether it is one of these objects'.
func (p *Persistent) Data(o orb.Object) ([]byte, bool) {
	id, err := p.adapter.ReferenceToID(o)
	p.refresh("")
	return []byte(p.now(id)), err == nil
}

// Show makes an object that is there already the one of some reference data. It must not be exported yet.
func (p *Persistent) Show(data []byte, o som.Object) (*orb.Ref, error) {
	if err := checkData(data); err != nil {
		return nil, err
	}
	if !o.SOM().IsA(p.class) {
		return nil, exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "%s is no %s", o.SOM(), p.class)
	}
	return p.d.Publish(p.adapter, string(data), o)
}

// Passivate lets an object go when no call is in it: the next call of it loads it again.
func (p *Persistent) Passivate(data []byte) error { return p.adapter.Deactivate(string(data)) }

func checkData(data []byte) error {
	if len(data) > MaxReferenceData {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%d octets of reference data, and at most %d are allowed (MaxReferenceData): keep the rest where the data lead to", len(data), MaxReferenceData)
	}
	return nil
}

// Incarnate loads an object that is called; see [poa.ServantActivator].
func (p *Persistent) Incarnate(ctx context.Context, id string, adapter *poa.POA) (orb.Servant, error) {
	if err := checkData([]byte(id)); err != nil {
		return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "%w", err)
	}
	p.refresh(id)
	o, err := p.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if o == nil || o.SOM().IsNil() {
		return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "there is no %s of the reference data %.64q", p.class, id)
	}
	r := o.SOM()
	defer func() { _ = r.Release() }()
	if !r.IsA(p.class) {
		return nil, exc.New(exc.ObjAdapter, exc.MinorIncarnatePolicy, exc.No, "%s was loaded for the reference data %.64q, and is no %s", r, id, p.class)
	}
	return p.d.loaded(r, adapter, id)
}

// Etherealize lets an object go that is not called any more by one of the references that it was loaded for, or that it was shown by.
func (p *Persistent) Etherealize(_ context.Context, e poa.Etherealization) {
	switch x := e.Servant.(type) {
	case *loaded:
		p.d.unload(x)
	case *servant:
		p.d.hide(x)
	}
}
