package check

import (
	"fmt"
	"math"
	"math/big"
	"unicode/utf8"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// evaluation says how far a constant's evaluation is.
type evaluation uint8

const (
	pending evaluation = iota
	failed             // reported
	evaluated
)

// constants evaluates the constants, in order: each uses earlier ones only.
func (c *checker) constants() {
	for _, item := range c.consts {
		if c.ended() {
			return
		}
		item.state = failed
		item.model.Type = c.typ(item.syntax.Type)
		if item.model.Type == nil {
			continue
		}
		t := c.resolved(item.model.Type)
		if t == nil {
			continue
		}
		if !canBeConst(t) {
			c.add(diag.Diagnostic{
				Code: CodeConstType, Span: item.syntax.Type.TypeSpan(), Message: "a constant cannot be of type " + kindOf(t),
				Help: "constants are integers, octets, characters, strings, booleans, floating-point and fixed-point numbers, and enumerators",
			})
			continue
		}
		v, ok := c.eval(item.syntax.Value, t, "the value of "+quote(item.sym.name.Text))
		if !ok {
			continue
		}
		item.model.Value, item.state = v, evaluated
		if t.Kind == model.Fixed && t.Digits == 0 {
			item.model.Type.Digits, item.model.Type.Scale = fixedSize(v.Text)
		}
	}
}

func canBeConst(t *model.Type) bool {
	switch t.Kind {
	case model.Boolean, model.Char, model.WChar, model.Octet, model.String, model.WString, model.Fixed:
		return true
	case model.Named:
		switch t.Decl.(type) {
		case *model.Enum, *model.Bitmask:
			return true
		}
		return false
	}
	return t.Kind.IsInteger() || t.Kind.IsFloat()
}

// eval evaluates an expression as a value of a type that canBeConst. what names the result in
// messages. false means that it was reported.
func (c *checker) eval(x syntax.Expr, t *model.Type, what string) (*model.Value, bool) {
	v := &model.Value{}
	var ok bool
	switch k := t.Kind; {
	case k.IsInteger() || k == model.Octet:
		v.Kind = model.IntValue
		v.Int, ok = c.evalInt(x, k, what)
	case k.IsFloat():
		v.Kind = model.FloatValue
		v.Float, ok = c.evalFloat(x, k, what)
	case k == model.Fixed:
		return c.evalFixed(x, t)
	default:
		if m, ok := t.Decl.(*model.Bitmask); ok {
			return c.evalMask(x, m, what)
		}
		return c.evalSimple(x, t, what)
	}
	return v, ok
}

// evalSimple evaluates what has no operators: a literal or the name of a constant.
func (c *checker) evalSimple(x syntax.Expr, t *model.Type, what string) (*model.Value, bool) {
	x = unparen(x)
	want := valueKind(t)
	switch x := x.(type) {
	case *syntax.Literal:
		if v := simpleLiteral(x); v != nil && v.Kind == want {
			return v, c.checkBound(v, t, x.Span)
		}
	case *syntax.NameExpr:
		sym := c.refs[x.Name]
		if sym == nil {
			return nil, false
		}
		if e, ok := sym.decl.(*model.Enumerator); ok && want == model.EnumValue {
			return c.enumerator(e, t, x.Name, sym)
		}
		v, ok := c.constOf(x.Name)
		if !ok {
			return nil, false
		}
		if v.Kind == want && (want != model.EnumValue || c.isOf(v.Enumerator, t)) {
			return v, c.checkBound(v, t, x.Name.Span)
		}
	}
	c.mismatch(x, article(kindOf(t)), what)
	return nil, false
}

func unparen(x syntax.Expr) syntax.Expr {
	for {
		p, ok := x.(*syntax.Paren)
		if !ok {
			return x
		}
		x = p.X
	}
}

func valueKind(t *model.Type) model.ValueKind {
	switch t.Kind {
	case model.Boolean:
		return model.BoolValue
	case model.Char:
		return model.CharValue
	case model.WChar:
		return model.WCharValue
	case model.String:
		return model.StringValue
	case model.WString:
		return model.WStringValue
	}
	return model.EnumValue
}

func simpleLiteral(x *syntax.Literal) *model.Value {
	r, _ := utf8.DecodeRuneInString(x.Text)
	switch x.Kind {
	case syntax.BooleanLiteral:
		return &model.Value{Kind: model.BoolValue, Bool: x.Text == "TRUE"}
	case syntax.CharLiteral:
		return &model.Value{Kind: model.CharValue, Char: r}
	case syntax.WCharLiteral:
		return &model.Value{Kind: model.WCharValue, Char: r}
	case syntax.StringLiteral:
		return &model.Value{Kind: model.StringValue, Text: x.Text}
	case syntax.WStringLiteral:
		return &model.Value{Kind: model.WStringValue, Text: x.Text}
	}
	return nil
}

func (c *checker) isOf(e *model.Enumerator, t *model.Type) bool {
	return model.Decl(c.enumOf[e]) == t.Decl
}

func (c *checker) enumerator(e *model.Enumerator, t *model.Type, n *syntax.ScopedName, sym *symbol) (*model.Value, bool) {
	if !c.isOf(e, t) {
		c.add(diag.Diagnostic{
			Code: CodeConstType, Span: n.Span, Message: quote(n.String()) + " is no enumerator of " + quote(t.Decl.About().Name),
			Notes: note(sym.span(), "declared here"),
		})
		return nil, false
	}
	return &model.Value{Kind: model.EnumValue, Enumerator: e}, true
}

// checkBound holds a string against the bound of its type.
func (c *checker) checkBound(v *model.Value, t *model.Type, at diag.Span) bool {
	if t.Kind != model.String && t.Kind != model.WString || t.Bound == 0 {
		return true
	}
	if n := utf8.RuneCountInString(v.Text); uint64(n) > t.Bound {
		c.errorf(CodeRange, at, "a string of %d characters does not fit %s<%d>", n, t.Kind, t.Bound)
		return false
	}
	return true
}

// constOf returns the value of the constant that a name denotes.
func (c *checker) constOf(n *syntax.ScopedName) (*model.Value, bool) {
	sym := c.refs[n]
	if sym == nil {
		return nil, false
	}
	item, ok := sym.syntax.(*constItem)
	if !ok {
		if e, ok := sym.decl.(*model.Enumerator); ok {
			return &model.Value{Kind: model.EnumValue, Enumerator: e}, true
		}
		if f, ok := sym.decl.(*model.BitFlag); ok {
			return &model.Value{Kind: model.IntValue, Int: c.flagValue(f)}, true
		}
		c.add(diag.Diagnostic{
			Code: CodeNotConst, Span: n.Span, Message: quote(n.String()) + " is no constant, but " + article(string(sym.kind)),
			Notes: note(sym.span(), "declared here"),
		})
		return nil, false
	}
	return item.model.Value, item.state == evaluated
}

// mismatch reports a value of the wrong type.
func (c *checker) mismatch(x syntax.Expr, want, what string) {
	if l, ok := x.(*syntax.Literal); ok && l.Kind == syntax.BadLiteral {
		return // reported
	}
	d := diag.Diagnostic{Code: CodeConstType, Span: x.ExprSpan(), Message: what + " is " + want + ", not " + c.describe(x)}
	if l, ok := x.(*syntax.Literal); ok {
		switch {
		case l.Kind == syntax.IntegerLiteral && (want == "a float" || want == "a double" || want == "a long double"):
			d.Help = "write " + l.Text + ".0"
		case l.Kind == syntax.FloatLiteral && want == "a fixed":
			d.Help = "write " + l.Text + "d"
		case l.Kind == syntax.CharLiteral && want == "a wchar", l.Kind == syntax.StringLiteral && want == "a wstring":
			d.Help = "write an L before it"
		}
	}
	c.add(d)
}

// describe says what an expression is.
func (c *checker) describe(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.Literal:
		return article(x.Kind.String()) + " literal"
	case *syntax.NameExpr:
		if sym := c.refs[x.Name]; sym != nil {
			if item, ok := sym.syntax.(*constItem); ok && item.model.Type != nil {
				if t := c.resolved(item.model.Type); t != nil {
					return "the " + kindOf(t) + " constant " + quote(x.Name.String())
				}
			}
			return sym.describe()
		}
		return quote(x.Name.String())
	}
	return "the result of an operation"
}

