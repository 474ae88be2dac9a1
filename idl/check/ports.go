package check

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// Port types, the ports that have them, and connectors (IDL 4.2, 7.4.9).

// portTypeDecl declares a port type. What stands in it is what stands in a component.
func (c *checker) portTypeDecl(d *syntax.PortType, s *scope) {
	sym := c.declareForwarded(s, d.Name, kindPortType)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindPortType, scope: s}
	}
	m := &model.PortType{}
	inner := s.open(sym)
	c.define(sym, d, m, &m.Info, &d.Head)
	c.decls(d.Decls, inner)
	sym.complete = true
	c.portsOf(sym, d.Decls, "provides", "uses", "port", "mirrorport")
	if len(d.Decls) == 0 && !c.tree.Broken {
		c.errorf(CodeEmpty, d.Name.Span, "port type %s has no ports", quote(d.Name.Text))
	}
}

// connector declares a connector, which the model has as a kind of component.
func (c *checker) connector(d *syntax.Connector, s *scope) {
	sym := c.declare(s, d.Name, kindConnector, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindConnector, scope: s}
	}
	m := &model.Component{Connector: true}
	c.connectors = append(c.connectors, &connectorItem{sym: sym, syntax: d, model: m})
	c.derived(sym, d.Base, nil, s)
	inner := s.open(sym)
	c.define(sym, d, m, &m.Info, &d.Head)
	c.inheritScopes(inner, withBase(d.Base, nil))
	c.decls(d.Decls, inner)
	sym.complete = true
	c.portsOf(sym, d.Decls, "provides", "uses", "port", "mirrorport")
	if len(d.Decls) == 0 && d.Base == nil && !c.tree.Broken {
		c.errorf(CodeEmptyConnector, d.Name.Span, "connector %s has no ports and no base", quote(d.Name.Text))
	}
}

type connectorItem struct {
	sym    *symbol
	syntax *syntax.Connector
	model  *model.Component
}

// portsOf reports ports of a role that port types and connectors do not have: those of events
// are for components (7.4.9.4).
func (c *checker) portsOf(owner *symbol, ds []syntax.Decl, roles ...string) {
	for _, d := range ds {
		p, ok := d.(*syntax.Port)
		if !ok {
			continue
		}
		known := false
		for _, r := range roles {
			known = known || p.Role == r
		}
		if !known {
			c.errorf(CodePort, p.Name.Span, "port %s of %s %s: only a component has ports of events", quote(p.Name.Text), owner.describe(), p.Role)
		}
	}
}

// connectorTypes makes the bases of connectors.
func (c *checker) connectorTypes() {
	for _, i := range c.connectors {
		i.model.Base = c.oneBase(i.syntax.Base)
		c.inherited(i.sym, i.syntax.Name)
	}
}

// extendedPort holds the type of a port against its role: that of port and mirrorport is a
// port type (7.4.9.4.2). It reports whether the port is one of these.
func (c *checker) extendedPort(p *portItem, n *syntax.ScopedName) bool {
	if p.syntax.Role != "port" && p.syntax.Role != "mirrorport" {
		return false
	}
	sym := c.refs[n]
	switch {
	case sym.kind != kindPortType:
		c.add(diag.Diagnostic{
			Code: CodePort, Span: n.Span, Message: p.syntax.Role + " " + quote(p.sym.name.Text) + " has the type " + quote(n.String()) + ", which is no port type, but " + article(string(sym.kind)),
			Notes: note(sym.span(), "declared here"),
		})
	case !sym.complete:
		c.add(diag.Diagnostic{
			Code: CodePort, Span: n.Span, Message: "port type " + quote(n.String()) + " is declared, but not defined",
			Notes: note(sym.span(), "declared here"),
		})
	case p.sym.scope.owner == sym:
		c.errorf(CodePort, n.Span, "port type %s cannot contain itself", quote(n.String()))
	default:
		p.model.Type = c.typ(p.syntax.Type)
	}
	return true
}
