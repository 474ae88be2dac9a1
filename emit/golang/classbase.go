package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/model"
)

// base prints what subclasses in Go embed: all methods, as the class implements them.
func (w *classWriter) base() {
	som := w.rt("som")
	base := som + ".Base"
	if isMetaclass(w.d) {
		base = w.rt("meta") + ".Base"
	}
	w.F("// A Base is what subclasses in Go embed: its methods are %s's implementations.", w.name)
	w.F("type Base struct{ %s }", base)
	w.Blank()
	w.L("// Self is the object, whose methods are those of its own class.")
	w.F("func (b Base) Self() Ref { return %s }", w.wrapped(w.d, "b.SOM()"))
	w.Blank()
	for i := range w.methods {
		m := &w.methods[i]
		if m.init || !m.inTable() {
			continue
		}
		w.typesOf(m, func() {
			l := w.newLocals("ctx", "err")
			c := m.renamed(l)
			b, fn, self := l.either("b", "base"), l.either("fn", "call"), l.either("self", "object")
			w.F("// %s is %s's.", m.method, w.name)
			w.F("func (%s Base) %s(%s)%s {", b, m.method, w.parameters(c), w.results(c, m))
			w.F("%s, %s := %s.In(Class, %s.SOM())", fn, self, w.token(m), b)
			w.F("return %s(%s)", fn, passed(self, c))
			w.L("}")
		})
		w.Blank()
	}
}

// next prints what has the implementations that follow in the object's order.
func (w *classWriter) next() {
	inner := "b.Base"
	switch {
	case isMetaclass(w.d) && w.first == "":
		inner = "b.Base.Next(), b.Base.Base"
	case isMetaclass(w.d):
		inner = fmt.Sprintf("%sBase{Base: b.Base}.Next(), b.Base.Base", w.first)
	case w.first != "":
		inner = fmt.Sprintf("%sBase{Base: b.Base}.Next(), b.Base", w.first)
	}
	w.L("// Next has the implementations that follow those of the class that embeds b, in the object's order.")
	w.F("func (b Base) Next() Next { return Next{%s} }", inner)
	w.Blank()
	w.F("// Next has methods that answer %s.ErrNoNext behind the last implementation.", w.rt("som"))
	w.L("type Next struct {")
	switch {
	case w.first != "":
		w.L(w.first + "Next")
	case isMetaclass(w.d):
		w.L(w.rt("meta") + ".Next")
	}
	w.F("b %s.Base", w.rt("som"))
	w.L("}")
	w.Blank()
	for i := range w.methods {
		m := &w.methods[i]
		if m.init || m.kind != model.StaticMethod || !w.further(m) {
			continue
		}
		w.typesOf(m, func() {
			l := w.newLocals("ctx", "err")
			c := m.renamed(l)
			n, fn, self, ok := l.either("n", "next"), l.either("fn", "call"), l.either("self", "object"), l.either("ok", "found")
			result := " error"
			if len(c.outs) > 0 {
				result = " (" + c.results(w.file) + ")"
			}
			w.F("// %s is the next.", m.method)
			w.F("func (%s Next) %s(%s)%s {", n, m.method, w.parameters(c), result)
			w.F("%s, %s, %s := %s.Next(%s.b.Class(), %s.b.SOM())", fn, self, ok, w.token(m), n, n)
			w.F("if !%s {", ok)
			w.F("return %s", strings.Join(append(c.outNames(), w.rt("som")+".ErrNoNext"), ", "))
			w.L("}")
			w.F("return %s(%s)", fn, passed(self, c))
			w.L("}")
		})
		w.Blank()
	}
}
