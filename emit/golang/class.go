package golang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// A classWriter prints a class of the object model.
type classWriter struct {
	*file
	d       *model.Interface
	name    string        // of its Go interface
	first   string        // the first parent's package and a dot, or empty where that is the runtime's
	methods []classMethod // inherited ones first; those of the runtime's classes left out
	narrows bool          // packed arguments are objects of the class itself
}

// class prints all of the package of a class but the implementation, which is the author's.
func (f *file) class(d *model.Interface) {
	w := &classWriter{file: f, d: d, name: f.names[d].Name, methods: f.classMethods(d)}
	if ps := d.Parents(); len(ps) > 0 && !isStandardClass(ps[0]) {
		w.first = strings.TrimSuffix(f.qualified(ps[0], "."), ".")
	}
	own := slices.DeleteFunc(slices.Clone(w.methods), func(m classMethod) bool { return m.class != d })
	w.classVariable(own)
	w.methodTypes(own)
	w.iface()
	w.leftOutDoc()
	w.ref()
	w.makers(own)
	w.base()
	w.next()
	for _, m := range own {
		w.packs(m)
	}
	if w.narrows {
		w.ownNarrow()
	}
	if !f.opt.Native {
		w.rootTokens()
		w.contract(own)
		w.template(own)
	}
}

// classVariable prints the variable that holds the class.
func (w *classWriter) classVariable(own []classMethod) {
	major, minor := w.d.ClassVersion()
	printDoc(&w.Printer, "Class is "+w.d.ID+".", nil)
	if w.opt.Native {
		w.F("var Class = %s.Declare(%q, %s.Version{Major: %d, Minor: %d}, []%s.MethodSpec{", w.rt("native"), w.d.ScopedName(), w.rt("som"), major, minor, w.rt("som"))
		for _, m := range own {
			w.L(w.methodSpec(m) + ",")
		}
		bases := ""
		for _, p := range w.d.Parents() {
			if !isStandardClass(p) {
				bases += ", " + w.classValue(p)
			}
		}
		w.F("}%s)", bases)
		w.Blank()
		return
	}
	som := w.rt("som")
	options := ""
	if major != 0 || minor != 0 {
		options += fmt.Sprintf(", %s.WithVersion(%d, %d)", som, major, minor)
	}
	var parents []string
	for _, p := range w.d.Parents() {
		parents = append(parents, w.classValue(p))
	}
	if len(parents) > 0 && (len(parents) > 1 || w.d.Parents()[0].ScopedName() != "SOMObject") {
		options += fmt.Sprintf(", %s.Parents(%s)", som, strings.Join(parents, ", "))
	}
	if m := w.d.Metaclass(); m != nil {
		options += fmt.Sprintf(", %s.WithMetaclass(%s)", som, w.classValue(m))
	} else if m := undeclaredMetaclass(w.d); standardClasses[m] != "" {
		options += fmt.Sprintf(", %s.WithMetaclass(%s)", som, w.standardNamed(m))
	}
	head := fmt.Sprintf("var Class = %s.MustClass[object](%q%s", som, w.d.ScopedName(), options)
	start := w.Len()
	w.spec(own)
	if body := w.Cut(start); body == "" {
		w.L(head + ")")
	} else {
		w.F("%s, %s.With(func(s *%s.Spec) {", head, som, som)
		w.L(strings.TrimSuffix(body, "\n"))
		w.L("}))")
	}
	w.Blank()
}

// classValue returns the expression for a class.
func (w *classWriter) classValue(i *model.Interface) string {
	if isStandardClass(i) {
		return w.standardClass(i)
	}
	return w.qualified(i, "Class")
}

// spec prints what a class has that options do not say.
func (w *classWriter) spec(own []classMethod) {
	som := w.rt("som")
	classes := func(field string, is []*model.Interface) {
		var names []string
		for _, i := range is {
			names = append(names, w.classValue(i))
		}
		w.F("s.%s = []*%s.Class{%s}", field, som, strings.Join(names, ", "))
	}
	if _, abstract := w.d.ClassModifier("abstract"); abstract {
		w.L("s.Abstract = true")
	}
	if c := w.d.ClassNamed("baseproxyclass"); c != "" {
		w.F("s.BaseProxy = %q", c)
	}
	if c := w.d.ClassNamed("factory"); c != "" {
		w.F("s.Factory = %q", c)
	}
	if w.hasTypelib() {
		w.F("s.Typelib = %s", w.typelib())
	}
	if as := w.d.AbstractParents(); len(as) > 0 {
		classes("AbstractParents", as)
	}
	if _, said := w.d.ClassModifier("directinitclasses"); said {
		classes("InitClasses", w.d.DirectInitClasses())
	}
	if order := w.d.ReleaseOrder(); len(order) > 0 {
		start := w.Len()
		for _, r := range order {
			w.released(r, own)
		}
		if body := w.Cut(start); body != "" {
			w.F("s.Introduces = []%s.MethodSpec{", som)
			w.L(strings.TrimSuffix(body, "\n"))
			w.L("}")
		}
	}
	w.overrides()
}

