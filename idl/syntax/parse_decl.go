package syntax

import (
	"slices"

	"github.com/opendsom/dsom/diag"
)

// body says in what declarations stand, and so which may.
type body uint8

const (
	inModule    body = iota // or outside of all: definitions
	inInterface             // types, constants and exceptions, operations and attributes
	inValue                 // what an interface has, state and initializers
	inComponent             // ports and attributes
	inHome                  // what an interface has, factories and finders
)

var bodyNames = [...]string{"a module", "an interface", "a valuetype", "a component", "a home"}

func (b body) String() string { return bodyNames[b] }

// decls parses declarations up to the end of the scope.
func (p *parser) decls(in body) []Decl {
	var list []Decl
	for {
		list = p.flush(list)
		if p.tok.Kind == EOF || p.tok.Kind == RBrace {
			return list
		}
		p.item(func() bool {
			d := p.decl(in)
			if d != nil {
				list = append(list, d)
			}
			return d != nil
		})
	}
}

// flush lists the marks before the token, and those that a declaration before it contained.
func (p *parser) flush(list []Decl) []Decl {
	for _, m := range p.deferred {
		list = append(list, p.mark(m, true))
	}
	for _, m := range p.marks {
		list = append(list, p.mark(m, false))
	}
	p.deferred, p.marks = nil, nil
	return list
}

func (p *parser) mark(m Token, inside bool) Decl {
	h := Head{Span: m.Span, Doc: m.Comments}
	switch m.Kind {
	case FileBegin:
		return &IncludeDecl{Head: h, File: m.File, Written: m.Text, Inside: inside}
	case FileEnd:
		return &IncludeEnd{Head: h, File: m.File, Inside: inside}
	}
	return &Pragma{Head: h, Text: m.Text, Parts: m.Parts}
}

// decl parses a declaration with its semicolon.
func (p *parser) decl(in body) Decl {
	h, outer := p.begin()
	var d Decl
	what := "the declaration"
	switch {
	case p.tok.Kind == Semicolon:
		p.errorf(CodeSyntax, p.tok.Span, "a semicolon without a declaration")
	case declaresAnnotation(h):
		h.Annotations = h.Annotations[:len(h.Annotations)-1]
		d, what = p.annotationDecl(), "the annotation"
	case p.tok.Kind == Keyword:
		d, what = p.keywordDecl(in)
	case in == inComponent:
		d, what = p.extendedPort()
	case in == inInterface && p.atImplementation():
		d, what = p.implementation(), "the implementation section"
	case p.defines("bitset", "bitmask"):
		what = "the " + p.tok.Text
		d = p.bits()
	case in != inModule:
		d, what = p.exportIn(in)
	default:
		d, what = p.softDecl()
	}
	if d == nil {
		p.stray = append(outer, p.stray...)
		return nil
	}
	if !p.semicolon(what) {
		p.skip()
	}
	p.finish(d, h, outer)
	return d
}

// finish gives a declaration that was parsed to its end what begin found before it, and keeps
// the comments and annotations that were found inside.
func (p *parser) finish(d Decl, h Head, outer []Comment) {
	head := d.Common()
	inner, more := head.Inner, head.Annotations
	*head = h
	head.Annotations = append(head.Annotations, more...)
	p.end(head, outer)
	head.Inner = append(inner, head.Inner...)
}

// declaresAnnotation reports whether what follows is the declaration of an annotation.
func declaresAnnotation(h Head) bool {
	n := len(h.Annotations)
	return n > 0 && h.Annotations[n-1].Name.String() == "annotation" && len(h.Annotations[n-1].Params) == 0
}

