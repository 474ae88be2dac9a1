package golang

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// valuetype prints a valuetype: the Go interface that its values satisfy, the struct of its
// state, which is a value by itself unless there are operations, and the descriptor.
func (f *file) valuetype(d *model.ValueType) {
	n := f.names[d]
	what := ", a valuetype"
	switch {
	case d.Event:
		what = ", an eventtype"
	case d.Abstract:
		what = ", an abstract valuetype"
	}
	switch {
	case f.needsProgram(d) && !d.Abstract:
		what += ". Its values embed " + n.State
	case !d.Abstract:
		what += ". A *" + n.State + " is one"
	}
	f.doc(d, n.Name, what)
	f.valueInterface(d, n)
	glue := lowerFirst(n.Name) + "_glue"
	if !d.Abstract {
		f.valueState(d, n)
	}
	f.factories(d, n)
	f.descriptor(d, fmt.Sprintf("%s.NewValue[%s](%q, %s, %t, %s, %s{})",
		f.rt("stub"), n.Name, d.ID, stringList(truncatesTo(d)), d.Custom, f.typeCode(d), glue))
	made := ""
	switch own := f.ownValue(d); {
	case own != "":
		made = own
		f.F("var _ %s = (*%s)(nil) // which #pragma go_value names", n.Name, own)
		f.Blank()
	case !d.Abstract && !f.needsProgram(d):
		made = n.State
	}
	f.valueGlue(glue, d, made)
}

// ownValue returns the Go type, which the package has elsewhere, of whose pointers the pragma makes values of d; empty if there is none.
func (f *file) ownValue(d *model.ValueType) string {
	own := ""
	for _, p := range d.Pragmas {
		switch {
		case p.Name != pragmaValue:
		case len(p.Args) != 1 || !isIdentifier(p.Args[0]):
			f.problem(CodeBadName, p.Span, "", "%q is not an exported Go identifier", strings.Join(p.Args, " "))
		case d.Abstract:
			f.problem(CodePragmaIgnored, p.Span, "", "#pragma go_value has no effect: there are no values of the abstract valuetype %s", d.Name)
		default:
			own = p.Args[0]
		}
	}
	return own
}

// valueInterface prints the Go interface.
func (f *file) valueInterface(d *model.ValueType, n *declNames) {
	f.F("type %s interface {", n.Name)
	switch {
	case d.Custom:
		f.L(f.rt("cdr") + ".CustomValue")
	case len(d.Parents()) == 0:
		f.L(f.rt("orb") + ".Value")
	}
	for _, p := range d.Parents() {
		f.L(f.qualifiedName(p))
	}
	for _, i := range d.Supported() {
		f.L(f.qualifiedName(i))
	}
	if !d.Abstract {
		f.F("// %s returns the state.", f.accessor(d))
		f.F("%s() *%s", f.accessor(d), n.State)
	}
	f.methods(d)
	f.L("}")
	f.Blank()
}

// accessor returns the name of the method that returns the state of a type among its ancestors'.
func (g *generator) accessor(d *model.ValueType) string { return "As" + g.names[d].Name }

// valueState prints the struct of the state with its methods.
func (f *file) valueState(d *model.ValueType, n *declNames) {
	base, cdr := d.Concrete(), f.rt("cdr")
	state := d.State()
	members := f.stateNames(d)
	f.F("// %s is the state of %s.", n.State, n.Name)
	if base == nil && len(state) == 0 {
		f.F("type %s struct{ _ byte } // with a size, so that each has an address of its own", n.State)
	} else {
		f.F("type %s struct {", n.State)
		if base != nil {
			f.L(f.qualified(base, f.names[base].State))
		}
		for i, m := range state {
			behind := f.memberDoc(&m.Node)
			if !m.Public {
				behind = " // private" + strings.Replace(behind, " // ", ": ", 1)
			}
			f.L(members[i] + " " + f.goType(m.Type) + behind)
		}
		f.L("}")
	}
	f.Blank()
	if !f.needsProgram(d) {
		f.F("var _ %s = (*%s)(nil)", n.Name, n.State)
		f.Blank()
	}

	f.L("// IDLValue names the valuetype.")
	f.F("func (*%s) IDLValue() *%s.ValueType { return %s.ValueType() }", n.State, cdr, n.Type)
	f.Blank()
	f.F("// %s returns v.", f.accessor(d))
	f.F("func (v *%s) %s() *%s { return v }", n.State, f.accessor(d), n.State)
	f.Blank()
	f.L("// MarshalState writes the members.")
	f.fn(fmt.Sprintf("func (v *%s) MarshalState(e *%s.Encoder)", n.State, cdr), func() {
		if base != nil {
			f.F("v.%s.MarshalState(e)", f.names[base].State)
		}
		for i, m := range state {
			f.put(encoder, "v."+members[i], m.Type, 0)
		}
	})
	f.L("// UnmarshalState reads the members.")
	f.fn(fmt.Sprintf("func (v *%s) UnmarshalState(d *%s.Decoder)", n.State, cdr), func() {
		if base != nil {
			f.F("v.%s.UnmarshalState(d)", f.names[base].State)
		}
		for i, m := range state {
			f.get(decoder, "v."+members[i], m.Type, 0)
		}
	})
}

// stateNames returns the Go names of the members that a valuetype declares itself.
func (g *generator) stateNames(d *model.ValueType) []string {
	taken := nameSet{}
	for v := d; v != nil; v = v.Concrete() {
		taken[g.accessor(v)] = true
		if v != d {
			taken[g.names[v].State] = true
		}
	}
	var names []string
	for _, m := range d.State() {
		names = append(names, taken.claim(g.memberName(&m.Node, g.style(d).valueMember)))
	}
	return names
}

