package dsom

import (
	"context"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/som/stream/coslifecycle/factoryfinder"
	"github.com/opendsom/dsom/som/stream/cosstream/streamable"
	"github.com/opendsom/dsom/som/stream/cosstream/streamio"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// ImplementationDefClass is SOM's ImplementationDef: what is known of a server. It is streamable, so that it can be passed as a copy.
var ImplementationDefClass = classOf[implementationDef]("ImplementationDef", `
	_set_impl_id v:s/void(string)
	_get_impl_id s:/string()
	_set_impl_alias v:s/void(string)
	_get_impl_alias s:/string()
	_set_impl_program v:s/void(string)
	_get_impl_program s:/string()
	_set_impl_flags v:I/void(unsigned long)
	_get_impl_flags I:/unsigned long()
	_set_impl_server_class v:s/void(string)
	_get_impl_server_class s:/string()
	_set_impl_refdata_file v:s/void(string)
	_get_impl_refdata_file s:/string()
	_set_impl_refdata_bkup v:s/void(string)
	_get_impl_refdata_bkup s:/string()
	_set_impl_hostname v:s/void(string)
	_get_impl_hostname s:/string()
	_set_impl_def_struct
	_get_impl_def_struct
	get_impl_winserver_handle
	_set_config_file v:s/void(string)
	_get_config_file s:/string()
	_set_impldef_class v:s/void(string)
	_get_impldef_class s:/string()
	_set_svr_objref v:p/void(<octet>) | i
	_get_svr_objref v:p/<octet>() | r
	_set_protocols v:s/void(string)
	_get_protocols s:/string()
	_set_registrar_resp
	_get_registrar_resp
	_set_impl_version
	_get_impl_version
	_set_class_in_NS
	_get_class_in_NS
`, som.WithVersion(2, 2), som.Parents(streamable.Class))

type implementationDef struct {
	streamable.Base
	d wire.Definition
}

func (o *implementationDef) SetImplId(_ context.Context, s string) error {
	return set(&o.d.ID, "impl_id", s, wire.MaxID)
}
func (o *implementationDef) ImplId(context.Context) (string, error) { return o.d.ID, nil }
func (o *implementationDef) SetImplAlias(_ context.Context, s string) error {
	return set(&o.d.Alias, "impl_alias", s, wire.MaxAlias)
}
func (o *implementationDef) ImplAlias(context.Context) (string, error) { return o.d.Alias, nil }
func (o *implementationDef) SetImplProgram(_ context.Context, s string) error {
	return set(&o.d.Program, "impl_program", s, wire.MaxProgram)
}
func (o *implementationDef) ImplProgram(context.Context) (string, error) { return o.d.Program, nil }
func (o *implementationDef) SetImplFlags(_ context.Context, n uint32) error {
	o.d.Flags = n
	return nil
}
func (o *implementationDef) ImplFlags(context.Context) (uint32, error) { return o.d.Flags, nil }
func (o *implementationDef) SetImplServerClass(_ context.Context, s string) error {
	return set(&o.d.ServerClass, "impl_server_class", s, wire.MaxClassName)
}
func (o *implementationDef) ImplServerClass(context.Context) (string, error) {
	return o.d.ServerClass, nil
}
func (o *implementationDef) SetImplRefdataFile(_ context.Context, s string) error {
	return set(&o.d.RefDataFile, "impl_refdata_file", s, wire.MaxFilename)
}
func (o *implementationDef) ImplRefdataFile(context.Context) (string, error) {
	return o.d.RefDataFile, nil
}
func (o *implementationDef) SetImplRefdataBkup(_ context.Context, s string) error {
	return set(&o.d.RefDataBackup, "impl_refdata_bkup", s, wire.MaxFilename)
}
func (o *implementationDef) ImplRefdataBkup(context.Context) (string, error) {
	return o.d.RefDataBackup, nil
}
func (o *implementationDef) SetImplHostname(_ context.Context, s string) error {
	return set(&o.d.HostName, "impl_hostname", s, wire.MaxHostName)
}
func (o *implementationDef) ImplHostname(context.Context) (string, error) { return o.d.HostName, nil }
func (o *implementationDef) SetConfigFile(_ context.Context, s string) error {
	return set(&o.d.ConfigFile, "config_file", s, wire.MaxFilename)
}
func (o *implementationDef) ConfigFile(context.Context) (string, error) { return o.d.ConfigFile, nil }
func (o *implementationDef) SetImpldefClass(_ context.Context, s string) error {
	return set(&o.d.Class, "impldef_class", s, wire.MaxClassName)
}
func (o *implementationDef) ImpldefClass(context.Context) (string, error) { return o.d.Class, nil }
func (o *implementationDef) SetSvrObjref(_ context.Context, b []byte) error {
	if len(b) > wire.MaxObjRef {
		return tooLong("svr_objref", len(b), wire.MaxObjRef)
	}
	o.d.ObjRef = append([]byte(nil), b...)
	return nil
}
func (o *implementationDef) SvrObjref(context.Context) ([]byte, error) { return o.d.ObjRef, nil }
func (o *implementationDef) SetProtocols(_ context.Context, s string) error {
	return set(&o.d.Protocols, "protocols", s, wire.MaxProtocols)
}
func (o *implementationDef) Protocols(context.Context) (string, error) { return o.d.Protocols, nil }

func set(to *string, what, s string, most int) error {
	if len(s) > most {
		return tooLong(what, len(s), most)
	}
	*to = s
	return nil
}

func tooLong(what string, n, most int) error {
	return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "%s of %d octets, and a definition has %d at most", what, n, most)
}

