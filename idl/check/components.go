package check

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// Components and homes (3.17): first how names declares them, then the pass.

func (c *checker) component(d *syntax.Component, s *scope) {
	sym := c.declareForwarded(s, d.Name, kindComponent)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindComponent, scope: s}
	}
	m := &model.Component{}
	c.components = append(c.components, &componentItem{sym: sym, syntax: d, model: m})
	c.derived(sym, d.Base, d.Supports, s)
	inner := s.open(sym)
	c.define(sym, d, m, &m.Info, &d.Head)
	c.inheritScopes(inner, withBase(d.Base, d.Supports))
	c.decls(d.Decls, inner)
	sym.complete = true
}

// derived resolves the base of a component or home and the interfaces that it supports.
func (c *checker) derived(sym *symbol, base *syntax.ScopedName, supports []*syntax.ScopedName, s *scope) {
	if base != nil {
		c.base(sym, base, s, sym.kind)
	}
	for _, n := range supports {
		c.base(sym, n, s, kindInterface)
	}
}

func withBase(base *syntax.ScopedName, supports []*syntax.ScopedName) []*syntax.ScopedName {
	if base == nil {
		return supports
	}
	return append([]*syntax.ScopedName{base}, supports...)
}

func (c *checker) port(d *syntax.Port, s *scope) {
	if n, ok := d.Type.(*syntax.NamedType); ok {
		c.lookup(s, n.Name, false)
	}
	sym := c.declare(s, d.Name, kindPort, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindPort, scope: s}
	}
	m := &model.Port{Role: d.Role, Multiple: d.Multiple}
	c.define(sym, d, m, &m.Info, &d.Head)
	c.ports = append(c.ports, &portItem{sym: sym, syntax: d, model: m})
}

func (c *checker) home(d *syntax.Home, s *scope) {
	sym := c.declare(s, d.Name, kindHome, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindHome, scope: s}
	}
	m := &model.Home{}
	c.homes = append(c.homes, &homeItem{sym: sym, syntax: d, model: m})
	c.derived(sym, d.Base, d.Supports, s)
	c.lookup(s, d.Manages, false)
	if d.PrimaryKey != nil {
		c.lookup(s, d.PrimaryKey, false)
	}
	inner := s.open(sym)
	c.define(sym, d, m, &m.Info, &d.Head)
	c.inheritScopes(inner, withBase(d.Base, d.Supports))
	c.decls(d.Decls, inner)
	sym.complete = true
}

// componentTypes checks components and homes and makes the types of what is in them.
func (c *checker) componentTypes() {
	for _, i := range c.components {
		i.model.Base = c.oneBase(i.syntax.Base)
		i.model.Supports = c.direct(i.syntax.Supports, func(*syntax.ScopedName, *symbol) {})
		c.inherited(i.sym, i.syntax.Name)
	}
	c.connectorTypes()
	for _, p := range c.ports {
		c.portType(p)
	}
	for _, h := range c.homes {
		h.model.Base = c.oneBase(h.syntax.Base)
		h.model.Supports = c.direct(h.syntax.Supports, func(*syntax.ScopedName, *symbol) {})
		c.inherited(h.sym, h.syntax.Name)
		c.managed(h)
		c.primaryKey(h)
	}
}

func (c *checker) oneBase(n *syntax.ScopedName) *model.Type {
	if n == nil || c.refs[n] == nil {
		return nil
	}
	return c.named(n)
}

// portType holds the type of a port against its role: interfaces are provided and used,
// event types emitted, published and consumed (3.17.4, 3.17.6).
func (c *checker) portType(p *portItem) {
	n, ok := p.syntax.Type.(*syntax.NamedType)
	if !ok {
		p.model.Type = c.typ(p.syntax.Type)
		return
	}
	sym := c.refs[n.Name]
	if sym == nil {
		return
	}
	if c.extendedPort(p, n.Name) {
		return
	}
	wanted := kindEvent
	if p.syntax.Role == "provides" || p.syntax.Role == "uses" {
		wanted = kindInterface
	}
	is := c.behind(sym)
	if r := c.resolvedSymbol(sym); r == model.Object && wanted == kindInterface {
		is = &symbol{kind: kindInterface}
	}
	if is == nil || is.kind != wanted {
		c.add(diag.Diagnostic{
			Code: CodePort, Span: n.Name.Span, Message: "port " + quote(p.sym.name.Text) + " " + p.syntax.Role + " " + quote(n.Name.String()) + ", which is no " + string(wanted) + ", but " + article(string(sym.kind)),
			Notes: note(sym.span(), "declared here"),
		})
		return
	}
	p.model.Type = c.typ(p.syntax.Type)
}

// resolvedSymbol returns the kind of the type that a typedef stands for.
func (c *checker) resolvedSymbol(sym *symbol) model.Kind {
	if td, ok := sym.decl.(*model.Typedef); ok {
		if t := c.resolved(&model.Type{Kind: model.Named, Decl: td}); t != nil {
			return t.Kind
		}
	}
	return model.Void
}

