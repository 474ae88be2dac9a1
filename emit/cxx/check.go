package cxx

import (
	"fmt"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// check says what cannot be generated of what is to be.
func (g *generator) check() {
	for d := range g.spec.All() {
		if cabi.Outermost(d).About().IsMain() {
			g.checkDecl(d)
		}
	}
	for _, f := range g.spec.Files {
		if f.Main && f.Standard {
			g.problem(CodeFile, diag.Span{Start: diag.Position{File: f.Path}}, "", "%s is the compiler's own, and som.hpp has what it declares", f.Path)
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
		g.checkMembers(d.Members)
		if len(d.AllMembers()) == 0 {
			g.unsupported(at, "a structure without members")
		}
		if model.HoldsItself(d) {
			g.unsupported(at, "a structure that holds itself")
		}
	case *model.Exception:
		g.checkMembers(d.Members)
	case *model.Union:
		g.checkType(d.Discriminator, at)
		for _, c := range d.Cases {
			g.checkType(c.Type, c.NameSpan)
		}
	case *model.Enum:
		for _, e := range d.Enumerators {
			if n := e.Number(); n < 0 || n > 1<<32-1 {
				g.unsupported(at, "an enumerator of value "+fmt.Sprint(n))
			}
		}
	case *model.Typedef:
		g.checkType(d.Type, at)
	case *model.Const:
		if k := d.Type.Resolve().Kind; k == model.Fixed || k == model.LongDouble {
			g.unsupported(at, "a constant of type "+k.String())
		}
	default:
		g.unsupported(at, "a "+d.Kind())
	}
}

func (g *generator) checkMembers(ms []*model.Member) {
	for _, m := range ms {
		g.checkType(m.Type, m.NameSpan)
	}
}

// checkType says whether a type has a form in C++.
func (g *generator) checkType(t *model.Type, at diag.Span) {
	if t.IsVoid() {
		return
	}
	if t.Span.IsValid() {
		at = t.Span
	}
	switch r := t.Resolve(); {
	case formOf(t) == making, r.Kind == model.Pointer:
	case formOf(t) == unknown:
		g.unsupported(at, "the type "+t.String())
	case r.Kind == model.Sequence || r.Kind == model.Array:
		if r.Kind == model.Sequence && r.Elem.Resolve().Kind == model.Array {
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
	for _, m := range []string{"somallocate", "somdeallocate", "classinit"} {
		if _, ok := i.ClassModifier(m); ok {
			g.unsupported(at, "the modifier "+m+" of "+i.ScopedName())
		}
	}
	for _, m := range introduced(i) {
		g.checkMethod(i, m)
	}
	g.checkImplemented(i)
	for _, d := range i.InstanceData() {
		g.checkType(d.Type, d.NameSpan)
	}
	for _, d := range i.StaticData() {
		g.checkType(d.Type, d.NameSpan)
		if f := formOf(d.Type); f != plain && !(f == built && flat(d.Type) && d.Type.Resolve().Kind != model.Array) {
			g.unsupported(d.NameSpan, "static data of type "+d.Type.String())
		}
	}
	for _, o := range i.Overridden() {
		m := overridden(i, o)
		switch {
		case m == nil:
			g.unsupported(o.NameSpan, "the override of "+o.Name+", which no parent that is declared has")
		case rootHandle(m.Class) != "" && !isLife(m.Name) && m.sig == "":
			g.unsupported(o.NameSpan, "the override of "+m.Class.ScopedName()+"::"+m.Name)
		}
	}
}

// checkImplemented says when one member of the class that implements i would stand for two things: methods that i introduces or
// overrides, and static data. Where it is declared nothing tells, for there it is but once, or hides the other.
func (g *generator) checkImplemented(i *model.Interface) {
	by := map[string]string{}
	add := func(name, what string, at diag.Span) {
		if other := by[name]; other != "" && other != what {
			g.problem(CodeName, at, "rename one of them", "%s and %s, which %s implements, are both %s in C++", what, other, i.ScopedName(), name)
		}
		by[name] = what
	}
	for _, m := range introduced(i) {
		add(m.name, i.ScopedName()+"::"+m.Name, m.node().NameSpan)
	}
	for _, d := range i.StaticData() {
		add(identifier(d.Name), i.ScopedName()+"::"+d.Name, d.NameSpan)
	}
	for _, o := range i.Overridden() {
		if m := overridden(i, o); m != nil && (rootHandle(m.Class) == "" || !isLife(m.Name)) {
			add(m.member, m.Class.ScopedName()+"::"+m.Name, o.NameSpan)
		}
	}
}

func (g *generator) checkMethod(i *model.Interface, m *method) {
	name := i.ScopedName() + "::" + m.Name
	at := m.node().NameSpan
	if m.Operation != nil {
		if len(m.Operation.Context) > 0 {
			g.unsupported(at, "the context of "+name)
		}
	} else if m.Has("indirect") && !m.Set {
		g.unsupported(at, "the modifier indirect of "+i.ScopedName()+"::"+m.Attribute.Name)
	}
	if m.result != nil {
		g.checkType(m.result, at)
	}
	for n, p := range m.params {
		g.checkType(p.typ, at)
		if p.give && formOf(p.typ) != text && formOf(p.typ) != object {
			g.unsupported(at, "the ownership of "+name+", to whose object "+p.name+" goes")
		}
		if f := formOf(p.typ); f == making && !(m.IsInit() && n == 0) {
			g.unsupported(at, "the parameter "+p.name+" of "+name)
		}
	}
	if m.IsInit() && (len(m.params) == 0 || formOf(m.params[0].typ) != making) {
		g.unsupported(at, "an initializer without somInitCtrl")
	}
	if self, env := cabi.Receives(m.Method); !self || !env {
		g.unsupported(at, "the procedure "+name+" without receiver or environment")
	}
	if m.held && !lends(m.result) && m.Attribute == nil {
		g.unsupported(at, "the result of "+name+", which stays the object's and has to be translated")
	}
}

func (g *generator) unsupported(at diag.Span, what string) {
	g.problem(CodeNotSupported, at, "", "%s cannot be said in C++ yet", what)
}
