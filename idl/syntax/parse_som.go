package syntax

import (
	"strings"

	"github.com/opendsom/dsom/diag"
)

// som reports whether the text is SOM IDL.
func (p *parser) som() bool { return p.dialect == SOM }

// atImplementation reports whether an implementation section begins here. The word is a
// keyword nowhere else.
func (p *parser) atImplementation() bool {
	return p.som() && p.tok.Kind == Ident && p.tok.Text == "implementation"
}

// implementation parses an implementation section.
func (p *parser) implementation() Decl {
	p.next()
	i := &Implementation{}
	open := p.tok.Span
	if !p.require(LBrace, "{ and the modifiers and variables of the class") || !p.enter() {
		return nil
	}
	defer p.leave()
	i.Inner = p.trailing()
	for {
		i.Items = p.flush(i.Items)
		if p.tok.Kind == EOF || p.tok.Kind == RBrace {
			break
		}
		p.item(func() bool {
			d := p.implementationItem()
			if d != nil {
				i.Items = append(i.Items, d)
			}
			return d != nil
		})
	}
	p.close(open)
	return i
}

// implementationItem parses a modifier statement, a variable or a passthru, with its semicolon.
func (p *parser) implementationItem() Decl {
	if p.tok.Kind == Semicolon { // as a macro that became nothing leaves it
		p.next()
		return &ModifierStmt{Head: Head{Span: p.last}}
	}
	h, outer := p.begin()
	d, what := p.classItem()
	if d == nil {
		p.stray = append(outer, p.stray...)
		return nil
	}
	if !p.semicolon(what) {
		p.skip()
	}
	*d.Common() = h
	p.end(d.Common(), outer)
	return d
}

func (p *parser) classItem() (Decl, string) {
	switch {
	case p.tok.Kind == Keyword && startsType(p.tok.Text):
		return p.variable(nil)
	case p.tok.Kind != Ident && p.tok.Kind != Keyword && p.tok.Kind != Scope:
		p.errorf(CodeModifier, p.tok.Span, "expected a modifier, a variable or passthru, found %s", p.tok.describe())
		return nil, ""
	}
	first := p.tok
	n := p.modifierName()
	if n == nil {
		return nil, ""
	}
	switch p.tok.Kind {
	case Semicolon, Equals, Colon, Comma, RBrace, EOF:
		return p.modifierStmt(n)
	}
	if first.Text == "passthru" && p.tok.Kind == Ident {
		return p.passthru()
	}
	if first.Kind == Keyword {
		p.errorf(CodeModifier, p.tok.Span, "expected =, : or a semicolon after modifier %s, found %s", quote(first.Text), p.tok.describe())
		return nil, ""
	}
	return p.variable(n)
}

// startsType reports whether a keyword begins a type. As the name of a modifier it could not
// stand first in a statement.
func startsType(word string) bool {
	switch word {
	case "boolean", "octet", "char", "any", "float", "double", "short", "long", "unsigned", "string", "sequence",
		"struct", "union", "enum", "void", "wchar", "wstring":
		return true
	}
	return false
}

// variable parses instance variables as C declares them, or static data. typeName is the name
// of their type, if that was read.
func (p *parser) variable(typeName *ModifierTerm) (Decl, string) {
	m := &Member{}
	if typeName != nil {
		name, absolute := strings.CutPrefix(typeName.Name, "::")
		n := &ScopedName{Absolute: absolute, Span: typeName.Span}
		for _, part := range strings.Split(name, "::") {
			n.Parts = append(n.Parts, Name{Text: part, Span: typeName.Span})
		}
		m.Type = &NamedType{n}
	} else if m.Type = p.typeSpec(inMember, "the type of a variable"); m.Type == nil {
		return nil, ""
	}
	switch m.Type.(type) {
	case *Struct, *Union, *Enum:
		p.errorf(CodeAnonymous, m.Type.TypeSpan(), "a type cannot be defined here; define it before the implementation section and use its name")
		m.Type = &BadType{m.Type.TypeSpan()}
	}
	if m.Declarators = p.declarators("the name of a variable"); m.Declarators == nil {
		return nil, ""
	}
	p.checkVoid(m.Type, m.Declarators)
	return m, "the variable"
}

