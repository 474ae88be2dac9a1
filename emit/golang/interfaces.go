package golang

import (
	"fmt"
	"maps"
	"strings"

	"github.com/opendsom/dsom/model"
)

// iface prints the Go interface of an IDL interface and, unless it is local, all that makes
// it callable: class object, base, stub and skeleton.
func (f *file) iface(d *model.Interface) {
	n := f.names[d]
	what := ""
	switch {
	case d.Abstract:
		what = ", an abstract interface: of an object, or of a value"
	case d.Local:
		what = ", a local interface, whose objects cannot be passed to others"
	case f.handles[d] != nil:
		what = ", told of the ends of " + f.names[f.handles[d]].Name + "'s asynchronous calls"
	}
	f.doc(d, n.Name, what)
	f.interfaceType(d, n.Name)
	if d.Local {
		return
	}
	glue := lowerFirst(n.Name) + "_glue"
	if d.Abstract {
		f.abstract(d, n, glue)
		f.asyncResults(d)
		return
	}

	f.F("// %s is the class object of %s: it binds, activates, narrows and describes it.", n.Class, n.Name)
	f.F("var %s = %s.NewClass[%s](%q, %q, %s, %s{})", n.Class, f.rt("stub"), n.Name, d.ID, d.Name, f.ancestorIDs(d), glue)
	f.Blank()

	f.base(d, n)
	f.stub(d, n)
	f.skeleton(d, n, glue)
	f.async(d, n)
}

func (f *file) interfaceType(d *model.Interface, name string) {
	if len(d.Parents()) == 0 && len(d.Members()) == 0 {
		f.F("type %s interface{}", name)
		f.Blank()
		return
	}
	f.F("type %s interface {", name)
	for _, p := range d.Parents() {
		f.L(f.qualifiedName(p))
	}
	f.methods(d)
	f.L("}")
	f.Blank()
}

// methods prints the methods that an interface or valuetype declares itself.
func (f *file) methods(d model.Container) {
	names := f.ownMethods(d)
	for _, m := range membersOf(d) {
		for n, c := range f.calls(m, names[m]) {
			f.methodDoc(&c, m, n == 0)
			f.L(c.declaration(f))
		}
	}
}

// abstract prints the class object and the stub of an abstract interface. Objects of one have a
// concrete interface besides, and that has the skeleton.
func (f *file) abstract(d *model.Interface, n *declNames, glue string) {
	f.F("// %s is the class object of %s: it binds, narrows and describes it.", n.Class, n.Name)
	f.F("var %s = %s.NewAbstract[%s](%q, %q, %s, %s{})", n.Class, f.rt("stub"), n.Name, d.ID, d.Name, f.ancestorIDs(d), glue)
	f.Blank()
	f.stub(d, n)
	f.F("type %s struct{}", glue)
	f.Blank()
	f.F("func (%s) Stub(r %s.StubRef) %s { return %s_stub{r} }", glue, f.rt("orb"), n.Name, lowerFirst(n.Name))
	f.Blank()
	f.known(glue, d)
}

// methodDoc prints what the IDL says of an operation or attribute, at its first method, and
// what the method raises.
func (f *file) methodDoc(c *call, d model.Decl, first bool) {
	var text []string
	if first {
		text = appendDoc(appendDoc(nil, d.About().Doc), d.About().Trailing)
	}
	if len(c.raises) > 0 {
		if len(text) > 0 {
			text = append(text, "")
		}
		var names []string
		used := maps.Clone(f.imports) // what a comment names need not be imported
		for _, x := range c.raises {
			names = append(names, "*"+f.qualifiedName(x))
		}
		f.imports = used
		text = append(text, c.method+" raises "+strings.Join(names, ", ")+".")
	}
	printText(&f.Printer, text)
}

// ancestorIDs returns the repository ids of all ancestors as an expression.
func (f *file) ancestorIDs(d *model.Interface) string {
	var ids []string
	for _, a := range d.Ancestors() {
		ids = append(ids, a.ID)
	}
	return stringList(ids)
}

// base prints the struct that answers every operation with NO_IMPLEMENT. It has the inherited
// ones itself, so that no method is ambiguous where an interface is inherited twice.
func (f *file) base(d *model.Interface, n *declNames) {
	f.F("// %s answers every operation of %s with NO_IMPLEMENT. Embed it in an", n.Base, n.Name)
	f.L("// implementation to name its class and to survive operations added later.")
	f.F("type %s struct{}", n.Base)
	f.Blank()
	f.L("// IDLClass names the class.")
	f.F("func (%s) IDLClass() %s.Class { return %s }", n.Base, f.rt("orb"), n.Class)
	f.Blank()
	for _, c := range f.allCalls(d) {
		c := c.renamed(f.newLocals("err"))
		f.F("// %s answers NO_IMPLEMENT.", c.method)
		f.F("func (%s) %s%s {", n.Base, c.method, c.anonymous(f))
		values := c.outNames()
		f.F("return %s", strings.Join(append(values, fmt.Sprintf("%s.NotImplemented(%q, %q)", f.rt("stub"), d.ID, c.operation)), ", "))
		f.L("}")
		f.Blank()
	}
}

