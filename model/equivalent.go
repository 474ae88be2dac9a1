package model

import (
	"encoding/json"
	"fmt"
	"strings"
)

// ComponentsModule is the module to which equivalent IDL refers: Components.idl declares it.
const ComponentsModule = "::Components"

// HasComponents reports whether there is what Equivalent changes: components, connectors,
// homes, port types, and event types beside the module Components.
func (s *Spec) HasComponents() bool {
	for d := range s.All() {
		switch d := d.(type) {
		case *Component, *Home, *PortType:
			return true
		case *ValueType:
			if d.Event && s.Lookup(ComponentsModule+"::EventConsumerBase") != nil {
				return true
			}
		}
	}
	return false
}

// Equivalent returns the specification with equivalent IDL in place of components and homes
// (CORBA 3.3 part 3, clause 6): the interfaces by which clients know them. An emitter that
// reads it needs to know of interfaces only.
//
// A component becomes the interface of its name, with operations for its ports; an event type E is
// an event and has an interface EConsumer beside it, where the module Components is declared; a home H becomes
// HExplicit, HImplicit, and H that inherits from both. Extended ports are taken apart into
// those of their types (IDL 4.2, 7.4.9). Port types and connectors, which no client knows, go.
//
// The result is a specification of its own that shares nothing with s. It is an error if
// the module Components lacks what is referred to.
func (s *Spec) Equivalent() (*Spec, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var j specJSON
	if err := json.Unmarshal(b, &j); err != nil { // not linked: types are names still
		return nil, err
	}
	e := &equivalence{spec: s}
	out := &Spec{Files: j.Files, Decls: e.decls(j.Decls, "::")}
	if e.err != nil {
		return nil, e.err
	}
	return out, out.Link()
}

// equivalence rewrites declarations that are not linked yet.
type equivalence struct {
	spec *Spec
	err  error // the first
}

func (e *equivalence) decls(ds Decls, prefix string) Decls {
	var out Decls
	for _, d := range ds {
		switch d := d.(type) {
		case *Module:
			d.Decls = e.decls(d.Decls, prefix+d.Name+"::")
			out = append(out, d)
		case *Forward:
			switch d.Of {
			case "component", "home":
				d.Of = "interface"
			case "porttype":
				continue
			}
			out = append(out, d)
		case *Component:
			if !d.Connector {
				out = append(out, e.component(d, prefix+d.Name+"::"))
			}
		case *PortType:
		case *Home:
			out = append(out, e.home(d, prefix)...)
		case *ValueType:
			out = append(out, d)
			if d.Event && e.spec.Lookup(ComponentsModule+"::EventConsumerBase") != nil {
				if len(d.Bases) == 0 {
					d.Bases = []*Type{e.named(ComponentsModule + "::EventBase")}
				}
				out = append(out, e.consumer(d, prefix))
			}
		default:
			out = append(out, d)
		}
	}
	return out
}

// component returns the interface of a component.
func (e *equivalence) component(d *Component, scope string) *Interface {
	i := &Interface{Info: d.Info, Bases: e.bases(d.Base, d.Supports, "CCMObject")}
	for _, m := range d.Decls {
		i.Decls = append(i.Decls, e.port(m, scope, d)...)
	}
	return i
}

// bases returns those of an equivalent interface: that of the component's or home's base, or else what all have.
func (e *equivalence) bases(base *Type, supports []*Type, otherwise string) []*Type {
	if base == nil {
		base = e.named(ComponentsModule + "::" + otherwise)
	}
	return append([]*Type{base}, supports...)
}

