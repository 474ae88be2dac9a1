package check

import (
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// The declarations that have members: structures, exceptions, unions and enumerations.

// constructed declares a struct, union, enum, bitset or bitmask, whether it stands for itself or inside another.
func (c *checker) constructed(d syntax.Decl, s *scope) {
	switch d := d.(type) {
	case *syntax.Struct:
		c.structure(d, s)
	case *syntax.Union:
		c.union(d, s)
	case *syntax.Enum:
		c.enum(d, s)
	case *syntax.Bitset:
		c.bitset(d, s)
	case *syntax.Bitmask:
		c.bitmask(d, s)
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
	for _, mem := range ms {
		if c.ended() {
			break
		}
		sym.hold(c.typeExpr(mem.Type, inner, c.heldBy(&mem.Head, ctx, mem.Declarators...)))
		for _, dec := range mem.Declarators {
			c.dimensions(dec, inner)
			q := &model.Member{Node: node(dec.Name, mem.Span)}
			item.nodes[dec] = q
			c.declareNode(inner, dec.Name, kindMember, &q.Node)
			c.noted = append(c.noted, noted{&q.Node, &mem.Head})
		}
	}
	c.records = append(c.records, item)
	sym.complete = true
}

// heldBy returns the context of a member's type: what a pointer or an @external member holds may
// be incomplete (IDL 4.2, 8.3.3.4), as the DDS type system's own IDL has it.
func (c *checker) heldBy(h *syntax.Head, ctx context, ds ...*syntax.Declarator) context {
	for _, a := range h.Annotations {
		if strings.EqualFold(a.Name.String(), "external") {
			return inPointer
		}
	}
	return c.pointing(ctx, ds...)
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
	c.typeExpr(d.Switch, inner, inRecord)
	c.typeAnnotations(d.SwitchAnnotations, inner)
	enum := c.flagsBehind(d.Switch)
	for _, cs := range d.Cases {
		if c.ended() {
			break
		}
		for _, l := range cs.Labels {
			c.label(l, enum, inner)
		}
		sym.hold(c.typeExpr(cs.Type, inner, c.heldBy(&cs.Head, inRecord, cs.Declarator)))
		c.dimensions(cs.Declarator, inner)
		q := &model.Case{Node: node(cs.Declarator.Name, cs.Span)}
		item.cases[cs] = q
		c.declareNode(inner, cs.Declarator.Name, kindMember, &q.Node)
		c.noted = append(c.noted, noted{&q.Node, &cs.Head})
	}
	c.unionItems = append(c.unionItems, item)
	sym.complete = true
	if len(d.Cases) == 0 && !c.tree.Broken {
		c.errorf(CodeEmpty, d.Name.Span, "union %s has no members", quote(d.Name.Text))
	}
}

// label resolves the names in a label. An enumerator may also be written without the scope in
// which its enumeration stands. A flag belongs to its bitmask (XTypes 1.3, 7.3.1.2.1.10): that it
// is a label does not bring its name into the union.
func (c *checker) label(l syntax.Label, of *symbol, s *scope) {
	if n, ok := l.Value.(*syntax.NameExpr); ok && of != nil && len(n.Name.Parts) == 1 && !n.Name.Absolute {
		find := c.lookup
		if of.kind == kindBitmask {
			find = func(s *scope, n *syntax.ScopedName, _ bool) *symbol { return c.peek(s, n) }
		}
		if find(s, n.Name, true) == nil {
			if v := of.scope.names[of.scope.fold(n.Name.Parts[0].Text)]; v != nil && (v.kind == kindEnumerator || v.kind == kindFlag) && v.name.Text == n.Name.Parts[0].Text {
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
	if sym := c.flagsBehind(t); sym != nil && sym.kind == kindEnum {
		return sym
	}
	return nil
}

// flagsBehind returns the enumeration or bitmask that a type is, perhaps through typedefs.
func (c *checker) flagsBehind(t syntax.TypeExpr) *symbol {
	for {
		switch x := t.(type) {
		case *syntax.Enum:
			return c.bySyntax[x]
		case *syntax.NamedType:
			sym := c.refs[x.Name]
			if sym == nil || sym.kind != kindTypedef {
				if sym != nil && (sym.kind == kindEnum || sym.kind == kindBitmask) {
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
		if c.ended() {
			return
		}
		e := &model.Enumerator{Ordinal: uint32(len(m.Enumerators))}
		m.Enumerators = append(m.Enumerators, e)
		c.enumOf[e] = m
		vs := c.declare(s, v.Name, kindEnumerator, false)
		if vs == nil {
			vs = &symbol{name: v.Name, kind: kindEnumerator, scope: s}
		}
		c.define(vs, v, e, &e.Info, &v.Head)
	}
	if len(d.Values) == 0 && !c.tree.Broken {
		c.errorf(CodeEmpty, d.Name.Span, "enumeration %s has no enumerators", quote(d.Name.Text))
	}
}
