package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

// packs prints what makes a typed call of packed arguments, and the reverse.
func (w *classWriter) packs(m classMethod) {
	som, ctx := w.rt("som"), w.rt("context")
	l := w.newLocals("ctx", "err", "args", "self", "fn")
	c := m.renamed(l)
	w.F("func apply%s(fn %s, self %s.Self, ctx %s.Context, args []any) ([]any, error) {", m.method, m.funcName(), som, ctx)
	w.F("if err := %s.CheckArgs(args, %d); err != nil {", som, len(c.ins))
	w.L("return nil, err")
	w.L("}")
	for i, p := range c.ins {
		if narrow := w.narrow(p.typ); narrow != "" {
			w.F("%s, err := %s.ArgObject[%s](args, %d, %s)", p.name, som, w.goType(p.typ), i, narrow)
		} else {
			w.F("%s, err := %s.Arg[%s](args, %d)", p.name, som, w.goType(p.typ), i)
		}
		w.L("if err != nil {")
		w.L("return nil, err")
		w.L("}")
	}
	if len(c.outs) == 0 {
		w.F("return nil, fn(%s)", passed("self", c))
	} else {
		outs := strings.Join(c.outNames(), ", ")
		w.F("%s, err := fn(%s)", outs, passed("self", c))
		w.F("return []any{%s}, err", outs)
	}
	w.L("}")
	w.Blank()

	l = w.newLocals("ctx", "err", "self")
	c = m.renamed(l)
	p, out := l.either("p", "packed"), l.either("out", "packedOut")
	w.F("func dispatch%s(%s %s.Packed) %s {", m.method, p, som, m.funcName())
	w.F("return func(self %s.Self, %s)%s {", som, w.parameters(c), w.resultTypes(&m))
	var args []string
	for _, in := range c.ins {
		args = append(args, in.name)
	}
	packed := "nil"
	if len(args) > 0 {
		packed = "[]any{" + strings.Join(args, ", ") + "}"
	}
	if len(c.outs) == 0 {
		w.F("_, err := %s(self, ctx, %s)", p, packed)
		w.L("return err")
	} else {
		w.F("%s, err := %s(self, ctx, %s)", out, p, packed)
		var results []string
		for i, o := range c.outs {
			if narrow := w.narrow(o.typ); narrow != "" {
				results = append(results, fmt.Sprintf("%s.ResultObject[%s](%s, %d, %s)", som, w.goType(o.typ), out, i, narrow))
			} else {
				results = append(results, fmt.Sprintf("%s.Result[%s](%s, %d)", som, w.goType(o.typ), out, i))
			}
		}
		w.F("return %s, err", strings.Join(results, ", "))
	}
	w.L("}")
	w.L("}")
	w.Blank()
	if m.isWords() {
		w.words(m)
	}
}

// narrow returns the function that makes an object one of the class that a type names, or "" where it names none.
func (w *classWriter) narrow(t *model.Type) string {
	i, ok := w.interfaceOf(t.Resolve().Decl)
	if t.Resolve().Kind != model.Named || !ok || strings.HasSuffix(w.goType(t), "som.Object") {
		return ""
	}
	if i == w.d {
		w.narrows = true
		return "narrowOwn"
	}
	return w.qualified(i, "Narrow")
}

// ownNarrow prints Narrow once more, for what Class itself is made of: Go has no circles in what variables begin with.
func (w *classWriter) ownNarrow() {
	som := w.rt("som")
	w.L("// own is Class, for the functions that Class is made of.")
	w.F("var own *%s.Class", som)
	w.Blank()
	w.L("func init() { own = Class }")
	w.Blank()
	w.F("func narrowOwn(o %s.Object) (Ref, bool) {", som)
	w.L("r := o.SOM()")
	w.F("return %s, r.IsA(own)", w.wrapped(w.d, "r"))
	w.L("}")
	w.Blank()
}

// maxWords is how many arguments go as words between kernels.
const maxWords = 4

var wordNames = [maxWords]string{"a", "b", "c", "d"}

// isWords reports whether arguments and result are numbers without a fraction, which cross between kernels as
// machine words.
func (m *classMethod) isWords() bool {
	if m.init || !m.inTable() || len(m.ins) > maxWords || len(m.outs) > 1 || len(m.outs) == 1 && !m.returns {
		return false
	}
	for _, p := range append(m.ins[:len(m.ins):len(m.ins)], m.outs...) {
		if !isWord(p.typ) {
			return false
		}
	}
	return true
}

func isWord(t *model.Type) bool {
	t = t.Resolve()
	switch t.Kind {
	case model.Boolean, model.Octet, model.Char, model.Int8, model.UInt8:
		return true
	case model.Named:
		_, ok := t.Decl.(*model.Enum)
		return ok
	}
	return t.Kind.IsInteger()
}

// words prints the same for calls that cross between kernels.
func (w *classWriter) words(m classMethod) {
	som, ctx := w.rt("som"), w.rt("context")
	isBool := func(t *model.Type) bool { return t.Resolve().Kind == model.Boolean }
	args := []string{"self", "ctx"}
	for i, p := range m.ins {
		if isBool(p.typ) {
			args = append(args, fmt.Sprintf("byte(%s) != 0", wordNames[i]))
		} else {
			args = append(args, fmt.Sprintf("%s(%s)", w.goType(p.typ), wordNames[i]))
		}
	}
	words := wordNames
	for i := len(m.ins); i < maxWords; i++ {
		words[i] = "_"
	}
	w.F("func words%s(fn %s, self %s.Self, ctx %s.Context, %s uint64) (uint64, error) {", m.method, m.funcName(), som, ctx, strings.Join(words[:], ", "))
	switch {
	case len(m.outs) == 0:
		w.F("return 0, fn(%s)", strings.Join(args, ", "))
	case isBool(m.outs[0].typ):
		w.F("result, err := fn(%s)", strings.Join(args, ", "))
		w.F("return %s.Bool(result), err", som)
	default:
		w.F("result, err := fn(%s)", strings.Join(args, ", "))
		w.L("return uint64(result), err")
	}
	w.L("}")
	w.Blank()

	l := w.newLocals("ctx", "err", "self")
	c := m.renamed(l)
	cross := l.either("x", "crossing")
	args = nil
	for _, p := range c.ins {
		if isBool(p.typ) {
			args = append(args, som+".Bool("+p.name+")")
		} else {
			args = append(args, "uint64("+p.name+")")
		}
	}
	for len(args) < maxWords {
		args = append(args, "0")
	}
	w.F("func cross%s(%s %s.Crossing) %s {", m.method, cross, som, m.funcName())
	w.F("return func(self %s.Self, %s)%s {", som, w.parameters(c), w.resultTypes(&m))
	call := fmt.Sprintf("%s(self, ctx, %s)", cross, strings.Join(args, ", "))
	switch {
	case len(m.outs) == 0:
		w.F("_, err := %s", call)
		w.L("return err")
	case isBool(m.outs[0].typ):
		w.F("result, err := %s", call)
		w.L("return byte(result) != 0, err")
	default:
		w.F("result, err := %s", call)
		w.F("return %s(result), err", w.goType(m.outs[0].typ))
	}
	w.L("}")
	w.L("}")
	w.Blank()
}
