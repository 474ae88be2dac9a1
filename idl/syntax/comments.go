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
	h.Annotations, _ = p.annotations()
	return h, outer
}

// end finishes a declaration: its span, the comments inside and those behind it on its line.
func (p *parser) end(h *Head, outer []Comment) {
	h.Span = diag.Span{Start: h.Span.Start, End: p.last.End}
	h.Inner = p.stray
	p.stray = outer
	p.behind(h)
}

// behind claims the comments behind a declaration, and the annotations in them.
func (p *parser) behind(h *Head) {
	cs := p.trailing()
	cs = append(cs, p.following(cs)...)
	h.Trailing = append(h.Trailing, cs...)
	for _, c := range cs {
		h.Annotations = append(h.Annotations, p.commentAnnotations(c)...)
	}
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
