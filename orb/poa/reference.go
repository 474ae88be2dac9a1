package poa

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// refer returns the reference of the object id.
func (p *POA) refer(id string, i *orb.Interface) (*orb.Ref, error) {
	if p.stage.Load() == stageClosed {
		return nil, p.gone()
	}
	k := ior.Key{Server: p.orb.ServerID(), Incarnation: p.life, Adapter: p.path, ID: []byte(id)}
	return p.orb.Reference(i, ior.AppendKey(nil, k), p.opt.Lifespan == Persistent)
}

// reference returns the reference of o, of the interface that its servant has.
func (o *object) reference() (*orb.Ref, error) {
	if o.plain {
		return o.poa.orb.Reference(o.servant.Interface(), []byte(o.id), false)
	}
	return o.poa.refer(o.id, o.servant.Interface())
}

// NewReference returns a reference of an interface to an object that is not active yet, with an id that
// the adapter chooses (create_reference): it needs SYSTEM_ID.
func (p *POA) NewReference(i *orb.Interface) (*orb.Ref, error) {
	if p.opt.IDAssignment != SystemID {
		return nil, p.wrongPolicy("create_reference", "SYSTEM_ID")
	}
	return p.refer(p.newID(), i)
}

// Reference returns the reference of the object id of an interface, which need not be
// active (create_reference_with_id): it can be made before its object is. With SYSTEM_ID it must be
// an id that the adapter gave; else the error is BAD_PARAM.
func (p *POA) Reference(id string, i *orb.Interface) (*orb.Ref, error) {
	if err := p.checkID(id); err != nil {
		return nil, err
	}
	return p.refer(id, i)
}

// ReferenceToID returns the id of the object that o refers to (reference_to_id), which need not be
// active. The error wraps ErrWrongAdapter if the adapter has not made the reference.
func (p *POA) ReferenceToID(o orb.Object) (string, error) {
	if ref := orb.RefOf(o); ref != nil {
		k, ok := ior.ParseKey([]byte(ref.ObjectKey()))
		if ok && k.Server == p.orb.ServerID() && k.Incarnation == p.life && string(k.Adapter) == p.path {
			return string(k.ID), nil
		}
	}
	return "", refused(exc.MinorWrongAdapter, "the reference was not made by adapter %q: %w", p.Path(), ErrWrongAdapter)
}

// ReferenceToServant returns the servant of the object that o refers to (reference_to_servant): see
// [POA.IDToServant].
func (p *POA) ReferenceToServant(o orb.Object) (orb.Servant, error) {
	id, err := p.ReferenceToID(o)
	if err != nil {
		return nil, err
	}
	return p.IDToServant(id)
}

// IDToServant returns the servant of the object id (id_to_servant), which is the default servant if it is
// not active and there is one. It needs RETAIN or USE_DEFAULT_SERVANT. The error wraps ErrObjectNotActive
// or ErrWrongPolicy.
func (p *POA) IDToServant(id string) (orb.Servant, error) {
	if !p.opt.retains() && !p.opt.byDefault() {
		return nil, p.wrongPolicy("id_to_servant", "RETAIN or USE_DEFAULT_SERVANT")
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	if o := p.objects[id]; o != nil {
		return o.servant, nil
	}
	if p.opt.byDefault() && p.fallback != nil {
		return p.fallback.servant, nil
	}
	return nil, p.notActive(id)
}

// IDToReference returns the reference of the active object id (id_to_reference): it needs RETAIN. The error
// wraps ErrObjectNotActive or ErrWrongPolicy.
func (p *POA) IDToReference(id string) (*orb.Ref, error) {
	if !p.opt.retains() {
		return nil, p.wrongPolicy("id_to_reference", "RETAIN")
	}
	p.mu.RLock()
	o := p.objects[id]
	p.mu.RUnlock()
	if o == nil {
		return nil, p.notActive(id)
	}
	return o.reference()
}

func (p *POA) notActive(id string) error {
	return refused(exc.MinorNotActive, "adapter %q has no active object %.64q: %w", p.Path(), id, ErrObjectNotActive)
}

// ServantToID returns the id of the object that the implementation of s is in this adapter
// (servant_to_id). Where it is none, or may be several, it becomes a new one with IMPLICIT_ACTIVATION; and of
// the default servant, in an upcall of it to which ctx belongs, be that of an active object or not, the id is that of the upcall. It needs
// USE_DEFAULT_SERVANT, or RETAIN and either UNIQUE_ID or IMPLICIT_ACTIVATION. The error wraps
// ErrServantNotActive or ErrWrongPolicy.
func (p *POA) ServantToID(ctx context.Context, s orb.Servant) (string, error) {
	if !p.opt.byDefault() && !p.mapsServants() {
		return "", p.wrongPolicy("servant_to_id", "USE_DEFAULT_SERVANT, or RETAIN and either UNIQUE_ID or IMPLICIT_ACTIVATION")
	}
	if p.mapsServants() {
		if id, err := p.idOf(s); id != "" || err != nil {
			return id, err
		}
	}
	if c, ok := p.current(ctx, s); ok && (c.byDefault || p.isDefault(s)) {
		return c.ID, nil
	}
	return "", refused(exc.MinorNotActive, "the servant is no object of adapter %q: %w", p.Path(), ErrServantNotActive)
}

// ServantToReference is [POA.ServantToID] for the reference (servant_to_reference). In an upcall of s it is the
// reference of that, whatever the policies are.
func (p *POA) ServantToReference(ctx context.Context, s orb.Servant) (*orb.Ref, error) {
	if c, ok := p.current(ctx, s); ok {
		return c.Reference()
	}
	if !p.mapsServants() {
		return nil, p.wrongPolicy("servant_to_reference", "outside an upcall of the servant RETAIN and either UNIQUE_ID or IMPLICIT_ACTIVATION")
	}
	id, err := p.idOf(s)
	if err != nil {
		return nil, err
	}
	if id == "" {
		return nil, refused(exc.MinorNotActive, "the servant is no object of adapter %q: %w", p.Path(), ErrServantNotActive)
	}
	return p.refer(id, s.Interface())
}

// mapsServants reports whether a servant leads to an id.
func (p *POA) mapsServants() bool {
	return p.opt.retains() && (p.opt.IDUniqueness == UniqueID || p.opt.ImplicitActivation == WithImplicitActivation)
}

// idOf returns the id of the object that s is, with UNIQUE_ID, or becomes, with IMPLICIT_ACTIVATION; else "". While requests of an
// object run that was deactivated, its servant is none with UNIQUE_ID, and cannot become one.
func (p *POA) idOf(s orb.Servant) (string, error) {
	k := &p.root.known
	fresh := p.newID()
	k.mu.Lock()
	defer k.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if at, same := key(s); same && p.opt.IDUniqueness == UniqueID {
		if id := p.servants[at].first; p.objects[id] != nil && p.servants[at].n > 0 {
			return id, nil
		}
	}
	if p.opt.ImplicitActivation != WithImplicitActivation {
		return "", nil
	}
	if _, err := p.put(fresh, s); errors.Is(err, ErrServantAlreadyActive) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	return fresh, nil
}
