package syntax

import (
	"fmt"

	"github.com/opendsom/dsom/diag"
)

// place says where a type stands, and so which types may.
type place uint8

const (
	inMember  place = iota // members, typedefs, elements: any type, also one defined there
	inParam                // parameters, results, attributes: no type that needs a name of its own
	inResult               // results: void too
	inConst                // constants: fixed has no digits
	inElement              // elements of sequences and maps: any type that is not defined there
)

// typeSpec parses a type, with the stars that belong to it where no declarator takes them.
func (p *parser) typeSpec(at place, what string) TypeExpr {
	void := p.word("void")
	t := p.plainType(at, what)
	if at == inMember || at == inConst || !p.som() {
		return t
	}
	t = p.pointers(t)
	if isVoid(t) && !(void && at == inResult) {
		p.report(diag.Diagnostic{Code: CodeType, Span: t.TypeSpan(), Message: "void is no type of a value; only an operation may return it", Help: "void* is a pointer to anything"})
		return &BadType{t.TypeSpan()}
	}
	return t
}

func (p *parser) plainType(at place, what string) TypeExpr {
	t := p.tok
	switch t.Kind {
	case Ident, Scope:
		if at == inMember && p.defines("bitset", "bitmask") {
			return p.constructed(true)
		}
		return p.namedType(at, what)
	case Keyword:
	default:
		p.expected(what)
		return nil
	}
	switch t.Text {
	case "boolean", "octet", "char", "wchar", "any", "Object", "ValueBase", "float", "double", "short":
		p.next()
		return &BasicType{Name: t.Text, Span: t.Span}
	case "long":
		p.next()
		name := "long"
		if p.word("long") || p.word("double") {
			name += " " + p.next().Text
		}
		return &BasicType{Name: name, Span: t.Span.Join(p.last)}
	case "unsigned":
		return p.unsigned()
	case "string", "wstring":
		return p.stringType()
	case "sequence", "fixed":
		return p.template(at)
	case "struct", "union", "enum":
		return p.constructed(at == inMember)
	case "void":
		if p.som() && at != inConst {
			p.next()
			return &BasicType{Name: t.Text, Span: t.Span}
		}
		p.errorf(CodeType, t.Span, "void is no type of a value; only an operation may return it")
		p.next()
		return &BadType{t.Span}
	}
	if keywords[t.Text] == since3 {
		return p.namedType(at, what)
	}
	p.expected(what)
	return nil
}

func (p *parser) namedType(at place, what string) TypeExpr {
	n := p.scopedName(what)
	if n == nil {
		return nil
	}
	if p.tok.Kind == Less && len(n.Parts) == 1 && n.Parts[0].Text == "map" {
		return p.nameMissing(at, p.mapType(n))
	}
	if p.op("*") && !p.som() {
		p.expectedName("a name")
		p.next()
		return &BadType{n.Span}
	}
	return &NamedType{n}
}

func (p *parser) unsigned() TypeExpr {
	start := p.next()
	name := "unsigned"
	switch {
	case p.acceptWord("short"):
		name += " short"
	case p.acceptWord("long"):
		name += " long"
		if p.acceptWord("long") {
			name += " long"
		}
	case p.som() && (p.tok.Kind == Ident || p.tok.Kind == Scope):
		n := p.scopedName("the name of an integer type")
		if n == nil {
			return nil
		}
		return &UnsignedType{Name: n, Span: start.Span.Join(p.last)}
	case p.som() && p.acceptWord("char"): // C has it
		return &BasicType{Name: "octet", Span: start.Span.Join(p.last)}
	default:
		d := diag.Diagnostic{Code: CodeSyntax, Span: p.tok.Span, Message: "expected short or long after unsigned, found " + p.tok.describe()}
		known := true
		switch p.tok.Text {
		case "int":
			d.Help = "unsigned long has 32 bits"
		case "char":
			d.Help = "octet has 8 bits and no sign"
		default:
			known = false
		}
		p.report(d)
		if known {
			p.next()
			return &BadType{start.Span.Join(p.last)}
		}
		return nil
	}
	return &BasicType{Name: name, Span: start.Span.Join(p.last)}
}