// width returns the bits in which an integer expression of a type is computed (3.10.2): 64 for
// the long longs, 32 for all that is smaller.
func width(k model.Kind) uint {
	if k == model.LongLong || k == model.ULongLong {
		return 64
	}
	return 32
}

// widths are the bounds of every part of an expression, by its width: from the least signed
// number to the greatest unsigned one.
var widths = map[uint]struct{ least, most *big.Int }{
	32: {big.NewInt(math.MinInt32), big.NewInt(math.MaxUint32)},
	64: {big.NewInt(math.MinInt64), new(big.Int).SetUint64(math.MaxUint64)},
}

// intRange returns the least and the greatest value of an integer type or octet.
func intRange(k model.Kind) (lo, hi *big.Int) {
	bits := map[model.Kind]uint{
		model.Int8: 8, model.UInt8: 8, model.Octet: 8, model.Short: 16, model.UShort: 16, model.Long: 32, model.ULong: 32,
		model.LongLong: 64, model.ULongLong: 64,
	}[k]
	one := big.NewInt(1)
	if k.IsSigned() {
		half := new(big.Int).Lsh(one, bits-1)
		return new(big.Int).Neg(half), new(big.Int).Sub(half, one)
	}
	return new(big.Int), new(big.Int).Sub(new(big.Int).Lsh(one, bits), one)
}

