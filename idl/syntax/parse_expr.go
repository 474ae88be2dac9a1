package syntax

import "strings"

// levels are the binary operators, loosest first (CORBA 3.0, 3.10.2).
var levels = [...]string{"|", "^", "&", "<< >>", "+ -", "* / %"}

// expr parses a constant expression. It returns nil if there is none.
func (p *parser) expr() Expr {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	budget := p.pp.limits.Operators
	return p.binary(0, &budget)
}

func (p *parser) binary(level int, budget *int) Expr {
	if level == len(levels) {
		return p.unary(budget)
	}
	x := p.binary(level+1, budget)
	for x != nil && p.tok.Kind == Op && p.isOperator(level) {
		if *budget--; *budget < 0 {
			p.errorf(CodeLimit, p.tok.Span, "%s", exceeded("an expression has too many operators", "idl-operators", p.pp.limits.Operators))
			return nil
		}
		op := p.next()
		y := p.binary(level+1, budget)
		if y == nil {
			return nil
		}
		x = &Binary{Op: op.Text, X: x, Y: y, At: op.Span}
	}
	return x
}

func (p *parser) isOperator(level int) bool {
	for op := range strings.FieldsSeq(levels[level]) {
		if p.tok.Text == op {
			return op != ">>" || p.angles == 0
		}
	}
	return false
}

func (p *parser) unary(budget *int) Expr {
	var ops []Token
	for p.op("-") || p.op("+") || p.op("~") {
		if *budget--; *budget < 0 {
			p.errorf(CodeLimit, p.tok.Span, "%s", exceeded("an expression has too many operators", "idl-operators", p.pp.limits.Operators))
			return nil
		}
		if len(ops) == 1 {
			p.errorf(CodeSyntax, p.tok.Span, "a value has one sign; put the inner one in parentheses")
		}
		ops = append(ops, p.next())
	}
	x := p.primary()
	for i := len(ops) - 1; i >= 0 && x != nil; i-- {
		x = &Unary{Op: ops[i].Text, X: x, Span: ops[i].Span.Join(x.ExprSpan())}
	}
	return x
}

func (p *parser) primary() Expr {
	t := p.tok
	switch t.Kind {
	case LParen:
		p.next()
		angles := p.angles
		p.angles = 0
		x := p.expr()
		p.angles = angles
		if x == nil || !p.require(RParen, ") after the expression") {
			return nil
		}
		return &Paren{X: x, Span: t.Span.Join(p.last)}
	case Number:
		return p.number()
	case Char:
		return p.char()
	case String:
		if s := p.stringLiteral("a string"); s != nil {
			return s
		}
		return nil
	case Keyword:
		if t.Text == "TRUE" || t.Text == "FALSE" {
			p.next()
			return &Literal{Kind: BooleanLiteral, Text: t.Text, Span: t.Span}
		}
		if keywords[t.Text] != since3 {
			p.expected("a value")
			return nil
		}
	case Ident, Scope:
		// true and false are written so in other languages; see identifier.
	default:
		p.expected("a value")
		return nil
	}
	if n := p.scopedName("the name of a constant"); n != nil {
		return &NameExpr{n}
	}
	return nil
}

func (p *parser) number() Expr {
	t := p.next()
	k, reason := numberKind(t.Text)
	if reason != "" {
		p.errorf(CodeLiteral, t.Span, "%s: %s", clip(t.Text), reason)
		k = BadLiteral
	}
	return &Literal{Kind: k, Text: t.Text, Span: t.Span}
}

func (p *parser) char() Expr {
	t := p.next()
	r, reason := charValue(t.Text)
	k := CharLiteral
	if t.Text[0] == 'L' {
		k = WCharLiteral
	}
	if !p.literal(t, reason) {
		k = BadLiteral
	}
	return &Literal{Kind: k, Text: string(r), Span: t.Span}
}

// literal reports what is wrong with a literal, if anything, and whether it has a value.
func (p *parser) literal(t Token, reason string) bool {
	switch {
	case reason == "":
	case isOdd(reason):
		p.errorf(CodeEscape, t.Span, "%s: the backslash is ignored", reason)
	default:
		p.errorf(CodeLiteral, t.Span, "%s", reason)
		return false
	}
	return true
}

// stringLiteral takes string literals that follow one another as one.
func (p *parser) stringLiteral(what string) *Literal {
	if p.tok.Kind != String {
		p.expected(what)
		return nil
	}
	x := &Literal{Kind: StringLiteral, Span: p.tok.Span}
	if p.tok.Text[0] == 'L' {
		x.Kind = WStringLiteral
	}
	var b strings.Builder
	for p.tok.Kind == String {
		t := p.next()
		if wide := t.Text[0] == 'L'; wide != (x.Kind == WStringLiteral) {
			p.errorf(CodeLiteral, t.Span, "a wide and another string cannot be joined")
		}
		s, reason := stringValue(t.Text)
		p.literal(t, reason)
		b.WriteString(s)
	}
	x.Text = b.String()
	x.Span.End = p.last.End
	return x
}
