package check

import (
	"math"
	"math/big"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// maxElements bounds the elements of an array, over all its dimensions. It is the bound that
// CDR sets to a sequence, and keeps sizes within what programs can count.
const maxElements = math.MaxUint32

// types makes the types of typedefs, structures and exceptions.
func (c *checker) types() {
	for _, t := range c.typedefs {
		if c.ended() {
			return
		}
		c.typedefType(t)
	}
	c.formalSequences()
	for _, r := range c.records {
		if c.ended() {
			return
		}
		for _, m := range r.syntax {
			elem := c.typ(m.Type)
			for _, d := range m.Declarators {
				q := r.nodes[d]
				q.Type = c.array(elem, d)
				*r.members = append(*r.members, q)
			}
		}
	}
}

// typedefType makes the type of a typedef, once.
func (c *checker) typedefType(t *typedefItem) {
	if t.model.Type == nil {
		t.model.Type = c.array(c.typ(t.syntax.Type), t.declarator)
	}
}

// basic are the types that are keywords.
var basic = map[string]model.Kind{
	"boolean": model.Boolean, "octet": model.Octet, "char": model.Char, "wchar": model.WChar, "short": model.Short,
	"unsigned short": model.UShort, "long": model.Long, "unsigned long": model.ULong, "long long": model.LongLong,
	"unsigned long long": model.ULongLong, "float": model.Float, "double": model.Double, "long double": model.LongDouble,
	"any": model.Any, "void": model.Void, "Object": model.Object, "ValueBase": model.ValueBase,
}

// typ makes a type. It returns nil for one that was reported.
func (c *checker) typ(t syntax.TypeExpr) *model.Type {
	switch t := t.(type) {
	case nil:
		return &model.Type{Kind: model.Void}
	case *syntax.BasicType:
		return &model.Type{Kind: basic[t.Name], Span: t.Span}
	case *syntax.NamedType:
		return c.named(t.Name)
	case *syntax.StringType:
		k := model.String
		if t.Wide {
			k = model.WString
		}
		bound, ok := c.size(t.Bound, "the bound of a string")
		if !ok {
			return nil
		}
		return &model.Type{Kind: k, Bound: bound, Span: t.Span}
	case *syntax.SequenceType:
		elem := c.typ(t.Elem)
		bound, ok := c.size(t.Bound, "the bound of a sequence")
		if elem == nil || !ok {
			return nil
		}
		c.annotateType(elem, t.ElemAnnotations)
		return &model.Type{Kind: model.Sequence, Elem: elem, Bound: bound, Span: t.Span}
	case *syntax.MapType:
		return c.mapType(t)
	case *syntax.FixedType:
		return c.fixed(t)
	case *syntax.PointerType:
		return pointer(c.typ(t.Elem), 1, t.Span)
	case *syntax.UnsignedType:
		return c.unsigned(t)
	case *syntax.Struct, *syntax.Union, *syntax.Enum, *syntax.Bitset, *syntax.Bitmask:
		sym := c.bySyntax[t]
		if sym == nil {
			return nil
		}
		return &model.Type{Kind: model.Named, Decl: sym.decl, Name: sym.name.Text, Span: sym.span()}
	}
	return nil
}

// mapType makes a map (IDL 4.2, 7.4.13.4.1).
func (c *checker) mapType(t *syntax.MapType) *model.Type {
	key, elem := c.typ(t.Key), c.typ(t.Elem)
	bound, ok := c.size(t.Bound, "the bound of a map")
	if key == nil || elem == nil || !ok {
		return nil
	}
	c.annotateType(key, t.KeyAnnotations)
	c.annotateType(elem, t.ElemAnnotations)
	return &model.Type{Kind: model.Map, Key: key, Elem: elem, Bound: bound, Span: t.Span}
}

func (c *checker) named(n *syntax.ScopedName) *model.Type {
	t := &model.Type{Kind: model.Named, Name: n.String(), Span: n.Span}
	if k, ok := c.builtins[n]; ok {
		t.Kind = k
		return t
	}
	sym := c.refs[n]
	if sym == nil || sym.decl == nil {
		return nil
	}
	t.Decl = sym.decl
	if sym.kind == kindInterface && sym.qualified() == "CORBA::TypeCode" {
		t.Kind = model.TypeCode
	}
	return t
}

// size evaluates the bound of a string or sequence, a positive integer; 0 if there is none.
func (c *checker) size(x syntax.Expr, what string) (uint64, bool) {
	if x == nil {
		return 0, true
	}
	n, ok := c.intExpr(x, partKind(x, model.ULong), what)
	switch {
	case !ok:
		return 0, false
	case n.Sign() <= 0:
		c.errorf(CodeSize, x.ExprSpan(), "%s is at least 1, not %s", what, n)
		return 0, false
	case n.BitLen() > 32:
		c.errorf(CodeSize, x.ExprSpan(), "%s is at most 4294967295, not %s", what, n)
		return 0, false
	}
	return n.Uint64(), true
}

func (c *checker) fixed(t *syntax.FixedType) *model.Type {
	f := &model.Type{Kind: model.Fixed, Span: t.Span}
	if t.Digits == nil {
		return f
	}
	digits, ok := c.intExpr(t.Digits, model.Long, "the number of digits of a fixed")
	scale, ok2 := c.intExpr(t.Scale, model.Long, "the scale of a fixed")
	switch {
	case !ok || !ok2:
		return nil
	case digits.Sign() < 1 || digits.Cmp(big.NewInt(maxDigits)) > 0:
		c.errorf(CodeSize, t.Digits.ExprSpan(), "a fixed has 1 to %d digits, not %s", maxDigits, digits)
		return nil
	case scale.Sign() < 0 || scale.Cmp(digits) > 0:
		c.errorf(CodeSize, t.Scale.ExprSpan(), "the scale of a fixed is 0 to the number of its digits, %s, not %s", digits, scale)
		return nil
	}
	f.Digits, f.Scale = int(digits.Int64()), int(scale.Int64())
	return f
}

// array makes the type of a declarator with dimensions.
func (c *checker) array(elem *model.Type, d *syntax.Declarator) *model.Type {
	elem = pointer(elem, d.Stars, d.Span)
	if len(d.Dims) == 0 {
		return elem
	}
	a := &model.Type{Kind: model.Array, Elem: elem, Span: d.Span}
	total := uint64(1)
	for _, x := range d.Dims {
		n, ok := c.size(x, "the size of an array")
		if !ok {
			return nil
		}
		a.Dims = append(a.Dims, n)
		if total *= n; total > maxElements { // both factors fit 32 bits
			c.add(diag.Diagnostic{Code: CodeSize, Span: d.Span, Message: "the array has more than 4294967295 elements"})
			return nil
		}
	}
	if elem == nil {
		return nil
	}
	return a
}

// resolved returns what a type is behind typedefs, which need not be made yet; nil if unknown.
func (c *checker) resolved(t *model.Type) *model.Type {
	for t != nil && t.Kind == model.Named {
		td, ok := t.Decl.(*model.Typedef)
		if !ok {
			break
		}
		if td.Type == nil {
			if item, ok := c.typedefOf[td]; ok {
				c.typedefType(item)
			}
		}
		t = td.Type
	}
	return t
}

// kindOf names a type in messages: the kind of what stands behind typedefs.
func kindOf(t *model.Type) string {
	if t.Kind == model.Named {
		return t.Decl.Kind()
	}
	return t.Kind.String()
}
