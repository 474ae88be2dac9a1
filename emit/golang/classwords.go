package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

// What crosses between kernels without being packed: numbers without a fraction, as machine words, and texts.

// maxWords is how many arguments go so, as som.MaxWords has it.
const maxWords = 4

// isWords reports whether arguments and result are numbers without a fraction.
func (m *classMethod) isWords() bool { return m.crossesAs(isWord) }

// isTexts reports whether they are that or texts, of which there are some.
func (m *classMethod) isTexts() bool {
	return !m.isWords() && m.crossesAs(func(t *model.Type) bool { return isWord(t) || isText(t) })
}

func (m *classMethod) crossesAs(is func(*model.Type) bool) bool {
	if m.init || !m.inTable() || len(m.ins) > maxWords || len(m.outs) > 1 || len(m.outs) == 1 && !m.returns {
		return false
	}
	for _, p := range append(m.ins[:len(m.ins):len(m.ins)], m.outs...) {
		if !is(p.typ) {
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

func isText(t *model.Type) bool {
	return t.Resolve().Kind == model.String && crosses(t, map[model.Decl]bool{})
}

func isBool(t *model.Type) bool { return t.Resolve().Kind == model.Boolean }

// crossing prints how a method is called from another kernel, and how one of another kernel's is.
func (w *classWriter) crossing(m classMethod) {
	switch {
	case m.isWords():
		w.words(m)
		w.crossed(m, "Crossing", true, "number")
	case m.isTexts():
		w.texts(m)
		w.crossed(m, "TextCrossing", false, "word")
	case m.isFrames():
		w.frames(m)
		w.crossFrames(m)
	}
}

// words prints what calls an implementation with words.
func (w *classWriter) words(m classMethod) {
	names := [maxWords]string{"a", "b", "c", "d"}
	args := []string{"self", "ctx"}
	for i, p := range m.ins {
		args = append(args, w.fromWord(p.typ, names[i]))
	}
	for i := len(m.ins); i < maxWords; i++ {
		names[i] = "_"
	}
	w.F("func words%s(fn %s, self %s.Self, ctx %s.Context, %s uint64) (uint64, error) {", m.method, m.funcName(), w.rt("som"), w.rt("context"), strings.Join(names[:], ", "))
	if len(m.outs) == 0 {
		w.F("return 0, fn(%s)", strings.Join(args, ", "))
	} else {
		w.F("result, err := fn(%s)", strings.Join(args, ", "))
		w.F("return %s, err", w.toWord(m.outs[0].typ, "result"))
	}
	w.L("}")
	w.Blank()
}

// texts prints what calls one with words and texts.
func (w *classWriter) texts(m classMethod) {
	som := w.rt("som")
	args := []string{"self", "ctx"}
	for i, p := range m.ins {
		args = append(args, w.fromEither(p.typ, fmt.Sprintf("args[%d]", i)))
	}
	name := "args"
	if len(m.ins) == 0 {
		name = "_"
	}
	w.F("func texts%s(fn %s, self %s.Self, ctx %s.Context, %s %s.Words) (%s.Word, error) {", m.method, m.funcName(), som, w.rt("context"), name, som, som)
	if len(m.outs) == 0 {
		w.F("return %s.Word{}, fn(%s)", som, strings.Join(args, ", "))
	} else {
		w.F("result, err := fn(%s)", strings.Join(args, ", "))
		w.F("return %s, err", w.toEither(m.outs[0].typ, "result", som+".Word"))
	}
	w.L("}")
	w.Blank()
}

// crossed prints what makes an implementation of a crossing, which takes each argument by itself, or else som.Words.
func (w *classWriter) crossed(m classMethod, kind string, words bool, result string) {
	som := w.rt("som")
	l := w.newLocals("ctx", "err", "self")
	c := m.renamed(l)
	cross, result := l.either("x", "crossing"), l.either(result, "crossed")
	var args []string
	for _, p := range c.ins {
		if words {
			args = append(args, w.toWord(p.typ, p.name))
		} else {
			args = append(args, w.toEither(p.typ, p.name, ""))
		}
	}
	call := fmt.Sprintf("%s(self, ctx, %s.Words{%s})", cross, som, strings.Join(args, ", "))
	if words {
		function := "One"
		if len(args) > 1 {
			function = "Four"
		}
		for len(args) < 1 || function == "Four" && len(args) < maxWords {
			args = append(args, "0")
		}
		call = fmt.Sprintf("%s.%s(%[1]s.At, %[1]s.Token, self, %[3]s)", cross, function, strings.Join(args, ", "))
	}
	w.F("func cross%s(%s %s.%s) %s {", m.method, cross, som, kind, m.funcName())
	w.F("return func(self %s.Self, %s)%s {", som, w.parameters(c), w.resultTypes(&m))
	switch {
	case len(m.outs) == 0:
		w.F("_, err := %s", call)
		w.L("return err")
	case words:
		w.F("%s, err := %s", result, call)
		w.F("return %s, err", w.fromWord(m.outs[0].typ, result))
	default:
		w.F("%s, err := %s", result, call)
		w.F("return %s, err", w.fromEither(m.outs[0].typ, result))
	}
	w.L("}")
	w.L("}")
	w.Blank()
}

// fromWord is a machine word as a value of a type, and toWord the reverse.
func (w *classWriter) fromWord(t *model.Type, word string) string {
	if isBool(t) {
		return "byte(" + word + ") != 0"
	}
	return w.goType(t) + "(" + word + ")"
}

func (w *classWriter) toWord(t *model.Type, value string) string {
	if isBool(t) {
		return w.rt("som") + ".Bool(" + value + ")"
	}
	return "uint64(" + value + ")"
}

// fromEither is a som.Word as a value of a type, and toEither the reverse, as a literal of the given type.
func (w *classWriter) fromEither(t *model.Type, word string) string {
	if !isText(t) {
		return w.fromWord(t, word+".N")
	}
	if g := w.goType(t); g != "string" {
		return g + "(" + word + ".Text)"
	}
	return word + ".Text"
}

func (w *classWriter) toEither(t *model.Type, value, literal string) string {
	if !isText(t) {
		return literal + "{N: " + w.toWord(t, value) + "}"
	}
	if w.goType(t) != "string" {
		value = "string(" + value + ")"
	}
	return literal + "{Text: " + value + "}"
}
