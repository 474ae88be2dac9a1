package syntax

import (
	"math/bits"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// beginCondition is #if, #ifdef and #ifndef.
func (pp *Preprocessor) beginCondition(f *frame, name raw, live bool) {
	if len(f.conds) >= pp.limits.Nesting {
		pp.abort(CodeLimit, name.span, exceeded("conditionals are nested too deep", "idl-nesting", pp.limits.Nesting))
		return
	}
	c := condition{span: name.span, parent: live}
	if !live {
		f.lexer.skipLine()
		f.conds = append(f.conds, c)
		return
	}
	switch name.text {
	case "if":
		toks := pp.lineTokens(f, false)
		if f.state == guardStart {
			f.state = guardNone
			if g := guardOf(toks); g != "" {
				f.state, f.guard, c.guard = guardInside, g, true
			}
		}
		c.live = pp.evaluate(f, name, toks)
	default:
		t := pp.conditionName(f, name)
		c.live = pp.isDefined(t.text) == (name.text == "ifdef")
		if f.state == guardStart {
			f.state = guardNone
			if name.text == "ifndef" {
				f.state, f.guard, c.guard = guardInside, t.text, true
			}
		}
	}
	c.taken = c.live
	f.conds = append(f.conds, c)
}

// conditionName reads the name of an #ifdef; any name may be asked for.
func (pp *Preprocessor) conditionName(f *frame, directive raw) raw {
	t := f.lexer.next(false)
	pp.pending = append(pp.pending, t.comments...)
	if t.kind != rawIdent {
		pp.errorf(CodeDirective, directive.span, "#%s needs the name of a macro", directive.text)
		f.lexer.skipLine()
		return raw{}
	}
	pp.endDirective(f, directive)
	return t
}

// branch is #elif, #else and #endif.
func (pp *Preprocessor) branch(f *frame, name raw) {
	if len(f.conds) == 0 {
		pp.errorf(CodeConditional, name.span, "#%s without #if", name.text)
		f.lexer.skipLine()
		return
	}
	c := &f.conds[len(f.conds)-1]
	if name.text == "endif" {
		if c.guard && f.state == guardInside {
			f.state = guardAfter
		}
		pp.endDirective(f, name)
		f.conds = f.conds[:len(f.conds)-1]
		return
	}
	if c.guard {
		f.state = guardNone // a guard has one branch
	}
	if c.final {
		pp.report(diag.Diagnostic{
			Code: CodeConditional, Span: name.span, Message: "#" + name.text + " after #else",
			Notes: []diag.Note{{Span: c.span, Message: "the conditional begins here"}},
		})
	}
	switch {
	case name.text == "else":
		c.final = true
		c.live = c.parent && !c.taken
		pp.endDirective(f, name)
	case c.parent && !c.taken:
		c.live = pp.evaluate(f, name, pp.lineTokens(f, false))
	default:
		c.live = false
		f.lexer.skipLine()
	}
	c.taken = c.taken || c.live
}

// guardOf returns the macro that makes reading a file again pointless, if the condition is
// !defined X; else it is empty.
func guardOf(toks []raw) string {
	if len(toks) < 3 || !toks[0].is("!") || toks[1].kind != rawIdent || toks[1].text != "defined" {
		return ""
	}
	switch toks = toks[2:]; {
	case len(toks) == 1 && toks[0].kind == rawIdent:
		return toks[0].text
	case len(toks) == 3 && toks[0].is("(") && toks[1].kind == rawIdent && toks[2].is(")"):
		return toks[1].text
	}
	return ""
}

// evaluate is the expression of an #if (C17 6.10.1): integers of 64 bits. What a macro makes may
// say defined as well, as compilers take it.
func (pp *Preprocessor) evaluate(f *frame, name raw, toks []raw) bool {
	toks = pp.definedOf(f, toks)
	if len(toks) == 0 {
		pp.errorf(CodeConditional, name.span, "#%s needs an expression", name.text)
		return false
	}
	pp.inCondition = true
	toks = pp.expandList(toks, name.span)
	pp.inCondition = false
	e := &condExpr{pp: pp, toks: pp.definedOf(f, toks), at: name.span}
	v := e.ternary(true)
	if len(e.toks) > 0 {
		e.fail("an operator is missing before " + quote(e.toks[0].text))
	}
	return e.ok() && v.bits != 0
}

// isDefined reports whether a name is that of a macro, or __has_include.
func (pp *Preprocessor) isDefined(name string) bool {
	return pp.macros[name] != nil || name == hasInclude
}

// hasInclude is the operator that asks whether there is a file to include.
const hasInclude = "__has_include"

// hasFile evaluates __has_include, from the parenthesis on. It returns how many tokens that
// takes, 0 if they do not name a file.
func (pp *Preprocessor) hasFile(f *frame, toks []raw) (found bool, n int) {
	if len(toks) < 3 || !toks[0].is("(") {
		return false, 0
	}
	header, angled, n := "", false, 2
	if t := toks[1]; t.kind == rawString && t.text[0] == '"' {
		header = t.text[1 : len(t.text)-1]
	} else if t.is("<") {
		for angled = true; n < len(toks) && !toks[n].is(">"); n++ {
			header += toks[n].text
		}
		n++
	}
	if header == "" || n >= len(toks) || !toks[n].is(")") {
		return false, 0
	}
	return pp.sources.has(header, angled, f.file.Path), n + 1
}

// definedOf replaces defined X, defined(X) and __has_include(…).
func (pp *Preprocessor) definedOf(f *frame, toks []raw) []raw {
	var out []raw
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		if t.kind == rawIdent && t.text == hasInclude {
			if found, n := pp.hasFile(f, toks[i+1:]); n > 0 {
				t.kind, t.text = rawNumber, "0"
				if found {
					t.text = "1"
				}
				i += n
			}
		}
		if t.kind == rawIdent && t.text == "defined" {
			n := 0
			if i+1 < len(toks) && toks[i+1].kind == rawIdent {
				n = 1
			} else if i+3 < len(toks) && toks[i+1].is("(") && toks[i+2].kind == rawIdent && toks[i+3].is(")") {
				n = 3
			}
			if n > 0 {
				name := toks[i+(n+1)/2]
				t.kind, t.text = rawNumber, "0"
				if pp.isDefined(name.text) {
					t.text = "1"
				}
				i += n
			}
		}
		out = append(out, t)
	}
	return out
}

