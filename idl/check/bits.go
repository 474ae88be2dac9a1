package check

import (
	"math/big"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// What IDL 4.2 adds to structures: their bases (7.4.13.4.2), bitsets (7.4.13.4.3.2) and
// bitmasks (7.4.13.4.3.3).

type (
	bitsetItem struct {
		sym    *symbol
		syntax *syntax.Bitset
		model  *model.Bitset
		nodes  map[*syntax.Bitfield][]*model.Bitfield
		bits   int // with those of the base
	}
	bitmaskItem struct {
		sym    *symbol
		syntax *syntax.Bitmask
		model  *model.Bitmask
		made   bool
	}
	// baseItem is a structure with its base.
	baseItem struct {
		sym    *symbol
		syntax *syntax.Struct
		model  *model.Struct
		base   *symbol
	}
)

// bitsOfAll is what a bitset or bitmask holds at most.
const bitsOfAll = 64

// structure declares a structure, which may have a base.
func (c *checker) structure(d *syntax.Struct, s *scope) {
	base := c.recordBase(d.Base, s, kindStruct, d.Name)
	m := &model.Struct{}
	c.record(d, d.Name, d.Members, s, kindStruct, m, &m.Info, &m.Members)
	sym := c.bySyntax[d]
	if base != nil {
		c.heirs = append(c.heirs, &baseItem{sym, d, m, base})
		sym.super = base
		c.uniqueMembers(sym)
	}
	if len(d.Members) == 0 && d.Base == nil && !c.tree.Broken {
		c.errorf(CodeEmptyStruct, d.Name.Span, "structure %s has no members, which IDL 4 allows", quote(d.Name.Text))
	}
}

// recordBase resolves the base of a structure or bitset, which must be defined before. It
// returns nil if there is none or it is wrong.
func (c *checker) recordBase(n *syntax.ScopedName, s *scope, k kind, name syntax.Name) *symbol {
	if n == nil {
		return nil
	}
	sym := c.lookup(s, n, false)
	if sym == nil {
		return nil
	}
	base := c.behind(sym)
	switch {
	case base == nil || base.kind != k:
		c.add(diag.Diagnostic{
			Code: CodeRecordBase, Span: n.Span, Message: quote(n.String()) + " is no " + string(k) + ", but " + article(string(sym.kind)),
			Notes: note(sym.span(), "declared here"),
		})
	case !base.complete:
		c.add(diag.Diagnostic{
			Code: CodeRecordBase, Span: n.Span, Message: string(k) + " " + quote(n.String()) + " must be defined before " + quote(name.Text) + " inherits from it",
			Notes: note(base.span(), "here it is only declared"),
		})
	case c.chain(base) >= maxAncestors:
		c.errorf(syntax.CodeLimit, n.Span, "%s %s has more than %d bases in a row (limit idl-ancestors)", k, quote(name.Text), maxAncestors)
		c.over = true
	default:
		return base
	}
	delete(c.refs, n)
	return nil
}

// chain counts the bases in a row, the symbol itself too.
func (c *checker) chain(sym *symbol) int {
	n := 0
	for ; sym != nil; sym = sym.super {
		n++
	}
	return n
}

// uniqueMembers reports members that have the name of an inherited one.
func (c *checker) uniqueMembers(sym *symbol) {
	for _, m := range sym.inner.order {
		for base := sym.super; base != nil; base = base.super {
			old := base.inner.names[base.inner.fold(m.name.Text)]
			if old == nil || old.kind != m.kind || m.kind != kindMember && m.kind != kindBitfield {
				continue
			}
			c.add(diag.Diagnostic{
				Code: CodeInheritedMember, Span: m.span(), Message: m.describe() + " is inherited from " + quote(base.name.Text) + " and cannot be declared again",
				Notes: note(old.span(), "declared here"),
			})
		}
	}
}

func (c *checker) bitset(d *syntax.Bitset, s *scope) {
	base := c.recordBase(d.Base, s, kindBitset, d.Name)
	sym := c.declare(s, d.Name, kindBitset, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindBitset, scope: s}
	}
	m := &model.Bitset{Fields: []*model.Bitfield{}}
	c.define(sym, d, m, &m.Info, &d.Head)
	item := &bitsetItem{sym: sym, syntax: d, model: m, nodes: map[*syntax.Bitfield][]*model.Bitfield{}}
	sym.syntax = item
	c.bitsets = append(c.bitsets, item)
	inner := s.open(sym)
	sym.super = base
	for _, f := range d.Fields {
		c.expr(f.Width, inner)
		if f.Type != nil {
			c.typeExpr(f.Type, inner, inRecord)
		}
		if len(f.Names) == 0 {
			hole := &model.Bitfield{Node: model.Node{Span: f.Span}}
			item.nodes[f] = append(item.nodes[f], hole)
			c.noted = append(c.noted, noted{&hole.Node, &f.Head})
		}
		for _, n := range f.Names {
			q := &model.Bitfield{Node: node(n, f.Span)}
			item.nodes[f] = append(item.nodes[f], q)
			c.declareNode(inner, n, kindBitfield, &q.Node)
			c.noted = append(c.noted, noted{&q.Node, &f.Head})
		}
	}
	sym.complete = true
	if base != nil {
		c.uniqueMembers(sym)
	}
}

