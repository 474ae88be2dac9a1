package golang

import (
	"fmt"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// A classMethod is a method of a class as Go has it: an operation, an initializer, or what reads or writes
// an attribute. Its operation is its name in the object model.
type classMethod struct {
	call
	decl   model.Decl
	class  *model.Interface // that introduces it
	kind   model.MethodKind
	init   bool
	sig    string // as other languages have it
	copies string // how objects go to another process
	owns   string // who ends what
	whole  string // the signature with nothing told by a hash, where that is not sig
	oneway bool
}

func (m *classMethod) qualified() string { return m.class.QualifiedName() + "::" + m.operation }

// funcName is the name of the type of implementations, in the package of the class that introduces the method.
func (m *classMethod) funcName() string { return lowerFirst(m.method) + "Func" }

// inTable reports whether calls find the method by a token.
func (m *classMethod) inTable() bool { return m.kind != model.ProcedureMethod }

// classMethods returns the methods of a class and of its ancestors, those of the runtime's classes left out.
func (f *file) classMethods(d *model.Interface) []classMethod {
	var all []classMethod
	for _, i := range append(d.Ancestors(), d) {
		if isStandardClass(i) {
			continue
		}
		kinds := map[string]model.Method{}
		for _, m := range i.Introduced() {
			kinds[m.Name] = m
		}
		names := f.ownMethods(i)
		for _, m := range i.Members() {
			if f.leftOut(m) {
				continue
			}
			for _, c := range f.calls(m, names[m]) {
				k := kinds[c.operation]
				cm := classMethod{call: c, decl: m, class: i, kind: k.Kind(), init: k.IsInit(), sig: cabi.Signature(&k), copies: k.Copies(), owns: k.Owns(), oneway: k.Oneway()}
				if whole, ok := cabi.Whole(&k); ok && whole != cm.sig {
					cm.whole = whole
				}
				if o, ok := m.(*model.Operation); ok && cm.init && len(o.Params) > 0 {
					plain := *o
					plain.Params = o.Params[1:] // the visits are the runtime's business
					cm.signature = f.signature(&plain)
				}
				all = append(all, cm)
			}
		}
	}
	return all
}

// typesOf prints something with the types of a method's parameters as the package has them that introduces it.
func (w *classWriter) typesOf(m *classMethod, print func()) {
	w.home = w.packageOf(m.class)
	print()
	w.home = nil
}

// funcType returns the type of implementations.
func (w *classWriter) funcType(m *classMethod) string {
	in := []string{w.rt("som") + ".Self", w.rt("context") + ".Context"}
	for _, p := range m.ins {
		in = append(in, w.goType(p.typ))
	}
	return "func(" + strings.Join(in, ", ") + ")" + w.resultTypes(m)
}

// resultTypes returns the results without names, with a blank before them.
func (w *classWriter) resultTypes(m *classMethod) string {
	if len(m.outs) == 0 {
		return " error"
	}
	var out []string
	for _, p := range m.outs {
		out = append(out, w.goType(p.typ))
	}
	return " (" + strings.Join(out, ", ") + ", error)"
}

// parameters returns the parameters with their names.
func (w *classWriter) parameters(c *call) string {
	in := "ctx " + w.rt("context") + ".Context"
	for _, p := range c.ins {
		in += ", " + p.name + " " + w.goType(p.typ)
	}
	return in
}

// passed returns what is passed on: self, ctx and the parameters.
func passed(self string, c *call) string {
	args := self + ", ctx"
	for _, p := range c.ins {
		args += ", " + p.name
	}
	return args
}

// methodTypes prints the types of implementations, and what binds the methods.
func (w *classWriter) methodTypes(own []classMethod) {
	if len(own) == 0 {
		return
	}
	var types, tokens []string
	for i := range own {
		m, name := &own[i], own[i].class.ScopedName()+"::"+own[i].operation
		types = append(types, m.funcName()+" = "+w.funcType(m))
		if m.inTable() {
			tokens = append(tokens, fmt.Sprintf("%sToken = %s.MustBind[%s](Class, %q)", m.method, w.rt("som"), m.funcName(), name))
		} else {
			tokens = append(tokens, fmt.Sprintf("%sNamed = %s.ByName[%s](%q)", m.method, w.rt("som"), m.funcName(), name))
		}
	}
	w.grouped("type", types)
	w.L("// The methods, bound.")
	w.grouped("var", tokens)
}

// grouped prints declarations of one kind, in parentheses where there are several.
func (w *classWriter) grouped(keyword string, lines []string) {
	if len(lines) == 1 {
		w.L(keyword + " " + lines[0])
	} else {
		w.F("%s (\n%s\n)", keyword, strings.Join(lines, "\n"))
	}
	w.Blank()
}

// token returns the expression for a method, bound.
func (w *classWriter) token(m *classMethod) string {
	if m.inTable() {
		return w.qualified(m.class, m.method+"Token")
	}
	return w.qualified(m.class, m.method+"Named")
}

// iface prints the Go interface, which an ORB's stub has as well.
func (w *classWriter) iface() {
	w.doc(w.d, w.name, ": an object of the class, here or elsewhere")
	start := w.Len()
	for _, p := range w.d.Parents() {
		if !isStandardClass(p) {
			w.L(w.qualifiedName(p))
		}
	}
	for i := range w.methods {
		m := &w.methods[i]
		if m.class == w.d && !m.init {
			w.methodDoc(&m.call, m.decl, true)
			w.L(m.declaration(w.file))
		}
	}
	if body := w.Cut(start); body == "" {
		w.F("type %s interface{}", w.name)
	} else {
		w.F("type %s interface {", w.name)
		w.L(strings.TrimSuffix(body, "\n"))
		w.L("}")
	}
	w.Blank()
}

// further reports whether a method does not come with what is embedded of the first parent.
func (w *classWriter) further(m *classMethod) bool {
	ps := w.d.Parents()
	return m.class == w.d || len(ps) == 0 || !ps[0].Inherits(m.class)
}

// ref prints the reference, whose methods are calls by offset.
func (w *classWriter) ref() {
	w.F("// A Ref refers to an object of class %s.", w.name)
	if w.first == "" {
		w.F("type Ref struct{ %s.Ref }", w.rt("som"))
	} else {
		w.F("type Ref struct{ %sRef }", w.first)
	}
	w.Blank()
	w.F("var _ %s = Ref{}", w.name)
	w.Blank()
	for i := range w.methods {
		m := &w.methods[i]
		if m.init || !w.further(m) {
			continue
		}
		w.typesOf(m, func() {
			l := w.newLocals("ctx", "err")
			c := m.renamed(l)
			r, fn, self := l.either("r", "ref"), l.either("fn", "call"), l.either("self", "object")
			of := r + ".SOM()"
			if w.first == "" && m.class == w.d {
				of = r + ".Ref"
			}
			w.F("// %s calls %s.", m.method, m.operation)
			w.F("func (%s Ref) %s(%s)%s {", r, m.method, w.parameters(c), w.results(c, m))
			if m.inTable() {
				w.F("%s, %s := %s.Of(%s)", fn, self, w.token(m), of)
			} else {
				w.F("%s, %s, err := %s.Of(%s)", fn, self, w.token(m), of)
				w.L("if err != nil {")
				w.F("return %s", strings.Join(append(c.outNames(), "err"), ", "))
				w.L("}")
			}
			w.F("return %s(%s)", fn, passed(self, c))
			w.L("}")
		})
		w.Blank()
	}
}

// results returns the results of a method of Ref or Base: named where a failure returns them.
func (w *classWriter) results(c *call, m *classMethod) string {
	if len(m.outs) > 0 && !m.inTable() {
		return " (" + c.results(w.file) + ")"
	}
	if len(c.outs) > 1 || len(c.outs) == 1 && !c.returns {
		return " (" + c.results(w.file) + ")"
	}
	return w.resultTypes(m)
}

// makers prints what makes objects and references.
func (w *classWriter) makers(own []classMethod) {
	_, abstract := w.d.ClassModifier("abstract")
	if !abstract && !isMetaclass(w.d) {
		w.F("// New makes an object of class %s, with one reference.", w.name)
		w.L("func New() (Ref, error) {")
		w.L("r, err := Class.New()")
		w.F("return %s, err", w.wrapped(w.d, "r"))
		w.L("}")
		w.Blank()
		for i := range own {
			if own[i].init {
				w.maker(&own[i])
			}
		}
	}
	w.F("// Narrow is o as an object of class %s, if it is one. It is the same reference.", w.name)
	w.F("func Narrow(o %s.Object) (Ref, bool) {", w.rt("som"))
	w.L("r := o.SOM()")
	w.F("return %s, r.IsA(Class)", w.wrapped(w.d, "r"))
	w.L("}")
	w.Blank()
	w.F("var _ = %s.Narrows(func(o %s.Object) (%s, bool) { return Narrow(o) })", w.rt("som"), w.rt("som"), w.name)
	w.Blank()
}

// maker prints what makes an object by an initializer of the class.
func (w *classWriter) maker(m *classMethod) {
	l := w.newLocals("ctx", "err")
	c := m.renamed(l)
	r, o, fn, self := l.either("r", "ref"), l.either("o", "made"), l.either("fn", "call"), l.either("self", "object")
	w.F("// New%s makes an object of class %s, initialised by %s.", m.method, w.name, m.operation)
	w.F("func New%s(%s) (Ref, error) {", m.method, w.parameters(c))
	w.F("%s, err := Class.NewBy(Class, func(%s %s.Ref) error {", r, o, w.rt("som"))
	w.F("%s, %s := %sToken.Of(%s)", fn, self, m.method, o)
	w.F("return %s(%s)", fn, passed(self, c))
	w.L("})")
	w.F("return %s, err", w.wrapped(w.d, r))
	w.L("}")
	w.Blank()
}

// wrapped returns the expression for a som.Ref as a Ref of class i.
func (w *classWriter) wrapped(i *model.Interface, r string) string {
	inner := r
	if ps := i.Parents(); len(ps) > 0 && !isStandardClass(ps[0]) {
		inner = w.wrapped(ps[0], r)
	}
	if i == w.d {
		return fmt.Sprintf("Ref{%s}", inner)
	}
	return fmt.Sprintf("%s{Ref: %s}", w.qualified(i, "Ref"), inner)
}