// keywordDecl parses a declaration that begins with a keyword, and says what it was.
func (p *parser) keywordDecl(in body) (Decl, string) {
	word := p.tok.Text
	switch in {
	case inValue, inHome:
		if d, what, ok := p.element(in); ok {
			return d, what
		}
	case inComponent:
		return p.port()
	}
	switch word {
	case "module":
		if in != inModule {
			p.errorf(CodeSyntax, p.tok.Span, "a module cannot be declared in %s", in)
		}
		return p.module(), "the module"
	case "interface", "local", "abstract", "valuetype", "custom", "component", "home", "eventtype":
		if in != inModule && keywords[word] == since3 {
			return p.export() // a type of that name, from before it was a keyword
		}
		if in != inModule {
			p.errorf(CodeSyntax, p.tok.Span, "%s cannot be declared in %s", quote(word), in)
		}
		return p.classLike()
	case "struct":
		return p.structDecl(true), "the structure"
	case "union":
		return p.union(true), "the union"
	case "enum":
		return p.enum(), "the enumeration"
	case "exception":
		return p.exception(), "the exception"
	case "typedef":
		return p.typedef(), "the typedef"
	case "const":
		return p.constant(), "the constant"
	case "native":
		p.next()
		n := &Native{}
		var ok bool
		if n.Name, ok = p.name("the name of a native type"); !ok {
			return nil, ""
		}
		return n, "the native type"
	case "typeid", "typeprefix":
		return p.typeID(word == "typeid"), word
	case "import":
		if p.depth > 0 {
			p.errorf(CodeSyntax, p.tok.Span, "import stands outside of all declarations")
		}
		return p.importDecl(), "import"
	}
	switch word {
	case "public", "private", "factory":
		p.errorf(CodeSyntax, p.tok.Span, "state and initializers are declared in a valuetype")
		return nil, ""
	}
	if in != inModule {
		return p.exportIn(in)
	}
	switch word {
	case "attribute", "readonly", "oneway", "void":
		p.errorf(CodeSyntax, p.tok.Span, "operations and attributes are declared in an interface")
	case "finder":
		p.errorf(CodeSyntax, p.tok.Span, "finders are declared in a home")
	case "provides", "uses", "emits", "publishes", "consumes":
		p.errorf(CodeSyntax, p.tok.Span, "ports are declared in a component")
	default:
		p.expected("a declaration")
	}
	return nil, ""
}

// softDecl parses a declaration that begins with a word which IDL 4 made a keyword. No other
// declaration of a module begins with a name.
func (p *parser) softDecl() (Decl, string) {
	t := p.tok
	if t.Kind == Ident {
		switch t.Text {
		case "bitset", "bitmask": // without what follows their name
			return p.bits(), "the " + t.Text
		case "porttype":
			return p.portType(), "the port type"
		case "connector":
			return p.connector(), "the connector"
		case "alias":
			return p.alias(), "the alias"
		}
	}
	p.unknownDecl()
	return nil, ""
}

// unknownDecl reports that no declaration begins where one should.
func (p *parser) unknownDecl() {
	t := p.tok
	d := diag.Diagnostic{Code: CodeSyntax, Span: t.Span, Message: "expected a declaration, found " + t.describe()}
	switch near := diag.Closest(t.Text, leaders); {
	case t.Kind == LBracket:
		d.Help = "attributes in brackets are of Microsoft's IDL and of Mozilla's, which are other languages than OMG IDL"
	case p.op("%"):
		d.Help = "code between %{ and %} is an extension of some compilers; put it into a file of that language"
	case t.Kind != Ident:
	case near != "":
		d.Help = "did you mean " + quote(near) + "?"
	default:
		d.Help = "operations and attributes are declared in an interface, members in a structure"
	}
	p.report(d)
}

func (p *parser) module() Decl {
	p.next()
	if k := p.peek(1).Kind; p.tok.Kind == Scope || k == Scope || k == Less {
		n := p.scopedName("the name of a template module")
		if n == nil {
			return nil
		}
		return p.templateModule(n)
	}
	m := &Module{}
	var ok bool
	if m.Name, ok = p.name("the name of a module"); !ok {
		return nil
	}
	if m.Decls, ok = p.scopeBody(&m.Head, "the declarations of the module", inModule); !ok {
		return nil
	}
	return m
}

// classLike parses what begins with interface, local, abstract, valuetype and so on.
func (p *parser) classLike() (Decl, string) {
	var modifier string
	switch p.tok.Text {
	case "local", "abstract", "custom":
		modifier = p.next().Text
	}
	switch {
	case p.word("interface") && modifier != "custom":
		return p.interfaceDecl(modifier)
	case (p.word("valuetype") || p.word("eventtype")) && modifier != "local":
		return p.valueDecl(modifier)
	case p.word("component") && modifier == "":
		return p.component()
	case p.word("home") && modifier == "":
		return p.home()
	}
	p.expected(map[string]string{"local": "interface", "abstract": "interface, valuetype or eventtype", "custom": "valuetype or eventtype"}[modifier] + " after " + quote(modifier))
	return nil, ""
}

func (p *parser) interfaceDecl(modifier string) (Decl, string) {
	i := &Interface{Abstract: modifier == "abstract", Local: modifier == "local"}
	p.next()
	var ok bool
	if i.Name, ok = p.name("the name of an interface"); !ok {
		return nil, ""
	}
	if p.tok.Kind == Semicolon {
		return &Forward{Of: "interface", Name: i.Name, Abstract: i.Abstract, Local: i.Local}, "the forward declaration"
	}
	if p.accept(Colon) {
		if i.Bases = p.scopedNames("the name of a base interface"); i.Bases == nil {
			return nil, ""
		}
	}
	i.Opening = p.opening()
	if i.Decls, ok = p.scopeBody(&i.Head, "the operations of the interface", inInterface); !ok {
		return nil, ""
	}
	return i, "the interface"
}

