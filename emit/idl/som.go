package idl

import (
	"strings"

	"github.com/opendsom/dsom/model"
)

// implementation prints the implementation section of a class.
func (p *printer) implementation(d *model.Interface) {
	s := d.Implementation
	if s == nil {
		return
	}
	p.line("implementation {")
	p.depth++
	for _, m := range s.Modifiers {
		p.line(classModifier(m))
	}
	for _, x := range d.Decls {
		p.qualified(x.About().Name, x.About().Modifiers)
	}
	for _, o := range s.Overrides {
		p.qualified(o.Name, append([]model.Modifier{{Name: "override"}}, overrideModifiers(o)...))
	}
	for _, m := range s.Data {
		elem, decl := declarator(m.Type, m.Name)
		p.one(&m.Node, elem+" "+decl+";")
		p.qualified(m.Name, m.Modifiers)
	}
	for _, t := range s.Passthru {
		target := t.Target
		if t.Before {
			target += "_before"
		}
		p.line("passthru " + target + " = " + quoted(t.Text) + ";")
	}
	p.depth--
	p.line("};")
}

func overrideModifiers(o *model.Override) []model.Modifier {
	var out []model.Modifier
	for _, m := range append(append([]model.Modifier{}, o.Node.Modifiers...), o.Modifiers...) {
		if m.Name != "override" {
			out = append(out, m)
		}
	}
	return out
}

// classModifier returns a statement about the class itself.
func classModifier(m model.Modifier) string {
	switch {
	case m.Name == "releaseorder":
		return "releaseorder: " + m.Value + ";"
	case m.Value == "":
		return m.Name + ";"
	}
	return m.Name + " = " + modifierValue(m.Value) + ";"
}

// qualified prints the modifiers of one method, attribute or variable.
func (p *printer) qualified(what string, ms []model.Modifier) {
	var all []string
	for _, m := range ms {
		s := m.Name
		if m.Value != "" {
			s += " = " + modifierValue(m.Value)
		}
		all = append(all, s)
	}
	if len(all) > 0 {
		p.line(what + ": " + strings.Join(all, ", ") + ";")
	}
}

// modifierValue returns a value as it is written: a word or number as it is, all else in quotes.
func modifierValue(v string) string {
	for _, r := range v {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == ':':
		default:
			return quoted(v)
		}
	}
	return v
}
