package somdd

import (
	"context"
	"slices"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// repository is the ImplRepository.
type repository struct{ s *Service }

// answer writes the reference of a registered definition.
func (v *repository) answer(r *orb.ServerRequest, d wire.Definition, err error) {
	var refs []*ior.IOR
	if err == nil {
		refs, err = v.s.definitions(r.Context(), []wire.Definition{d})
	}
	if r.Returned(failure(err)) {
		ior.Put(&r.Out, refs[0])
	}
}

// answerAll writes the references of registered definitions, behind a status if there is to be one.
func (v *repository) answerAll(r *orb.ServerRequest, all []wire.Definition, err error, status bool) {
	var refs []*ior.IOR
	if err == nil {
		refs, err = v.s.definitions(r.Context(), all)
	}
	if !r.Returned(failure(err)) {
		return
	}
	if status {
		r.Out.ULong(uint32(wire.Success))
	}
	r.Out.Count(len(refs))
	for _, ref := range refs {
		ior.Put(&r.Out, ref)
	}
}

// done answers an operation that has but a status to tell.
func done(r *orb.ServerRequest, err error) {
	if r.Returned(failure(err)) {
		r.Out.ULong(uint32(wire.Success))
	}
}

// find is find_impldef: ImplementationDef (in ImplId).
func (v *repository) find(r *orb.ServerRequest) {
	id := getID(&r.In)
	if r.Decoded() {
		d, err := v.s.c.Servers.Get(r.Context(), id)
		v.answer(r, d, err)
	}
}

// findByAlias is find_impldef_by_alias: ImplementationDef (in string).
func (v *repository) findByAlias(r *orb.ServerRequest) {
	alias := r.In.RawString()
	if r.Decoded() {
		d, err := v.s.c.Servers.ByAlias(r.Context(), alias)
		v.answer(r, d, err)
	}
}

// findByClass is find_impldef_by_class: sequence<ImplementationDef> (in string). Definitions themselves are made by the daemon.
func (v *repository) findByClass(r *orb.ServerRequest) {
	name := r.In.RawString()
	if !r.Decoded() {
		return
	}
	if name == definitionClass.name {
		v.answerAll(r, []wire.Definition{daemonDefinition()}, nil, false)
		return
	}
	all, err := v.s.c.Servers.WithClass(r.Context(), name)
	v.answerAll(r, all, err, false)
}

// findAll is find_all_impldefs: ORBStatus (out sequence<ImplementationDef>).
func (v *repository) findAll(r *orb.ServerRequest) {
	if r.Decoded() {
		all, err := v.s.c.Servers.All(r.Context())
		v.answerAll(r, all, err, true)
	}
}

// aliases is find_all_aliases: ORBStatus (out sequence<string>).
func (v *repository) aliases(r *orb.ServerRequest) {
	if !r.Decoded() {
		return
	}
	all, err := v.s.c.Servers.All(r.Context())
	if r.Returned(failure(err)) {
		r.Out.ULong(uint32(wire.Success))
		r.Out.Count(len(all))
		for _, d := range all {
			r.Out.RawString(d.Alias)
		}
	}
}

// argument returns the definition that the one argument of a request refers to. It answers why it cannot.
func (s *Service) argument(r *orb.ServerRequest) (wire.Definition, bool) {
	ref := ior.Get(&r.In)
	if !r.Decoded() {
		return wire.Definition{}, false
	}
	if d, ok := s.object(r.Context(), ref).(defined); ok {
		if o, made := d.(*object); !made || !o.stream {
			return current(d, r)
		}
	}
	r.Returned(raise(exc.InvObjref, wire.ObjectNotFound, "the argument refers to no ImplementationDef of this daemon: have one made by somdCreateObj"))
	return wire.Definition{}, false
}

// add is add_impldef: ORBStatus (in ImplementationDef).
func (v *repository) add(r *orb.ServerRequest) {
	if d, ok := v.s.argument(r); ok {
		done(r, v.s.c.Servers.Add(r.Context(), d))
	}
}

// update is update_impldef: ORBStatus (in ImplementationDef).
func (v *repository) update(r *orb.ServerRequest) {
	if d, ok := v.s.argument(r); ok {
		done(r, v.s.c.Servers.Update(r.Context(), d))
	}
}

// remove is delete_impldef: ORBStatus (in ImplId).
func (v *repository) remove(r *orb.ServerRequest) {
	id := getID(&r.In)
	if r.Decoded() {
		done(r, v.s.c.Servers.Remove(r.Context(), id))
	}
}

// classes is find_classes_by_impldef: sequence<string> (in ImplId).
func (v *repository) classes(r *orb.ServerRequest) {
	id := getID(&r.In)
	if !r.Decoded() {
		return
	}
	list, err := v.s.c.Servers.Classes(r.Context(), id)
	if r.Returned(failure(err)) {
		r.Out.Count(len(list))
		for _, name := range list {
			r.Out.RawString(name)
		}
	}
}

// addClass is add_class_to_impldef: void (in ImplId, in string).
func (v *repository) addClass(r *orb.ServerRequest) {
	id := getID(&r.In)
	name := r.In.RawString()
	if r.Decoded() {
		r.Returned(failure(v.s.addClass(r.Context(), id, name)))
	}
}

// addClassWithProperties is add_class_with_properties: ORBStatus (in ImplId, in string, in sequence<PropertyValue>). Properties are not
// kept, and so none are taken.
func (v *repository) addClassWithProperties(r *orb.ServerRequest) {
	id := getID(&r.In)
	name := r.In.RawString()
	n := r.In.Count(8)
	for range n {
		r.In.RawStringView()
		r.In.RawStringView()
	}
	switch {
	case !r.Decoded():
	case n > 0:
		r.Returned(raise(exc.NoImplement, wire.NotImplemented, "properties of classes are not kept"))
	default:
		done(r, v.s.addClass(r.Context(), id, name))
	}
}

// addClassToAll is add_class_to_all: void (in string).
func (v *repository) addClassToAll(r *orb.ServerRequest) {
	name := r.In.RawString()
	if r.Decoded() {
		r.Returned(failure(v.s.forAll(r.Context(), func(id wire.ID) error { return v.s.addClass(r.Context(), id, name) })))
	}
}

// removeClass is remove_class_from_impldef: void (in ImplId, in string).
func (v *repository) removeClass(r *orb.ServerRequest) {
	id := getID(&r.In)
	name := r.In.RawString()
	if r.Decoded() {
		r.Returned(failure(v.s.removeClass(r.Context(), id, name)))
	}
}

// removeClassFromAll is remove_class_from_all: void (in string).
func (v *repository) removeClassFromAll(r *orb.ServerRequest) {
	name := r.In.RawString()
	if r.Decoded() {
		r.Returned(failure(v.s.forAll(r.Context(), func(id wire.ID) error { return v.s.removeClass(r.Context(), id, name) })))
	}
}

// forAll calls f for each server, until it fails.
func (s *Service) forAll(ctx context.Context, f func(id wire.ID) error) error {
	all, err := s.c.Servers.All(ctx)
	for i := 0; err == nil && i < len(all); i++ {
		var id wire.ID
		if id, err = wire.ParseID(all[i].ID); err == nil {
			err = f(id)
		}
	}
	return err
}

func (s *Service) addClass(ctx context.Context, id wire.ID, name string) error {
	if n := len(name); n == 0 || n > wire.MaxClassName {
		return raise(exc.BadParam, wire.BadParm, "the name of a class has %d octets, not 1 to %d", n, wire.MaxClassName)
	}
	return s.c.Servers.SetClasses(ctx, id, func(list []string) ([]string, error) {
		if slices.Contains(list, name) {
			return list, nil
		}
		if n := len(list) + 1; n > s.c.Limits.Int(limits.DSOMClasses) {
			return nil, raise(exc.ImpLimit, wire.NoSpace, "classes of an implementation: %w", s.c.Limits.Exceeded(limits.DSOMClasses, int64(n)))
		}
		return append(slices.Clone(list), name), nil
	})
}

func (s *Service) removeClass(ctx context.Context, id wire.ID, name string) error {
	return s.c.Servers.SetClasses(ctx, id, func(list []string) ([]string, error) {
		return slices.DeleteFunc(slices.Clone(list), func(have string) bool { return have == name }), nil
	})
}