// modifierName takes the name of a modifier, or of what one is given to: any word, with scopes.
func (p *parser) modifierName() *ModifierTerm {
	t := &ModifierTerm{Span: p.tok.Span, Macro: p.tok.Macro}
	if p.tok.Kind == Scope {
		p.next()
		t.Name = "::"
	}
	for scopes := 0; ; scopes++ {
		if p.tok.Kind != Ident && p.tok.Kind != Keyword {
			p.errorf(CodeModifier, p.tok.Span, "expected the name of a modifier or of what has it, found %s", p.tok.describe())
			return nil
		}
		if scopes >= p.pp.limits.Nesting {
			p.errorf(CodeLimit, p.tok.Span, "%s", exceeded("a name has too many scopes", "idl-nesting", p.pp.limits.Nesting))
			return nil
		}
		t.Name += p.next().Text
		t.Span = t.Span.Join(p.last)
		if p.tok.Kind != Scope {
			return t
		}
		p.next()
		t.Name += "::"
	}
}

// modifierStmt parses the rest of a modifier statement, whose first name is read.
func (p *parser) modifierStmt(first *ModifierTerm) (Decl, string) {
	s := &ModifierStmt{}
	if s.Left = p.modifierTerms(first); s.Left == nil {
		return nil, ""
	}
	if p.tok.Kind == Colon {
		s.Colon = true
		p.next()
		if p.tok.Kind == Semicolon { // "releaseorder:;"
			return s, "the modifiers"
		}
		n := p.modifierName()
		if n == nil {
			return nil, ""
		}
		if s.Right = p.modifierTerms(n); s.Right == nil {
			return nil, ""
		}
	}
	return s, "the modifier"
}

// modifierTerms parses the rest of a list of names with values. A comma may stand at its end,
// where a condition left out what would follow.
func (p *parser) modifierTerms(n *ModifierTerm) []*ModifierTerm {
	var ts []*ModifierTerm
	for {
		ts = append(ts, n)
		if p.tok.Kind == Equals {
			p.next()
			if n.Value = p.modifierValue(n); n.Value == nil {
				return nil
			}
		}
		if !p.accept(Comma) || p.tok.Kind == Semicolon {
			return ts
		}
		if n = p.modifierName(); n == nil {
			return nil
		}
	}
}

// modifierValue takes what stands behind an equals sign: strings, which are joined, or words,
// numbers and what joins them to the name of a file or class.
func (p *parser) modifierValue(of *ModifierTerm) *ModifierValue {
	v := &ModifierValue{Span: p.tok.Span}
	if p.tok.Kind == String {
		var written, says []string
		for p.tok.Kind == String {
			written = append(written, p.tok.Text)
			says = append(says, plainText(p.tok.Text))
			p.next()
		}
		v.Span = v.Span.Join(p.last)
		v.Written, v.Text = strings.Join(written, " "), strings.Join(says, "")
		return v
	}
	var text strings.Builder
	parens := 0
	for end := -1; ; end = p.last.End.Offset {
		t := p.tok
		first := text.Len() == 0
		switch {
		case t.Kind == LParen:
			parens++
		case t.Kind == RParen && parens > 0:
			parens--
		case t.Kind == Comma && parens > 0:
		case t.Kind == Ident, t.Kind == Keyword, t.Kind == Number, t.Kind == Scope, t.Kind == Op, t.Kind == Char,
			t.Kind == Other && (t.Text == "." || t.Text == "?" || t.Text == "!"):
		case first:
			p.errorf(CodeModifier, t.Span, "expected the value of modifier %s, found %s", quote(of.Name), t.describe())
			return nil
		case parens > 0:
			p.errorf(CodeModifier, t.Span, "expected ) in the value of modifier %s, found %s", quote(of.Name), t.describe())
			return nil
		default:
			v.Text = text.String()
			v.Written = v.Text
			return v
		}
		if !first && parens == 0 && t.Kind != RParen {
			switch {
			case t.First: // a semicolon is missing
				v.Text = text.String()
				v.Written = v.Text
				return v
			case t.Span.Start.Offset != end && t.Macro == nil:
				p.errorf(CodeModifier, t.Span, "expected a comma or semicolon after the value of %s, found %s", quote(of.Name), t.describe())
				return nil
			}
		}
		text.WriteString(t.Text)
		p.next()
		v.Span = v.Span.Join(p.last)
	}
}

