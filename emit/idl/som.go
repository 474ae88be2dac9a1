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
	for _, x := range d.Members() {
		p.qualified(x.About().Name, x.About().Modifiers)
	}
	for _, x := range s.Accessors {
		p.qualified(x.Name, x.Modifiers)
	}
	for _, o := range s.Overrides {
		p.qualified(o.Name, o.Modifiers)
	}
	for _, m := range s.Data {
		elem, decl := declarator(m.Type, m.Name)
		p.one(&m.Node, elem+" "+decl+";")
		p.qualified(m.Name, m.Modifiers)
	}
	for _, t := range s.Passthru {
		target := t.Target
		if !t.Before {
			target += "_after"
		}
		p.line("passthru " + target + " =")
		lines := strings.Split(t.Text, "\n")
		for i, l := range lines {
			end := ""
			if i == len(lines)-1 {
				end = ";"
			}
			p.line("  " + quoted(l) + end)
		}
	}
	p.depth--
	p.line("};")
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
	if len(ms) > 0 {
		p.line(what + ": " + modifierList(ms) + ";")
	}
}

func modifierList(ms []model.Modifier) string {
	var all []string
	for _, m := range ms {
		s := m.Name
		if m.Value != "" {
			s += " = " + modifierValue(m.Value)
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

// ofType notes the pragma that gives a type its modifiers.
func (p *printer) ofType(n *model.Node) {
	if len(n.Modifiers) > 0 {
		p.after = append(p.after, "modifier "+name(n.Name)+": "+modifierList(n.Modifiers)+";")
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
