package somdd_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/svc/somdd/wire"
)

// TestOperationsAreThoseOfTheIDL calls each operation that the IDL of the daemon's objects has with arguments of the types that are declared there, and reads results of those types, to
// the last octet.
func TestOperationsAreThoseOfTheIDL(t *testing.T) {
	t.Parallel()
	stays := full
	stays.Flags |= wire.NonStoppable
	id, err := wire.ParseID(stays.ID)
	if err != nil {
		t.Fatal(err)
	}
	for file, about := range map[string]struct {
		class string
		key   []byte
	}{"servmgr.idl": {"SOMDServerMgr", wire.ServerMgrKey}, "implrep.idl": {"ImplRepository", wire.RepositoryKey}} {
		spec, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.Standard()}, file)
		if err != nil {
			t.Fatal(err)
		}
		class, ok := spec.Spec.Lookup(about.class).(*model.Interface)
		if !ok || len(class.Operations()) < 8 {
			t.Fatalf("%s is not in %s", about.class, file)
		}
		for _, o := range class.Operations() {
			d := newDaemon(t, orb.Config{}, nil)
			d.servers.begin = func(id wire.ID) { _ = d.servers.Up(t.Context(), id, &ior.IOR{}) }
			d.servers.all[id] = stays
			d.servers.classes[id] = []string{"Account"}
			if o.Name == "somdListServer" {
				d.servers.begin(id)
			}
			status, words, b := ask(t, d, about.key, o.Name, func(e *cdr.Encoder) {
				for _, p := range o.Params {
					if p.Direction == model.In {
						argument(t, d, e, o, p, stays)
					}
				}
			})
			if exists := o.Name == "add_impldef" && strings.HasPrefix(words, "::StExcep::OBJ_ADAPTER 30"); exists {
				continue
			}
			if status != giop.NoException {
				t.Errorf("%s: %v %s", o.Name, status, words)
				continue
			}
			h, err := giop.ParseHeader(b)
			if err != nil {
				t.Fatal(err)
			}
			var in cdr.Decoder
			in.Reset(b, giop.HeaderSize, h.Little, nil)
			var r giop.Reply
			if err := r.Parse(h, &in); err != nil {
				t.Fatal(err)
			}
			result(t, &in, o, o.Result)
			for _, p := range o.Params {
				if p.Direction != model.In {
					result(t, &in, o, p.Type)
				}
			}
			if err := in.Err(); err != nil || in.Remaining() != 0 {
				t.Errorf("%s: the reply is not of %s: %v, %d octets are left", o.Name, o.Result, err, in.Remaining())
			}
		}
	}
}

// argument writes an argument that is of the server of a definition.
func argument(t *testing.T, d *daemon, e *cdr.Encoder, o *model.Operation, p *model.Param, of wire.Definition) {
	t.Helper()
	switch typ := p.Type.Resolve(); {
	case p.Type.Name == "ImplId":
		e.RawString(of.ID)
	case typ.Kind == model.String && strings.Contains(p.Name, "class"):
		e.RawString("Account")
	case typ.Kind == model.String:
		e.RawString(of.Alias)
	case typ.Kind == model.Named:
		id, err := wire.ParseID(of.ID)
		if err != nil {
			t.Fatal(err)
		}
		refTo(d.port, wire.DefinitionKey(id))(e)
	default:
		t.Fatalf("%s takes %s", o.Name, p.Type)
	}
}

// result reads a value of a type.
func result(t *testing.T, in *cdr.Decoder, o *model.Operation, of *model.Type) {
	t.Helper()
	switch typ := of.Resolve(); typ.Kind {
	case model.Void:
	case model.ULong:
		in.ULong()
	case model.Boolean:
		in.Boolean()
	case model.String:
		in.RawString()
	case model.Named:
		ior.Get(in)
	case model.Sequence:
		n := in.Count(1)
		if n == 0 {
			t.Errorf("%s: there are none", o.Name)
		}
		for range n {
			result(t, in, o, typ.Elem)
		}
	default:
		t.Fatalf("%s returns %s", o.Name, of)
	}
}