func (p *parser) stringType() TypeExpr {
	start := p.next()
	s := &StringType{Wide: start.Text == "wstring", Span: start.Span}
	if p.accept(Less) {
		if s.Bound = p.bound(); s.Bound == nil || !p.closeAngle() {
			return nil
		}
		s.Span.End = p.last.End
	}
	return s
}

// template parses a sequence or fixed.
func (p *parser) template(at place) TypeExpr {
	start := p.tok
	var t TypeExpr
	if start.Text == "sequence" {
		t = p.sequence()
	} else {
		t = p.fixed()
	}
	if t == nil {
		return nil
	}
	f, isFixed := t.(*FixedType)
	bare := isFixed && f.Digits == nil
	switch {
	case bare && at != inConst:
		p.errorf(CodeAnonymous, start.Span, "fixed without digits and scale is a type of constants only")
	case p.som() && at != inConst:
		return t // SOM's own files have attributes of type sequence<T>
	case at == inParam || at == inResult || at == inConst && !bare:
		return p.needsName(start.Text, t)
	default:
		return t
	}
	return &BadType{t.TypeSpan()}
}

// nameMissing reports a map where a type needs a name.
func (p *parser) nameMissing(at place, t TypeExpr) TypeExpr {
	if t == nil || at == inMember || at == inElement {
		return t
	}
	return p.needsName("map", t)
}

func (p *parser) needsName(what string, t TypeExpr) TypeExpr {
	p.report(diag.Diagnostic{
		Code: CodeAnonymous, Span: t.TypeSpan(), Message: "a " + what + " needs a name to be used here",
		Help: "give it one with a typedef and use that",
	})
	return &BadType{t.TypeSpan()}
}

func (p *parser) sequence() TypeExpr {
	start := p.next()
	if !p.require(Less, "< and the type of the elements") {
		return nil
	}
	if !p.enter() {
		return nil
	}
	defer p.leave()
	s := &SequenceType{Span: start.Span}
	var ok bool
	if s.ElemAnnotations, ok = p.annotations(); !ok {
		return nil
	}
	if s.Elem = p.typeSpec(inElement, "the type of the elements"); s.Elem == nil {
		return nil
	}
	if p.accept(Comma) {
		if s.Bound = p.bound(); s.Bound == nil {
			return nil
		}
	}
	if !p.closeAngle() {
		return nil
	}
	s.Span.End = p.last.End
	return s
}

func (p *parser) fixed() TypeExpr {
	start := p.next()
	f := &FixedType{Span: start.Span}
	if p.tok.Kind != Less {
		return f
	}
	p.next()
	if f.Digits = p.bound(); f.Digits == nil || !p.require(Comma, ", and the scale") {
		return nil
	}
	if f.Scale = p.bound(); f.Scale == nil || !p.closeAngle() {
		return nil
	}
	f.Span.End = p.last.End
	return f
}

// bound parses an expression before a closing angle bracket: >> there is two of them.
func (p *parser) bound() Expr {
	p.angles++
	defer func() { p.angles-- }()
	return p.expr()
}

// closeAngle takes a closing angle bracket, also one half of >>.
func (p *parser) closeAngle() bool {
	if p.op(">>") {
		half := p.tok.Span
		half.End = half.Start
		half.End.Column++
		half.End.Offset++
		p.steps++
		p.last = half
		p.tok.Kind, p.tok.Text = Greater, ">"
		p.tok.Span.Start = half.End
		return true
	}
	return p.require(Greater, ">")
}

