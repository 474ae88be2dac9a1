package somdd

import (
	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// server is the daemon's own object.
type server struct{ s *Service }

// createObj is SOMDServer::somdCreateObj: SOMObject (in string objclass, in string hints).
func (v *server) createObj(r *orb.ServerRequest) {
	name := r.In.RawString()
	r.In.RawString() // hints: none of these classes takes any
	if !r.Decoded() {
		return
	}
	c, key, err := v.create(name)
	if err != nil {
		r.Returned(err)
		return
	}
	ref, err := v.s.ref(r.Context(), c, key)
	if r.Returned(err) {
		ior.Put(&r.Out, ref)
	}
}

// create returns the class and the key of an object of a class, which is made if there is more than one.
func (v *server) create(name string) (*class, []byte, error) {
	switch name {
	case repositoryClass.name:
		return repositoryClass, wire.RepositoryKey, nil
	case managerClass.name:
		return managerClass, wire.ServerMgrKey, nil
	case definitionClass.name, streamClass.name:
		o, err := v.s.made.add(v.s, name == streamClass.name)
		if err != nil {
			return nil, nil, err
		}
		return o.class(), o.key(), nil
	}
	return nil, nil, raise(exc.BadParam, wire.ClassNotFound, "the daemon makes no objects of class %.64q", name)
}

// deleteObj is SOMDServer::somdDeleteObj: void (in SOMObject).
func (v *server) deleteObj(r *orb.ServerRequest) {
	ref := ior.Get(&r.In)
	if !r.Decoded() {
		return
	}
	o, ok := v.s.object(r.Context(), ref).(*object)
	if !ok {
		r.Returned(raise(exc.InvObjref, wire.ObjectNotFound, "the argument refers to nothing that was made here"))
		return
	}
	v.s.made.drop(o)
	r.Returned(nil)
}

// getID reads an implementation's id, which is not the daemon's.
func getID(d *cdr.Decoder) wire.ID {
	text := d.RawString()
	if d.Err() != nil {
		return wire.ID{}
	}
	id, err := wire.ParseID(text)
	if err == nil && id == wire.DaemonID {
		err = raise(exc.NoPermission, wire.AccessDenied, "%s is the daemon itself", text)
	} else if err != nil {
		err = raise(exc.BadParam, wire.ImplNotFound, "%w", err)
	}
	if err != nil {
		d.Fail(err)
	}
	return id
}

// implUp is impl_up: void (in string impl_id, in string ior). A server says that it takes calls, and where.
func (v *server) implUp(r *orb.ServerRequest) {
	id := getID(&r.In)
	text := r.In.RawString()
	if !r.Decoded() {
		return
	}
	u, err := ior.ParseURL(text)
	switch {
	case err != nil:
		r.Returned(raise(exc.BadParam, wire.BadParm, "impl_up: %w", err))
	case u.Scheme != "IOR" || u.IOR.IsNil():
		r.Returned(raise(exc.BadParam, wire.BadParm, "impl_up: %.60q is no stringified reference", text))
	default:
		r.Returned(failure(v.s.c.Servers.Up(r.Context(), id, u.IOR)))
	}
}

// implDown is impl_down: void (in string impl_id). A server says that it is about to end.
func (v *server) implDown(r *orb.ServerRequest) {
	id := getID(&r.In)
	if r.Decoded() {
		r.Returned(failure(v.s.c.Servers.Down(r.Context(), id)))
	}
}

// implFailed is impl_failed: void (in string impl_id, in long pid, in ORBStatus rc). A server says that it does not come up. Which
// process it is the daemon sees for itself.
func (v *server) implFailed(r *orb.ServerRequest) {
	id := getID(&r.In)
	r.In.Long()
	code := wire.Code(r.In.ULong())
	if r.Decoded() {
		r.Returned(failure(v.s.c.Servers.Failed(r.Context(), id, code)))
	}
}