// valueGlue prints what makes values, pointers to the Go type made if that is not empty, and knows the derived types.
func (f *file) valueGlue(glue string, d model.Decl, made string) {
	cdr := f.rt("cdr")
	f.F("type %s struct{}", glue)
	f.Blank()
	value := "nil"
	if made != "" {
		value = "new(" + made + ")"
	}
	f.F("func (%s) New() %s.Value { return %s }", glue, cdr, value)
	f.Blank()
	f.known(glue, d)
}

// known prints the method that returns the valuetypes which are derived from d, or support it.
func (f *file) known(glue string, d model.Decl) {
	cdr := f.rt("cdr")
	var cases []string
	for other := range f.spec.All() {
		if v, ok := other.(*model.ValueType); ok && !v.Abstract && f.isMain(v) && f.packageOf(v) == f.pkg && v != d && isA(v, d) {
			cases = append(cases, fmt.Sprintf("case %q:\nreturn %s.ValueType()", v.ID, f.names[v].Type))
		}
	}
	if len(cases) == 0 {
		f.F("func (%s) Known(string) *%s.ValueType { return nil }", glue, cdr)
		f.Blank()
		return
	}
	f.F("func (%s) Known(id string) *%s.ValueType {", glue, cdr)
	f.L("switch id {")
	f.L(strings.Join(cases, "\n"))
	f.L("}")
	f.L("return nil")
	f.L("}")
	f.Blank()
}

// isA reports whether v is derived from the valuetype d, or supports the interface d.
func isA(v *model.ValueType, d model.Decl) bool {
	if model.Decl(v) == d {
		return true
	}
	for _, i := range v.Supported() {
		if base, ok := d.(*model.Interface); ok && i.Inherits(base) {
			return true
		}
	}
	return slices.ContainsFunc(v.Parents(), func(p *model.ValueType) bool { return isA(p, d) })
}

// needsProgram reports whether only the program can make values of the type: they have
// operations, or are marshalled by its own code.
func (g *generator) needsProgram(d *model.ValueType) bool {
	return d.Custom || len(valueMembers(d)) > 0 || slices.ContainsFunc(d.Parents(), g.needsProgram)
}

// valueMembers returns the operations and attributes of a valuetype and of what it supports,
// but for those of its bases.
func valueMembers(d *model.ValueType) []model.Decl {
	var ms []model.Decl
	for _, i := range d.Supported() {
		for _, m := range i.AllMembers() {
			if !slices.Contains(ms, m) {
				ms = append(ms, m)
			}
		}
	}
	return append(ms, membersOf(d)...)
}

// allValueMembers returns those of the bases too, each once.
func allValueMembers(d *model.ValueType) []model.Decl {
	var ms []model.Decl
	for _, p := range d.Parents() {
		for _, m := range allValueMembers(p) {
			if !slices.Contains(ms, m) {
				ms = append(ms, m)
			}
		}
	}
	for _, m := range valueMembers(d) {
		if !slices.Contains(ms, m) {
			ms = append(ms, m)
		}
	}
	return ms
}

// truncatesTo returns the repository ids of the types that a value may be taken for.
func truncatesTo(d *model.ValueType) []string {
	var ids []string
	for d.Truncatable && d.Concrete() != nil {
		d = d.Concrete()
		ids = append(ids, d.ID)
	}
	return ids
}

// stringList returns strings as an expression.
func stringList(ss []string) string {
	if len(ss) == 0 {
		return "nil"
	}
	return "[]string{" + strings.TrimPrefix(quotedList(ss), ", ") + "}"
}

// factories prints the Go interface of a valuetype's initializers.
func (f *file) factories(d *model.ValueType, n *declNames) {
	if n.Factory == "" {
		return
	}
	f.F("// %s makes values as the factories of %s say: something for the program to implement.", n.Factory, n.Name)
	f.F("type %s interface {", n.Factory)
	taken := nameSet{}
	for _, x := range d.Factories() {
		c := call{method: taken.claim(f.memberName(&x.Node, f.style(d).Method)), raises: x.Raises}
		c.returns, c.outs = true, []param{{"result", &model.Type{Kind: model.Named, Decl: d}}}
		names := nameSet{}
		for _, p := range x.Params {
			c.ins = append(c.ins, param{names.claim(f.style(d).Local(p.Name)), p.Type})
		}
		f.methodDoc(&c, x, true)
		f.L(c.declaration(f))
	}
	f.L("}")
	f.Blank()
}

// box prints a boxed value: a struct whose pointer is the value.
func (f *file) box(d *model.ValueBox) {
	n, cdr := f.names[d], f.rt("cdr")
	f.doc(d, n.Name, ", a boxed "+oneLine(d.Type.String()))
	f.F("type %s struct {", n.Name)
	f.L("Value " + f.goType(d.Type))
	f.L("}")
	f.Blank()
	f.L("// IDLValue names the valuetype.")
	f.F("func (*%s) IDLValue() *%s.ValueType { return %s.ValueType() }", n.Name, cdr, n.Type)
	f.Blank()
	f.L("// MarshalState writes what is in the box.")
	f.fn(fmt.Sprintf("func (v *%s) MarshalState(e *%s.Encoder)", n.Name, cdr), func() { f.put(encoder, "v.Value", d.Type, 0) })
	f.L("// UnmarshalState reads what is in the box.")
	f.fn(fmt.Sprintf("func (v *%s) UnmarshalState(d *%s.Decoder)", n.Name, cdr), func() { f.get(decoder, "v.Value", d.Type, 0) })
	f.descriptor(d, fmt.Sprintf("%s.NewBox[%s](%q, %s)", f.rt("stub"), n.Name, d.ID, f.typeCode(d)))
}
