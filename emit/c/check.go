package c

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// check says what cannot be generated of what is to be.
func (g *generator) check() {
	for d := range g.spec.All() {
		if !cabi.Outermost(d).About().IsMain() {
			continue
		}
		if !cabi.IsGivenFile(cabi.Outermost(d).About().File()) {
			g.checkDecl(d)
		}
	}
	if l := g.opt.Library; l != cabi.Word(l) {
		g.problem(CodeFile, diag.Span{}, "letters, digits and underscores make a name that all systems take", "%q cannot be the name of a class library's entry", l)
	}
}

func (g *generator) checkDecl(d model.Decl) {
	at := d.About().NameSpan
	switch d := d.(type) {
	case *model.Module, *model.Forward, *model.Operation, *model.Attribute, *model.AnnotationDecl:
	case *model.Interface:
		g.checkClass(d)
	case *model.Struct:
		g.names[cname(d)] = d
		if d.Base != nil {
			g.unsupported(at, "a structure that inherits")
		}
		g.checkMembers(d, d.Members)
		if model.HoldsItself(d) {
			g.unsupported(at, "a structure that holds itself")
		}
	case *model.Exception:
		g.names[cname(d)] = d
		g.checkMembers(d, d.Members)
	case *model.Union:
		g.names[cname(d)] = d
		for _, c := range d.Cases {
			g.checkType(c.Type, c.NameSpan)
		}
	case *model.Enum:
		g.names[cname(d)] = d
		for _, e := range d.Enumerators {
			g.names[cname(e)] = e
			if n := e.Number(); n < 0 || n > 1<<32-1 {
				g.unsupported(at, "an enumerator of value "+fmt.Sprint(n))
			}
		}
	case *model.Typedef:
		g.names[cname(d)] = d
		g.checkType(d.Type, at)
	case *model.Const:
		g.names[cname(d)] = d
		if k := d.Type.Resolve().Kind; k == model.Fixed || k == model.LongDouble {
			g.unsupported(at, "a constant of type "+k.String())
		}
	case *model.Native:
		g.names[cname(d)] = d
	default:
		g.unsupported(at, "a "+d.Kind())
	}
}

func (g *generator) checkMembers(d model.Decl, ms []*model.Member) {
	if len(ms) == 0 {
		if _, ok := d.(*model.Struct); ok {
			g.unsupported(d.About().NameSpan, "a structure without members")
		}
	}
	for _, m := range ms {
		g.checkType(m.Type, m.NameSpan)
	}
}

// checkType says whether a type has a form in C.
func (g *generator) checkType(t *model.Type, at diag.Span) {
	if t.IsVoid() {
		return
	}
	if t.Span.IsValid() {
		at = t.Span
	}
	switch r := t.Resolve(); {
	case r.Kind == model.Pointer && (r.Elem.IsVoid() || cabi.FormOf(r.Elem) == cabi.Making):
	case cabi.FormOf(t) == cabi.Unknown:
		g.unsupported(at, "the type "+t.String())
	case r.Kind == model.Sequence || r.Kind == model.Array || r.Kind == model.Pointer:
		if f := cabi.FormOf(r.Elem); r.Kind == model.Sequence && (f == cabi.Array || r.Elem.Kind == model.Array) {
			g.unsupported(at, "a sequence of arrays")
		}
		g.checkType(r.Elem, at)
	}
}