// condValue is an integer of intmax_t or uintmax_t.
type condValue struct {
	bits     uint64
	unsigned bool
}

func truth(b bool) condValue {
	if b {
		return condValue{bits: 1}
	}
	return condValue{}
}

type condExpr struct {
	pp     *Preprocessor
	toks   []raw
	at     diag.Span
	depth  int
	failed bool
}

func (e *condExpr) ok() bool { return !e.failed }

func (e *condExpr) fail(message string) condValue {
	if !e.failed {
		at := e.at
		if len(e.toks) > 0 {
			at = e.toks[0].span
		}
		e.pp.errorf(CodeConditional, at, "%s", message)
	}
	e.failed, e.toks = true, nil
	return condValue{}
}

func (e *condExpr) take(punct string) bool {
	if len(e.toks) > 0 && e.toks[0].is(punct) {
		e.toks = e.toks[1:]
		return true
	}
	return false
}

// ternary is a conditional expression. live is false where the value does not matter, so
// that a division by zero there is none.
func (e *condExpr) ternary(live bool) condValue {
	if e.depth++; e.depth > e.pp.limits.Nesting {
		e.pp.abort(CodeLimit, e.at, exceeded("the expression is nested too deep", "idl-nesting", e.pp.limits.Nesting))
		e.failed, e.toks = true, nil
	}
	defer func() { e.depth-- }()
	c := e.binary(0, live)
	if !e.take("?") {
		return c
	}
	a := e.ternary(live && c.bits != 0)
	if !e.take(":") {
		return e.fail("? without its :")
	}
	b := e.ternary(live && c.bits == 0)
	v := b
	if c.bits != 0 {
		v = a
	}
	v.unsigned = a.unsigned || b.unsigned
	return v
}

// condOps are the binary operators, loosest first.
var condOps = [...][]string{
	{"||"}, {"&&"}, {"|"}, {"^"}, {"&"}, {"==", "!="}, {"<", ">", "<=", ">="}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"},
}

func (e *condExpr) binary(level int, live bool) condValue {
	if level == len(condOps) {
		return e.unary(live)
	}
	x := e.binary(level+1, live)
next:
	for {
		for _, op := range condOps[level] {
			if e.take(op) {
				need := live && (op != "||" || x.bits == 0) && (op != "&&" || x.bits != 0)
				x = e.apply(op, x, e.binary(level+1, need), need)
				continue next
			}
		}
		return x
	}
}