// scopeBody parses declarations between braces.
func (p *parser) scopeBody(h *Head, what string, in body) ([]Decl, bool) {
	open := p.tok.Span
	if !p.require(LBrace, "{ and "+what) || !p.enter() {
		return nil, false
	}
	defer p.leave()
	h.Inner = p.trailing()
	ds := p.decls(in)
	p.close(open)
	return ds, true
}

func (p *parser) typeID(id bool) Decl {
	p.next()
	n := &ScopedName{Absolute: true, Span: p.tok.Span}
	if !(!id && p.accept(Scope) && p.tok.Kind == String) { // :: alone is the whole specification
		absolute := p.last == n.Span
		if n = p.scopedName("the name of a declaration"); n == nil {
			return nil
		}
		n.Absolute = n.Absolute || absolute
	}
	s := p.stringLiteral("a string")
	if s == nil {
		return nil
	}
	if id {
		return &TypeID{Name: n, ID: s}
	}
	return &TypePrefix{Name: n, Prefix: s}
}

func (p *parser) importDecl() Decl {
	p.next()
	i := &Import{}
	if p.tok.Kind == String {
		if i.Text = p.stringLiteral("a scope"); i.Text == nil {
			return nil
		}
		return i
	}
	if i.Name = p.scopedName("the name of a scope"); i.Name == nil {
		return nil
	}
	return i
}

// export parses an operation or attribute.
func (p *parser) export() (Decl, string) { return p.exportIn(inInterface) }

// exportIn is export for one of the bodies that have operations.
func (p *parser) exportIn(in body) (Decl, string) {
	switch {
	case p.word("readonly"), p.word("attribute"):
		return p.attribute(), "the attribute"
	}
	o := &Operation{}
	o.Oneway = p.acceptWord("oneway")
	if p.som() || !p.acceptWord("void") {
		if o.Result = p.typeSpec(inResult, "an operation, attribute or declaration"); o.Result == nil {
			return nil, ""
		}
		if isVoid(o.Result) {
			o.Result = nil
		}
	}
	var ok bool
	if o.Name, ok = p.name("the name of an operation"); !ok {
		return nil, ""
	}
	if p.tok.Kind == Semicolon && !o.Oneway {
		help := "an operation without parameters is written " + o.Name.Text + "(), an attribute begins with the word attribute"
		if in == inValue {
			help += ", a state member with public or private"
		}
		p.report(diag.Diagnostic{Code: CodeSyntax, Span: p.tok.Span, Message: "expected ( and the parameters of " + quote(o.Name.Text), Help: help})
		return nil, ""
	}
	if o.Params, ok = p.params(o.Name); !ok {
		return nil, ""
	}
	if p.acceptWord("raises") {
		if o.Raises, ok = p.raises(); !ok {
			return nil, ""
		}
	}
	if p.acceptWord("context") && !p.context(o) {
		return nil, ""
	}
	return o, "the operation"
}

// params parses the parameters of an operation or factory.
func (p *parser) params(of Name) ([]*Param, bool) {
	if !p.require(LParen, "( and the parameters of "+quote(of.Text)) {
		return nil, false
	}
	if p.word("void") {
		at := p.next().Span
		if p.tok.Kind == RParen {
			p.report(diag.Diagnostic{Code: CodeSyntax, Span: at, Message: "void is no parameter", Help: "write " + of.Text + "()"})
		}
	}
	var list []*Param
	for p.tok.Kind != RParen {
		q := p.param()
		if q == nil {
			return nil, false
		}
		list = append(list, q)
		if !p.accept(Comma) {
			break
		}
		if p.tok.Kind == RParen {
			p.expected("a parameter after the comma")
		}
	}
	return list, p.require(RParen, ", or ) after a parameter")
}

func (p *parser) param() *Param {
	h, outer := p.begin()
	q := &Param{Direction: p.tok.Text}
	switch {
	case p.word("in"), p.word("out"), p.word("inout"):
		p.next()
	case p.tok.Kind == Ident || p.tok.Kind == Keyword || p.tok.Kind == Scope:
		p.report(diag.Diagnostic{
			Code: CodeDirection, Span: p.tok.Span, Message: "a parameter begins with its direction",
			Help: "write in, out or inout before " + quote(p.tok.Text),
		})
		q.Direction = "in"
	default:
		p.expected("a parameter")
		return nil
	}
	if !p.more(&h) {
		return nil
	}
	if q.Type = p.typeSpec(inParam, "the type of a parameter"); q.Type == nil || !p.more(&h) {
		return nil
	}
	var ok bool
	if q.Name, ok = p.name("the name of a parameter"); !ok {
		return nil
	}
	if p.tok.Kind == LBracket {
		p.report(diag.Diagnostic{
			Code: CodeAnonymous, Span: p.tok.Span, Message: "a parameter cannot be declared as an array",
			Help: "give the array a name with a typedef and use that",
		})
		for p.tok.Kind == LBracket {
			if _, ok := p.dimension(); !ok {
				return nil
			}
		}
	}
	q.Head = h
	p.end(&q.Head, outer)
	return q
}

