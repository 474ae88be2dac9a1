package syntax

// portType parses a port type, or its forward declaration (IDL 4.2, 7.4.9.4.1).
func (p *parser) portType() Decl {
	p.next()
	t := &PortType{}
	var ok bool
	if t.Name, ok = p.name("the name of a port type"); !ok {
		return nil
	}
	if p.tok.Kind == Semicolon {
		return &Forward{Of: "porttype", Name: t.Name}
	}
	if t.Decls, ok = p.scopeBody(&t.Head, "the ports of the port type", inComponent); !ok {
		return nil
	}
	return t
}

// connector parses a connector (7.4.9.4.3).
func (p *parser) connector() Decl {
	p.next()
	c := &Connector{}
	var ok bool
	if c.Name, ok = p.name("the name of a connector"); !ok {
		return nil
	}
	if c.Base, ok = p.baseOf("connector"); !ok {
		return nil
	}
	if c.Decls, ok = p.scopeBody(&c.Head, "the ports of the connector", inComponent); !ok {
		return nil
	}
	return c
}

// extendedPort parses a port whose type is a port type (7.4.9.4.2).
func (p *parser) extendedPort() (Decl, string) {
	if p.tok.Text != "port" && p.tok.Text != "mirrorport" {
		p.notPort()
		return nil, ""
	}
	d := &Port{Role: p.next().Text}
	n := p.scopedName("the name of a port type")
	if n == nil {
		return nil, ""
	}
	d.Type = &NamedType{n}
	var ok bool
	if d.Name, ok = p.name("the name of a port"); !ok {
		return nil, ""
	}
	return d, "the port"
}
