package syntax

import "github.com/opendsom/dsom/diag"

// Components and homes (CORBA 3.0, 3.17).

func (p *parser) component() (Decl, string) {
	p.next()
	c := &Component{}
	var ok bool
	if c.Name, ok = p.name("the name of a component"); !ok {
		return nil, ""
	}
	if p.tok.Kind == Semicolon {
		return &Forward{Of: "component", Name: c.Name}, "the forward declaration"
	}
	if c.Base, ok = p.baseOf("component"); !ok {
		return nil, ""
	}
	if c.Supports, ok = p.supports(); !ok {
		return nil, ""
	}
	if c.Decls, ok = p.scopeBody(&c.Head, "the ports of the component", inComponent); !ok {
		return nil, ""
	}
	return c, "the component"
}

// baseOf parses the one base of a component or home, if there is one.
func (p *parser) baseOf(what string) (*ScopedName, bool) {
	if !p.accept(Colon) {
		return nil, true
	}
	n := p.scopedName("the name of a base " + what)
	if n != nil && p.tok.Kind == Comma {
		p.errorf(CodeSyntax, p.tok.Span, "a %s has one base", what)
		return nil, false
	}
	return n, n != nil
}

// port parses an element of a component.
func (p *parser) port() (Decl, string) {
	switch p.tok.Text {
	case "provides", "uses", "emits", "publishes", "consumes":
	case "attribute", "readonly":
		return p.attribute(), "the attribute"
	default:
		p.notPort()
		return nil, ""
	}
	d := &Port{Role: p.next().Text}
	what := "the name of an event type"
	if d.Role == "provides" || d.Role == "uses" {
		what = "the name of an interface"
	}
	if d.Role == "uses" {
		d.Multiple = p.acceptWord("multiple")
	}
	if p.word("Object") && what == "the name of an interface" {
		d.Type = &BasicType{Name: "Object", Span: p.next().Span}
	} else if n := p.scopedName(what); n != nil {
		d.Type = &NamedType{n}
	} else {
		return nil, ""
	}
	var ok bool
	if d.Name, ok = p.name("the name of a port"); !ok {
		return nil, ""
	}
	return d, "the port"
}

// ports begin the elements of a component.
var ports = []string{"provides", "uses", "emits", "publishes", "consumes", "attribute", "readonly", "port", "mirrorport"}

// notPort reports something else where a port should stand.
func (p *parser) notPort() {
	d := diag.Diagnostic{
		Code: CodeSyntax, Span: p.tok.Span, Message: "expected a port or an attribute of the component, found " + p.tok.describe(),
		Help: "operations are declared in an interface, which the component supports or provides, types outside of both",
	}
	if near := diag.Closest(p.tok.Text, ports); near != "" && p.tok.Kind == Ident {
		d.Help = "did you mean " + quote(near) + "?"
	}
	p.report(d)
}

func (p *parser) home() (Decl, string) {
	p.next()
	h := &Home{}
	var ok bool
	if h.Name, ok = p.name("the name of a home"); !ok {
		return nil, ""
	}
	if h.Base, ok = p.baseOf("home"); !ok {
		return nil, ""
	}
	if h.Supports, ok = p.supports(); !ok {
		return nil, ""
	}
	// The word is a keyword here alone: specifications use it as a name.
	if p.tok.Kind != Ident || p.tok.Text != "manages" {
		p.expected("manages and the name of a component")
		return nil, ""
	}
	p.next()
	if h.Manages = p.scopedName("the name of a component"); h.Manages == nil {
		return nil, ""
	}
	if p.acceptWord("primarykey") {
		if h.PrimaryKey = p.scopedName("the name of a valuetype"); h.PrimaryKey == nil {
			return nil, ""
		}
	}
	if h.Decls, ok = p.scopeBody(&h.Head, "the factories of the home", inHome); !ok {
		return nil, ""
	}
	return h, "the home"
}
