package syntax

import "strings"

// brace returns what stands before the brace of an interface: a blank, or comments.
func (p *printer) brace(opening []Comment) string {
	if len(opening) == 0 {
		return " "
	}
	own := &printer{indent: p.indent}
	own.b.WriteByte('\n')
	own.comments(opening)
	own.line("")
	return own.b.String()
}

// somDecl prints what only SOM IDL has, without what stands before and behind.
func (p *printer) somDecl(d Decl) {
	switch d := d.(type) {
	case *Implementation:
		p.line("implementation {")
		p.scope(&d.Head, d.Items)
	case *ModifierStmt:
		p.line("%s;", ModifierText(d))
	case *Passthru:
		p.line("passthru %s =", d.Target)
		for _, t := range d.Strings {
			p.b.WriteByte('\n')
			p.line("  %s", t.Text)
		}
		p.b.WriteByte(';')
	case *Member:
		p.line("")
		p.typeExpr(d.Type)
		p.b.WriteString(" " + declaratorsText(d.Declarators) + ";")
	}
}

// ModifierText returns a modifier statement as SOM IDL, without its semicolon.
func ModifierText(s *ModifierStmt) string {
	text := termsText(s.Left)
	if s.Colon {
		text += ": " + termsText(s.Right)
	}
	return strings.TrimRight(text, " ")
}

func termsText(ts []*ModifierTerm) string {
	var texts []string
	for _, t := range ts {
		text := t.Name
		if t.Value != nil {
			text += " = " + t.Value.Written
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}
