package orb

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
)

// The operations that every object has (part 1, clause 8.3; part 2, clause 9.4.2.2).

// IsA asks the object whether it supports the interface that id names. Where the reference
// says so itself the object is not asked.
func (r *Ref) IsA(ctx context.Context, id string) (bool, error) {
	if id == r.ior.TypeID || id == ObjectID {
		return true, nil
	}
	c := StartCall(ctx, r, "_is_a", 0)
	for c.Next() {
		c.Out.RawString(id)
	}
	var is bool
	if c.Returned() {
		is = c.In.Boolean()
	}
	return is, c.End()
}

// NonExistent asks whether the object is gone for good.
func (r *Ref) NonExistent(ctx context.Context) (bool, error) {
	return r.nonExistent(ctx, !r.effective(ctx).fixes(r))
}

// nonExistent is NonExistent. With rebind the place that the object was forwarded to for now does not have the last word: where it says that there is no such object
// the original reference is asked, unless it just has been: it may know of another by now.
func (r *Ref) nonExistent(ctx context.Context, rebind bool) (bool, error) {
	gone, at, err := r.askGone(ctx)
	if at == nil || !rebind || err != nil || !gone {
		return gone, err
	}
	r.bound.Store(nil)
	r.dropForward(at, errGoneThere)
	gone, _, err = r.askGone(ctx)
	return gone, err
}

var errGoneThere = errors.New("there is no such object")

// askGone asks whether the object is gone. at is the place for now that has answered, nil if the original reference was asked on the way.
func (r *Ref) askGone(ctx context.Context) (gone bool, at *route, err error) {
	c := StartCall(ctx, r, "_non_existent", 0)
	for c.Next() {
	}
	if c.Returned() {
		gone = c.In.Boolean()
	}
	if !c.origin {
		at = c.route
	}
	err = c.End()
	if sys := exc.From(err, exc.Maybe); sys != nil && sys.Kind == exc.ObjectNotExist {
		return true, at, nil
	}
	return gone, at, err
}

// RepositoryID asks the object for the repository id of its most derived interface.
func (r *Ref) RepositoryID(ctx context.Context) (id string, err error) {
	c := StartCall(ctx, r, "_repository_id", 0)
	for c.Next() {
	}
	if c.Returned() {
		id = c.In.RawString()
	}
	return id, c.End()
}

// Interface asks the object for its description in an interface repository, a
// CORBA::InterfaceDef. A server without one raises INTF_REPOS.
func (r *Ref) Interface(ctx context.Context) (*Ref, error) { return r.askRef(ctx, "_interface") }

// Component asks the object for the component that it is part of; nil if it is of none.
func (r *Ref) Component(ctx context.Context) (*Ref, error) { return r.askRef(ctx, "_component") }

func (r *Ref) askRef(ctx context.Context, operation string) (*Ref, error) {
	c := StartCall(ctx, r, operation, 0)
	for c.Next() {
	}
	var ref *Ref
	if c.Returned() {
		ref, _ = c.In.Object().(*Ref)
	}
	return ref, c.End()
}

// interfaceDef asks the interface repository, the initial reference InterfaceRepository, for an interface.
func (o *ORB) interfaceDef(ctx context.Context, id string) (*Ref, error) {
	repository, err := o.InitialReference(ctx, "InterfaceRepository")
	if err != nil {
		return nil, exc.New(exc.IntfRepos, exc.MinorNoRepository, exc.No, "no interface repository: the server's ORB has no initial reference InterfaceRepository")
	}
	c := StartCall(ctx, repository, "lookup_id", 0)
	for c.Next() {
		c.Out.RawString(id)
	}
	var def *Ref
	if c.Returned() {
		def, _ = c.In.Object().(*Ref)
	}
	err = c.End()
	said := (*exc.SystemException)(nil)
	switch {
	case err == nil && def == nil:
		said = exc.New(exc.IntfRepos, exc.MinorNoRepository, exc.No, "the interface repository does not know %s", id)
		said.Public, err = true, said
	case errors.As(err, &said) && said.Remote:
		said.Public = true // what the repository said to this server it would say to its clients; what went wrong on the way is for this side
	}
	return def, err
}

// implicit answers the operations that every object has (part 1, clause 8.3).
func (r *ServerRequest) implicit(s Servant) bool {
	switch r.Operation() {
	case "_is_a":
		id := r.In.RawString()
		if r.Decoded() && r.Returned(nil) {
			r.Out.Boolean(s.Interface().IsA(id))
		}
	case "_non_existent", "_not_existent": // the second is what some ORBs before CORBA 2.3 say
		if r.Decoded() && r.Returned(nil) {
			r.Out.Boolean(false)
		}
	case "_repository_id":
		if r.Decoded() && r.Returned(nil) {
			r.Out.RawString(s.Interface().ID)
		}
	case "_interface":
		if r.Decoded() {
			def, err := r.orb.interfaceDef(r.ctx, s.Interface().ID)
			if r.Returned(err) {
				r.Out.Env().Refs.PutObject(&r.Out, def, nil)
			}
		}
	case "_component", "_get_component": // the second is what some ORBs say
		if r.Decoded() && r.Returned(nil) {
			ior.Put(&r.Out, nil) // the object is of no component
		}
	case "_domain_managers": // every object has the operation, but an object here is in no domain, and an answer would have to name one
		if r.Decoded() {
			r.fail(exc.New(exc.NoImplement, exc.MinorUnsupportedType, exc.No, "%s has no domain managers: policies of this ORB are not by domain", s.Interface().ID))
		}
	default:
		return false
	}
	return true
}
