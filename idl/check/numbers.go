package check

import (
	"math/big"
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// precision is the mantissa of the floating-point types, in bits.
var precision = map[model.Kind]uint{model.Float: 24, model.Double: 53, model.LongDouble: 113}

// exponents bounds the binary exponent of the greatest finite values, as big.Float counts.
var exponents = map[model.Kind]int{model.Float: 128, model.Double: 1024, model.LongDouble: 16384}

// evalFloat evaluates a floating-point expression. It is computed in double, or in long
// double where that is the type (3.10.2), and rounded to the type at the end.
func (c *checker) evalFloat(x syntax.Expr, k model.Kind, what string) (*big.Float, bool) {
	work := model.Double
	if k == model.LongDouble {
		work = k
	}
	f, ok := c.floatExpr(x, work, k, what)
	if !ok {
		return nil, false
	}
	f = new(big.Float).SetPrec(precision[k]).Set(f)
	return c.checkFloat(x, f, k)
}

// checkFloat holds a number against the range of its type. What is too small becomes zero, or
// as near as a number without full precision comes.
func (c *checker) checkFloat(x syntax.Expr, f *big.Float, k model.Kind) (*big.Float, bool) {
	if f.IsInf() || f.MantExp(nil) > exponents[k] {
		c.errorf(CodeRange, x.ExprSpan(), "the number is too large for %s", k)
		return nil, false
	}
	switch k { // through the type itself, for its subnormal numbers
	case model.Float:
		v, _ := f.Float32()
		f = new(big.Float).SetPrec(24).SetFloat64(float64(v))
	case model.Double:
		v, _ := f.Float64()
		f = new(big.Float).SetPrec(53).SetFloat64(v)
	default:
		if f.Sign() != 0 && f.MantExp(nil) < -16494 {
			f = new(big.Float).SetPrec(113)
		}
	}
	return f, true
}

func (c *checker) floatExpr(x syntax.Expr, work, k model.Kind, what string) (*big.Float, bool) {
	prec := precision[work]
	switch x := x.(type) {
	case *syntax.Paren:
		return c.floatExpr(x.X, work, k, what)
	case *syntax.Literal:
		if x.Kind == syntax.FloatLiteral {
			f, _, err := big.ParseFloat(x.Text, 10, prec, big.ToNearestEven)
			if err != nil || f.IsInf() {
				f = new(big.Float).SetPrec(prec).SetInf(false)
				if i := strings.IndexAny(x.Text, "eE"); i >= 0 && x.Text[i+1] == '-' {
					f = new(big.Float).SetPrec(prec)
				}
			}
			return c.checkFloat(x, f, work)
		}
	case *syntax.NameExpr:
		v, ok := c.constOf(x.Name)
		if !ok {
			return nil, false
		}
		if v.Kind == model.FloatValue {
			return new(big.Float).SetPrec(prec).Set(v.Float), true
		}
	case *syntax.Unary:
		if x.Op == "~" {
			break
		}
		f, ok := c.floatExpr(x.X, work, k, what)
		if ok && x.Op == "-" {
			f = new(big.Float).Neg(f)
		}
		return f, ok
	case *syntax.Binary:
		if !strings.Contains("+-*/", x.Op) {
			break
		}
		a, ok := c.floatExpr(x.X, work, k, what)
		b, ok2 := c.floatExpr(x.Y, work, k, what)
		if !ok || !ok2 {
			return nil, false
		}
		f := new(big.Float).SetPrec(prec)
		switch x.Op {
		case "+":
			f.Add(a, b)
		case "-":
			f.Sub(a, b)
		case "*":
			f.Mul(a, b)
		case "/":
			if b.Sign() == 0 {
				c.errorf(CodeDivision, x.At.Join(x.Y.ExprSpan()), "division by zero")
				return nil, false
			}
			f.Quo(a, b)
		}
		return c.checkFloat(x, f, work)
	}
	c.mismatch(x, article(k.String()), what)
	return nil, false
}

// decimal is a fixed-point number: n / 10^scale.
type decimal struct {
	n     *big.Int
	scale int
}

func tenTo(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// maxDigits is the number of digits that a fixed has at most.
const maxDigits = 31

// normal removes trailing zeros of the fraction and drops digits of it that do not fit into
// 31 (3.10.2). ok is false if what stands before the point does not fit.
func (d decimal) normal() (decimal, bool) {
	n := new(big.Int).Set(d.n)
	ten, rem := big.NewInt(10), new(big.Int)
	for d.scale > 0 {
		q, r := new(big.Int).QuoRem(n, ten, rem)
		if r.Sign() != 0 && max(len(new(big.Int).Abs(n).String()), d.scale) <= maxDigits {
			break
		}
		n = q
		d.scale--
	}
	d.n = n
	return d, len(new(big.Int).Abs(n).String()) <= maxDigits
}

// text writes the number with its fraction.
func (d decimal) text() string {
	s := new(big.Int).Abs(d.n).String()
	if d.scale > 0 {
		if pad := d.scale + 1 - len(s); pad > 0 {
			s = strings.Repeat("0", pad) + s
		}
		s = s[:len(s)-d.scale] + "." + s[len(s)-d.scale:]
	}
	if d.n.Sign() < 0 {
		s = "-" + s
	}
	return s
}

// parseDecimal reads digits with an optional sign and point.
func parseDecimal(s string) decimal {
	whole, fraction, _ := strings.Cut(s, ".")
	n, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		n = new(big.Int)
	}
	return decimal{n, len(fraction)}
}

// fixedSize returns the digits and scale of the smallest fixed type that holds a number.
func fixedSize(text string) (digits, scale int) {
	d := parseDecimal(text)
	return max(len(new(big.Int).Abs(d.n).String()), d.scale, 1), d.scale
}

func (c *checker) evalFixed(x syntax.Expr, t *model.Type) (*model.Value, bool) {
	d, ok := c.fixedExpr(x)
	if !ok {
		return nil, false
	}
	if t.Digits > 0 { // the type has a name
		if d.scale > t.Scale {
			d = decimal{new(big.Int).Quo(d.n, tenTo(d.scale-t.Scale)), t.Scale}
		}
		digits := len(new(big.Int).Abs(d.n).String())
		if d.n.Sign() != 0 && digits-d.scale > t.Digits-t.Scale {
			c.errorf(CodeRange, x.ExprSpan(), "%s does not fit fixed<%d,%d>", d.text(), t.Digits, t.Scale)
			return nil, false
		}
	}
	return &model.Value{Kind: model.FixedValue, Text: d.text()}, true
}

func (c *checker) fixedExpr(x syntax.Expr) (decimal, bool) {
	switch x := x.(type) {
	case *syntax.Paren:
		return c.fixedExpr(x.X)
	case *syntax.Literal:
		if x.Kind == syntax.FixedLiteral {
			d := parseDecimal(strings.TrimRight(x.Text, "dD"))
			if len(strings.Trim(d.n.String(), "0")) > maxDigits {
				c.errorf(CodeRange, x.Span, "a fixed has at most %d digits", maxDigits)
				return decimal{}, false
			}
			return c.normalFixed(x, d)
		}
	case *syntax.NameExpr:
		v, ok := c.constOf(x.Name)
		if !ok {
			return decimal{}, false
		}
		if v.Kind == model.FixedValue {
			return parseDecimal(v.Text), true
		}
	case *syntax.Unary:
		if x.Op == "~" {
			break
		}
		d, ok := c.fixedExpr(x.X)
		if ok && x.Op == "-" {
			d.n = new(big.Int).Neg(d.n)
		}
		return d, ok
	case *syntax.Binary:
		if strings.Contains("+-*/", x.Op) {
			return c.fixedOp(x)
		}
	}
	c.mismatch(x, "a fixed", "the value")
	return decimal{}, false
}

func (c *checker) fixedOp(x *syntax.Binary) (decimal, bool) {
	a, ok := c.fixedExpr(x.X)
	b, ok2 := c.fixedExpr(x.Y)
	if !ok || !ok2 {
		return decimal{}, false
	}
	d := decimal{n: new(big.Int)}
	switch x.Op {
	case "+", "-":
		d.scale = max(a.scale, b.scale)
		an := new(big.Int).Mul(a.n, tenTo(d.scale-a.scale))
		bn := new(big.Int).Mul(b.n, tenTo(d.scale-b.scale))
		if x.Op == "+" {
			d.n.Add(an, bn)
		} else {
			d.n.Sub(an, bn)
		}
	case "*":
		d.n.Mul(a.n, b.n)
		d.scale = a.scale + b.scale
	case "/":
		if b.n.Sign() == 0 {
			c.errorf(CodeDivision, x.At.Join(x.Y.ExprSpan()), "division by zero")
			return decimal{}, false
		}
		// As many digits of the quotient as may be kept; normal drops the rest.
		d.scale = 2 * maxDigits
		n := new(big.Int).Mul(a.n, tenTo(d.scale+b.scale))
		d.n.Quo(n, new(big.Int).Mul(b.n, tenTo(a.scale)))
	}
	return c.normalFixed(x, d)
}

func (c *checker) normalFixed(x syntax.Expr, d decimal) (decimal, bool) {
	d, ok := d.normal()
	if !ok {
		c.errorf(CodeRange, x.ExprSpan(), "the number has more than %d digits", maxDigits)
	}
	return d, ok
}