// SomDefaultCopyInit copies a definition.
func (o *implementationDef) SomDefaultCopyInit(from *implementationDef) error {
	o.d = from.d.Clone()
	return nil
}

// SomDefaultAssign copies a definition.
func (o *implementationDef) SomDefaultAssign(from *implementationDef) error {
	o.d = from.d.Clone()
	return nil
}

// ExternalizeToStream writes the definition, as octets of the form that the daemon's protocol has.
func (o *implementationDef) ExternalizeToStream(ctx context.Context, target som.Object) error {
	s, ok := streamio.Narrow(target)
	if !ok {
		return exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "there is no stream")
	}
	b := o.d.Append(nil)
	if err := s.WriteUnsignedLong(ctx, uint32(len(b))); err != nil {
		return err
	}
	for _, x := range b {
		if err := s.WriteOctet(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// InternalizeFromStream reads one.
func (o *implementationDef) InternalizeFromStream(ctx context.Context, source som.Object, _ factoryfinder.FactoryFinder) error {
	s, ok := streamio.Narrow(source)
	if !ok {
		return exc.New(exc.BadParam, exc.MinorWrongType, exc.No, "there is no stream")
	}
	n, err := s.ReadUnsignedLong(ctx)
	if err != nil {
		return err
	}
	if n > wire.MaxDefinition {
		return tooLong("a definition", int(min(n, 1<<31-1)), wire.MaxDefinition)
	}
	b := make([]byte, n)
	for i := range b {
		if b[i], err = s.ReadOctet(ctx); err != nil {
			return err
		}
	}
	d, err := wire.ParseDefinition(b)
	if err == nil {
		o.d = d
	}
	return err
}

// Definition returns what an ImplementationDef says, and false if the object is none.
func Definition(o som.Object) (wire.Definition, bool) {
	if o == nil || o.SOM().IsNil() {
		return wire.Definition{}, false
	}
	x, ok := som.FindState[implementationDef](o.SOM())
	if !ok {
		return wire.Definition{}, false
	}
	return x.d.Clone(), true
}

// newDefinition returns an ImplementationDef, the caller's.
func newDefinition(d wire.Definition) (som.Object, error) {
	r, err := ImplementationDefClass.New()
	if err != nil {
		return nil, err
	}
	x, _ := som.FindState[implementationDef](r)
	x.d = d
	return r, nil
}