func (g *generator) checkClass(i *model.Interface) {
	at := i.NameSpan
	if !i.IsClass() {
		g.problem(CodeNoClass, at, "let it inherit from SOMObject (#include <somobj.idl>), and give it an implementation section", "interface %s is no SOM class", i.ScopedName())
		return
	}
	for _, s := range []string{"major", "minor", "bind", "unbind", "class", "is", "cast", "new"} {
		g.names[g.own(i, "_"+s)] = i
	}
	for _, m := range []string{"somallocate", "somdeallocate"} {
		if _, ok := i.ClassModifier(m); ok {
			g.unsupported(at, "the modifier "+m+" of "+i.ScopedName())
		}
	}
	for _, m := range i.Introduced() {
		g.names[usageName(i, m.Name)] = i
		g.checkMethod(i, &m)
	}
	for _, d := range append(i.InstanceData(), i.StaticData()...) {
		g.checkType(d.Type, d.NameSpan)
	}
	for _, d := range i.StaticData() {
		g.names[usageName(i, d.Name)] = i
		if cabi.FormOf(d.Type) == cabi.Array {
			g.unsupported(d.NameSpan, "an array as static data")
		}
	}
	lives := map[string]string{}
	for _, o := range i.Overridden() {
		switch l := cabi.LifeOf(o); {
		case l != "":
			if lives[l] != "" {
				g.problem(CodeLife, o.NameSpan, "override one of them", "%s and %s are one in C: what an object does when it is %s", lives[l], o.Name, map[string]string{"copy": "copied", "assign": "assigned"}[l])
			}
			lives[l] = o.Name
		case g.inheritedMethod(i, o) == nil:
			g.unsupported(o.NameSpan, "the override of "+o.Name+", which no parent that is declared has")
		default:
			f := g.inheritedMethod(i, o)
			if isGiven(f.class) && givenMethods[f.class.ScopedName()][f.name] == "" {
				g.unsupported(o.NameSpan, "the override of "+f.qualified()+", which has but a place in the release order")
			}
		}
	}
	if p := firstParent(i); p != nil && isGiven(p) && !isRoot(p) && g.opt.Parts&(Classes|CxxTemplate) != 0 {
		g.unsupported(i.NameSpan, "in IBM's C++, a subclass of "+p.ScopedName())
	}
	if f, ok := i.ClassModifier("classinit"); ok && f != cabi.Word(f) {
		g.unsupported(at, "the function "+f)
	}
}

func (g *generator) checkMethod(i *model.Interface, m *model.Method) {
	var at diag.Span
	if m.Operation != nil {
		at = m.Operation.NameSpan
		g.checkType(m.Operation.Result, at)
		for _, p := range m.Operation.Params {
			g.checkType(p.Type, p.NameSpan)
		}
		if len(m.Operation.Context) > 0 {
			g.unsupported(at, "the context of "+i.ScopedName()+"::"+m.Name)
		}
		if m.IsInit() && (len(m.Operation.Params) == 0 || cabi.FormOf(m.Operation.Params[0].Type) != cabi.Making) {
			g.unsupported(at, "an initializer without somInitCtrl")
		}
	} else {
		at = m.Attribute.NameSpan
		g.checkType(m.Attribute.Type, at)
		if m.Has("indirect") {
			g.unsupported(at, "the modifier indirect of "+i.ScopedName()+"::"+m.Attribute.Name)
		}
	}
	g.checkIDs(i, m, at)
	if m.Kind() == model.ProcedureMethod && m.Has("namelookup") {
		g.unsupported(at, "a procedure with namelookup")
	}
}

// checkIDs says where IBM's bindings cannot have a somId: a text goes over, and there is nobody who would keep its address, but of what goes in.
func (g *generator) checkIDs(i *model.Interface, m *model.Method, at diag.Span) {
	if !g.opt.Compat {
		return
	}
	say := func(t *model.Type, at diag.Span) {
		if holdsID(t, map[model.Decl]bool{}) {
			g.problem(CodeNotSupported, at, "somId can be an in parameter; declare a string", "with IBM's names, a somId that comes out of %s::%s, or is within another value, cannot be said in C: other languages have a text for it, of which IBM's bindings would want an address that lasts", i.ScopedName(), m.Name)
		}
	}
	if m.Operation == nil {
		say(m.Attribute.Type, at)
		return
	}
	say(m.Operation.Result, at)
	for _, p := range m.Operation.Params {
		if p.Direction != model.In || cabi.StandardName(p.Type) != "somId" {
			say(p.Type, p.NameSpan)
		}
	}
}

func holdsID(t *model.Type, seen map[model.Decl]bool) bool {
	if cabi.StandardName(t) == "somId" {
		return true
	}
	switch r := t.Resolve(); r.Kind {
	case model.Sequence, model.Array, model.Pointer:
		return holdsID(r.Elem, seen)
	case model.Named:
		d := cabi.Definition(r.Decl)
		if seen[d] {
			return false
		}
		seen[d] = true
		switch d := d.(type) {
		case *model.Struct:
			return slices.ContainsFunc(d.Members, func(m *model.Member) bool { return holdsID(m.Type, seen) })
		case *model.Union:
			return slices.ContainsFunc(d.Cases, func(c *model.Case) bool { return holdsID(c.Type, seen) })
		}
	}
	return false
}

func (g *generator) unsupported(at diag.Span, what string) {
	g.problem(CodeNotSupported, at, "", "%s cannot be said in C yet", strings.TrimSpace(what))
}
