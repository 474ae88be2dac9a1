package check

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// names declares every name and resolves every use of one. IDL has names declared before they
// are used, so one walk in the order of the text does both.
func (c *checker) names() {
	c.decls(c.tree.Decls, c.root)
	c.reportUnresolved()
}

func (c *checker) decls(ds []syntax.Decl, s *scope) {
	for _, d := range ds {
		c.decl(d, s)
	}
}

func (c *checker) decl(d syntax.Decl, s *scope) {
	switch d := d.(type) {
	case *syntax.Module:
		c.module(d, s)
	case *syntax.Interface:
		c.interfaceDecl(d, s)
	case *syntax.Forward:
		c.forward(d, s)
	case *syntax.Operation:
		c.operation(d, s)
	case *syntax.Attribute:
		c.attribute(d, s)
	case *syntax.Struct, *syntax.Union, *syntax.Enum:
		c.constructed(d, s)
	case *syntax.Exception:
		e := &model.Exception{}
		c.record(d, d.Name, d.Members, s, kindException, e, &e.Info, &e.Members)
	case *syntax.Typedef:
		c.typedef(d, s)
	case *syntax.Const:
		c.constant(d, s)
	case *syntax.Native:
		m := &model.Native{}
		if sym := c.declare(s, d.Name, kindNative, false); sym != nil {
			c.define(sym, d, m, &m.Info, &d.Head)
			sym.complete = true
		}
	case *syntax.TypeID:
		c.lookup(s, d.Name, false)
	case *syntax.TypePrefix:
		c.lookup(s, d.Name, false)
	case *syntax.Import:
		if d.Name != nil {
			c.lookup(s, d.Name, false)
		}
	case *syntax.Pragma:
		c.pragma(d, s)
	case *syntax.Unsupported:
		c.unsupported(d, s)
	}
}

// define makes sym the declaration m.
func (c *checker) define(sym *symbol, d any, m model.Decl, i *model.Info, h *syntax.Head) {
	sym.syntax, sym.decl, sym.node, sym.defined = d, m, &i.Node, true
	i.Node = node(sym.name, h.Span)
	c.bySyntax[d] = sym
	c.symbols = append(c.symbols, sym)
	c.noted = append(c.noted, noted{&i.Node, h})
}

func node(n syntax.Name, span diag.Span) model.Node {
	return model.Node{Name: n.Text, Span: span, NameSpan: n.Span}
}

// within reads a declaration whose uses count for owner.
func (c *checker) within(owner *symbol, read func()) {
	outer := c.owner
	c.owner = owner
	read()
	c.owner = outer
}

func (c *checker) module(d *syntax.Module, s *scope) {
	sym := c.declare(s, d.Name, kindModule, true)
	if sym == nil {
		return
	}
	if sym.inner == nil {
		s.open(sym)
	}
	if len(d.Decls) == 0 && !c.tree.Broken {
		c.errorf(CodeEmpty, d.Name.Span, "module %s is empty", quote(d.Name.Text))
	}
	m := &model.Module{}
	c.parts[d] = m
	i := &m.Info
	c.bySyntax[d] = sym
	c.noted = append(c.noted, noted{&i.Node, &d.Head})
	if sym.decl == nil {
		sym.decl, sym.node, sym.syntax, sym.defined = m, &i.Node, d, true
		c.symbols = append(c.symbols, sym)
	}
	i.Node = node(d.Name, d.Span)
	c.decls(d.Decls, sym.inner)
}

func (c *checker) interfaceDecl(d *syntax.Interface, s *scope) {
	sym := c.declareForwarded(s, d.Name, kindInterface)
	if sym == nil {
		// Its contents are read all the same, in a scope that nothing else sees.
		sym = &symbol{name: d.Name, kind: kindInterface, scope: s}
	}
	m := &model.Interface{Abstract: d.Abstract, Local: d.Local}
	item := &interfaceItem{sym: sym, syntax: d, model: m}
	c.ifaces = append(c.ifaces, item)
	c.checkForward(sym, d.Abstract, d.Local, d.Name)
	c.within(sym, func() {
		for _, b := range d.Bases {
			c.base(item, b, s)
		}
	})
	inner := s.open(sym)
	c.define(sym, d, m, &m.Info, &d.Head)
	c.inheritScopes(inner, d)
	c.within(sym, func() { c.decls(d.Decls, inner) })
	sym.complete = true
}