// port returns what stands for a port or attribute of a component.
func (e *equivalence) port(d Decl, scope string, in Decl) Decls {
	p, ok := d.(*Port)
	if !ok {
		return Decls{d}
	}
	op := func(name string, result *Type, raises []string, params ...*Param) Decl {
		return e.operation(p, in, name+"_"+p.Name, result, raises, params...)
	}
	consumer := func() *Type { return e.consumerOf(p.Type) }
	cookie := func() *Type { return e.named(ComponentsModule + "::Cookie") }
	switch p.Role {
	case "provides":
		return Decls{op("provide", p.Type, nil)}
	case "uses":
		if p.Multiple {
			pair := infoFor(p, in, p.Name+"Connection")
			list := infoFor(p, in, p.Name+"Connections")
			return Decls{
				&Struct{Info: pair, Members: []*Member{{Node: Node{Name: "objref"}, Type: p.Type}, {Node: Node{Name: "ck"}, Type: cookie()}}},
				&Typedef{Info: list, Type: &Type{Kind: Sequence, Elem: reference(scope+pair.Name, pair.Name)}},
				op("connect", cookie(), []string{"ExceededConnectionLimit", "InvalidConnection"}, input("connection", p.Type)),
				op("disconnect", p.Type, []string{"InvalidConnection"}, input("ck", cookie())),
				op("get_connections", reference(scope+list.Name, list.Name), nil),
			}
		}
		return Decls{
			op("connect", nil, []string{"AlreadyConnected", "InvalidConnection"}, input("conxn", p.Type)),
			op("disconnect", p.Type, []string{"NoConnection"}),
			op("get_connection", p.Type, nil),
		}
	case "emits":
		return Decls{
			op("connect", nil, []string{"AlreadyConnected"}, input("consumer", consumer())),
			op("disconnect", consumer(), []string{"NoConnection"}),
		}
	case "publishes":
		return Decls{
			op("subscribe", cookie(), []string{"ExceededConnectionLimit"}, input("consumer", consumer())),
			op("unsubscribe", consumer(), []string{"InvalidConnection"}, input("ck", cookie())),
		}
	case "consumes":
		return Decls{op("get_consumer", consumer(), nil)}
	}
	return e.extended(p, scope, in)
}

// mirrored are the roles that a mirror port gives the ports of its type.
var mirrored = map[string]string{"provides": "uses", "uses": "provides", "emits": "consumes", "publishes": "consumes", "consumes": "emits", "port": "mirrorport", "mirrorport": "port"}

// extended returns the ports and attributes that a port of a port type stands for, whose names
// begin with its own.
func (e *equivalence) extended(p *Port, scope string, in Decl) Decls {
	t, ok := e.spec.Lookup(refOf(p.Type)).(*PortType)
	if !ok {
		e.fail("port %s has no port type", p.Name)
		return nil
	}
	var out Decls
	for _, d := range e.unlinked(t) {
		i := d.About()
		i.Name = p.Name + "_" + i.Name
		i.Span, i.NameSpan, i.ID = p.Span, p.NameSpan, idIn(in, i.Name)
		if q, ok := d.(*Port); ok && p.Role == "mirrorport" {
			q.Role, q.Multiple = mirrored[q.Role], false
		}
		out = append(out, e.port(d, scope, in)...)
	}
	return out
}

// unlinked returns copies of what a port type declares.
func (e *equivalence) unlinked(t *PortType) Decls {
	b, err := json.Marshal(t.Decls)
	var ds Decls
	if err == nil {
		err = json.Unmarshal(b, &ds)
	}
	if err != nil {
		e.fail("%v", err)
	}
	return ds
}

// consumer returns the interface of those who take events of a type.
func (e *equivalence) consumer(d *ValueType, prefix string) *Interface {
	i := &Interface{Info: infoFor(d, nil, d.Name+"Consumer"), Bases: []*Type{e.named(ComponentsModule + "::EventConsumerBase")}}
	i.Decls = Decls{e.operation(d, i, "push_"+d.Name, nil, nil, input("the_"+d.Name, reference(prefix+d.Name, d.Name)))}
	return i
}

func (e *equivalence) consumerOf(t *Type) *Type {
	name := refOf(t)
	v, ok := e.spec.Lookup(name).(*ValueType)
	if !ok || !v.Event {
		e.fail("%s is not the type of an event that is defined", name)
	}
	if e.spec.Lookup(ComponentsModule+"::EventConsumerBase") == nil {
		e.fail("%s::EventConsumerBase is not declared", ComponentsModule)
	}
	return reference(name+"Consumer", name+"Consumer")
}