// released prints an entry of the release order.
func (w *classWriter) released(r model.Release, own []classMethod) {
	som := w.rt("som")
	switch {
	case r.Method != nil:
		at := slices.IndexFunc(own, func(m classMethod) bool { return m.operation == r.Name })
		w.L(w.methodSpec(own[at]) + ",")
	case r.Migrated != nil && !isStandardClass(r.Migrated):
		w.F("{Name: %q, Migrated: %s},", r.Name, w.classValue(r.Migrated))
	case r.IsPlaceholder():
		w.F("{Name: %q, Kind: %s.NonStatic, Type: %s.TypeFor[func(%s.Self) error]()}, // keeps its place", r.Name, som, w.rt("reflect"), som)
	}
}

// methodSpec returns how a method is introduced.
func (w *classWriter) methodSpec(m classMethod) string {
	som := w.rt("som")
	s := fmt.Sprintf("{Name: %q", m.operation)
	switch m.kind {
	case model.NonstaticMethod:
		s += ", Kind: " + som + ".NonStatic"
	case model.ProcedureMethod:
		s += ", Kind: " + som + ".Procedure"
	}
	if plainName(m.operation) != m.method {
		s += fmt.Sprintf(", GoName: %q", m.method)
	}
	packs := fmt.Sprintf("%s.Packs(apply%s, dispatch%s)", som, m.method, m.method)
	switch {
	case m.isWords():
		packs = fmt.Sprintf("%s.PacksWords(apply%s, dispatch%s, words%s, cross%s)", som, m.method, m.method, m.method, m.method)
	case m.isTexts():
		packs = fmt.Sprintf("%s.PacksTexts(apply%s, dispatch%s, texts%s, cross%s)", som, m.method, m.method, m.method, m.method)
	}
	if m.isFrames() {
		packs = fmt.Sprintf("%s.PacksFrames(apply%s, dispatch%s, frames%s, cross%s)", som, m.method, m.method, m.method, m.method)
	}
	if how := m.passing(); how != "" {
		packs += fmt.Sprintf(".Passes(%q)", how)
	}
	if m.copies != "" {
		s += fmt.Sprintf(", Copies: %q", m.copies)
	}
	if m.owns != "" {
		s += fmt.Sprintf(", Owns: %q", m.owns)
	}
	if m.oneway {
		s += ", Oneway: true"
	}
	s += fmt.Sprintf(", Type: %s.TypeFor[%s](), Signature: %q", w.rt("reflect"), m.funcName(), m.sig)
	if m.whole != "" {
		s += fmt.Sprintf(", Whole: %q", m.whole)
	}
	return s + fmt.Sprintf(", Packing: %s}", packs)
}

// plainName is the Go name that the runtime gives a method of its own.
func plainName(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(name, "_get_"), "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// overrides prints which inherited methods the class implements, and which parent gives others.
func (w *classWriter) overrides() {
	som := w.rt("som")
	var over, selected []string
	for _, m := range w.overridden() {
		over = append(over, fmt.Sprintf("{Method: %q, Signature: %q}", m.class.ScopedName()+"::"+m.operation, m.sig))
	}
	for _, m := range rootOverrides(w.d) {
		over = append(over, fmt.Sprintf("{Method: %q}", m.key))
	}
	if w.d.Implementation != nil {
		for _, o := range w.d.Implementation.Overrides {
			v, ok := model.ModifierOf(o.Modifiers, "select")
			p := w.d.AncestorNamed(v)
			if !ok || p == nil {
				continue
			}
			if m := p.FindMethod(o.Name); m != nil {
				selected = append(selected, fmt.Sprintf("%q: %s", m.Class.ScopedName()+"::"+o.Name, w.classValue(p)))
			}
		}
	}
	if len(over) > 0 {
		w.F("s.Overrides = []%s.Override{%s}", som, strings.Join(over, ", "))
	}
	if len(selected) > 0 {
		w.F("s.Select = map[string]*%s.Class{%s}", som, strings.Join(selected, ", "))
	}
}

// overridden returns the methods of generated classes that the class implements anew.
func (w *classWriter) overridden() []classMethod {
	var all []classMethod
	for _, o := range w.d.Overridden() {
		for _, m := range w.methods {
			if m.class != w.d && m.operation == o.Name && (o.Of == "" || o.Of == m.qualified() || m.decl.About().QualifiedName() == o.Of) {
				all = append(all, m)
				break
			}
		}
	}
	return all
}
