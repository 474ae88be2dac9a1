package syntax

import "github.com/opendsom/dsom/diag"

// begin starts a declaration: it claims the comments before it and parses its annotations.
func (p *parser) begin() (Head, []Comment) {
	var h Head
	cs := p.tok.Comments
	p.tok.Comments = nil
	// From the last comment upwards: each that leaves no blank line to what follows belongs to it.
	line, i := p.tok.Span.Start.Line, len(cs)
	for i > 0 && cs[i-1].Span.End.Line >= line-1 && cs[i-1].Span.End.File == p.tok.Span.Start.File {
		i--
		line = cs[i].Span.Start.Line
	}
	h.Before, h.Doc = cs[:i:i], cs[i:]
	outer := p.stray
	p.stray = nil
	h.Span = p.tok.Span
	for p.tok.Kind == At {
		a := p.annotation()
		if a == nil {
			break
		}
		if len(h.Annotations) == p.pp.limits.Nesting {
			p.broken = true
			p.pp.abort(CodeLimit, a.Span, exceeded("a declaration has too many annotations", "idl-nesting", p.pp.limits.Nesting))
			break
		}
		h.Annotations = append(h.Annotations, a)
	}
	return h, outer
}

// end finishes a declaration: its span, the comments inside and those behind it on its line.
func (p *parser) end(h *Head, outer []Comment) {
	h.Span = diag.Span{Start: h.Span.Start, End: p.last.End}
	h.Inner = p.stray
	p.stray = outer
	h.Trailing = append(h.Trailing, p.behind()...)
}

// trailing claims the comments that stand behind the last token on its line.
func (p *parser) trailing() []Comment {
	from := &p.tok.Comments
	if len(p.marks) > 0 {
		from = &p.marks[0].Comments
	}
	n := 0
	for n < len(*from) && (*from)[n].Span.Start.Line == p.last.End.Line && (*from)[n].Span.Start.File == p.last.End.File {
		n++
	}
	// With the next declaration on the same line the comment is as well its own.
	if len(p.marks) == 0 && p.tok.Kind != RBrace && p.tok.Span.Start.Line == p.last.End.Line {
		return nil
	}
	cs := (*from)[:n:n]
	*from = (*from)[n:]
	return cs
}

// annotation parses @name or @name(…), IDL 4.2, 7.4.15. It returns nil if it is wrong.
func (p *parser) annotation() *Annotation {
	a := &Annotation{Span: p.tok.Span}
	p.next()
	if p.word("default") || p.word("public") || p.word("private") { // @default is standard
		n := Name{Text: p.tok.Text, Span: p.tok.Span}
		p.next()
		a.Name = &ScopedName{Parts: []Name{n}, Span: n.Span}
	} else if a.Name = p.scopedName("the name of an annotation"); a.Name == nil {
		return nil
	}
	if p.accept(LParen) {
		for p.tok.Kind != RParen {
			if !p.annotationParam(a) {
				return nil
			}
			if !p.accept(Comma) {
				break
			}
		}
		if !p.require(RParen, ") after the parameters of an annotation") {
			return nil
		}
	}
	a.Span.End = p.last.End
	return a
}

func (p *parser) annotationParam(a *Annotation) bool {
	x := p.expr()
	if x == nil {
		return false
	}
	param := AnnotationParam{Value: x}
	if n, ok := x.(*NameExpr); ok && p.tok.Kind == Equals && len(n.Name.Parts) == 1 && !n.Name.Absolute {
		p.next()
		param.Name = &n.Name.Parts[0]
		if param.Value = p.expr(); param.Value == nil {
			return false
		}
	}
	a.Params = append(a.Params, param)
	return true
}
