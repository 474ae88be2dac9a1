package check

import (
	"slices"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// names declares every name and resolves every use of one. IDL has names declared before they
// are used, so one walk in the order of the text does both.
func (c *checker) names() {
	c.decls(c.tree.Decls, c.root)
	c.unusedTemplates()
	c.reportUnresolved()
}

func (c *checker) decls(ds []syntax.Decl, s *scope) {
	for _, d := range ds {
		if c.ended() {
			return
		}
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
	case *syntax.ValueType:
		c.valueDecl(d, s)
	case *syntax.StateMember:
		c.stateMember(d, s)
	case *syntax.Factory:
		c.factory(d, s)
	case *syntax.ValueBox:
		c.valueBox(d, s)
	case *syntax.Component:
		c.component(d, s)
	case *syntax.Port:
		c.port(d, s)
	case *syntax.Home:
		c.home(d, s)
	case *syntax.Operation:
		c.operation(d, s)
	case *syntax.Attribute:
		c.attribute(d, s)
	case *syntax.Struct, *syntax.Union, *syntax.Enum, *syntax.Bitset, *syntax.Bitmask:
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
		if len(d.Name.Parts) > 0 {
			c.lookup(s, d.Name, false)
		}
	case *syntax.Import:
		c.imports = append(c.imports, d)
	case *syntax.Pragma:
		c.pragma(d, s)
	case *syntax.Implementation:
		c.implementation(d, s)
	case *syntax.AnnotationDecl:
		c.annotationDecl(d, s)
	case *syntax.PortType:
		c.portTypeDecl(d, s)
	case *syntax.Connector:
		c.connector(d, s)
	case *syntax.TemplateModule:
		c.template(d, s)
	case *syntax.TemplateInst:
		c.instantiate(d, s)
	}
}

// define makes sym the declaration m.
func (c *checker) define(sym *symbol, d any, m model.Decl, i *model.Info, h *syntax.Head) {
	sym.syntax, sym.decl, sym.node, sym.defined = d, m, &i.Node, true
	i.Node = node(sym.name, h.Span)
	c.bySyntax[d] = sym
	c.symbols = append(c.symbols, sym)
	c.noted = append(c.noted, noted{&i.Node, h})
	c.scopeOf[&i.Node] = sym.scope
}

func node(n syntax.Name, span diag.Span) model.Node {
	return model.Node{Name: n.Text, Span: span, NameSpan: n.Span}
}

func (c *checker) module(d *syntax.Module, s *scope) {
	sym := c.declare(s, d.Name, kindModule, true)
	if sym == nil {
		return
	}
	if sym.inner == nil {
		s.open(sym)
	}
	if len(d.Decls) == 0 && !c.tree.Broken && !c.som { // in SOM IDL all may be private
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
	for _, b := range d.Bases {
		c.base(sym, b, s, kindInterface)
	}
	inner := s.open(sym)
	c.define(sym, d, m, &m.Info, &d.Head)
	c.inheritScopes(inner, d.Bases)
	c.decls(d.Decls, inner)
	sym.complete = true
}

// maxAncestors bounds what an interface inherits from, so that a lookup in it is bounded
// (limit idl-ancestors).
const maxAncestors = 256

// inheritScopes lets names be found in bases and supported interfaces.
func (c *checker) inheritScopes(inner *scope, names []*syntax.ScopedName) {
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
	for _, n := range names {
		base := c.behind(c.refs[n])
		if base == nil || base.inner == nil || base == inner.owner {
			continue
		}
		if visit(base); len(all) > maxAncestors {
			c.errorf(syntax.CodeLimit, n.Span, "%s inherits from more than %d others (limit idl-ancestors)", inner.owner.describe(), maxAncestors)
			inner.bases, c.over = nil, true
			return
		}
		inner.bases = append(inner.bases, base)
	}
}

// base resolves the name of a base of one of the kinds, or of what a valuetype supports, in
// the scope around the declaration. What is no such is no name then.
func (c *checker) base(of *symbol, n *syntax.ScopedName, s *scope, wanted ...kind) *symbol {
	sym := c.lookup(s, n, false)
	if sym == nil {
		return nil
	}
	base := c.behind(sym)
	if base == of {
		c.errorf(CodeBase, n.Span, "%s cannot inherit from itself", of.describe())
		delete(c.refs, n)
		return nil
	}
	switch {
	case base == nil || !slices.Contains(wanted, base.kind):
		if base != nil && base.kind == kindFormal {
			return nil
		}
		c.add(diag.Diagnostic{Code: CodeBase, Span: n.Span, Message: quote(n.String()) + " is no " + string(wanted[0]) + ", but " + article(string(sym.kind)), Notes: note(sym.span(), "declared here")})
		delete(c.refs, n)
		return nil
	case !base.defined:
		c.add(diag.Diagnostic{
			Code: CodeBase, Span: n.Span, Message: string(base.kind) + " " + quote(n.String()) + " must be defined before another inherits from it",
			Notes: note(base.span(), "here it is only declared"),
		})
	}
	return base
}

// behind returns what a symbol names behind typedefs; nil if that is nothing with a name.
func (c *checker) behind(sym *symbol) *symbol {
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
	return sym
}

// interfaceBehind returns the interface that a symbol names, perhaps through typedefs.
func (c *checker) interfaceBehind(sym *symbol) *symbol {
	if sym = c.behind(sym); sym == nil || sym.kind != kindInterface {
		return nil
	}
	return sym
}

func (c *checker) forward(d *syntax.Forward, s *scope) {
	k := map[string]kind{
		"interface": kindInterface, "struct": kindStruct, "union": kindUnion, "valuetype": kindValue, "eventtype": kindEvent,
		"component": kindComponent, "porttype": kindPortType,
	}[d.Of]
	sym := c.declare(s, d.Name, k, true)
	if sym == nil {
		return
	}
	c.bySyntax[d] = sym
	if sym.forward == nil && !sym.defined {
		sym.forward = d
		f := &model.Forward{Of: d.Of, Abstract: d.Abstract, Local: d.Local}
		if k == kindEvent {
			f.Of, f.Event = "valuetype", true
		}
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
		switch d := sym.syntax.(type) {
		case *syntax.Interface:
			was, wasLocal = d.Abstract, d.Local
		case *syntax.ValueType:
			was = d.Abstract
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
	old := s.names[s.fold(n.Text)]
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
	item.params = c.params(s.open(sym), d.Params, d.Raises)
}

// params declares the parameters of an operation or factory, and resolves its exceptions.
func (c *checker) params(inner *scope, params []*syntax.Param, raises []*syntax.ScopedName) []*model.Param {
	var list []*model.Param
	for _, p := range params {
		c.typeExpr(p.Type, inner, inCall)
		q := &model.Param{Node: node(p.Name, p.Span)}
		c.declareNode(inner, p.Name, kindParam, &q.Node)
		c.noted = append(c.noted, noted{&q.Node, &p.Head})
		list = append(list, q)
	}
	for _, n := range raises {
		c.lookup(inner, n, false)
	}
	return list
}

// declareNode declares a member or parameter.
func (c *checker) declareNode(s *scope, n syntax.Name, k kind, node *model.Node) {
	if sym := c.declare(s, n, k, false); sym != nil {
		sym.node, sym.defined = node, true
	}
	c.scopeOf[node] = s
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
	holds := c.typeExpr(d.Type, s, c.pointing(inTypedef, d.Declarators...))
	for _, dec := range d.Declarators {
		c.dimensions(dec, s)
		if c.sameTypedef(s, d, dec) {
			continue
		}
		sym := c.declare(s, dec.Name, kindTypedef, false)
		if sym == nil {
			continue
		}
		m := &model.Typedef{}
		item := &typedefItem{sym: sym, syntax: d, declarator: dec, model: m}
		c.define(sym, dec, m, &m.Info, &d.Head)
		sym.syntax, sym.complete, sym.holds = item, true, holds
		if dec.Stars > 0 {
			sym.holds = incomplete{}
		}
		c.typedefs = append(c.typedefs, item)
		c.typedefOf[m] = item
	}
}

func (c *checker) constant(d *syntax.Const, s *scope) {
	c.typeExpr(d.Type, s, inTypedef)
	c.expr(d.Value, s)
	sym := c.declare(s, d.Name, kindConst, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindConst, scope: s}
	}
	m := &model.Const{Expr: syntax.ExprText(d.Value)}
	c.define(sym, d, m, &m.Info, &d.Head)
	sym.complete = true
	item := &constItem{sym: sym, syntax: d, model: m}
	sym.syntax = item
	c.consts = append(c.consts, item)
}
