package syntax

import "github.com/opendsom/dsom/diag"

// Valuetypes (CORBA 3.0, 3.9) and event types (3.17.5).

// valueDecl parses what begins with valuetype or eventtype, behind its modifier.
func (p *parser) valueDecl(modifier string) (Decl, string) {
	word := p.next().Text
	v := &ValueType{Event: word == "eventtype", Abstract: modifier == "abstract", Custom: modifier == "custom"}
	var ok bool
	if v.Name, ok = p.name("the name of " + article(word)); !ok {
		return nil, ""
	}
	switch {
	case p.tok.Kind == Semicolon:
		if v.Custom {
			p.errorf(CodeSyntax, v.Name.Span, "a forward declaration does not say custom; the definition does")
		}
		return &Forward{Of: word, Name: v.Name, Abstract: v.Abstract}, "the forward declaration"
	case p.tok.Kind == LBrace || p.tok.Kind == Colon || p.word("supports"):
	case !v.Event:
		return p.valueBox(modifier, v.Name)
	}
	if p.accept(Colon) {
		v.Truncatable = p.acceptWord("truncatable")
		if v.Bases = p.scopedNames("the name of a base valuetype"); v.Bases == nil {
			return nil, ""
		}
	}
	if v.Supports, ok = p.supports(); !ok {
		return nil, ""
	}
	if v.Decls, ok = p.scopeBody(&v.Head, "the members of the "+word, inValue); !ok {
		return nil, ""
	}
	return v, "the " + word
}

// supports parses the clause of that name, if there is one.
func (p *parser) supports() ([]*ScopedName, bool) {
	if !p.acceptWord("supports") {
		return nil, true
	}
	ns := p.scopedNames("the name of a supported interface")
	return ns, ns != nil
}

// valueBox parses the type of a boxed value.
func (p *parser) valueBox(modifier string, n Name) (Decl, string) {
	if modifier != "" {
		p.errorf(CodeSyntax, n.Span, "%s is a boxed value, and such is never %s", quote(n.Text), modifier)
	}
	b := &ValueBox{Name: n}
	if b.Type = p.typeSpec(inMember, "{ and the members of the valuetype, or the type of a boxed value"); b.Type == nil {
		return nil, ""
	}
	return b, "the boxed value"
}

// element parses what a valuetype or a home has and an interface has not. The last result is
// false where something else stands.
func (p *parser) element(in body) (Decl, string, bool) {
	switch {
	case in == inValue && (p.word("public") || p.word("private")):
		return p.stateMember(), "the state member", true
	case p.word("factory"):
		return p.factory(), "the factory", true
	case in == inHome && p.word("finder"):
		return p.factory(), "the finder", true
	}
	return nil, "", false
}

func (p *parser) stateMember() Decl {
	m := &StateMember{Public: p.next().Text == "public"}
	if !p.more(&m.Head) {
		return nil
	}
	if m.Type = p.typeSpec(inMember, "the type of a state member"); m.Type == nil {
		return nil
	}
	if m.Declarators = p.declarators("the name of a state member"); m.Declarators == nil {
		return nil
	}
	return m
}

// factory parses an initializer of a valuetype, or a factory or finder of a home.
func (p *parser) factory() Decl {
	word := p.next().Text
	f := &Factory{Finder: word == "finder"}
	var ok bool
	if f.Name, ok = p.name("the name of a " + word); !ok {
		return nil
	}
	if f.Params, ok = p.params(f.Name); !ok {
		return nil
	}
	for _, q := range f.Params {
		if q.Direction != "in" {
			p.report(diag.Diagnostic{
				Code: CodeDirection, Span: q.Name.Span, Message: "parameter " + quote(q.Name.Text) + " of a " + word + " is in only, not " + q.Direction,
				Help: "what a " + word + " makes is all that it returns",
			})
		}
	}
	if p.acceptWord("raises") {
		if f.Raises, ok = p.raises(); !ok {
			return nil
		}
	}
	return f
}

// article puts "a" or "an" before a noun.
func article(noun string) string {
	switch noun[0] {
	case 'a', 'e', 'i', 'o', 'u':
		return "an " + noun
	}
	return "a " + noun
}