func (e *condExpr) apply(op string, x, y condValue, live bool) condValue {
	unsigned := x.unsigned || y.unsigned
	less := func(a, b condValue) bool {
		if unsigned {
			return a.bits < b.bits
		}
		return int64(a.bits) < int64(b.bits)
	}
	v := condValue{unsigned: unsigned}
	switch op {
	case "||":
		return truth(x.bits != 0 || y.bits != 0)
	case "&&":
		return truth(x.bits != 0 && y.bits != 0)
	case "==":
		return truth(x.bits == y.bits)
	case "!=":
		return truth(x.bits != y.bits)
	case "<":
		return truth(less(x, y))
	case ">":
		return truth(less(y, x))
	case "<=":
		return truth(!less(y, x))
	case ">=":
		return truth(!less(x, y))
	case "|":
		v.bits = x.bits | y.bits
	case "^":
		v.bits = x.bits ^ y.bits
	case "&":
		v.bits = x.bits & y.bits
	case "+":
		v.bits = x.bits + y.bits
	case "-":
		v.bits = x.bits - y.bits
	case "*":
		v.bits = x.bits * y.bits
	case "<<", ">>":
		return shift(op, x, y)
	case "/", "%":
		switch {
		case !live:
			return v
		case y.bits == 0:
			return e.fail("division by zero")
		case unsigned && op == "/":
			v.bits, _ = bits.Div64(0, x.bits, y.bits)
		case unsigned:
			_, v.bits = bits.Div64(0, x.bits, y.bits)
		case op == "/":
			v.bits = uint64(int64(x.bits) / int64(y.bits))
		default:
			v.bits = uint64(int64(x.bits) % int64(y.bits))
		}
	}
	return v
}

func shift(op string, x, y condValue) condValue {
	n := y.bits
	if !y.unsigned && int64(n) < 0 || n > 63 {
		n = 63 // undefined in C; the farthest shift that is defined
	}
	switch {
	case op == "<<":
		x.bits <<= n
	case x.unsigned:
		x.bits >>= n
	default:
		x.bits = uint64(int64(x.bits) >> n)
	}
	return x
}

func (e *condExpr) unary(live bool) condValue {
	var ops []string
	for len(e.toks) > 0 && e.toks[0].kind == rawPunct && strings.Contains("+-~!", e.toks[0].text) {
		ops = append(ops, e.toks[0].text)
		e.toks = e.toks[1:]
	}
	v := e.primary(live)
	for i := len(ops) - 1; i >= 0; i-- {
		switch ops[i] {
		case "-":
			v.bits = -v.bits
		case "~":
			v.bits = ^v.bits
		case "!":
			v = truth(v.bits == 0)
		}
	}
	return v
}

func (e *condExpr) primary(live bool) condValue {
	if len(e.toks) == 0 {
		return e.fail("the expression ends where a value is expected")
	}
	if e.take("(") {
		v := e.ternary(live)
		if !e.take(")") {
			return e.fail("a parenthesis is not closed")
		}
		return v
	}
	t := e.toks[0]
	switch t.kind {
	case rawIdent: // a name that is no macro is 0
		if len(e.toks) > 1 && e.toks[1].is("(") {
			return e.fail(quote(t.text) + " is no function-like macro")
		}
		e.toks = e.toks[1:]
		return truth(t.text == "true" || t.text == "TRUE")
	case rawNumber:
		text := strings.TrimRight(strings.ToLower(t.text), "ul")
		n, err := strconv.ParseUint(text, 0, 64)
		if err != nil || strings.ContainsAny(text, "_bo") && !strings.HasPrefix(text, "0x") {
			return e.fail(quote(t.text) + " is no integer")
		}
		e.toks = e.toks[1:]
		return condValue{n, n > 1<<63-1 || strings.Contains(strings.ToLower(t.text[len(text):]), "u")}
	case rawChar:
		r, err := charValue(t.text)
		if err != "" && !isOdd(err) {
			return e.fail(err)
		}
		e.toks = e.toks[1:]
		return condValue{bits: uint64(r)}
	}
	return e.fail("unexpected " + quote(t.text) + " in an expression")
}