// managed holds what a home manages against 3.17.7: a component, which inherits from what the
// base of the home manages.
func (c *checker) managed(h *homeItem) {
	n := h.syntax.Manages
	sym := c.refs[n]
	if sym == nil {
		return
	}
	component := c.behind(sym)
	if component == nil || component.kind != kindComponent {
		c.add(diag.Diagnostic{
			Code: CodeHome, Span: n.Span, Message: h.sym.describe() + " manages " + quote(n.String()) + ", which is no component, but " + article(string(sym.kind)),
			Notes: note(sym.span(), "declared here"),
		})
		return
	}
	h.model.Manages = c.named(n)
	if h.syntax.Base == nil {
		return
	}
	base := c.behind(c.refs[h.syntax.Base])
	if base == nil {
		return
	}
	b, ok := base.syntax.(*syntax.Home)
	if !ok {
		return
	}
	theirs := c.behind(c.refs[b.Manages])
	if theirs != nil && theirs.kind == kindComponent && !inherits(component, theirs) {
		c.add(diag.Diagnostic{
			Code: CodeHome, Span: n.Span, Message: h.sym.describe() + " manages " + quote(n.String()) + ", which does not inherit from " + quote(theirs.name.Text) + ", which its base manages",
			Notes: note(theirs.span(), "declared here"),
		})
	}
}

// primaryKey holds the key of a home against 3.17.7.1: a valuetype that is neither abstract
// nor an event, inherits from Components::PrimaryKeyBase, and has public state only, some at
// least, without references to objects in it.
func (c *checker) primaryKey(h *homeItem) {
	n := h.syntax.PrimaryKey
	if n == nil || c.refs[n] == nil {
		return
	}
	sym := c.behind(c.refs[n])
	refuse := func(at diag.Span, format string, args ...any) {
		d := diag.Diagnostic{Code: CodePrimaryKey, Span: n.Span, Message: quote(n.String()) + " cannot be a primary key: "}
		d.Notes = note(at, format, args...)
		d.Message += d.Notes[0].Message
		d.Notes[0].Message = "here"
		c.add(d)
	}
	if sym == nil || sym.kind != kindValue {
		refuse(c.refs[n].span(), "it is no valuetype, but %s", article(string(c.refs[n].kind)))
		return
	}
	v, ok := sym.syntax.(*syntax.ValueType)
	if !ok {
		refuse(sym.span(), "it is declared, but not defined")
		return
	}
	h.model.PrimaryKey = c.named(n)
	if v.Abstract {
		refuse(sym.span(), "it is abstract")
		return
	}
	based, public := false, false
	for _, s := range append(ancestors(sym), sym) {
		based = based || s.qualified() == "Components::PrimaryKeyBase"
		for _, m := range s.inner.order {
			if m.kind != kindState {
				continue
			}
			state, ok := m.decl.(*model.StateMember)
			switch {
			case !ok:
			case !state.Public:
				refuse(m.span(), "its state member %s is private", quote(m.name.Text))
				return
			case state.Type != nil && c.holdsReference(state.Type):
				refuse(m.span(), "its state member %s holds a reference to an object", quote(m.name.Text))
				return
			default:
				public = true
			}
		}
	}
	switch {
	case !public:
		refuse(sym.span(), "it has no public state member")
	case !based:
		refuse(sym.span(), "it does not inherit from Components::PrimaryKeyBase")
	}
}

// ancestors returns all bases of a symbol, each once.
func ancestors(sym *symbol) []*symbol {
	var all []*symbol
	seen := map[*symbol]bool{sym: true}
	var visit func(*symbol)
	visit = func(s *symbol) {
		for _, b := range s.inner.bases {
			if !seen[b] && b.inner != nil {
				seen[b] = true
				visit(b)
				all = append(all, b)
			}
		}
	}
	if sym.inner != nil {
		visit(sym)
	}
	return all
}

// holdsReference reports whether values of a type hold references to objects.
func (c *checker) holdsReference(t *model.Type) bool {
	seen := map[model.Decl]bool{}
	var holds func(*model.Type) bool
	holds = func(t *model.Type) bool {
		for t != nil && t.Elem != nil {
			t = t.Elem
		}
		if t == nil {
			return false
		}
		if t.Kind == model.Object {
			return true
		}
		if t.Decl == nil || seen[t.Decl] {
			return false
		}
		seen[t.Decl] = true
		switch d := t.Decl.(type) {
		case *model.Interface:
			return true
		case *model.Forward:
			return d.Of == "interface"
		case *model.Typedef:
			return holds(d.Type)
		case *model.ValueBox:
			return holds(d.Type)
		case *model.Struct:
			for _, m := range d.Members {
				if holds(m.Type) {
					return true
				}
			}
		case *model.Union:
			for _, m := range d.Cases {
				if holds(m.Type) {
					return true
				}
			}
		}
		return false
	}
	return holds(t)
}