// constructed parses a type that is defined where it is used, as in a member or a typedef.
func (p *parser) constructed(allowed bool) TypeExpr {
	h, outer := p.begin()
	word := p.tok
	var d Decl
	switch word.Text {
	case "struct":
		d = p.structDecl(false)
	case "union":
		d = p.union(false)
	case "bitset", "bitmask":
		d = p.bits()
	default:
		d = p.enum()
	}
	if d == nil {
		p.stray = append(outer, p.stray...)
		return nil
	}
	p.finish(d, h, outer)
	if !allowed {
		p.errorf(CodeAnonymous, word.Span, "a type cannot be defined here; define it before and use its name")
		return &BadType{d.Common().Span}
	}
	return d.(TypeExpr)
}

// typeTag takes the name of a structure, union or enumeration. If it is left out, as C allows,
// the rest is read all the same; next is what follows the name.
func (p *parser) typeTag(what string, next Kind) (Name, bool) {
	if p.tok.Kind != next || next == Keyword && !p.word("switch") {
		return p.name(what)
	}
	p.errorf(CodeSyntax, p.tok.Span, "expected %s before %s: every type has a name in IDL", what, p.tok.describe())
	at := p.tok.Span.Start
	return Name{Text: fmt.Sprintf("unnamed@%d:%d", at.Line, at.Column), Span: p.tok.Span}, true
}

// structDecl parses a structure; with forward set also its forward declaration.
func (p *parser) structDecl(forward bool) Decl {
	p.next()
	s := &Struct{}
	var ok bool
	if s.Name, ok = p.typeTag("the name of a structure", LBrace); !ok {
		return nil
	}
	if forward && p.tok.Kind == Semicolon {
		return &Forward{Of: "struct", Name: s.Name}
	}
	if p.accept(Colon) {
		if s.Base = p.scopedName("the name of a structure"); s.Base == nil {
			return nil
		}
	}
	if s.Members, ok = p.members("the members of the structure"); !ok {
		return nil
	}
	return s
}

func (p *parser) exception() Decl {
	p.next()
	e := &Exception{}
	var ok bool
	if e.Name, ok = p.name("the name of an exception"); !ok {
		return nil
	}
	if e.Members, ok = p.members("the members of the exception"); !ok {
		return nil
	}
	return e
}

func (p *parser) members(what string) ([]*Member, bool) {
	var ms []*Member
	ok := p.block(what, func() bool {
		m := p.member()
		if m != nil {
			ms = append(ms, m)
		}
		return m != nil
	})
	return ms, ok
}

func (p *parser) member() *Member {
	h, outer := p.begin()
	m := &Member{}
	if m.Type = p.typeSpec(inMember, "the type of a member"); m.Type == nil || !p.more(&h) {
		return nil
	}
	if m.Declarators = p.declarators("the name of a member"); m.Declarators == nil {
		return nil
	}
	p.checkVoid(m.Type, m.Declarators)
	if !p.semicolon("the member") {
		p.skip()
	}
	m.Head = h
	p.end(&m.Head, outer)
	return m
}

func (p *parser) declarators(what string) []*Declarator {
	var ds []*Declarator
	for {
		d := p.declarator(what)
		if d == nil {
			return nil
		}
		ds = append(ds, d)
		if !p.accept(Comma) {
			return ds
		}
	}
}

func (p *parser) declarator(what string) *Declarator {
	stars := p.stars()
	n, ok := p.name(what)
	if !ok {
		return nil
	}
	d := &Declarator{Name: n, Stars: stars, Span: n.Span}
	for p.tok.Kind == LBracket {
		x, ok := p.dimension()
		if !ok {
			return nil
		}
		if len(d.Dims) >= p.pp.limits.Nesting {
			p.errorf(CodeLimit, p.last, "%s", exceeded("an array has too many dimensions", "idl-nesting", p.pp.limits.Nesting))
			return nil
		}
		d.Dims = append(d.Dims, x)
		d.Span.End = p.last.End
	}
	return d
}

func (p *parser) dimension() (Expr, bool) {
	p.next()
	if p.tok.Kind == RBracket {
		p.report(diag.Diagnostic{Code: CodeSyntax, Span: p.tok.Span, Message: "an array needs its size", Help: "for any number of elements use sequence<T>"})
		p.next()
		return &Literal{Kind: IntegerLiteral, Text: "1", Span: p.last}, true
	}
	angles := p.angles
	p.angles = 0
	x := p.expr()
	p.angles = angles
	return x, x != nil && p.require(RBracket, "] after the size of an array")
}