func (c *checker) bitmask(d *syntax.Bitmask, s *scope) {
	sym := c.declare(s, d.Name, kindBitmask, false)
	if sym == nil {
		sym = &symbol{name: d.Name, kind: kindBitmask, scope: s}
	}
	m := &model.Bitmask{}
	c.define(sym, d, m, &m.Info, &d.Head)
	sym.complete = true
	item := &bitmaskItem{sym: sym, syntax: d, model: m}
	c.bitmasks = append(c.bitmasks, item)
	c.maskOf[m] = item
	for _, f := range d.Flags {
		q := &model.BitFlag{}
		m.Flags = append(m.Flags, q)
		c.flagOf[q] = item
		fs := c.declare(s, f.Name, kindFlag, false)
		if fs == nil {
			fs = &symbol{name: f.Name, kind: kindFlag, scope: s}
		}
		c.define(fs, f, q, &q.Info, &f.Head)
	}
	if len(d.Flags) == 0 && !c.tree.Broken {
		c.errorf(CodeEmpty, d.Name.Span, "bitmask %s has no flags", quote(d.Name.Text))
	}
}

// bits makes the bases of structures, the fields of bitsets and the flags of bitmasks.
func (c *checker) bits() {
	for _, b := range c.heirs {
		b.model.Base = c.named(b.syntax.Base)
	}
	for _, b := range c.bitsets {
		c.bitsetFields(b)
	}
	for _, b := range c.bitmasks {
		c.maskFlags(b)
	}
}

func (c *checker) bitsetFields(b *bitsetItem) {
	if b.syntax.Base != nil {
		b.model.Base = c.named(b.syntax.Base)
	}
	if base := b.sym.super; base != nil {
		if x, ok := base.syntax.(*bitsetItem); ok { // it comes before
			b.bits = x.bits
		}
	}
	for _, f := range b.syntax.Fields {
		width, ok := c.size(f.Width, "the width of a bit field")
		if !ok {
			continue
		}
		if width > bitsOfAll {
			c.errorf(CodeBits, f.Width.ExprSpan(), "a bit field has at most %d bits, not %d", bitsOfAll, width)
			continue
		}
		var t *model.Type
		if f.Type != nil {
			t = c.typ(f.Type)
			if !c.fieldType(t, int(width), f) {
				continue
			}
		}
		for _, q := range b.nodes[f] {
			q.Width, q.Type = int(width), t
			before := b.bits
			b.bits += int(width)
			if before <= bitsOfAll && b.bits > bitsOfAll {
				c.errorf(CodeBits, f.Width.ExprSpan(), "bitset %s has more than %d bits from here on", quote(b.sym.name.Text), bitsOfAll)
			}
			b.model.Fields = append(b.model.Fields, q)
		}
	}
}

