package golang

import (
	"go/format"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/emit/template"
	"github.com/opendsom/dsom/model"
)

// templateName is the file that has the implementation of a class. It is the author's, and kept up to date.
const templateName = "object.go"

// contract prints what the implementation has to have, so that the compiler says what it lacks.
func (w *classWriter) contract(own []classMethod) {
	lives := lives(w.d)
	if len(own)+len(lives) == 0 {
		return
	}
	w.F("// What the implementation in %s has to have. Further methods that it overrides it need not declare here.", templateName)
	w.L("var _ interface {")
	for _, m := range own {
		w.L(m.declaration(w.file))
	}
	for _, o := range lives {
		w.L(lifeMethods[cabi.LifeOf(o)])
	}
	w.L("} = (*object)(nil)")
	w.Blank()
}

// template adds the file of the implementation: a new one, or the one that is there with what it lacks.
func (w *classWriter) template(own []classMethod) {
	t := &classWriter{file: &file{generator: w.generator, pkg: w.pkg, entry: w.entry, imports: map[string]bool{}}, d: w.d, name: w.name, methods: w.methods}
	t.object(own)
	body := slices.Clone(t.Bytes())
	var head emit.Printer
	head.F("package %s", w.pkg.name)
	head.Blank()
	t.importDecl(&head)
	fresh, err := format.Source(append(slices.Clone(head.Bytes()), body...))
	if err != nil {
		w.add(w.pkg, templateName, nil, err)
		return
	}
	prefix := w.d.ScopedName() + "::"
	r := template.Reporter{Table: Codes, Report: w.report, Unreadable: CodeTemplate, ByHand: CodeByHand, Gone: CodeGone}
	text := r.UpdateGo(w.opt.Existing, path.Join(w.pkg.dir, templateName), template.GoFile{
		Fresh: fresh, Type: "object", Fields: w.fieldMethods(own), Others: w.others(),
		Mine: func(key string) bool { return strings.HasPrefix(key, prefix) },
	})
	if text != nil {
		w.add(w.pkg, templateName, text, nil)
		w.givings(text, slices.Concat(own, w.overridden()))
	}
}

// others returns the files of the package that people write beside the implementation; tests are left out.
func (w *classWriter) others() map[string][]byte {
	if w.opt.Existing == nil {
		return nil
	}
	entries, err := fs.ReadDir(w.opt.Existing, path.Clean(w.pkg.dir))
	if err != nil {
		return nil
	}
	others := map[string][]byte{}
	for _, e := range entries {
		name := e.Name()
		if !e.Type().IsRegular() || path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || name == templateName || w.pkg.fresh[name] != nil {
			continue
		}
		data, _ := fs.ReadFile(w.opt.Existing, path.Join(w.pkg.dir, name)) // what cannot be read is no Go, and refused as that
		if !generated.Match(data) {
			others[name] = data
		}
	}
	return others
}