// plainText returns what a string of a modifier or passthru says: only \" is an escape sequence
// in it, since it is text for another compiler.
func plainText(literal string) string {
	literal = strings.TrimPrefix(literal, "L")
	if len(literal) < 2 {
		return ""
	}
	return strings.ReplaceAll(literal[1:len(literal)-1], `\"`, `"`)
}

// passthru parses a passthru, whose first word is read.
func (p *parser) passthru() (Decl, string) {
	d := &Passthru{Target: p.next().Text}
	if !p.require(Equals, "= and the strings of the passthru") {
		return nil, ""
	}
	for p.tok.Kind == String {
		d.Strings = append(d.Strings, p.next())
	}
	if len(d.Strings) == 0 {
		p.errorf(CodeModifier, p.tok.Span, "expected the strings of the passthru, found %s", p.tok.describe())
		return nil, ""
	}
	return d, "the passthru"
}

// Lines returns the text of a passthru, a string a line.
func (d *Passthru) Lines() string {
	var lines []string
	for _, t := range d.Strings {
		lines = append(lines, plainText(t.Text))
	}
	return strings.Join(lines, "\n")
}

// ParseModifiers parses the rest of a #pragma modifier. It returns nil where the tokens are
// no modifier statement.
func ParseModifiers(ts []Token) *ModifierStmt {
	for len(ts) > 0 && ts[len(ts)-1].Kind == Semicolon {
		ts = ts[:len(ts)-1]
	}
	lim := DefaultLimits
	p := &parser{pp: &Preprocessor{limits: lim, marks: ts, stopped: true}, dialect: SOM}
	p.advance()
	n := p.modifierName()
	if n == nil {
		return nil
	}
	s, _ := p.modifierStmt(n)
	if s == nil || p.tok.Kind != EOF {
		return nil
	}
	return s.(*ModifierStmt)
}

// pointers takes the stars behind a type that stands where it has no declarator.
func (p *parser) pointers(t TypeExpr) TypeExpr {
	for n := 0; t != nil && p.som() && p.op("*"); n++ {
		if n >= p.pp.limits.Nesting {
			p.errorf(CodeLimit, p.tok.Span, "%s", exceeded("too many pointers", "idl-nesting", p.pp.limits.Nesting))
			return nil
		}
		p.next()
		t = &PointerType{Elem: t, Span: t.TypeSpan().Join(p.last)}
	}
	return t
}

// stars counts the stars before the name in a declarator.
func (p *parser) stars() int {
	n := 0
	for p.som() && p.op("*") {
		if n >= p.pp.limits.Nesting {
			p.errorf(CodeLimit, p.tok.Span, "%s", exceeded("too many pointers", "idl-nesting", p.pp.limits.Nesting))
			break
		}
		p.next()
		n++
	}
	return n
}

// checkVoid reports variables, members and typedefs that are void and no pointers.
func (p *parser) checkVoid(t TypeExpr, ds []*Declarator) {
	if b, ok := t.(*BasicType); !ok || b.Name != "void" {
		return
	}
	for _, d := range ds {
		if d.Stars == 0 {
			p.report(diag.Diagnostic{Code: CodeType, Span: d.Span, Message: quote(d.Name.Text) + " cannot be void", Help: "void* is a pointer to anything"})
		}
	}
}

// isVoid reports whether the type is void itself.
func isVoid(t TypeExpr) bool {
	b, ok := t.(*BasicType)
	return ok && b.Name == "void"
}