// home returns the interfaces of a home.
func (e *equivalence) home(d *Home, prefix string) Decls {
	base := d.Base
	if base != nil {
		name := refOf(base) + "Explicit"
		base = reference(name, name)
	}
	explicit := &Interface{Info: infoFor(d, nil, d.Name+"Explicit"), Bases: e.bases(base, d.Supports, "CCMHome")}
	both := &Interface{Info: d.Info}
	for _, m := range d.Decls {
		f, ok := m.(*Factory)
		switch m.(type) {
		case *Factory:
		case *Operation, *Attribute:
			m.About().ID = idIn(explicit, m.About().Name)
			explicit.Decls = append(explicit.Decls, m)
		default: // types keep their names
			both.Decls = append(both.Decls, m)
		}
		if !ok {
			continue
		}
		failure := "CreateFailure"
		if f.Finder {
			failure = "FinderFailure"
		}
		o := e.operation(f, explicit, f.Name, d.Manages, []string{failure}, f.Params...)
		o.Node, o.ID = f.Node, idIn(explicit, f.Name)
		o.raises = append(o.raises, f.raises...)
		explicit.Decls = append(explicit.Decls, o)
	}
	implicit := &Interface{Info: infoFor(d, nil, d.Name+"Implicit")}
	op := func(name string, result *Type, raises []string, params ...*Param) {
		implicit.Decls = append(implicit.Decls, e.operation(d, implicit, name, result, raises, params...))
	}
	if key := d.PrimaryKey; key == nil {
		implicit.Bases = []*Type{e.named(ComponentsModule + "::KeylessCCMHome")}
		op("create", d.Manages, []string{"CreateFailure"})
	} else {
		op("create", d.Manages, []string{"CreateFailure", "DuplicateKeyValue", "InvalidKey"}, input("key", key))
		op("find_by_primary_key", d.Manages, []string{"FinderFailure", "UnknownKeyValue", "InvalidKey"}, input("key", key))
		op("remove", nil, []string{"RemoveFailure", "UnknownKeyValue", "InvalidKey"}, input("key", key))
		op("get_primary_key", key, nil, input("comp", d.Manages))
	}
	both.Bases = []*Type{reference(prefix+explicit.Name, explicit.Name), reference(prefix+implicit.Name, implicit.Name)}
	return Decls{explicit, implicit, both}
}

// operation returns an operation that a declaration stands for, in an interface.
func (e *equivalence) operation(of, in Decl, name string, result *Type, raises []string, params ...*Param) *Operation {
	if result == nil {
		result = &Type{Kind: Void}
	}
	o := &Operation{Info: infoFor(of, in, name), Result: result, Params: params}
	if _, port := of.(*Port); port {
		o.Doc, o.Trailing = of.About().Doc, of.About().Trailing
	}
	for _, r := range raises {
		o.raises = append(o.raises, refOf(e.named(ComponentsModule+"::"+r)))
	}
	return o
}

// info returns what a declaration has in common with others that stands for one at the same
// place: in an interface, or beside it.
func infoFor(of, in Decl, name string) Info {
	i := Info{Node: Node{Name: name, Span: of.About().Span, NameSpan: of.About().NameSpan}}
	if in != nil {
		i.ID = idIn(in, name)
	} else {
		i.ID = sibling(of.About().ID, name)
	}
	return i
}

// idIn returns the repository id of a name in a scope.
func idIn(in Decl, name string) string {
	return cutID(in.About().ID) + "/" + name + ":1.0"
}

// sibling returns the repository id of a name beside a declaration.
func sibling(id, name string) string {
	body := cutID(id)
	return body[:strings.LastIndexAny(body, "/:")+1] + name + ":1.0"
}

// cutID returns a repository id without its version.
func cutID(id string) string {
	if at := strings.LastIndexByte(id, ':'); at > strings.IndexByte(id, ':') {
		return id[:at]
	}
	return id
}

// named refers to a declaration by its fully scoped name.
func (e *equivalence) named(name string) *Type {
	if e.spec.Lookup(name) == nil {
		e.fail("%s is not declared", name)
	}
	return reference(name, name)
}

// reference refers to what will be declared.
func reference(qualified, written string) *Type {
	return &Type{Kind: Named, Name: written, ref: qualified}
}

// refOf returns the fully scoped name to which an unlinked type refers.
func refOf(t *Type) string { return t.ref }

func input(name string, t *Type) *Param { return &Param{Node: Node{Name: name}, Type: t} }

func (e *equivalence) fail(format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf("model: "+format, args...)
	}
}