// union parses a union; with forward set also its forward declaration.
func (p *parser) union(forward bool) Decl {
	p.next()
	u := &Union{}
	var ok bool
	if u.Name, ok = p.typeTag("the name of a union", Keyword); !ok {
		return nil
	}
	if forward && p.tok.Kind == Semicolon {
		return &Forward{Of: "union", Name: u.Name}
	}
	if !p.acceptWord("switch") {
		p.expected("switch and the type of the discriminator")
		return nil
	}
	if !p.require(LParen, "( and the type of the discriminator") {
		return nil
	}
	if u.SwitchAnnotations, ok = p.annotations(); !ok {
		return nil
	}
	if u.Switch = p.typeSpec(inMember, "the type of the discriminator"); u.Switch == nil {
		return nil
	}
	if !p.require(RParen, ") after the type of the discriminator") {
		return nil
	}
	ok = p.block("the cases of the union", func() bool {
		c := p.unionCase()
		if c != nil {
			u.Cases = append(u.Cases, c)
		}
		return c != nil
	})
	if !ok {
		return nil
	}
	return u
}

func (p *parser) unionCase() *Case {
	h, outer := p.begin()
	c := &Case{}
	for p.word("case") || p.word("default") {
		l := Label{Span: p.tok.Span}
		if p.next().Text == "case" {
			if l.Value = p.expr(); l.Value == nil {
				return nil
			}
			l.Span = l.Value.ExprSpan()
		}
		if !p.require(Colon, "a colon after the label") {
			return nil
		}
		c.Labels = append(c.Labels, l)
	}
	if len(c.Labels) == 0 {
		p.expected("case or default")
		return nil
	}
	// Annotations of the member may also stand behind its labels.
	if !p.more(&h) {
		return nil
	}
	if c.Type = p.typeSpec(inMember, "the type of the union's member"); c.Type == nil || !p.more(&h) {
		return nil
	}
	if c.Declarator = p.declarator("the name of the union's member"); c.Declarator == nil {
		return nil
	}
	p.checkVoid(c.Type, []*Declarator{c.Declarator})
	if p.tok.Kind == Comma {
		p.errorf(CodeSyntax, p.tok.Span, "a case of a union has one member")
		return nil
	}
	if !p.semicolon("the union's member") {
		p.skip()
	}
	c.Head = h
	p.end(&c.Head, outer)
	return c
}

func (p *parser) enum() Decl {
	p.next()
	e := &Enum{}
	var ok bool
	if e.Name, ok = p.typeTag("the name of an enumeration", LBrace); !ok {
		return nil
	}
	ok = p.commaList("the enumerators", "an enumerator", func() *Head {
		v := p.enumValue()
		if v == nil {
			return nil
		}
		e.Values = append(e.Values, v)
		return &v.Head
	})
	if !ok {
		return nil
	}
	return e
}

func (p *parser) enumValue() *EnumValue {
	h, outer := p.begin()
	v := &EnumValue{}
	var ok bool
	if v.Name, ok = p.name("an enumerator"); !ok {
		return nil
	}
	if p.tok.Kind == Equals {
		at := p.tok.Span
		p.next()
		x := p.expr()
		if x == nil {
			return nil
		}
		p.report(diag.Diagnostic{
			Code: CodeEnumValue, Severity: diag.Warning, Span: at, Message: "the value of an enumerator is written as in C",
			Help: "in IDL 4 it is @value(n) before the enumerator, and that is what it is taken for",
		})
		value := &ScopedName{Parts: []Name{{Text: "value", Span: at}}, Span: at}
		h.Annotations = append(h.Annotations, &Annotation{Name: value, Params: []AnnotationParam{{Value: x}}, Span: at.Join(x.ExprSpan())})
	}
	v.Head = h
	p.end(&v.Head, outer)
	return v
}