// fieldType holds the type as which a field is read against its width.
func (c *checker) fieldType(t *model.Type, width int, f *syntax.Bitfield) bool {
	r := c.resolved(t)
	if r == nil {
		return false
	}
	most := map[model.Kind]int{
		model.Boolean: 1, model.Octet: 8, model.Int8: 8, model.UInt8: 8, model.Short: 16, model.UShort: 16, model.Long: 32, model.ULong: 32,
		model.LongLong: 64, model.ULongLong: 64,
	}[r.Kind]
	switch {
	case most == 0:
		c.add(diag.Diagnostic{
			Code: CodeBits, Span: f.Type.TypeSpan(), Message: "a bit field cannot be of type " + kindOf(r),
			Help: "it is a boolean, an octet or an integer",
		})
	case width > most:
		c.errorf(CodeBits, f.Width.ExprSpan(), "a bit field of type %s has at most %d bits, not %d", kindOf(r), most, width)
	default:
		return true
	}
	return false
}

// maskFlags gives the flags of a bitmask their bits, once: that of @position, else the next.
func (c *checker) maskFlags(b *bitmaskItem) {
	if b.made {
		return
	}
	b.made = true
	b.model.Bound = 32
	if n, at, ok := c.numberOf(b.syntax.Annotations, "bit_bound", b.sym.scope); ok {
		if n < 1 || n > bitsOfAll {
			c.errorf(CodeBits, at, "a bitmask has 1 to %d bits, not %d", bitsOfAll, n)
		} else {
			b.model.Bound = int(n)
		}
	}
	taken := map[int]syntax.Name{}
	next := 0
	for i, f := range b.syntax.Flags {
		at := f.Name.Span
		if n, where, ok := c.numberOf(f.Annotations, "position", b.sym.scope); ok {
			next, at = int(max(min(n, 1<<16), -1)), where
		}
		if next < 0 || next >= b.model.Bound {
			c.add(diag.Diagnostic{
				Code: CodeBits, Span: at, Message: "flag " + quote(f.Name.Text) + " has no bit: those of " + quote(b.sym.name.Text) + " are 0 to " + big.NewInt(int64(b.model.Bound-1)).String(),
				Help: "@bit_bound(n) before the bitmask, n up to 64, gives it more",
			})
			return
		}
		if other, ok := taken[next]; ok {
			c.add(diag.Diagnostic{
				Code: CodeBits, Span: at, Message: "flag " + quote(f.Name.Text) + " has the same bit as " + quote(other.Text),
				Notes: note(other.Span, "%s is here", quote(other.Text)),
			})
		}
		taken[next] = f.Name
		b.model.Flags[i].Position = next
		next++
	}
}

// flagValue returns the value of a flag.
func (c *checker) flagValue(f *model.BitFlag) *big.Int {
	item := c.flagOf[f]
	c.maskFlags(item)
	return new(big.Int).Lsh(big.NewInt(1), uint(f.Position))
}

// evalMask evaluates a constant of a bitmask: flags, and what operators make of them.
func (c *checker) evalMask(x syntax.Expr, m *model.Bitmask, what string) (*model.Value, bool) {
	n, ok := c.evalInt(x, model.ULongLong, what)
	if !ok {
		return nil, false
	}
	c.maskFlags(c.maskOf[m])
	if n.BitLen() > m.Bound {
		c.errorf(CodeRange, x.ExprSpan(), "%s does not fit bitmask %s of %d bits", n, quote(m.Name), m.Bound)
		return nil, false
	}
	return &model.Value{Kind: model.IntValue, Int: n}, true
}
