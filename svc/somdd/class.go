package somdd

import (
	"context"
	"slices"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tls"
)

// A class is one of DSOM's classes, as the daemon serves it.
type class struct {
	name  string // as somdCreateObj and somGetClassName have it
	iface orb.Interface
}

// The classes. Versions are those of SOM 3.0.
var (
	serverClass     = &class{"SOMDServer", orb.Interface{ID: "IDL:SOMDServer:2.2"}}
	repositoryClass = &class{"ImplRepository", orb.Interface{ID: "IDL:ImplRepository:2.2"}}
	managerClass    = &class{"SOMDServerMgr", orb.Interface{ID: "IDL:SOMDServerMgr:2.1"}}
	definitionClass = &class{"ImplementationDef", orb.Interface{ID: "IDL:ImplementationDef:2.2"}}
	streamClass     = &class{"somStream::MemoryStreamIO", orb.Interface{ID: "IDL:somStream/MemoryStreamIO:3.0"}}
)

// operations are those of a class, by name.
type operations map[string]func(self any, r *orb.ServerRequest)

// op makes an operation of a method of the objects of type T.
func op[T any](f func(self T, r *orb.ServerRequest)) func(any, *orb.ServerRequest) {
	return func(self any, r *orb.ServerRequest) {
		if t, ok := self.(T); ok {
			f(t, r)
			return
		}
		// What is registered can do less than what a client has had made.
		r.Returned(raise(exc.NoPermission, wire.AccessDenied, "%.64s is for definitions that are not registered: change a copy, and call update_impldef", r.Operation()))
	}
}

// allOperations returns what each class can do, beside what every object can.
func allOperations() map[*class]operations {
	return map[*class]operations{
		serverClass: {
			"somdCreateObj": op((*server).createObj),
			"somdDeleteObj": op((*server).deleteObj),
			"impl_up":       op((*server).implUp),
			"impl_down":     op((*server).implDown),
			"impl_failed":   op((*server).implFailed),
		},
		repositoryClass: {
			"find_impldef":              op((*repository).find),
			"find_impldef_by_alias":     op((*repository).findByAlias),
			"find_impldef_by_class":     op((*repository).findByClass),
			"find_all_impldefs":         op((*repository).findAll),
			"find_all_aliases":          op((*repository).aliases),
			"add_impldef":               op((*repository).add),
			"update_impldef":            op((*repository).update),
			"delete_impldef":            op((*repository).remove),
			"find_classes_by_impldef":   op((*repository).classes),
			"add_class_to_impldef":      op((*repository).addClass),
			"add_class_with_properties": op((*repository).addClassWithProperties),
			"add_class_to_all":          op((*repository).addClassToAll),
			"remove_class_from_impldef": op((*repository).removeClass),
			"remove_class_from_all":     op((*repository).removeClassFromAll),
		},
		managerClass: {
			"somdStartServer":     op((*manager).start),
			"somdRestartServer":   op((*manager).restart),
			"somdShutdownServer":  op((*manager).shutdown),
			"somdShutdownImpl":    op((*manager).shutdownImpl),
			"somdListServer":      op((*manager).list),
			"somdEnableServer":    op((*manager).enable),
			"somdDisableServer":   op((*manager).disable),
			"somdIsServerEnabled": op((*manager).isEnabled),
		},
		definitionClass: definitionOperations(),
		streamClass: {
			"get_buffer": op((*object).getBuffer),
			"set_buffer": op((*object).setBuffer),
		},
	}
}

// A servant dispatches the calls of one object.
type servant struct {
	s     *Service
	class *class
	self  any
}

var _ orb.Servant = (*servant)(nil)

func (v *servant) Interface() *orb.Interface { return &v.class.iface }
func (v *servant) Implementation() any       { return v.self }

// Dispatch runs an operation of the object's class, or one that all objects of SOM have.
func (v *servant) Dispatch(r *orb.ServerRequest) bool {
	if f := v.s.ops[v.class][r.Operation()]; f != nil {
		f(v.self, r)
		return true
	}
	switch r.Operation() {
	case "somGetClassName":
		if r.Decoded() && r.Returned(nil) {
			r.Out.RawString(v.class.name)
		}
	case "somFree":
		if r.Decoded() {
			if o, ok := v.self.(*object); ok {
				v.s.made.drop(o)
			}
			r.Returned(nil)
		}
	default:
		return false
	}
	return true
}

// ref returns the reference of an object of a class with a key, for the client of ctx.
func (s *Service) ref(ctx context.Context, c *class, key []byte) (*ior.IOR, error) {
	at, err := s.c.Addresses(ctx)
	if err != nil {
		return nil, err
	}
	ref := &ior.IOR{TypeID: c.iface.ID}
	for _, e := range at {
		ref.Profiles = append(ref.Profiles, profileAt(e, key))
	}
	return ref, nil
}

// profileAt returns the profile of an object at one of the daemon's addresses: programs of DSOM know those of TCP, and of IIOP 1.0, which has no room for what else there may be.
func profileAt(e transport.Endpoint, key []byte) ior.Profile {
	p := ior.IIOP{Version: cdr.V10, Host: e.Host, Port: e.Port, Key: key}
	if e.Network != tls.Name {
		return p.Profile()
	}
	p.Version = cdr.V12
	return ior.Places{Sealed: []ior.Address{{Host: e.Host, Port: e.Port}}, Mutual: true}.Profiles(p)[0]
}

// definitions returns the references of registered definitions.
func (s *Service) definitions(ctx context.Context, all []wire.Definition) ([]*ior.IOR, error) {
	refs := make([]*ior.IOR, 0, len(all))
	for _, d := range all {
		id, err := wire.ParseID(d.ID)
		if err != nil {
			return nil, err
		}
		ref, err := s.ref(ctx, definitionClass, wire.DefinitionKey(id))
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

// object returns the object that an argument refers to, if it is one of the daemon's: an [*object], a [*registered], or nil.
func (s *Service) object(ctx context.Context, ref *ior.IOR) any {
	if ref.IsNil() {
		return nil
	}
	for _, p := range ref.Profiles {
		at, err := p.IIOP()
		if err != nil || !s.isHere(ctx, at) {
			continue
		}
		if k, ok := wire.ParseKey(at.Key); ok {
			if v, ok := s.servant(k).(*servant); ok && v != nil {
				return v.self
			}
		}
	}
	return nil
}

// isHere reports whether a profile names an address that the client of ctx was told, or could have been.
func (s *Service) isHere(ctx context.Context, p ior.IIOP) bool {
	at, err := s.c.Addresses(ctx)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(at, func(e transport.Endpoint) bool {
		told, err := profileAt(e, p.Key).IIOP()
		return err == nil && told.Host == p.Host && told.Port == p.Port
	})
}

// putText writes a string, which is of length 0 where there is none, as these clients have it.
func putText(e *cdr.Encoder, s string) {
	if s == "" {
		e.ULong(0)
		return
	}
	e.RawString(s)
}
