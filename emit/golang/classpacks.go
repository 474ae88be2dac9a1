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
	w.crossing(m)
}

// narrow returns the function that makes an object one of the class that a type names, or "" where it names none.
func (w *classWriter) narrow(t *model.Type) string {
	i, ok := w.interfaceOf(t.Resolve().Decl)
	if t.Resolve().Kind != model.Named || !ok || strings.HasSuffix(w.goType(t.Resolve()), "som.Object") {
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
