package client

import (
	"context"
	"fmt"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// A Repository is a daemon's ImplRepository.
type Repository struct {
	d    *Daemon
	self *orb.Ref
}

// Repository returns the daemon's ImplRepository.
func (d *Daemon) Repository(ctx context.Context) (*Repository, error) {
	ref, err := create(ctx, d.server, "ImplRepository")
	return &Repository{d, ref}, err
}

const streamClass = "somStream::MemoryStreamIO"

// Maker returns the definition of the server that makes definitions, which is the daemon's own: programs of DSOM ask for it
// before they have one made.
func (r *Repository) Maker(ctx context.Context) (wire.Definition, error) {
	all, err := r.ByClass(ctx, "ImplementationDef")
	if err == nil && len(all) == 0 {
		err = exc.New(exc.ObjAdapter, uint32(wire.NoServerClass), exc.Yes, "the daemon says that nobody makes an ImplementationDef")
	}
	if err != nil {
		return wire.Definition{}, err
	}
	return all[0], nil
}

// All returns the definitions of all servers.
func (r *Repository) All(ctx context.Context) ([]wire.Definition, error) {
	var refs []*orb.Ref
	err := status(ctx, r.self, "find_all_impldefs", nil, func(d *cdr.Decoder) { refs = r.refs(d) })
	if err != nil {
		return nil, err
	}
	return r.fetchAll(ctx, refs)
}

// ByClass returns the definitions of the servers that have objects of a class.
func (r *Repository) ByClass(ctx context.Context, class string) ([]wire.Definition, error) {
	var refs []*orb.Ref
	err := invoke(ctx, r.self, "find_impldef_by_class", aString(class), func(d *cdr.Decoder) { refs = r.refs(d) })
	if err != nil {
		return nil, err
	}
	return r.fetchAll(ctx, refs)
}

// refs reads a sequence of references.
func (r *Repository) refs(d *cdr.Decoder) []*orb.Ref {
	var all []*orb.Ref
	for range d.Count(8) {
		all = append(all, r.d.orb.NewRef(ior.Get(d)))
	}
	return all
}

func (r *Repository) fetchAll(ctx context.Context, refs []*orb.Ref) ([]wire.Definition, error) {
	all := make([]wire.Definition, 0, len(refs))
	for _, ref := range refs {
		def, err := r.fetch(ctx, ref)
		if err != nil {
			return nil, err
		}
		all = append(all, def)
	}
	return all, nil
}

// Find returns the definition of a server.
func (r *Repository) Find(ctx context.Context, id string) (wire.Definition, error) {
	return r.one(ctx, "find_impldef", id)
}

// ByAlias returns the definition of a server.
func (r *Repository) ByAlias(ctx context.Context, alias string) (wire.Definition, error) {
	return r.one(ctx, "find_impldef_by_alias", alias)
}

func (r *Repository) one(ctx context.Context, operation, name string) (wire.Definition, error) {
	ref, err := r.ref(ctx, operation, name)
	if err != nil {
		return wire.Definition{}, err
	}
	return r.fetch(ctx, ref)
}

func (r *Repository) ref(ctx context.Context, operation, name string) (*orb.Ref, error) {
	var found *ior.IOR
	err := invoke(ctx, r.self, operation, aString(name), func(d *cdr.Decoder) { found = ior.Get(d) })
	if err == nil && found.IsNil() {
		err = fmt.Errorf("%s: %w", operation, exc.New(exc.ObjAdapter, uint32(wire.ImplNotFound), exc.Yes, "%q is not registered", name))
	}
	return r.d.orb.NewRef(found), err
}

// fetch returns what a definition holds: it is told to write itself to a stream, made for that, which is then read.
func (r *Repository) fetch(ctx context.Context, def *orb.Ref) (d wire.Definition, err error) {
	stream, err := create(ctx, r.d.server, streamClass)
	if err != nil {
		return d, err
	}
	defer free(context.WithoutCancel(ctx), stream)
	if name, err := className(ctx, stream); err != nil || name != streamClass {
		return d, other(err, name, streamClass)
	}
	if name, err := className(ctx, def); err != nil || name != "ImplementationDef" {
		return d, other(err, name, "ImplementationDef")
	}
	var class string // in which it may be held by a program that has it: none here has others
	if err := invoke(ctx, def, "_get_impldef_class", nil, func(d *cdr.Decoder) { class = d.RawString() }); err != nil {
		return d, err
	}
	if err := invoke(ctx, def, "externalize_to_stream", func(e *cdr.Encoder) { putRef(e, stream) }, nil); err != nil {
		return d, err
	}
	var b []byte
	if err := invoke(ctx, stream, "get_buffer", nil, func(d *cdr.Decoder) { b = d.OctetSeq() }); err != nil {
		return d, err
	}
	if d, err = wire.ParseDefinition(b); err != nil {
		return d, fmt.Errorf("get_buffer: %w", err)
	}
	if d.Class == "" {
		d.Class = class
	}
	return d, nil
}

// other says that an object is of another class than it should be.
func other(err error, name, want string) error {
	if err != nil {
		return err
	}
	return exc.New(exc.InvObjref, uint32(wire.ObjectNotFound), exc.Yes, "an object is of class %.64q, and not %s", name, want)
}

// Add registers a server.
func (r *Repository) Add(ctx context.Context, d wire.Definition) error {
	return r.give(ctx, "add_impldef", d)
}

// Update changes the definition of the server with d's id.
func (r *Repository) Update(ctx context.Context, d wire.Definition) error {
	return r.give(ctx, "update_impldef", d)
}

// give passes a definition: one is made at the daemon, and told to read itself from a stream, made for that. Neither is freed, as
// DSOM's own programs do not: who knows what a daemon keeps of them.
func (r *Repository) give(ctx context.Context, operation string, d wire.Definition) error {
	def, err := create(ctx, r.d.server, "ImplementationDef")
	if err != nil {
		return err
	}
	stream, err := create(ctx, r.d.server, streamClass)
	if err != nil {
		return err
	}
	if err := invoke(ctx, stream, "set_buffer", func(e *cdr.Encoder) { e.OctetSeq(d.Append(nil)) }, nil); err != nil {
		return err
	}
	if err := invoke(ctx, def, "internalize_from_stream", func(e *cdr.Encoder) { putRef(e, stream); putNil(e) }, nil); err != nil {
		return err
	}
	return status(ctx, r.self, operation, func(e *cdr.Encoder) { putRef(e, def) }, nil)
}

// Remove forgets a server.
func (r *Repository) Remove(ctx context.Context, id string) error {
	return status(ctx, r.self, "delete_impldef", aString(id), nil)
}

// Classes returns the classes whose objects a server has.
func (r *Repository) Classes(ctx context.Context, id string) (all []string, err error) {
	err = invoke(ctx, r.self, "find_classes_by_impldef", aString(id), func(d *cdr.Decoder) {
		for range d.Count(4) {
			all = append(all, d.RawString())
		}
	})
	return all, err
}

// AddClass says that a server has objects of a class.
func (r *Repository) AddClass(ctx context.Context, id, class string) error {
	return invoke(ctx, r.self, "add_class_to_impldef", func(e *cdr.Encoder) { e.RawString(id); e.RawString(class) }, nil)
}

// AddClassToAll says so of all servers that there are.
func (r *Repository) AddClassToAll(ctx context.Context, class string) error {
	return invoke(ctx, r.self, "add_class_to_all", aString(class), nil)
}

// RemoveClass takes that back.
func (r *Repository) RemoveClass(ctx context.Context, id, class string) error {
	return invoke(ctx, r.self, "remove_class_from_impldef", func(e *cdr.Encoder) { e.RawString(id); e.RawString(class) }, nil)
}

// RemoveClassFromAll takes it back for all servers.
func (r *Repository) RemoveClassFromAll(ctx context.Context, class string) error {
	return invoke(ctx, r.self, "remove_class_from_all", aString(class), nil)
}