// maxAncestors bounds what an interface inherits from, so that a lookup in it is bounded
// (limit idl-ancestors).
const maxAncestors = 256

// inheritScopes lets names be found in the bases of an interface.
func (c *checker) inheritScopes(inner *scope, d *syntax.Interface) {
	all := map[*symbol]bool{}
	var visit func(*symbol)
	visit = func(base *symbol) {
		if all[base] || base.inner == nil || len(all) > maxAncestors {
			return
		}
		all[base] = true
		for _, b := range base.inner.bases {
			visit(b)
		}
	}
	for _, b := range d.Bases {
		base := c.interfaceBehind(c.refs[b])
		if base == nil {
			continue
		}
		if visit(base); len(all) > maxAncestors {
			c.errorf(syntax.CodeLimit, b.Span, "interface %s inherits from more than %d others (limit idl-ancestors)", quote(d.Name.Text), maxAncestors)
			inner.bases = nil
			return
		}
		inner.bases = append(inner.bases, base)
	}
}

// base resolves the name of a base interface in the scope around the interface.
func (c *checker) base(item *interfaceItem, n *syntax.ScopedName, s *scope) {
	sym := c.lookup(s, n, false)
	if sym == nil || sym.unsupported != "" {
		return
	}
	if sym == item.sym {
		c.errorf(CodeBase, n.Span, "interface %s cannot inherit from itself", quote(item.sym.name.Text))
		delete(c.refs, n)
		return
	}
	base := c.interfaceBehind(sym)
	switch {
	case base == nil:
		c.add(diag.Diagnostic{Code: CodeBase, Span: n.Span, Message: quote(n.String()) + " is no interface, but " + article(string(sym.kind)), Notes: note(sym.span(), "declared here")})
	case !base.defined && base.unsupported == "":
		c.add(diag.Diagnostic{
			Code: CodeBase, Span: n.Span, Message: "interface " + quote(n.String()) + " must be defined before another inherits from it",
			Notes: note(base.span(), "here it is only declared"),
		})
	}
}

// interfaceBehind returns the interface that a symbol names, perhaps through typedefs.
func (c *checker) interfaceBehind(sym *symbol) *symbol {
	for sym != nil && sym.kind == kindTypedef {
		t, ok := sym.syntax.(*typedefItem)
		if !ok || len(t.declarator.Dims) > 0 {
			return nil
		}
		n, ok := t.syntax.Type.(*syntax.NamedType)
		if !ok {
			return nil
		}
		sym = c.refs[n.Name]
	}
	if sym == nil || sym.kind != kindInterface {
		return nil
	}
	return sym
}

func (c *checker) forward(d *syntax.Forward, s *scope) {
	k := map[string]kind{"interface": kindInterface, "struct": kindStruct, "union": kindUnion}[d.Of]
	sym := c.declare(s, d.Name, k, true)
	if sym == nil {
		return
	}
	c.bySyntax[d] = sym
	if sym.forward == nil && !sym.defined {
		sym.forward = d
		f := &model.Forward{Of: d.Of, Abstract: d.Abstract, Local: d.Local}
		f.Node = node(d.Name, d.Span)
		c.forwards[d] = f
		c.noted = append(c.noted, noted{&f.Node, &d.Head})
		sym.decl, sym.node, sym.syntax = f, &f.Node, d
		c.symbols = append(c.symbols, sym)
		return
	}
	c.checkForward(sym, d.Abstract, d.Local, d.Name)
}

// checkForward holds the modifiers of a declaration against those of an earlier one.
func (c *checker) checkForward(sym *symbol, abstract, local bool, at syntax.Name) {
	was, wasLocal := abstract, local
	switch {
	case sym.forward != nil:
		was, wasLocal = sym.forward.Abstract, sym.forward.Local
	case sym.defined:
		if i, ok := sym.syntax.(*syntax.Interface); ok {
			was, wasLocal = i.Abstract, i.Local
		}
	}
	if was != abstract || wasLocal != local {
		c.add(diag.Diagnostic{
			Code: CodeForward, Span: at.Span, Message: "this declaration of " + quote(at.Text) + " and the one before differ in abstract or local",
			Notes: note(sym.span(), "declared here"),
		})
	}
}