// A call is a Go method of an interface: an operation, or an attribute's reading or writing.
type call struct {
	method    string // in Go
	operation string // on the wire
	signature
	raises  []*model.Exception
	context []string
	oneway  bool
	expects []*model.Exception // in the holder that is its only argument
}

// calls returns the calls of an operation or attribute.
func (f *file) calls(d model.Decl, n methodNames) []call {
	switch d := d.(type) {
	case *model.Operation:
		return []call{{n.call, d.Name, f.signature(d), d.Raises, d.Context, d.Oneway, f.expects[d]}}
	case *model.Attribute:
		read := call{method: n.call, operation: "_get_" + d.Name, raises: d.GetRaises,
			signature: signature{outs: []param{{"result", d.Type}}, returns: true}}
		if d.Readonly {
			return []call{read}
		}
		write := call{method: n.set, operation: "_set_" + d.Name, raises: d.SetRaises,
			signature: signature{ins: []param{{f.style(d).Local(d.Name), d.Type}}}}
		return []call{read, write}
	}
	return nil
}

// allCalls returns the calls of an interface and its ancestors, inherited ones first.
func (f *file) allCalls(d *model.Interface) []call {
	var all []call
	for _, m := range d.AllMembers() {
		all = append(all, f.calls(m, f.ownMethods(m.About().Scope().(model.Container))[m])...)
	}
	return all
}

// declaration returns the method as an interface declares it.
func (c *call) declaration(f *file) string {
	in := "ctx " + f.rt("context") + ".Context"
	for _, p := range c.ins {
		in += ", " + p.name + " " + f.goType(p.typ)
	}
	switch {
	case len(c.outs) == 0:
		return fmt.Sprintf("%s(%s) error", c.method, in)
	case len(c.outs) == 1 && c.returns:
		return fmt.Sprintf("%s(%s) (%s, error)", c.method, in, f.goType(c.outs[0].typ))
	}
	return fmt.Sprintf("%s(%s) (%s)", c.method, in, c.results(f))
}

// results returns the results with their names.
func (c *call) results(f *file) string {
	var b strings.Builder
	for _, p := range c.outs {
		b.WriteString(p.name + " " + f.goType(p.typ) + ", ")
	}
	return b.String() + "err error"
}

// anonymous returns the parameters without names, and the results with names if there are any.
func (c *call) anonymous(f *file) string {
	in := f.rt("context") + ".Context"
	for _, p := range c.ins {
		in += ", " + f.goType(p.typ)
	}
	if len(c.outs) == 0 {
		return "(" + in + ") error"
	}
	return "(" + in + ") (" + c.results(f) + ")"
}

func (c *call) outNames() []string {
	var names []string
	for _, p := range c.outs {
		names = append(names, p.name)
	}
	return names
}

// renamed returns the call with names that the file has no other use for: in a method's body
// a parameter must not hide a package.
func (c *call) renamed(l *locals) *call {
	r := *c
	r.ins, r.outs = nil, nil
	for _, p := range c.ins {
		r.ins = append(r.ins, param{l.fresh(p.name), p.typ})
	}
	for _, p := range c.outs {
		r.outs = append(r.outs, param{l.fresh(p.name), p.typ})
	}
	return &r
}

// locals gives the names inside a method's body.
type locals struct{ taken nameSet }

// newLocals returns the names of a body from which the packages that the file may import,
// and the given names, are taken.
func (f *file) newLocals(names ...string) *locals {
	l := &locals{nameSet{}}
	for name := range f.runtimes() {
		l.taken[name] = true
	}
	for _, name := range f.pkg.importAs {
		l.taken[name] = true
	}
	for _, name := range names {
		l.taken[name] = true
	}
	return l
}

func (l *locals) fresh(name string) string { return l.taken.claim(name) }

// either returns the short name, or the long one where the short one is taken.
func (l *locals) either(short, long string) string {
	if l.taken[short] {
		return l.fresh(long)
	}
	return l.fresh(short)
}

// raisesList returns the descriptors of the exceptions as further arguments.
func (f *file) raisesList(xs []*model.Exception) string {
	var names []string
	for _, x := range xs {
		names = append(names, f.qualified(x, f.names[x].Type))
	}
	return strings.Join(names, ", ")
}