// evalInt evaluates an integer expression (3.10.2) and holds the result against its type.
func (c *checker) evalInt(x syntax.Expr, k model.Kind, what string) (*big.Int, bool) {
	n, ok := c.intExpr(x, partKind(x, k), what)
	if !ok {
		return nil, false
	}
	lo, hi := intRange(k)
	if n.Cmp(lo) < 0 || n.Cmp(hi) > 0 {
		name := k.String()
		c.add(diag.Diagnostic{Code: CodeRange, Span: x.ExprSpan(), Message: n.String() + " does not fit " + name, Help: name + " holds " + lo.String() + " to " + hi.String()})
		return nil, false
	}
	return n, true
}

// partKind returns the type in whose width the parts of an expression are computed. That of a
// literal alone is the largest one: it is what the expression is for that is too small for it.
func partKind(x syntax.Expr, k model.Kind) model.Kind {
	if _, literal := unparen(x).(*syntax.Literal); literal {
		return model.ULongLong
	}
	return k
}

func (c *checker) intExpr(x syntax.Expr, k model.Kind, what string) (*big.Int, bool) {
	switch x := x.(type) {
	case *syntax.Paren:
		return c.intExpr(x.X, k, what)
	case *syntax.Literal:
		if x.Kind == syntax.IntegerLiteral {
			n := syntax.IntegerValue(x.Text)
			return n, c.inBounds(n, k, x)
		}
	case *syntax.NameExpr:
		v, ok := c.constOf(x.Name)
		if !ok {
			return nil, false
		}
		if v.Kind == model.IntValue {
			return v.Int, c.inBounds(v.Int, k, x)
		}
	case *syntax.Unary:
		n, ok := c.intExpr(x.X, k, what)
		if !ok {
			return nil, false
		}
		switch x.Op {
		case "-":
			n = new(big.Int).Neg(n)
		case "~": // of an unsigned type, and of what fits no signed one, it is the complement in its width
			if w := width(k); (k.IsSigned() || n.Sign() < 0) && n.BitLen() < int(w) {
				n = new(big.Int).Not(n)
			} else {
				n = new(big.Int).Sub(widths[w].most, n)
			}
		}
		return n, c.inBounds(n, k, x)
	case *syntax.Binary:
		a, ok := c.intExpr(x.X, k, what)
		b, ok2 := c.intExpr(x.Y, k, what)
		if !ok || !ok2 {
			return nil, false
		}
		return c.intOp(x, k, a, b)
	}
	c.mismatch(x, "an integer", what)
	return nil, false
}

func (c *checker) intOp(x *syntax.Binary, k model.Kind, a, b *big.Int) (*big.Int, bool) {
	n := new(big.Int)
	switch x.Op {
	case "|":
		n.Or(a, b)
	case "^":
		n.Xor(a, b)
	case "&":
		n.And(a, b)
	case "+":
		n.Add(a, b)
	case "-":
		n.Sub(a, b)
	case "*":
		n.Mul(a, b)
	case "/", "%":
		if b.Sign() == 0 {
			c.errorf(CodeDivision, x.At.Join(x.Y.ExprSpan()), "division by zero")
			return nil, false
		}
		if x.Op == "/" {
			n.Quo(a, b)
		} else {
			n.Rem(a, b)
		}
	case "<<", ">>":
		if b.Sign() < 0 || b.Cmp(big.NewInt(64)) >= 0 {
			c.errorf(CodeRange, x.Y.ExprSpan(), "a shift is by 0 to 63 bits, not %s", b)
			return nil, false
		}
		if x.Op == "<<" {
			n.Lsh(a, uint(b.Uint64()))
			// 0xFFFFFFFF << 1 and ~0 << 8 are masks of the type's width: their upper bits go.
			if !k.IsSigned() && a.Sign() > 0 && b.Cmp(big.NewInt(int64(width(k)))) < 0 {
				n.And(n, widths[width(k)].most)
			}
		} else {
			n.Rsh(a, uint(b.Uint64()))
		}
	}
	return n, c.inBounds(n, k, x)
}

// inBounds holds a part of an expression against the width in which it is computed.
func (c *checker) inBounds(n *big.Int, k model.Kind, x syntax.Expr) bool {
	w := width(k)
	if n.Cmp(widths[w].least) < 0 || n.Cmp(widths[w].most) > 0 {
		d := diag.Diagnostic{Code: CodeRange, Span: x.ExprSpan(), Message: fmt.Sprintf("the number does not fit %d bits", w)}
		if w < 64 {
			d.Help = "every part of an expression fits the width of its type, here " + k.String() + "; of a long long or unsigned long long that is 64 bits"
		}
		c.add(d)
		return false
	}
	return true
}
