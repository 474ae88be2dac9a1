// Package ifr is the interface repository (CORBA 3.3 part 1, clause 14): what interfaces there are,
// as CORBA objects that any ORB's client can walk, served from checked specifications (package model) that
// are kept in a store.
//
// The repository has the object key InterfaceRepository. What it contains are objects whose ids are
// their scoped names, and types without a name objects whose ids spell the type: none is kept in memory, each call
// is answered from the specification as it is then, and a reference outlives restarts.
//
// It is filled by [Registry.Put], with whole specifications: dsom idl register does that. The operations that
// would change a definition are refused with NO_PERMISSION, which says so.
package ifr

import (
	"context"
	"log/slog"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/std/ifr"
)

// Key is the object key of the repository, and the name of the initial reference to it.
const Key = "InterfaceRepository"

// adapter is the name of the adapter of what the repository contains, which is part of the keys of its objects.
const adapter = "interfaces"

// A service is the interface repository of an ORB.
type service struct {
	registry *Registry
	orb      *orb.ORB
	objects  *poa.POA
	root     *orb.Ref
	log      *slog.Logger
}

// New makes the service and returns the repository's reference. It fails where the ORB has one
// already. A nil log logs nothing.
func New(root *poa.Root, r *Registry, log *slog.Logger) (*orb.Ref, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &service{registry: r, orb: root.ORB(), log: log}
	var err error
	if s.objects, err = root.Create(adapter, poa.Options{
		Lifespan: poa.Persistent, IDAssignment: poa.UserID, ServantRetention: poa.NonRetain,
		RequestProcessing: poa.UseServantManager, ServantLocator: poa.LocatorFunc(s.servant),
	}); err != nil {
		return nil, err
	}
	s.root, err = root.ActivateKey(Key, readOnly{ifr.RepositoryClass.Servant(&repository{s: s})})
	return s.root, err
}

// servant returns the servant of what the repository contains.
func (s *service) servant(ctx context.Context, id string) (orb.Servant, error) {
	x, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	if id == "" {
		return nil, nil
	}
	v := view{s, x}
	if id[0] == tagNamed {
		d := x.byName[id[1:]]
		if d == nil {
			return nil, x.names[id[1:]].raise()
		}
		return readOnly{v.servantOf(d)}, nil
	}
	t := x.parseType(id)
	if t == nil {
		return nil, nil
	}
	return readOnly{v.servantOfType(t)}, nil
}

// snapshot returns what is there now. The error of ctx is that of a client that waits no more.
func (s *service) snapshot(ctx context.Context) (*snapshot, error) {
	x, err := s.registry.current(ctx)
	if over := ctx.Err(); err != nil && over != nil {
		return nil, over
	}
	if err != nil {
		s.log.Error("the interface repository cannot be put together", "error", err)
		return nil, public(exc.New(exc.IntfRepos, exc.MinorNoRepository, exc.No, "the interface repository cannot be put together: %w", err))
	}
	return x.snapshot, nil
}

// public returns e as one whose reason the client is told.
func public(e *exc.SystemException) error {
	e.Public = true
	return e
}

// readOnly refuses the operations that change definitions.
type readOnly struct{ orb.Servant }

// Dispatch answers an operation that only reads.
func (s readOnly) Dispatch(r *orb.ServerRequest) bool {
	if !changes(r.Operation()) {
		return s.Servant.Dispatch(r)
	}
	r.Returned(public(exc.New(exc.NoPermission, exc.MinorWriteDenied, exc.No,
		"%s is refused: the interface repository is filled with whole IDL files, by dsom idl register FILE on the daemon's machine", r.Operation())))
	return true
}

// makesTypes are the operations create_… that change nothing: they return objects for types without a name.
var makesTypes = map[string]bool{"create_string": true, "create_wstring": true, "create_sequence": true, "create_array": true, "create_fixed": true}

// changes reports whether an operation would change a definition.
func changes(operation string) bool {
	const create, set = "create_", "_set_"
	return operation == "destroy" || operation == "move" || len(operation) > len(set) && operation[:len(set)] == set ||
		len(operation) > len(create) && operation[:len(create)] == create && !makesTypes[operation]
}

// A view is the repository as it is during one call.
type view struct {
	s *service
	x *snapshot
}

// An object is a definition that is being looked at.
type object struct {
	view
	d model.Decl
}

// ref returns the reference of a definition; nil is the repository's.
func (v view) ref(d model.Decl) (*orb.Ref, error) {
	if d == nil {
		return v.s.root, nil
	}
	return v.s.objects.Reference(string(tagNamed)+d.About().QualifiedName(), classOf(d).Interface())
}

// contained returns the stub of a definition.
func (v view) contained(d model.Decl) (ifr.Contained, error) {
	ref, err := v.ref(d)
	if err != nil {
		return nil, err
	}
	return ifr.ContainedClass.Unchecked(ref), nil
}

// all returns stubs of definitions.
func all[T any](v view, list []model.Decl, class interface{ Unchecked(orb.Object) T }) ([]T, error) {
	out := make([]T, len(list))
	for i, d := range list {
		ref, err := v.ref(d)
		if err != nil {
			return nil, err
		}
		out[i] = class.Unchecked(ref)
	}
	return out, nil
}
