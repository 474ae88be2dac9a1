package syntax

import "github.com/opendsom/dsom/diag"

// bits parses a bitset or bitmask.
func (p *parser) bits() Decl {
	if p.tok.Text == "bitmask" {
		return p.bitmask()
	}
	return p.bitset()
}

func (p *parser) bitset() Decl {
	p.next()
	b := &Bitset{}
	var ok bool
	if b.Name, ok = p.name("the name of a bitset"); !ok {
		return nil
	}
	if p.accept(Colon) {
		if b.Base = p.scopedName("the name of a bitset"); b.Base == nil {
			return nil
		}
	}
	ok = p.block("the fields of the bitset", func() bool {
		f := p.bitfield()
		if f != nil {
			b.Fields = append(b.Fields, f)
		}
		return f != nil
	})
	if !ok {
		return nil
	}
	return b
}

// bitfield parses bitfield<width, type> names. The grammar has the names stand side by side;
// compilers take commas between them too, which everybody expects.
func (p *parser) bitfield() *Bitfield {
	h, outer := p.begin()
	f := &Bitfield{}
	if !p.soft("bitfield", Less) {
		p.expected("bitfield<width> and the name of a field")
		return nil
	}
	p.next()
	p.next()
	if f.Width = p.bound(); f.Width == nil {
		return nil
	}
	if p.accept(Comma) {
		if f.Type = p.typeSpec(inElement, "the type of a bit field"); f.Type == nil {
			return nil
		}
	}
	if !p.closeAngle() {
		return nil
	}
	for p.tok.Kind == Ident || p.tok.Kind == Keyword {
		n, ok := p.name("the name of a bit field")
		if !ok {
			return nil
		}
		f.Names = append(f.Names, n)
		if p.accept(Comma) && p.tok.Kind == Semicolon {
			p.expected("the name of a bit field after the comma")
			return nil
		}
	}
	if !p.semicolon("the bit field") {
		p.skip()
	}
	f.Head = h
	p.end(&f.Head, outer)
	return f
}

func (p *parser) bitmask() Decl {
	p.next()
	b := &Bitmask{}
	var ok bool
	if b.Name, ok = p.name("the name of a bitmask"); !ok {
		return nil
	}
	if ok = p.commaList("the flags of the bitmask", "a flag", func() *Head {
		f := p.bitFlag()
		if f == nil {
			return nil
		}
		b.Flags = append(b.Flags, f)
		return &f.Head
	}); !ok {
		return nil
	}
	return b
}

// commaList parses items with commas between them, in braces, as enumerators are.
func (p *parser) commaList(of, item string, parse func() *Head) bool {
	open := p.tok.Span
	if !p.require(LBrace, "{ and "+of) {
		return false
	}
	for p.tok.Kind != RBrace && p.tok.Kind != EOF {
		if !p.commaItem(item, parse) {
			// The rest of the list is skipped; what was read of it stands.
			for p.tok.Kind != RBrace && p.tok.Kind != EOF && p.tok.Kind != Semicolon && p.tok.Kind != LBrace {
				p.next()
			}
			if p.tok.Kind != RBrace {
				return false
			}
		}
	}
	return p.close(open)
}

// commaItem parses an item and the comma behind it.
func (p *parser) commaItem(item string, parse func() *Head) bool {
	h := parse()
	if h == nil {
		return false
	}
	if p.tok.Kind == RBrace {
		return true
	}
	comma := p.tok.Span
	if !p.require(Comma, ", or } after "+item) {
		return false
	}
	p.behind(h)
	if p.tok.Kind == RBrace {
		p.errorf(CodeSyntax, comma, "a comma without %s after it", item)
	}
	return true
}

func (p *parser) bitFlag() *BitFlag {
	h, outer := p.begin()
	f := &BitFlag{}
	var ok bool
	if f.Name, ok = p.name("a flag"); !ok {
		return nil
	}
	if p.tok.Kind == Equals {
		p.report(diag.Diagnostic{
			Code: CodeSyntax, Span: p.tok.Span, Message: "a flag is given its bit by an annotation",
			Help: "write @position(n) before it",
		})
		p.next()
		if p.expr() == nil {
			return nil
		}
	}
	f.Head = h
	p.end(&f.Head, outer)
	return f
}

// mapType parses the rest of map<key, value, bound>.
func (p *parser) mapType(n *ScopedName) TypeExpr {
	m := &MapType{Span: n.Span}
	p.next()
	if !p.enter() {
		return nil
	}
	defer p.leave()
	var ok bool
	if m.KeyAnnotations, ok = p.annotations(); !ok {
		return nil
	}
	if m.Key = p.typeSpec(inElement, "the type of the keys"); m.Key == nil || !p.require(Comma, ", and the type of the values") {
		return nil
	}
	if m.ElemAnnotations, ok = p.annotations(); !ok {
		return nil
	}
	if m.Elem = p.typeSpec(inElement, "the type of the values"); m.Elem == nil {
		return nil
	}
	if p.accept(Comma) {
		if m.Bound = p.bound(); m.Bound == nil {
			return nil
		}
	}
	if !p.closeAngle() {
		return nil
	}
	m.Span.End = p.last.End
	return m
}
