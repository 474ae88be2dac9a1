package syntax

// peek returns the n-th token behind the one at hand, without taking any: 1 is the next. What
// stands between tokens, pragmas and the borders of files, is not counted. The words of IDL 4
// are names in older specifications, so that only what follows one tells which it is.
func (p *parser) peek(n int) Token {
	seen := 0
	for _, t := range p.queue {
		if !isMark(t.Kind) {
			if seen++; seen == n {
				return t
			}
		}
	}
	for {
		t := p.read()
		p.queue = append(p.queue, t)
		if isMark(t.Kind) {
			continue
		}
		if seen++; seen == n || t.Kind == EOF {
			return t
		}
	}
}

// read returns the next token of the text, or of the comment that is parsed for its annotations.
func (p *parser) read() Token {
	if p.comment {
		return Token{Kind: EOF, Span: p.last}
	}
	return p.pp.Next()
}

func isMark(k Kind) bool { return k == PragmaLine || k == FileBegin || k == FileEnd }

// soft reports whether the token is a word that IDL 4 made a keyword, and stands there as one:
// what follows it is of one of the kinds. It may be a name everywhere else.
func (p *parser) soft(word string, next ...Kind) bool {
	if p.tok.Kind != Ident || p.tok.Text != word {
		return false
	}
	after := p.peek(1).Kind
	for _, k := range next {
		if after == k {
			return true
		}
	}
	return false
}

// defines reports whether the token is a soft keyword that begins a definition here: a name
// and what opens a body or names a base follow it.
func (p *parser) defines(words ...string) bool {
	for _, w := range words {
		if p.soft(w, Ident, Keyword) {
			k := p.peek(2).Kind
			return k == LBrace || k == Colon
		}
	}
	return false
}