// generated is what Go files begin with that nobody writes.
var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.\r?$`)

// fieldMethods returns the methods of each attribute's field, by its name.
func (w *classWriter) fieldMethods(own []classMethod) map[string][]string {
	fields := map[string][]string{}
	for _, m := range own {
		if a, ok := m.decl.(*model.Attribute); ok && !a.HasModifier("nodata") {
			fields[w.attributeField(a)] = append(fields[w.attributeField(a)], m.method)
		}
	}
	return fields
}

// object prints the type with the state, and a body for each method.
func (w *classWriter) object(own []classMethod) {
	w.F("// object is the state of a %s, and its methods are what the class implements.", w.name)
	w.L("type object struct {")
	bases := w.embedded()
	for _, b := range bases {
		w.L(strings.TrimSpace(b.field + " " + b.typ))
	}
	for _, a := range w.d.Attributes() {
		if a.HasModifier("nodata") {
			continue
		}
		typ := w.goType(a.Type)
		if refers(a.Type, map[model.Decl]bool{}) {
			typ = w.rt("som") + ".Held[" + typ + "]"
		}
		w.F("%s %s", w.attributeField(a), typ)
	}
	w.L("}")
	w.Blank()
	for i := range own {
		w.body(&own[i], "")
	}
	for _, m := range w.overridden() {
		w.typesOf(&m, func() { w.body(&m, w.parentOf(&m, bases)) })
	}
	w.rootBodies()
	w.lifeBodies()
}

// attributeField is the name of the field that holds an attribute.
func (w *classWriter) attributeField(a *model.Attribute) string {
	return w.style(a).Local(a.Name)
}

// refers reports whether values of a type hold references to objects, which somebody has to give back.
func refers(t *model.Type, seen map[model.Decl]bool) bool {
	t = t.Resolve()
	switch t.Kind {
	case model.Sequence, model.Array:
		return refers(t.Elem, seen)
	case model.Map:
		return refers(t.Key, seen) || refers(t.Elem, seen)
	case model.Object:
		return true
	case model.Named:
		return refersDecl(definitionOf(t.Decl), seen)
	}
	return false
}

func refersDecl(d model.Decl, seen map[model.Decl]bool) bool {
	if seen[d] {
		return false
	}
	seen[d] = true
	switch d := d.(type) {
	case *model.Interface:
		return true
	case *model.Forward: // defined in no file that is read
		return d.Of == "interface"
	case *model.Struct:
		if d.Base != nil && refers(d.Base, seen) {
			return true
		}
		return slices.ContainsFunc(d.Members, func(m *model.Member) bool { return refers(m.Type, seen) })
	case *model.Union:
		return slices.ContainsFunc(d.Cases, func(c *model.Case) bool { return refers(c.Type, seen) })
	}
	return false
}

// A basePart is what the state of a class has of a parent.
type basePart struct {
	parent     *model.Interface
	field, typ string
}

func (b basePart) selector() string {
	if b.field == "" {
		return "Base"
	}
	return b.field
}

// embedded returns the parents' bases: the first embedded, the others fields with the names of their classes.
func (w *classWriter) embedded() []basePart {
	var all []basePart
	for _, p := range w.d.Parents() {
		if isStandardClass(p) {
			continue
		}
		b := basePart{parent: p, typ: w.qualified(p, "Base")}
		if len(all) > 0 {
			b.field = w.names[p].Name
		}
		all = append(all, b)
	}
	switch {
	case len(all) > 0:
	case isMetaclass(w.d):
		all = append(all, basePart{typ: w.rt("meta") + ".Base"})
	default:
		all = append(all, basePart{typ: w.rt("som") + ".Base"})
	}
	return all
}

// parentOf returns the base that a parent call of an overridden method goes to.
func (w *classWriter) parentOf(m *classMethod, bases []basePart) string {
	for _, b := range bases {
		if b.parent != nil && b.parent.Inherits(m.class) && !slices.Contains(w.d.AbstractParents(), b.parent) {
			return b.selector()
		}
	}
	return ""
}

// implements prints the comment by which a method, and each of its parameters, is known again when the IDL has changed.
func (w *classWriter) implements(method, operation string) {
	w.F("// %s implements %s::%s.", method, w.d.ScopedName(), operation)
}

// told returns the parameters of a method as the IDL has them, in parentheses; nothing for an attribute.
func (m *classMethod) told() string {
	o, ok := m.decl.(*model.Operation)
	if !ok {
		return ""
	}
	params := o.Params
	if m.init && len(params) > 0 {
		params = params[1:]
	}
	return cabi.OneLine("(" + cabi.List(params, func(p *model.Param) string { return p.Direction.String() + " " + p.Type.String() + " " + p.Name }) + ")")
}

// body prints a method: a parent call, what an attribute does, or that it is not written.
func (w *classWriter) body(m *classMethod, parent string) {
	l := w.newLocals("ctx", "err")
	c := m.renamed(l)
	o := l.either("o", "object_")
	a, isAttribute := m.decl.(*model.Attribute)
	hasData := isAttribute && !a.HasModifier("nodata") && m.class == w.d
	result := " error"
	switch {
	case len(c.outs) == 1 && c.returns && (parent != "" || hasData):
		result = w.resultTypes(m)
	case len(c.outs) > 0:
		result = " (" + c.results(w.file) + ")"
	}
	w.implements(m.method, m.operation+m.told())
	w.F("func (%s *object) %s(%s)%s {", o, m.method, w.parameters(c), result)
	switch {
	case parent != "":
		w.F("return %s.%s.%s(%s)", o, parent, m.method, strings.TrimPrefix(passed("", c), ", "))
	case hasData && refers(a.Type, map[model.Decl]bool{}):
		if len(c.outs) > 0 {
			w.F("return %s.%s.Get()", o, w.attributeField(a))
		} else {
			w.F("return %s.%s.Set(%s)", o, w.attributeField(a), c.ins[0].name)
		}
	case hasData && len(c.outs) > 0:
		w.F("return %s.%s, nil", o, w.attributeField(a))
	case hasData:
		w.F("%s.%s = %s", o, w.attributeField(a), c.ins[0].name)
		w.L("return nil")
	default:
		w.F("return %s", strings.Join(append(c.outNames(),
			"&"+w.rt("som")+".Error{Code: "+w.rt("som")+".CodeAbstract, Class: \""+w.d.ScopedName()+"\", Text: \""+m.operation+" is not written yet\"}"), ", "))
	}
	w.L("}")
	w.Blank()
}
