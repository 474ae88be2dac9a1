package somdd

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// A defined object is an ImplementationDef: registered, or made by a client.
type defined interface {
	service() *Service
	read(ctx context.Context) (wire.Definition, error)
}

// registered is the ImplementationDef of a server in the repository. It cannot be changed but by update_impldef.
type registered struct {
	s  *Service
	id wire.ID
}

func (d *registered) service() *Service { return d.s }

func (d *registered) read(ctx context.Context) (wire.Definition, error) {
	if d.id == wire.DaemonID {
		return daemonDefinition(), nil
	}
	return d.s.c.Servers.Get(ctx, d.id)
}

func (o *object) service() *Service { return o.s }

func (o *object) read(context.Context) (wire.Definition, error) { return o.definition(), nil }

// daemonDefinition is the daemon's own: it is a server as others are, but in no repository.
func daemonDefinition() wire.Definition { return wire.Definition{ID: wire.DaemonID.String()} }

// A text is a string among the attributes of a definition.
type text struct {
	of   func(d *wire.Definition) *string
	most int // octets
}

// texts are the attributes of an ImplementationDef that are strings.
var texts = map[string]text{
	"impl_id":           {func(d *wire.Definition) *string { return &d.ID }, wire.MaxID},
	"impl_alias":        {func(d *wire.Definition) *string { return &d.Alias }, wire.MaxAlias},
	"impl_program":      {func(d *wire.Definition) *string { return &d.Program }, wire.MaxProgram},
	"impl_server_class": {func(d *wire.Definition) *string { return &d.ServerClass }, wire.MaxClassName},
	"impl_refdata_file": {func(d *wire.Definition) *string { return &d.RefDataFile }, wire.MaxFilename},
	"impl_refdata_bkup": {func(d *wire.Definition) *string { return &d.RefDataBackup }, wire.MaxFilename},
	"impl_hostname":     {func(d *wire.Definition) *string { return &d.HostName }, wire.MaxHostName},
	"config_file":       {func(d *wire.Definition) *string { return &d.ConfigFile }, wire.MaxFilename},
	"impldef_class":     {func(d *wire.Definition) *string { return &d.Class }, wire.MaxClassName},
	"protocols":         {func(d *wire.Definition) *string { return &d.Protocols }, wire.MaxProtocols},
}

// definitionOperations returns what an ImplementationDef can do.
func definitionOperations() operations {
	ops := operations{
		"externalize_to_stream":   op(externalize),
		"internalize_from_stream": op((*object).internalize),
		"_get_impl_flags":         op(getFlags),
		"_set_impl_flags":         op((*object).setFlags),
	}
	for name, t := range texts {
		ops["_get_"+name] = op(t.get)
		ops["_set_"+name] = op(t.set)
	}
	return ops
}

// current returns the definition that a request is about, or answers why it cannot.
func current(d defined, r *orb.ServerRequest) (wire.Definition, bool) {
	def, err := d.read(r.Context())
	if err != nil {
		r.Returned(failure(err))
	}
	return def, err == nil
}

func (t text) get(d defined, r *orb.ServerRequest) {
	if !r.Decoded() {
		return
	}
	if def, ok := current(d, r); ok && r.Returned(nil) {
		putText(&r.Out, *t.of(&def))
	}
}

func (t text) set(o *object, r *orb.ServerRequest) {
	v := r.In.RawString()
	if !r.Decoded() {
		return
	}
	if len(v) > t.most {
		r.Returned(raise(exc.BadParam, wire.BadParm, "%.64s: %d octets, the limit is %d", r.Operation(), len(v), t.most))
		return
	}
	o.define(func(d *wire.Definition) { *t.of(d) = v })
	r.Returned(nil)
}

func getFlags(d defined, r *orb.ServerRequest) {
	if !r.Decoded() {
		return
	}
	if def, ok := current(d, r); ok && r.Returned(nil) {
		r.Out.ULong(def.Flags)
	}
}

func (o *object) setFlags(r *orb.ServerRequest) {
	v := r.In.ULong()
	if !r.Decoded() {
		return
	}
	o.define(func(d *wire.Definition) { d.Flags = v })
	r.Returned(nil)
}

// externalize is CosStream::Streamable::externalize_to_stream: void (in StreamIO).
func externalize(d defined, r *orb.ServerRequest) {
	ref := ior.Get(&r.In)
	if !r.Decoded() {
		return
	}
	stream, err := d.service().stream(r.Context(), ref)
	if err != nil {
		r.Returned(err)
		return
	}
	if def, ok := current(d, r); ok {
		r.Returned(stream.fill(def.Append(stream.content())))
	}
}

// internalize is CosStream::Streamable::internalize_from_stream: void (in StreamIO, in FactoryFinder).
func (o *object) internalize(r *orb.ServerRequest) {
	ref := ior.Get(&r.In)
	ior.Get(&r.In) // a definition holds no objects that would have to be found
	if !r.Decoded() {
		return
	}
	stream, err := o.s.stream(r.Context(), ref)
	if err != nil {
		r.Returned(err)
		return
	}
	def, err := wire.ParseDefinition(stream.content())
	if err != nil {
		r.Returned(raise(exc.BadParam, wire.BadParm, "%w", err))
		return
	}
	o.define(func(d *wire.Definition) { *d = def })
	r.Returned(nil)
}

// stream returns the stream that an argument refers to. It is one that was made here: the daemon calls nobody's.
func (s *Service) stream(ctx context.Context, ref *ior.IOR) (*object, error) {
	if ref.IsNil() {
		return nil, raise(exc.BadParam, wire.UnexpectedNULL, "a stream is missing")
	}
	if o, ok := s.object(ctx, ref).(*object); ok && o.stream {
		return o, nil
	}
	return nil, raise(exc.InvObjref, wire.ObjectNotFound, "the argument refers to no stream of this daemon: have one made by somdCreateObj")
}