// declareForwarded declares a definition which a forward declaration may have announced.
func (c *checker) declareForwarded(s *scope, n syntax.Name, k kind) *symbol {
	old := s.names[fold(n.Text)]
	sym := c.declare(s, n, k, old != nil && !old.defined)
	if sym != nil && sym == old {
		sym.name.Span = n.Span
	}
	return sym
}

func (c *checker) operation(d *syntax.Operation, s *scope) {
	c.typeExpr(d.Result, s, inCall)
	sym := c.declare(s, d.Name, kindOperation, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindOperation, scope: s}
	}
	m := &model.Operation{Oneway: d.Oneway}
	c.define(sym, d, m, &m.Info, &d.Head)
	item := &operationItem{sym: sym, syntax: d, model: m}
	c.operations = append(c.operations, item)
	inner := s.open(sym)
	for _, p := range d.Params {
		c.typeExpr(p.Type, inner, inCall)
		q := &model.Param{Node: node(p.Name, p.Span)}
		c.declareNode(inner, p.Name, kindParam, &q.Node)
		c.noted = append(c.noted, noted{&q.Node, &p.Head})
		item.params = append(item.params, q)
	}
	for _, n := range d.Raises {
		c.lookup(inner, n, false)
	}
}

// declareNode declares a member or parameter.
func (c *checker) declareNode(s *scope, n syntax.Name, k kind, node *model.Node) {
	if sym := c.declare(s, n, k, false); sym != nil {
		sym.node, sym.defined = node, true
	}
}

func (c *checker) attribute(d *syntax.Attribute, s *scope) {
	c.typeExpr(d.Type, s, inCall)
	for _, ns := range [][]*syntax.ScopedName{d.GetRaises, d.SetRaises} {
		for _, n := range ns {
			c.lookup(s, n, false)
		}
	}
	for i := range d.Names {
		sym := c.declare(s, d.Names[i], kindAttribute, false)
		if sym == nil {
			continue
		}
		m := &model.Attribute{Readonly: d.Readonly}
		c.define(sym, &d.Names[i], m, &m.Info, &d.Head)
		c.attributes = append(c.attributes, &attributeItem{sym: sym, syntax: d, model: m})
	}
}

func (c *checker) typedef(d *syntax.Typedef, s *scope) {
	holder := &symbol{}
	var holds incomplete
	c.within(holder, func() { holds = c.typeExpr(d.Type, s, inTypedef) })
	for _, dec := range d.Declarators {
		shared := len(holder.uses)
		c.within(holder, func() { c.dimensions(dec, s) })
		sym := c.declare(s, dec.Name, kindTypedef, false)
		if sym == nil {
			continue
		}
		m := &model.Typedef{}
		item := &typedefItem{sym: sym, syntax: d, declarator: dec, model: m}
		c.define(sym, dec, m, &m.Info, &d.Head)
		sym.syntax, sym.complete, sym.holds = item, true, holds
		sym.uses = append(sym.uses, holder.uses...)
		holder.uses = holder.uses[:shared:shared]
		c.typedefs = append(c.typedefs, item)
		c.typedefOf[m] = item
	}
}

func (c *checker) constant(d *syntax.Const, s *scope) {
	holder := &symbol{}
	c.within(holder, func() {
		c.typeExpr(d.Type, s, inTypedef)
		c.expr(d.Value, s)
	})
	sym := c.declare(s, d.Name, kindConst, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindConst, scope: s}
	}
	m := &model.Const{Expr: syntax.ExprText(d.Value)}
	c.define(sym, d, m, &m.Info, &d.Head)
	sym.uses, sym.complete = holder.uses, true
	item := &constItem{sym: sym, syntax: d, model: m}
	sym.syntax = item
	c.consts = append(c.consts, item)
}

func (c *checker) unsupported(d *syntax.Unsupported, s *scope) {
	if d.Name.Text == "" {
		return
	}
	old := s.names[fold(d.Name.Text)]
	sym := c.declare(s, d.Name, kindUnsupported, old != nil)
	if sym != nil {
		sym.unsupported = d.What
		sym.defined = true
		c.bySyntax[d] = sym
	}
}