func (p *parser) raises() ([]*ScopedName, bool) {
	if !p.require(LParen, "( and the names of exceptions") {
		return nil, false
	}
	ns := p.scopedNames("the name of an exception")
	if ns == nil {
		return nil, false
	}
	return ns, p.require(RParen, ", or ) after the name of an exception")
}

func (p *parser) context(o *Operation) bool {
	if !p.require(LParen, "( and the names of context properties") {
		return false
	}
	for {
		s := p.stringLiteral("the name of a context property in quotes")
		if s == nil {
			return false
		}
		o.Context = append(o.Context, s)
		if !p.accept(Comma) {
			return p.require(RParen, ", or ) after a context property")
		}
	}
}

func (p *parser) attribute() Decl {
	a := &Attribute{}
	a.Readonly = p.acceptWord("readonly")
	if !p.acceptWord("attribute") {
		d := diag.Diagnostic{Code: CodeSyntax, Span: p.tok.Span, Message: "expected attribute after readonly, found " + p.tok.describe()}
		if p.tok.Kind == Ident && diag.Closest(p.tok.Text, []string{"attribute"}) != "" {
			d.Help = `did you mean "attribute"?`
		}
		p.report(d)
		return nil
	}
	if !p.more(&a.Head) {
		return nil
	}
	if a.Type = p.typeSpec(inParam, "the type of an attribute"); a.Type == nil {
		return nil
	}
	for {
		n, ok := p.name("the name of an attribute")
		if !ok {
			return nil
		}
		a.Names = append(a.Names, n)
		if p.tok.Kind == LBracket {
			p.report(diag.Diagnostic{
				Code: CodeAnonymous, Span: p.tok.Span, Message: "an attribute cannot be declared as an array",
				Help: "give the array a name with a typedef and use that",
			})
			return nil
		}
		if !p.accept(Comma) {
			break
		}
	}
	for p.tok.Kind == Keyword && slices.Contains([]string{"raises", "getraises", "setraises"}, p.tok.Text) {
		word := p.next()
		switch { // the order of the grammar (3.14)
		case word.Text == "setraises" && a.SetRaises != nil, word.Text != "setraises" && a.GetRaises != nil:
			p.errorf(CodeSyntax, word.Span, "%s stands here for the second time", quote(word.Text))
		case word.Text == "getraises" && a.SetRaises != nil:
			p.errorf(CodeSyntax, word.Span, "getraises stands before setraises")
		}
		ns, ok := p.raises()
		if !ok {
			return nil
		}
		if len(a.Names) > 1 && a.GetRaises == nil && a.SetRaises == nil {
			p.errorf(CodeSyntax, word.Span, "exceptions belong to one attribute: declare each of these for itself")
		}
		if a.Readonly != (word.Text == "raises") {
			p.report(diag.Diagnostic{
				Code: CodeSyntax, Span: word.Span, Message: quote(word.Text) + " does not belong to this attribute",
				Help: "a readonly attribute has raises, another getraises and setraises",
			})
		}
		if word.Text == "setraises" {
			a.SetRaises = append(a.SetRaises, ns...)
		} else {
			a.GetRaises = append(a.GetRaises, ns...)
		}
	}
	return a
}

func (p *parser) typedef() Decl {
	p.next()
	t := &Typedef{}
	if !p.more(&t.Head) {
		return nil
	}
	if t.Type = p.typeSpec(inMember, "a type"); t.Type == nil {
		return nil
	}
	if t.Declarators = p.declarators("the new name of the type"); t.Declarators == nil {
		return nil
	}
	p.checkVoid(t.Type, t.Declarators)
	return t
}

func (p *parser) constant() Decl {
	p.next()
	c := &Const{}
	if !p.more(&c.Head) {
		return nil
	}
	if c.Type = p.typeSpec(inConst, "the type of a constant"); c.Type == nil {
		return nil
	}
	var ok bool
	if c.Name, ok = p.name("the name of a constant"); !ok {
		return nil
	}
	if !p.require(Equals, "= and the value of "+quote(c.Name.Text)) {
		return nil
	}
	if c.Value = p.expr(); c.Value == nil {
		return nil
	}
	return c
}
