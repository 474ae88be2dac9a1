package syntax

// following claims the comments on the lines behind a declaration, without a blank line
// between: in SOM IDL a comment belongs to what stands before it. sameLine are those that were
// claimed on its last line.
func (p *parser) following(sameLine []Comment) []Comment {
	if !p.som() {
		return nil
	}
	line := p.last.End.Line
	if n := len(sameLine); n > 0 {
		line = sameLine[n-1].Span.End.Line
	}
	from := &p.tok.Comments
	if len(p.marks) > 0 {
		from = &p.marks[0].Comments
	}
	n := 0
	for n < len(*from) && (*from)[n].OwnLine && (*from)[n].Span.Start.Line <= line+1 && (*from)[n].Span.Start.File == p.last.End.File {
		line = (*from)[n].Span.End.Line
		n++
	}
	cs := (*from)[:n:n]
	*from = (*from)[n:]
	return cs
}

// opening claims the comments between the head of an interface and its brace: in SOM IDL they
// describe the class.
func (p *parser) opening() []Comment {
	if !p.som() || p.tok.Kind != LBrace {
		return nil
	}
	cs := p.tok.Comments
	p.tok.Comments = nil
	return cs
}

// laterWord reports whether a keyword is one that SOM IDL, which is of CORBA 1.1, has as a name.
func laterWord(keyword string) bool {
	switch keyword {
	case "Object", "ValueBase", "fixed", "wchar", "wstring":
		return true
	}
	return false
}
