package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

// What crosses between kernels in a som.Frame: numbers, fractions among them, and objects, in and out.

// maxFrame is how many parameters go so, as som.MaxFrame has it, and where the result is.
const maxFrame = 8

// framed is a parameter of a method as IDL has it: which of Go's it is; -1: none.
type framed struct{ in, out int }

// framedParams returns the parameters of a method that crosses so, and whether it does.
func (m *classMethod) framedParams() ([]framed, bool) {
	if m.init || !m.inTable() {
		return nil, false
	}
	var all []framed
	ins, outs := 0, 0
	if m.returns {
		outs++
	}
	o, _ := m.decl.(*model.Operation)
	if o == nil {
		for ; ins < len(m.ins); ins++ {
			all = append(all, framed{ins, -1})
		}
	} else {
		for _, p := range o.Params {
			f := framed{-1, -1}
			if p.Direction != model.Out {
				f.in, ins = ins, ins+1
			}
			if p.Direction == model.Out || p.Direction == model.InOut {
				f.out, outs = outs, outs+1
			}
			all = append(all, f)
		}
	}
	if len(all) > maxFrame || ins != len(m.ins) || outs != len(m.outs) {
		return nil, false
	}
	for _, p := range append(m.ins[:len(m.ins):len(m.ins)], m.outs...) {
		if !isWord(p.typ) && !isReal(p.typ) && !isObjectType(p.typ) {
			return nil, false
		}
	}
	return all, true
}

// isFrames reports whether a method crosses so, and not in a way that is quicker.
func (m *classMethod) isFrames() bool {
	_, ok := m.framedParams()
	return ok && !m.isWords() && !m.isTexts()
}

func isReal(t *model.Type) bool {
	kind := t.Resolve().Kind
	return kind == model.Float || kind == model.Double
}

func isObjectType(t *model.Type) bool {
	t = t.Resolve()
	if t.Kind != model.Named {
		return false
	}
	_, ok := definitionOf(t.Decl).(*model.Interface)
	return ok && crosses(t, map[model.Decl]bool{})
}

// frames prints what calls an implementation with a frame.
func (w *classWriter) frames(m classMethod) {
	som := w.rt("som")
	all, _ := m.framedParams()
	w.F("func frames%s(fn %s, self %s.Self, ctx %s.Context, f *%s.Frame) error {", m.method, m.funcName(), som, w.rt("context"), som)
	args, outs := []string{"self", "ctx"}, make([]string, len(m.outs))
	for n, p := range all {
		if p.in < 0 {
			continue
		}
		t := m.ins[p.in].typ
		narrow := w.narrow(t)
		if !isObjectType(t) || narrow == "" {
			args = append(args, w.fromFrame(t, "f", n))
			continue
		}
		local := fmt.Sprintf("in%d", n)
		w.F("%s, err := %s.FrameObject[%s](f, %d, %s)", local, som, w.goType(t), n, narrow)
		w.L("if err != nil {")
		w.L("return err")
		w.L("}")
		args = append(args, local)
	}
	if len(outs) == 0 {
		w.F("return fn(%s)", strings.Join(args, ", "))
		w.L("}")
		w.Blank()
		return
	}
	for n := range outs {
		outs[n] = fmt.Sprintf("out%d", n)
	}
	w.F("%s, err := fn(%s)", strings.Join(outs, ", "), strings.Join(args, ", "))
	if m.returns {
		w.intoFrame(m.outs[0].typ, "f", maxFrame, outs[0])
	}
	for n, p := range all {
		if p.out >= 0 {
			w.intoFrame(m.outs[p.out].typ, "f", n, outs[p.out])
		}
	}
	w.L("return err")
	w.L("}")
	w.Blank()
}

// crossFrames prints what makes an implementation of a crossing with frames.
func (w *classWriter) crossFrames(m classMethod) {
	som := w.rt("som")
	all, _ := m.framedParams()
	l := w.newLocals("ctx", "err", "self")
	c := m.renamed(l)
	cross, f := l.either("x", "crossing"), l.either("f", "frame")
	w.F("func cross%s(%s %s.FrameCrossing) %s {", m.method, cross, som, m.funcName())
	w.F("return func(self %s.Self, %s)%s {", som, w.parameters(c), w.resultTypes(&m))
	w.F("var %s %s.Frame", f, som)
	for n, p := range all {
		if p.in >= 0 {
			w.intoFrame(c.ins[p.in].typ, f, n, c.ins[p.in].name)
		}
	}
	if len(m.outs) == 0 {
		w.F("return %s.Run(self, &%s)", cross, f)
	} else {
		results := make([]string, len(m.outs))
		if m.returns {
			results[0] = w.fromFrame(m.outs[0].typ, f, maxFrame)
		}
		for n, p := range all {
			if p.out >= 0 {
				results[p.out] = w.fromFrame(m.outs[p.out].typ, f, n)
			}
		}
		w.F("err := %s.Run(self, &%s)", cross, f)
		w.F("return %s, err", strings.Join(results, ", "))
	}
	w.L("}")
	w.L("}")
	w.Blank()
}

// fromFrame is what a frame has in a place, as a value of a type; of an object nil where it is of another class. intoFrame prints the reverse.
func (w *classWriter) fromFrame(t *model.Type, frame string, n int) string {
	word := fmt.Sprintf("%s.Words[%d]", frame, n)
	switch {
	case isObjectType(t):
		if narrow := w.narrow(t); narrow != "" {
			return fmt.Sprintf("%s.FrameResult[%s](&%s, %d, %s)", w.rt("som"), w.goType(t), frame, n, narrow)
		}
		return fmt.Sprintf("%s.Object(%d)", frame, n)
	case isReal(t):
		of := "Double"
		if t.Resolve().Kind == model.Float {
			of = "Single"
		}
		v := fmt.Sprintf("%s.%sOf(%s)", w.rt("som"), of, word)
		if g := w.goType(t); g != "float64" && g != "float32" {
			v = g + "(" + v + ")"
		}
		return v
	}
	return w.fromWord(t, word)
}

func (w *classWriter) intoFrame(t *model.Type, frame string, n int, value string) {
	som := w.rt("som")
	switch {
	case isObjectType(t):
		w.F("%s.Set(%d, %s)", frame, n, value)
	case isReal(t):
		of, g := "Double", "float64"
		if t.Resolve().Kind == model.Float {
			of, g = "Single", "float32"
		}
		if w.goType(t) != g {
			value = g + "(" + value + ")"
		}
		w.F("%s.Words[%d] = %s.%sWord(%s)", frame, n, som, of, value)
	default:
		w.F("%s.Words[%d] = %s", frame, n, w.toWord(t, value))
	}
}
