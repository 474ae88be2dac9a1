package golang

import (
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// Methods that Go has no form of. Who only uses a class, or derives one from it, does without them; a class in Go that would have to
// implement one is refused.

// noMethod says why Go has no form of a method of a class, or "".
func (g *generator) noMethod(d model.Decl) string {
	switch d := d.(type) {
	case *model.Attribute:
		return g.noPlace(d.Type)
	case *model.Operation:
		if d.HasModifier("noself") {
			return "takes no object: in Go that is no method"
		}
		types := []*model.Type{d.Result}
		for n, p := range d.Params {
			if n > 0 || !d.HasModifier("init") { // an initializer's first has no place in Go
				types = append(types, p.Type)
			}
		}
		for _, t := range types {
			if why := g.noPlace(t); why != "" {
				return why
			}
		}
	}
	return ""
}

// noPlace says why a method of a type has no form in Go, or "".
func (g *generator) noPlace(t *model.Type) string {
	for ; t != nil; t = t.Elem {
		switch {
		case cabi.FormOf(t) == cabi.Making:
			return "takes what only initializers have a use for"
		case t.Kind == model.Pointer || t.Kind == model.Named && g.unsupported[t.Decl] != nil && hasPointer(g.unsupported[t.Decl]):
			return "has a pointer: " + noPointers
		}
	}
	return ""
}

// leftOut reports whether a member is a method that a class has, and its package has not.
func (g *generator) leftOut(d model.Decl) bool {
	i, ok := d.About().Scope().(*model.Interface)
	return ok && g.opt.Classes && i.IsClass() && g.noMethod(d) != "" && (g.opt.Native || !g.isMain(i))
}

// checkLeftOut says what a class in Go would have to implement and cannot.
func (g *generator) checkLeftOut(i *model.Interface) {
	if g.opt.Native {
		return
	}
	for _, m := range i.Introduced() {
		if m.Has("noself") {
			g.problem(CodeNotSupported, methodSpan(m), "make it a function of the package", "%s %s", m.Name, g.noMethod(m.Operation))
		}
	}
	g.checkRoots(i)
	for _, o := range i.Overridden() {
		m := i.FindMethod(o.Name)
		if m == nil || m.Class == i || isStandardClass(m.Class) {
			continue
		}
		var d model.Decl = m.Operation
		if m.Attribute != nil {
			d = m.Attribute
		}
		if why := g.noMethod(d); why != "" {
			g.problem(CodeNotSupported, i.NameSpan, "let a class in another language override it", "%s overrides %s, which %s", i.Name, m.Class.ScopedName()+"::"+m.Name, why)
		}
	}
}

// leftOutDoc prints which methods of the class its package has not.
func (w *classWriter) leftOutDoc() {
	var lines []string
	for _, d := range w.d.Members() {
		if w.leftOut(d) {
			lines = append(lines, "//   - "+d.About().Name+" "+w.noMethod(d))
		}
	}
	if len(lines) == 0 {
		return
	}
	w.F("// Methods of class %s that Go has no form of:", w.d.ScopedName())
	w.L("//")
	for _, l := range slices.Compact(lines) {
		w.L(l)
	}
	w.Blank()
}
