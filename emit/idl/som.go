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
		elem, decl := p.declarator(m.Type, m.Name)
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
			p.line("  " + plain(l) + end)
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
	case m.Value == "" && !listModifier(m.Name):
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
		if m.Value != "" || listModifier(m.Name) {
			s += " = " + modifierValue(m.Value)
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

// ofType notes the pragma that gives a type its modifiers.
func (p *printer) ofType(n *model.Node) {
	if len(n.Modifiers) > 0 {
		p.after = append(p.after, note{"modifier", name(n.Name), ": " + modifierList(n.Modifiers) + ";"})
	}
}

// listModifier reports whether a modifier takes a list, which is written even where it is empty.
func listModifier(name string) bool {
	switch name {
	case "suppress_inout_free", "directinitclasses", "abstractparents":
		return true
	}
	return strings.HasSuffix(name, "_parameters")
}

// modifierValue returns a value as it is written: a word or number as it is, all else in quotes.
func modifierValue(v string) string {
	if v == "" {
		return plain(v)
	}
	for _, r := range v {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == ':':
		default:
			return plain(v)
		}
	}
	return v
}

// plain returns text as a string of an implementation section, in which a quote is all that is escaped.
func plain(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }
