package check

import (
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// The items that the pass leaves for the others, in the order of the text.
type (
	constItem struct {
		sym    *symbol
		syntax *syntax.Const
		model  *model.Const
		state  evaluation
	}
	typedefItem struct {
		sym        *symbol
		syntax     *syntax.Typedef
		declarator *syntax.Declarator
		model      *model.Typedef
	}
	// recordItem is a structure or an exception.
	recordItem struct {
		sym     *symbol
		syntax  []*syntax.Member
		members *[]*model.Member
		nodes   map[*syntax.Declarator]*model.Member
	}
	unionItem struct {
		sym    *symbol
		syntax *syntax.Union
		model  *model.Union
		cases  map[*syntax.Case]*model.Case
	}
	interfaceItem struct {
		sym    *symbol
		syntax *syntax.Interface
		model  *model.Interface
	}
	operationItem struct {
		sym    *symbol
		syntax *syntax.Operation
		model  *model.Operation
		params []*model.Param
	}
	attributeItem struct {
		sym    *symbol
		syntax *syntax.Attribute
		model  *model.Attribute
	}
	// pragmaItem is a pragma with what it is about: target for those that name something.
	pragmaItem struct {
		syntax *syntax.Pragma
		scope  *scope
		name   string
		target *symbol
		args   []string
	}
	// noted is something that keeps comments and annotations.
	noted struct {
		node *model.Node
		head *syntax.Head
	}
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
const maxAncestors = 1000

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

// constructed declares a struct, union or enum, whether it stands for itself or inside another.
func (c *checker) constructed(d syntax.Decl, s *scope) {
	switch d := d.(type) {
	case *syntax.Struct:
		m := &model.Struct{}
		c.record(d, d.Name, d.Members, s, kindStruct, m, &m.Info, &m.Members)
		if len(d.Members) == 0 && !c.tree.Broken {
			c.errorf(CodeEmpty, d.Name.Span, "structure %s has no members", quote(d.Name.Text))
		}
	case *syntax.Union:
		c.union(d, s)
	case *syntax.Enum:
		c.enum(d, s)
	}
}

func (c *checker) record(d syntax.Decl, n syntax.Name, ms []*syntax.Member, s *scope, k kind, m model.Decl, i *model.Info, list *[]*model.Member) {
	sym := c.declareForwarded(s, n, k)
	if sym == nil {
		sym = &symbol{name: n, kind: k, scope: s}
	}
	c.define(sym, d, m, i, d.Common())
	inner := s.open(sym)
	ctx := inRecord
	if k == kindException {
		ctx = inCall
	}
	item := &recordItem{sym: sym, syntax: ms, members: list, nodes: map[*syntax.Declarator]*model.Member{}}
	c.within(sym, func() {
		for _, mem := range ms {
			c.typeExpr(mem.Type, inner, ctx)
			for _, dec := range mem.Declarators {
				c.dimensions(dec, inner)
				q := &model.Member{Node: node(dec.Name, mem.Span)}
				item.nodes[dec] = q
				c.declareNode(inner, dec.Name, kindMember, &q.Node)
				c.noted = append(c.noted, noted{&q.Node, &mem.Head})
			}
		}
	})
	c.records = append(c.records, item)
	sym.complete = true
}

func (c *checker) union(d *syntax.Union, s *scope) {
	sym := c.declareForwarded(s, d.Name, kindUnion)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindUnion, scope: s}
	}
	m := &model.Union{}
	c.define(sym, d, m, &m.Info, &d.Head)
	inner := s.open(sym)
	item := &unionItem{sym: sym, syntax: d, model: m, cases: map[*syntax.Case]*model.Case{}}
	c.within(sym, func() {
		c.typeExpr(d.Switch, inner, inRecord)
		enum := c.enumBehind(d.Switch)
		for _, cs := range d.Cases {
			for _, l := range cs.Labels {
				c.label(l, enum, inner)
			}
			c.typeExpr(cs.Type, inner, inRecord)
			c.dimensions(cs.Declarator, inner)
			q := &model.Case{Node: node(cs.Declarator.Name, cs.Span)}
			item.cases[cs] = q
			c.declareNode(inner, cs.Declarator.Name, kindMember, &q.Node)
			c.noted = append(c.noted, noted{&q.Node, &cs.Head})
		}
	})
	c.unionItems = append(c.unionItems, item)
	sym.complete = true
	if len(d.Cases) == 0 && !c.tree.Broken {
		c.errorf(CodeEmpty, d.Name.Span, "union %s has no members", quote(d.Name.Text))
	}
}

// label resolves the names in a label. An enumerator may also be written without the scope in
// which its enumeration stands.
func (c *checker) label(l syntax.Label, enum *symbol, s *scope) {
	if n, ok := l.Value.(*syntax.NameExpr); ok && enum != nil && len(n.Name.Parts) == 1 && !n.Name.Absolute {
		if c.lookup(s, n.Name, true) == nil {
			if v := enum.scope.names[fold(n.Name.Parts[0].Text)]; v != nil && v.kind == kindEnumerator && v.name.Text == n.Name.Parts[0].Text {
				c.refs[n.Name] = v
				return
			}
			c.lookup(s, n.Name, false)
		}
		return
	}
	c.expr(l.Value, s)
}

// enumBehind returns the enumeration that a type is, perhaps through typedefs.
func (c *checker) enumBehind(t syntax.TypeExpr) *symbol {
	for {
		switch x := t.(type) {
		case *syntax.Enum:
			return c.bySyntax[x]
		case *syntax.NamedType:
			sym := c.refs[x.Name]
			if sym == nil || sym.kind != kindTypedef {
				if sym != nil && sym.kind == kindEnum {
					return sym
				}
				return nil
			}
			item, ok := sym.syntax.(*typedefItem)
			if !ok || len(item.declarator.Dims) > 0 {
				return nil
			}
			t = item.syntax.Type
		default:
			return nil
		}
	}
}

func (c *checker) enum(d *syntax.Enum, s *scope) {
	m := &model.Enum{}
	sym := c.declare(s, d.Name, kindEnum, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindEnum, scope: s}
	}
	c.define(sym, d, m, &m.Info, &d.Head)
	sym.complete = true
	for _, v := range d.Values {
		e := &model.Enumerator{Ordinal: uint32(len(m.Enumerators))}
		m.Enumerators = append(m.Enumerators, e)
		c.enumOf[e] = m
		vs := c.declare(s, v.Name, kindEnumerator, false)
		if vs == nil {
			vs = &symbol{name: v.Name, kind: kindEnumerator, scope: s}
		}
		c.define(vs, v, e, &e.Info, &v.Head)
		vs.uses = append(vs.uses, usage{sym, v.Name.Span})
	}
	if len(d.Values) == 0 && !c.tree.Broken {
		c.errorf(CodeEmpty, d.Name.Span, "enumeration %s has no enumerators", quote(d.Name.Text))
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

// context says where a type is used, and so whether it may be incomplete there: declared, but
// not defined to its end (3.11.2.3).
type context uint8

const (
	inRecord  context = iota // a member of a structure or union: sequences of incomplete types may stand there
	inTypedef                // likewise
	inCall                   // parameters, results, attributes, members of exceptions: complete types only
)

// typeExpr resolves the names in a type, and declares what is defined in it. It returns the
// structure or union that values of the type hold if that is incomplete yet.
func (c *checker) typeExpr(t syntax.TypeExpr, s *scope, ctx context) incomplete {
	viaSequence := false
	for {
		switch x := t.(type) {
		case *syntax.NamedType:
			part := c.typeName(x, s)
			if part.sym == nil || part.sym.complete {
				return incomplete{}
			}
			part.viaSequence = part.viaSequence || viaSequence
			c.checkComplete(x, part, ctx)
			return part
		case *syntax.StringType:
			c.expr(x.Bound, s)
		case *syntax.FixedType:
			c.expr(x.Digits, s)
			c.expr(x.Scale, s)
		case *syntax.SequenceType:
			c.expr(x.Bound, s)
			t, viaSequence = x.Elem, true
			continue
		case *syntax.Struct, *syntax.Union, *syntax.Enum:
			c.constructed(t.(syntax.Decl), s)
			if sym := c.bySyntax[t]; sym != nil && c.owner != nil {
				c.owner.uses = append(c.owner.uses, usage{sym, sym.span()})
			}
		}
		return incomplete{}
	}
}

// incomplete is a structure or union that is not defined to its end where it is used.
type incomplete struct {
	sym         *symbol
	viaSequence bool // it is the element of a sequence
}

func (c *checker) checkComplete(x *syntax.NamedType, part incomplete, ctx context) {
	if part.viaSequence && ctx != inCall {
		return
	}
	d := diag.Diagnostic{Code: CodeIncomplete, Span: x.Name.Span, Notes: note(part.sym.span(), "declared here")}
	switch {
	case part.sym.defined && !part.viaSequence:
		d.Message = part.sym.describe() + " cannot contain itself"
		d.Help = "a sequence of it can be a member: give sequence<" + part.sym.name.Text + "> a name after a forward declaration"
	case part.viaSequence:
		d.Message = quote(x.Name.String()) + " is a sequence of " + part.sym.describe() + ", which must be defined before it is used here"
	default:
		d.Message = part.sym.describe() + " must be defined before it is used here; up to then only sequences of it can be declared"
	}
	c.add(d)
}

// typeName resolves the name of a type.
func (c *checker) typeName(x *syntax.NamedType, s *scope) incomplete {
	n := x.Name
	if k, ok := builtin(n, s); ok {
		if c.lookup(s, n, true) == nil {
			c.builtins[n] = k
			return incomplete{}
		}
	} else {
		c.lookup(s, n, false)
	}
	sym := c.refs[n]
	if sym == nil {
		return incomplete{}
	}
	if !sym.kind.isType() {
		d := diag.Diagnostic{Code: CodeNotType, Span: n.Span, Message: quote(n.String()) + " is no type, but " + article(string(sym.kind)), Notes: note(sym.span(), "declared here")}
		c.add(d)
		delete(c.refs, n)
		return incomplete{}
	}
	switch sym.kind {
	case kindStruct, kindUnion:
		return incomplete{sym: sym}
	case kindTypedef:
		return sym.holds
	}
	return incomplete{}
}

// builtin returns the kind of a type that is no keyword: the integers of IDL 4.2 (7.4.13.4.4),
// which older specifications may declare themselves, and CORBA::TypeCode, which needs no include
// (3.19).
func builtin(n *syntax.ScopedName, s *scope) (model.Kind, bool) {
	switch len(n.Parts) {
	case 1:
		if n.Parts[0].Text == "TypeCode" {
			for s.parent != nil && s.parent.parent != nil {
				s = s.parent
			}
			return model.TypeCode, s.owner != nil && s.owner.kind == kindModule && s.owner.name.Text == "CORBA"
		}
		k, ok := integers[n.Parts[0].Text]
		return k, ok && !n.Absolute
	case 2:
		return model.TypeCode, n.String() == "CORBA::TypeCode" || n.String() == "::CORBA::TypeCode"
	}
	return 0, false
}

var integers = map[string]model.Kind{
	"int8": model.Int8, "uint8": model.UInt8, "int16": model.Short, "uint16": model.UShort, "int32": model.Long,
	"uint32": model.ULong, "int64": model.LongLong, "uint64": model.ULongLong,
}

func (c *checker) dimensions(d *syntax.Declarator, s *scope) {
	for _, x := range d.Dims {
		c.expr(x, s)
	}
}

// expr resolves the names in an expression.
func (c *checker) expr(x syntax.Expr, s *scope) {
	for x != nil {
		switch e := x.(type) {
		case *syntax.NameExpr:
			c.lookup(s, e.Name, false)
			return
		case *syntax.Unary:
			x = e.X
		case *syntax.Paren:
			x = e.X
		case *syntax.Binary:
			c.expr(e.X, s)
			x = e.Y
		default:
			return
		}
	}
}
