package idl

import (
	"strings"

	"github.com/opendsom/dsom/model"
)

// later prints the declarations that came to IDL with values, components and IDL 4.
func (p *printer) later(d model.Decl) {
	switch d := d.(type) {
	case *model.ValueType:
		p.block(&d.Node, p.valueHead(d), func() { p.inner(&d.Node, d.Decls) })
	case *model.StateMember:
		access := "private "
		if d.Public {
			access = "public "
		}
		elem, decl := p.declarator(d.Type, d.Name)
		p.one(&d.Node, access+elem+" "+decl+";")
	case *model.Factory:
		word := "factory "
		if d.Finder {
			word = "finder "
		}
		p.one(&d.Node, word+name(d.Name)+" ("+p.params(d.Params)+")"+raises("raises", d.Raises)+";")
		p.ofParams(d.Name, d.Params)
	case *model.ValueBox:
		p.one(&d.Node, "valuetype "+name(d.Name)+" "+p.typeText(d.Type)+";")
	case *model.Component:
		word := "component "
		if d.Connector {
			word = "connector "
		}
		s := word + name(d.Name)
		if d.Base != nil {
			s += " : " + p.typeText(d.Base)
		}
		p.block(&d.Node, s+p.typeList(" supports ", d.Supports), func() { p.inner(&d.Node, d.Decls) })
	case *model.PortType:
		p.block(&d.Node, "porttype "+name(d.Name), func() { p.inner(&d.Node, d.Decls) })
	case *model.Port:
		role := d.Role
		if d.Multiple {
			role += " multiple"
		}
		p.one(&d.Node, role+" "+p.typeText(d.Type)+" "+name(d.Name)+";")
	case *model.Home:
		s := "home " + name(d.Name)
		if d.Base != nil {
			s += " : " + p.typeText(d.Base)
		}
		s += p.typeList(" supports ", d.Supports) + " manages " + p.typeText(d.Manages)
		if d.PrimaryKey != nil {
			s += " primarykey " + p.typeText(d.PrimaryKey)
		}
		p.block(&d.Node, s, func() { p.inner(&d.Node, d.Decls) })
	case *model.AnnotationDecl:
		p.annotationDecl(d)
	}
}

func (p *printer) valueHead(d *model.ValueType) string {
	var words []string
	for _, w := range []struct {
		on   bool
		word string
	}{{d.Abstract, "abstract"}, {d.Custom, "custom"}} {
		if w.on {
			words = append(words, w.word)
		}
	}
	if d.Event {
		words = append(words, "eventtype")
	} else {
		words = append(words, "valuetype")
	}
	words = append(words, name(d.Name))
	s := strings.Join(words, " ")
	if len(d.Bases) > 0 {
		s += " : "
		if d.Truncatable {
			s += "truncatable "
		}
		s += p.typeList("", d.Bases)
	}
	return s + p.typeList(" supports ", d.Supports)
}

func (p *printer) annotationDecl(d *model.AnnotationDecl) {
	p.block(&d.Node, "@annotation "+name(d.Name), func() {
		p.list(d.Decls)
		for _, m := range d.Members {
			elem, decl := p.declarator(m.Type, m.Name)
			s := elem + " " + decl
			if m.Default != nil {
				s += " default " + defaultValue(m.Default)
			}
			p.one(&m.Node, s+";")
		}
	})
}

// defaultValue returns the default of an annotation's parameter. An enumerator of an
// enumeration that the annotation declares itself has no name elsewhere.
func defaultValue(v *model.Value) string {
	if v.Kind == model.EnumValue {
		if _, own := v.Enumerator.Enum().Scope().(*model.AnnotationDecl); own {
			return name(v.Enumerator.Name)
		}
	}
	return v.String()
}
