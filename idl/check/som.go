package check

import (
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// The names of implementation sections. What they mean is for the pass classes.

// classState is what the checker keeps of SOM IDL.
type classState struct {
	som        bool         // the text is SOM IDL
	classItems []*classItem // in the order of the text
	classOf    map[*symbol]*classItem
	modifiers  []*modifierPragma

	metaNames    map[string]bool                   // made by metaclasses
	operationsOf map[*symbol]*operationItem        // made by operationOf
	byCName      map[string]*symbol                // made by cNamed
	modified     int                               // modifiers given
	modifiedBy   map[*model.Node]map[string]string // their values by name
	guesses      int                               // at what misspelled names mean
	nearModifier map[string]string                 // and modifiers
}

func newClassState(som bool) classState {
	return classState{
		som: som, classOf: map[*symbol]*classItem{}, modifiedBy: map[*model.Node]map[string]string{}, nearModifier: map[string]string{},
	}
}

// classItem is an interface with its implementation section.
type classItem struct {
	sym        *symbol // of the interface
	scope      *scope  // of the interface
	vars       *scope
	syntax     *syntax.Implementation // nil where only #pragma modifier makes one
	model      *model.Implementation
	iface      *interfaceItem
	variables  []variable
	statements []*syntax.ModifierStmt
	passthru   map[string]*syntax.Passthru // by target as written

	overrides map[string]*model.Override
	accessors map[string]*model.Accessor
	given     map[string]*syntax.ModifierTerm // class modifiers
	order     map[string]*syntax.ModifierTerm // releaseorder
	listed    []*syntax.ModifierTerm          // likewise
}

func newClassItem(sym *symbol, s *scope, m *model.Implementation) *classItem {
	return &classItem{
		sym: sym, scope: s, model: m, passthru: map[string]*syntax.Passthru{},
		overrides: map[string]*model.Override{}, accessors: map[string]*model.Accessor{},
		given: map[string]*syntax.ModifierTerm{}, order: map[string]*syntax.ModifierTerm{},
	}
}

type variable struct {
	member     *syntax.Member
	declarator *syntax.Declarator
	model      *model.Member
}

// modifierPragma is a #pragma modifier.
type modifierPragma struct {
	statement *syntax.ModifierStmt
	scope     *scope
}

// implementation reads an implementation section. Variables have a scope of their own: they
// may be called as methods are.
func (c *checker) implementation(d *syntax.Implementation, s *scope) {
	item := newClassItem(s.owner, s, &model.Implementation{Span: d.Span})
	item.syntax = d
	if n := len(c.ifaces); n > 0 && c.ifaces[n-1].sym == s.owner {
		item.iface = c.ifaces[n-1]
	} else {
		c.errorf(CodeImplementation, d.Span, "an implementation section stands in an interface, not in %s", s.owner.describe())
		return
	}
	if other := c.classOf[item.sym]; other != nil {
		c.add(diag.Diagnostic{
			Code: CodeImplementation, Span: keywordSpan(d), Message: "interface " + quote(item.sym.name.Text) + " has an implementation section already",
			Notes: note(keywordSpan(other.syntax), "the first is here"), Help: "put the modifiers of both into one section",
		})
		return
	}
	c.classItems = append(c.classItems, item)
	c.classOf[item.sym] = item
	item.iface.model.Implementation = item.model
	item.vars = s.open(&symbol{name: syntax.Name{Text: "implementation", Span: d.Span}, kind: "implementation section", scope: s})
	for _, x := range d.Items {
		switch x := x.(type) {
		case *syntax.Member:
			c.variable(item, x)
		case *syntax.ModifierStmt:
			item.statements = append(item.statements, x)
		case *syntax.Passthru:
			c.passthru(item, x)
		case *syntax.Pragma:
			c.pragma(x, s)
		}
	}
}

// keywordSpan returns where an implementation section begins.
func keywordSpan(d *syntax.Implementation) diag.Span {
	at := diag.Span{Start: d.Span.Start, End: d.Span.Start}
	at.End.Column += len("implementation")
	at.End.Offset += len("implementation")
	return at
}

func (c *checker) variable(item *classItem, d *syntax.Member) {
	c.typeExpr(d.Type, item.vars, c.pointing(inCall, d.Declarators...))
	for _, dec := range d.Declarators {
		c.dimensions(dec, item.vars)
		m := &model.Member{Node: node(dec.Name, d.Span)}
		item.variables = append(item.variables, variable{d, dec, m})
		item.model.Data = append(item.model.Data, m)
		c.declareNode(item.vars, dec.Name, kindMember, &m.Node)
		c.noted = append(c.noted, noted{&m.Node, &d.Head})
	}
}

func (c *checker) passthru(item *classItem, d *syntax.Passthru) {
	if first := item.passthru[d.Target]; first != nil {
		c.add(diag.Diagnostic{
			Code: CodeRepeated, Span: d.Span, Message: "a second passthru for " + d.Target, Notes: note(first.Span, "the first is here"),
			Help: "one passthru holds any number of strings; other compilers take the last only",
		})
	} else {
		item.passthru[d.Target] = d
	}
	target, later := strings.CutSuffix(d.Target, "_after")
	target = strings.TrimSuffix(target, "_before")
	item.model.Passthru = append(item.model.Passthru, model.Passthru{Target: target, Before: !later, Text: d.Lines(), Span: d.Span})
}

// somPragma reads a pragma of SOM IDL. It returns true if there is no more to do with it.
func (c *checker) somPragma(d *syntax.Pragma, s *scope, name string, rest []syntax.Token) bool {
	switch name {
	case "modifier":
		m := syntax.ParseModifiers(rest)
		if m == nil || !m.Colon {
			c.errorf(CodePragma, d.Span, "#pragma modifier needs a name, a colon and modifiers: #pragma modifier FILE: impctx = C")
			return true
		}
		c.modifiers = append(c.modifiers, &modifierPragma{m, s})
		return true
	case "somemittypes":
		if len(rest) != 1 || rest[0].Text != "on" && rest[0].Text != "off" {
			c.errorf(CodePragma, d.Span, "#pragma somemittypes is followed by on or off")
			return true
		}
	}
	return false
}

// sameTypedef reports whether a typedef is there already, and the same: headers of C repeat
// them, and so do SOM's.
func (c *checker) sameTypedef(s *scope, d *syntax.Typedef, dec *syntax.Declarator) bool {
	old := s.names[s.fold(dec.Name.Text)]
	if !c.som || old == nil || old.kind != kindTypedef {
		return false
	}
	item, ok := old.syntax.(*typedefItem)
	if !ok || typedefText(item.syntax, item.declarator) != typedefText(d, dec) {
		return false
	}
	c.add(diag.Diagnostic{Code: CodeTypedefAgain, Span: dec.Name.Span, Message: "typedef " + quote(dec.Name.Text) + " is declared already, as the same", Notes: note(old.span(), "declared here")})
	return true
}

// typedefText returns what makes two typedefs the same; what defines a type is so with itself only.
func typedefText(d *syntax.Typedef, dec *syntax.Declarator) string {
	switch t := d.Type.(type) {
	case *syntax.Struct, *syntax.Union, *syntax.Enum:
		return t.TypeSpan().String() + dec.Name.Text
	}
	text := syntax.TypeText(d.Type) + strings.Repeat("*", dec.Stars)
	for _, x := range dec.Dims {
		text += "[" + syntax.ExprText(x) + "]"
	}
	return text
}

// pointing returns the context of a type whose declarators are all pointers to it.
func (c *checker) pointing(ctx context, ds ...*syntax.Declarator) context {
	for _, d := range ds {
		if d.Stars == 0 {
			return ctx
		}
	}
	return inPointer
}

// pointer returns a type with stars behind it.
func pointer(t *model.Type, stars int, at diag.Span) *model.Type {
	for ; t != nil && stars > 0; stars-- {
		t = &model.Type{Kind: model.Pointer, Elem: t, Span: at}
	}
	return t
}

// unsignedOf are the types of unsigned T, where T is a typedef: int is one of long.
var unsignedOf = map[model.Kind]model.Kind{
	model.Short: model.UShort, model.Long: model.ULong, model.LongLong: model.ULongLong, model.Char: model.Octet, model.Octet: model.Octet,
	model.UShort: model.UShort, model.ULong: model.ULong, model.ULongLong: model.ULongLong,
}

func (c *checker) unsigned(t *syntax.UnsignedType) *model.Type {
	named := c.named(t.Name)
	of := c.resolved(named)
	if of == nil {
		return nil
	}
	k, ok := unsignedOf[of.Kind]
	if !ok {
		c.errorf(CodeNotType, t.Span, "%s is %s, which has no unsigned form", quote(t.Name.String()), article(kindOf(of)))
		return nil
	}
	return &model.Type{Kind: k, Name: "unsigned " + t.Name.String(), Span: t.Span}
}

// somComments gives classes the comments before their braces, and takes away those that begin
// with //#, which are for the readers of the IDL only.
func (c *checker) somComments() {
	if !c.som {
		return
	}
	for _, i := range c.ifaces {
		if len(i.model.Doc) == 0 {
			i.model.Doc = comments(i.syntax.Opening)
		}
	}
	for _, n := range c.noted {
		n.node.Doc = spoken(n.node.Doc)
		n.node.Trailing = spoken(n.node.Trailing)
	}
}

func spoken(cs model.Comments) model.Comments {
	var out model.Comments
	for _, x := range cs {
		if !strings.HasPrefix(x.Text, "//#") {
			out = append(out, x)
		}
	}
	return out
}
