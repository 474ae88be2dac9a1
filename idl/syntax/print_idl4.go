package syntax

import "strings"

func annotationText(a *Annotation) string {
	s := "@" + a.Name.String() // which may be a keyword
	if len(a.Params) == 0 {
		return s
	}
	var ps []string
	for _, q := range a.Params {
		t := ExprText(q.Value)
		if q.Name != nil {
			t = nameText(*q.Name) + "=" + t
		}
		ps = append(ps, t)
	}
	return s + "(" + strings.Join(ps, ", ") + ")"
}

// annotationsText returns annotations as they stand on one line before something.
func annotationsText(as []*Annotation) string {
	s := ""
	for _, a := range as {
		if !a.Comment {
			s += annotationText(a) + " "
		}
	}
	return s
}

func (p *printer) bitset(b *Bitset) {
	p.b.WriteString("bitset " + nameText(b.Name) + nameAfter(" : ", b.Base) + " {\n")
	p.indent++
	for _, f := range b.Fields {
		p.head(&f.Head)
		p.line("bitfield<%s", boundText(f.Width))
		if f.Type != nil {
			p.b.WriteString(", " + TypeText(f.Type))
		}
		p.b.WriteByte('>')
		for i, n := range f.Names {
			if i > 0 {
				p.b.WriteByte(',')
			}
			p.b.WriteString(" " + nameText(n))
		}
		p.b.WriteByte(';')
		p.trailing(f.Trailing)
		p.comments(f.Inner)
	}
	p.comments(b.Inner)
	p.indent--
	p.line("}")
}

func (p *printer) bitmask(b *Bitmask) {
	p.b.WriteString("bitmask " + nameText(b.Name) + " {\n")
	p.indent++
	for i, f := range b.Flags {
		p.head(&f.Head)
		p.line("%s", nameText(f.Name))
		if i < len(b.Flags)-1 {
			p.b.WriteByte(',')
		}
		p.trailing(f.Trailing)
		p.comments(f.Inner)
	}
	p.comments(b.Inner)
	p.indent--
	p.line("}")
}

func (p *printer) annotationMember(m *AnnotationMember) {
	p.line("%s %s", TypeText(m.Type), nameText(m.Name))
	if m.Default != nil {
		p.b.WriteString(" default " + ExprText(m.Default))
	}
	p.b.WriteByte(';')
}

func formalsText(fs []*FormalParam) string {
	var ts []string
	for _, f := range fs {
		t := f.Of
		switch {
		case f.Type != nil && f.Of == "const":
			t += " " + TypeText(f.Type)
		case f.Type != nil:
			t = TypeText(f.Type)
		}
		ts = append(ts, t+" "+nameText(f.Name))
	}
	return strings.Join(ts, ", ")
}

func instWord(alias bool) string {
	if alias {
		return "alias"
	}
	return "module"
}

func argsText(as []TemplateArg) string {
	var ts []string
	for _, a := range as {
		if a.Type != nil {
			ts = append(ts, TypeText(a.Type))
		} else {
			ts = append(ts, boundText(a.Value))
		}
	}
	return strings.Join(ts, ", ")
}
