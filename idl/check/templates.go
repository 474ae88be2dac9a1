package check

import (
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// Template modules (IDL 4.2, 7.4.12). An instantiation is a module like any other, made of a
// copy of the template's declarations with the actual parameters in place of the formal ones.
// Names in it are looked up where the template stands, those of actual parameters where the
// instantiation does. Nothing after the pass of names knows of templates.

// maxInstantiated bounds how much of the text instantiations copy, in all, counted in nodes
// of the syntax (limit idl-instances): a template may instantiate others, twice each.
const maxInstantiated = 1 << 16

// maxInstanceDepth bounds how deep instantiations stand in one another (limit
// idl-instance-depth), so that the names in them stay short.
const maxInstanceDepth = 64

type (
	templateItem struct {
		sym    *symbol
		syntax *syntax.TemplateModule
		scope  *scope
		used   bool // it was instantiated
		busy   bool // it is being instantiated
	}
	// instances are the modules that instantiations made.
	instances struct {
		templates    []*templateItem
		made         map[*syntax.TemplateInst]*syntax.Module
		instantiated int  // nodes
		depth        int  // of instantiations in one another
		trying       bool // a template is read of which no module is made
		said         map[said]bool
		standsFor    map[*syntax.ScopedName]*symbol // names of formal constants: what they denote
		sequences    []sequenceItem
		nameless     map[*syntax.ScopedName]bool // reported: a parameter that is no name
	}
	// said is a diagnostic: each is reported once, however many modules a template makes.
	said struct {
		code    diag.Code
		span    diag.Span
		message string
	}
)

// again reports whether a diagnostic was reported already, of another copy of the same text.
func (c *checker) again(d diag.Diagnostic) bool {
	key := said{d.Code, d.Span, d.Message}
	if c.said[key] {
		return true
	}
	if c.said == nil {
		c.said = map[said]bool{}
	}
	c.said[key] = true
	return false
}

// template declares a template module.
func (c *checker) template(d *syntax.TemplateModule, s *scope) {
	sym := c.declare(s, d.Name, kindTemplate, false)
	if sym == nil {
		return
	}
	item := &templateItem{sym: sym, syntax: d, scope: s}
	sym.syntax, sym.defined, sym.complete = item, true, true
	c.templates = append(c.templates, item)
	seen := map[string]syntax.Name{}
	for _, f := range d.Params {
		if old, dup := seen[fold(f.Name.Text)]; dup {
			c.add(diag.Diagnostic{
				Code: CodeRedeclared, Span: f.Name.Span, Message: quote(f.Name.Text) + " is declared already, as a formal parameter",
				Notes: note(old.Span, "declared here"),
			})
		}
		seen[fold(f.Name.Text)] = f.Name
	}
	if len(d.Decls) == 0 && !c.tree.Broken {
		c.errorf(CodeEmpty, d.Name.Span, "template module %s is empty", quote(d.Name.Text))
	}
}

// instantiate makes the module that an instantiation says.
func (c *checker) instantiate(d *syntax.TemplateInst, s *scope) {
	if d.Alias && !slices.ContainsFunc(c.templates, func(t *templateItem) bool { return t.busy }) {
		c.add(diag.Diagnostic{
			Code: CodeTemplate, Span: d.Template.Span, Message: "an alias of a template module stands in another template module only",
			Help: "to make a module of it write module " + d.Template.String() + "<…> " + d.Name.Text,
		})
		return
	}
	sym := c.lookup(s, d.Template, false)
	if sym == nil {
		return
	}
	item, ok := sym.syntax.(*templateItem)
	switch {
	case !ok:
		c.add(diag.Diagnostic{
			Code: CodeTemplate, Span: d.Template.Span, Message: quote(d.Template.String()) + " is no template module, but " + article(string(sym.kind)),
			Notes: note(sym.span(), "declared here"),
		})
		return
	case item.busy:
		c.errorf(CodeTemplate, d.Template.Span, "template module %s instantiates itself", quote(d.Template.String()))
		return
	}
	if c.trying { // what is in it is not known, since the parameters are not
		for _, a := range d.Args {
			if a.Type != nil {
				c.typeExpr(a.Type, s, inTypedef)
			}
			c.expr(a.Value, s)
		}
		c.declare(s, d.Name, kindFormal, false)
		return
	}
	if c.depth >= maxInstanceDepth {
		c.errorf(syntax.CodeLimit, d.Template.Span, "template modules instantiate one another too deep: more than %d (limit idl-instance-depth)", maxInstanceDepth)
		return
	}
	item.used = true
	actual, ok := c.actuals(d, item, s)
	if !ok {
		return
	}
	module := c.declare(s, d.Name, kindModule, false)
	if module == nil {
		return
	}
	s.open(module).parent = item.scope
	cp := &copier{c: c, actual: actual, at: d.Span}
	m := &syntax.Module{Head: d.Head, Name: d.Name, Decls: cp.decls(item.syntax.Decls)}
	if c.instantiated += cp.nodes; c.instantiated > maxInstantiated {
		c.errorf(syntax.CodeLimit, d.Template.Span, "template modules make too many declarations: more than %d nodes (limit idl-instances)", maxInstantiated)
		return
	}
	if c.made == nil {
		c.made = map[*syntax.TemplateInst]*syntax.Module{}
	}
	c.made[d] = m
	item.busy = true
	c.depth++
	c.module(m, s)
	c.depth--
	item.busy = false
}

// An actual is what a formal parameter stands for: a type or a value, with the names in it
// fully scoped. name is set where it is a name alone.
type actual struct {
	typ  syntax.TypeExpr
	expr syntax.Expr
	name *syntax.ScopedName
	text string
}

// actuals resolves the actual parameters and holds them against the formal ones (7.4.12.4.2).
func (c *checker) actuals(d *syntax.TemplateInst, item *templateItem, s *scope) (map[string]*actual, bool) {
	formal := item.syntax.Params
	if len(d.Args) != len(formal) {
		c.add(diag.Diagnostic{
			Code: CodeTemplate, Span: d.Template.Span, Notes: note(item.sym.span(), "declared here"),
			Message: "template module " + quote(d.Template.String()) + " takes " + parameters(len(formal)) + ", not " + strconv.Itoa(len(d.Args)),
		})
		return nil, false
	}
	all := map[string]*actual{}
	ok := true
	for i, f := range formal {
		a := c.actual(d.Args[i], f, s, all)
		if a == nil {
			ok = false
			continue
		}
		all[f.Name.Text] = a
	}
	return all, ok
}

func parameters(n int) string {
	if n == 1 {
		return "1 parameter"
	}
	return strconv.Itoa(n) + " parameters"
}

// actual resolves one actual parameter. before are those before it.
func (c *checker) actual(arg syntax.TemplateArg, f *syntax.FormalParam, s *scope, before map[string]*actual) *actual {
	expr := arg.Value
	if n, ok := arg.Type.(*syntax.NamedType); ok && f.Of == "const" {
		expr = &syntax.NameExpr{Name: n.Name}
	}
	if f.Of == "const" {
		if expr == nil {
			c.notFormal(arg.Type.TypeSpan(), f, "a type")
			return nil
		}
		c.expr(expr, s)
		// Its type is checked as that of a constant.
		cp := &copier{c: c, actual: before}
		d := &syntax.Const{Type: cp.typ(f.Type), Name: f.Name, Value: cp.absolute(expr)}
		c.typeExpr(d.Type, s, inTypedef)
		sym := &symbol{name: f.Name, kind: kindConst, scope: s}
		c.expr(d.Value, c.root)
		constant := &constItem{sym: sym, syntax: d, model: &model.Const{}}
		sym.syntax = constant
		c.consts = append(c.consts, constant)
		n := &syntax.ScopedName{Parts: []syntax.Name{f.Name}, Span: f.Name.Span}
		if c.standsFor == nil {
			c.standsFor = map[*syntax.ScopedName]*symbol{}
		}
		c.standsFor[n] = sym
		return &actual{expr: &syntax.NameExpr{Name: n}, text: syntax.ExprText(expr)}
	}
	if expr != nil {
		c.notFormal(expr.ExprSpan(), f, "a value")
		return nil
	}
	if n, ok := arg.Type.(*syntax.NamedType); ok {
		if _, isType := c.builtin(n.Name, s); isType {
			c.typeName(n, s)
		} else {
			c.lookup(s, n.Name, false)
		}
		if sym := c.refs[n.Name]; sym != nil {
			if !c.fits(sym, f) {
				c.notFormal(n.Name.Span, f, article(string(sym.kind)))
				return nil
			}
		} else if _, ok := c.builtins[n.Name]; !ok {
			return nil
		} else if f.Of != "typename" {
			c.notFormal(n.Name.Span, f, "a basic type")
			return nil
		}
	} else {
		c.typeExpr(arg.Type, s, inCall)
		_, seq := arg.Type.(*syntax.SequenceType)
		if f.Of != "typename" && (f.Of != "sequence" || !seq) {
			c.notFormal(arg.Type.TypeSpan(), f, "the type "+syntax.TypeText(arg.Type))
			return nil
		}
	}
	cp := &copier{c: c}
	if f.Type != nil {
		c.sequenceOf(arg.Type, f, s, before)
	}
	a := &actual{typ: cp.absoluteType(arg.Type), text: syntax.TypeText(arg.Type)}
	if n, ok := a.typ.(*syntax.NamedType); ok {
		a.name = n.Name
	}
	return a
}

// sequenceItem is an actual parameter for sequence<X>, with the sequence that it must be.
type sequenceItem struct {
	formal     *syntax.FormalParam
	want, have syntax.TypeExpr
}

// sequenceOf notes that an actual parameter must be the sequence that the formal one says, with
// the actual parameters before it in place of the formal ones (7.4.12.4.1).
func (c *checker) sequenceOf(have syntax.TypeExpr, f *syntax.FormalParam, s *scope, before map[string]*actual) {
	want := (&copier{c: c, actual: before}).typ(f.Type)
	c.typeExpr(want, s, inTypedef)
	c.sequences = append(c.sequences, sequenceItem{f, want, have})
}

// formalSequences holds these parameters against one another, now that there are types.
func (c *checker) formalSequences() {
	for _, i := range c.sequences {
		want, have := c.typ(i.want), c.typ(i.have)
		if want == nil || have == nil || c.sameSequence(want, have) {
			continue
		}
		c.add(diag.Diagnostic{
			Code: CodeTemplate, Span: i.have.TypeSpan(), Message: "parameter " + quote(i.formal.Name.Text) + " is " + want.String() + ", not " + c.resolved(have).String(),
			Notes: note(i.formal.Name.Span, "declared here"),
		})
	}
}

// sameSequence reports whether one sequence is what another is to be. A bound matters only
// where the formal parameter has one.
func (c *checker) sameSequence(want, have *model.Type) bool {
	want, have = c.resolved(want), c.resolved(have)
	if want == nil || have == nil || want.Kind != model.Sequence || have.Kind != model.Sequence {
		return true // reported
	}
	return (want.Bound == 0 || want.Bound == have.Bound) && c.sameType(want.Elem, have.Elem)
}

// sameType reports whether two types are the same behind typedefs; so is one that is not known.
func (c *checker) sameType(a, b *model.Type) bool {
	a, b = c.resolved(a), c.resolved(b)
	switch {
	case a == nil || b == nil:
		return true
	case a.Kind != b.Kind || a.Bound != b.Bound || a.Digits != b.Digits || a.Scale != b.Scale || a.Decl != b.Decl || !slices.Equal(a.Dims, b.Dims):
		return false
	case a.Elem == nil:
		return true
	}
	return c.sameType(a.Elem, b.Elem) && c.sameType(a.Key, b.Key)
}

// fits reports whether what a name denotes can be the actual parameter.
func (c *checker) fits(sym *symbol, f *syntax.FormalParam) bool {
	behind := sym
	for behind.kind == kindTypedef {
		t, ok := behind.syntax.(*typedefItem)
		if !ok || len(t.declarator.Dims) > 0 {
			break
		}
		if _, seq := t.syntax.Type.(*syntax.SequenceType); seq && f.Of == "sequence" {
			return true
		}
		n, ok := t.syntax.Type.(*syntax.NamedType)
		if !ok || c.refs[n.Name] == nil {
			break
		}
		behind = c.refs[n.Name]
	}
	switch f.Of {
	case "typename":
		return sym.kind.isType() || sym.kind == kindFormal
	case "interface":
		return behind.kind == kindInterface
	case "struct":
		return behind.kind == kindStruct
	case "union":
		return behind.kind == kindUnion
	case "enum":
		return behind.kind == kindEnum
	case "exception":
		return behind.kind == kindException
	}
	return string(behind.kind) == f.Of
}

func (c *checker) notFormal(at diag.Span, f *syntax.FormalParam, what string) {
	of := map[string]string{
		"typename": "a type", "interface": "an interface", "valuetype": "a valuetype", "eventtype": "an event type", "struct": "a structure",
		"union": "a union", "exception": "an exception", "enum": "an enumeration", "sequence": "a sequence", "const": "a constant",
	}[f.Of]
	c.add(diag.Diagnostic{
		Code: CodeTemplate, Span: at, Message: "parameter " + quote(f.Name.Text) + " is " + of + ", not " + what,
		Notes: note(f.Name.Span, "declared here"),
	})
}

// absoluteName returns the fully scoped name of a symbol, as if it stood at a place. Its parts
// stand nowhere.
func absoluteName(sym *symbol, at diag.Span) *syntax.ScopedName {
	n := &syntax.ScopedName{Absolute: true, Span: at}
	for part := range strings.SplitSeq(sym.qualified(), "::") {
		n.Parts = append(n.Parts, syntax.Name{Text: part, Escaped: syntax.IsKeyword(part)})
	}
	return n
}

// unusedTemplates looks for undeclared names in templates that nothing instantiates. All else
// that may be wrong in one depends on its parameters.
func (c *checker) unusedTemplates() {
	for _, t := range c.templates {
		if t.used {
			continue
		}
		saved := *c
		c.report, c.trying = new(diag.Report), true
		inner := t.scope.open(t.sym)
		for _, f := range t.syntax.Params {
			if sym := c.declare(inner, f.Name, kindFormal, false); sym != nil {
				sym.complete, sym.defined = true, true
			}
		}
		t.busy = true
		c.decls(t.syntax.Decls, inner)
		t.busy, t.sym.inner = false, nil
		saved.unresolved = c.unresolved
		*c = saved // nothing of it was declared
	}
}
