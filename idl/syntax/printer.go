package syntax

import (
	"fmt"
	"strconv"
	"strings"
)

// Print returns the text of one file of a tree: its own declarations, with an #include for
// what it includes there. Macros are replaced and conditions decided; comments that stand
// before, behind or inside declarations are kept. The text parses to the same tree.
func Print(t *Tree, f *SourceFile) string {
	p := &printer{file: f, first: true, som: t.Dialect == SOM}
	p.decls(t.Decls)
	return p.b.String()
}

type printer struct {
	b      strings.Builder
	file   *SourceFile
	som    bool // comments belong to what stands before them
	indent int
	open   []*SourceFile // files begun and not ended
	first  bool          // nothing stands before in this block
	last   Decl
}

// active reports whether what comes now is of the file to print.
func (p *printer) active() bool {
	return len(p.open) > 0 && p.open[len(p.open)-1] == p.file
}

func (p *printer) line(format string, args ...any) {
	p.b.WriteString(strings.Repeat("  ", p.indent))
	fmt.Fprintf(&p.b, format, args...)
}

func (p *printer) comments(cs []Comment) {
	for _, c := range cs {
		p.comment(c)
	}
}

// comment prints a comment on lines of its own. The lines of a block keep their indent
// relative to its first.
func (p *printer) comment(c Comment) {
	for i, l := range commentLines(c) {
		if i > 0 {
			l = outdent(l, c.Span.Start.Column-1)
		}
		if l == "" {
			p.b.WriteByte('\n')
			continue
		}
		p.line("%s\n", l)
	}
}

// commentLines returns a comment's lines without blanks at their ends. A backslash at the end
// of a comment that ends with its line would take in the next one.
func commentLines(c Comment) []string {
	lines := strings.Split(c.Text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\r")
		if strings.HasPrefix(c.Text, "//") {
			lines[i] = strings.TrimRight(l, " \t\r\\")
		}
	}
	return lines
}

// outdent removes up to n blanks.
func outdent(s string, n int) string {
	for n > 0 && s != "" && (s[0] == ' ' || s[0] == '\t') {
		s, n = s[1:], n-1
	}
	return s
}

// trailing prints comments behind a declaration, and ends its line.
func (p *printer) trailing(cs []Comment) {
	for n, c := range cs {
		if p.som && c.OwnLine {
			p.b.WriteByte('\n')
			p.comments(cs[n:])
			return
		}
		p.b.WriteByte(' ')
		for i, l := range commentLines(c) {
			if i > 0 {
				p.b.WriteByte('\n')
				l = strings.TrimSpace(l)
			}
			p.b.WriteString(l)
		}
	}
	p.b.WriteByte('\n')
}

func (p *printer) decls(ds []Decl) {
	first, last := p.first, p.last
	p.first, p.last = true, nil
	for _, d := range ds {
		switch d := d.(type) {
		case *IncludeDecl:
			if p.active() && !d.Inside && d.Written != "" {
				p.separate(d)
				p.comments(d.Doc)
				p.b.WriteString("#include " + d.Written + "\n")
			}
			p.open = append(p.open, d.File)
			continue
		case *IncludeEnd:
			if p.active() && len(d.Doc) > 0 {
				if !p.first {
					p.b.WriteByte('\n')
				}
				p.comments(d.Doc)
			}
			if len(p.open) > 0 {
				p.open = p.open[:len(p.open)-1]
			}
			continue
		}
		if !p.active() {
			p.enterOther(d)
			continue
		}
		p.separate(d)
		p.decl(d)
	}
	p.first, p.last = first, last
}

// enterOther follows the borders of files inside a declaration of another file.
func (p *printer) enterOther(d Decl) {
	switch d := d.(type) {
	case *Module:
		p.decls(d.Decls)
	case *Interface:
		p.decls(d.Decls)
	case *ValueType:
		p.decls(d.Decls)
	case *Component:
		p.decls(d.Decls)
	case *Home:
		p.decls(d.Decls)
	case *Implementation:
		p.decls(d.Items)
	case *TemplateModule:
		p.decls(d.Decls)
	case *AnnotationDecl:
		p.decls(d.Decls)
	case *PortType:
		p.decls(d.Decls)
	case *Connector:
		p.decls(d.Decls)
	}
}

// separate puts a blank line before declarations of some size, and where there was one.
func (p *printer) separate(d Decl) {
	if !p.first && (large(d) || large(p.last) || len(d.Common().Before) > 0 || p.som && len(d.Common().Doc) > 0 || directive(d) != directive(p.last)) {
		p.b.WriteByte('\n')
	}
	p.first, p.last = false, d
}

func large(d Decl) bool {
	switch d.(type) {
	case *Module, *Interface, *Struct, *Union, *Exception, *Enum, *ValueType, *Component, *Home, *Bitset, *Bitmask, *AnnotationDecl,
		*PortType, *Connector, *TemplateModule, *Implementation, *Passthru:
		return true
	}
	return false
}

func directive(d Decl) bool {
	switch d.(type) {
	case *Pragma, *IncludeDecl:
		return true
	}
	return false
}

// head prints what stands before a declaration.
func (p *printer) head(h *Head) {
	if len(h.Before) > 0 {
		p.comments(h.Before)
		p.b.WriteByte('\n')
	}
	p.comments(h.Doc)
	for _, a := range h.Annotations {
		if !a.Comment { // which is printed as the comment that it is
			p.line("%s\n", annotationText(a))
		}
	}
}

func (p *printer) decl(d Decl) {
	h := d.Common()
	if pr, ok := d.(*Pragma); ok {
		p.comments(h.Doc)
		p.b.WriteString("#pragma " + pr.Text + "\n")
		return
	}
	p.head(h)
	switch d := d.(type) {
	case *Module:
		p.line("module %s {", nameText(d.Name))
		p.scope(h, d.Decls)
	case *Interface:
		p.line("%sinterface %s%s{", modifiers(d.Abstract, d.Local), nameText(d.Name), namesAfter(" : ", d.Bases, "")+p.brace(d.Opening))
		p.scope(h, d.Decls)
	case *ValueType:
		p.valueType(d)
	case *StateMember:
		p.line("%s ", map[bool]string{true: "public", false: "private"}[d.Public])
		p.typeExpr(d.Type)
		p.b.WriteString(" " + declaratorsText(d.Declarators) + ";")
	case *Factory:
		p.line("%s %s(", map[bool]string{true: "finder", false: "factory"}[d.Finder], nameText(d.Name))
		p.params(d.Params)
		p.b.WriteString(namesAfter(" raises (", d.Raises, ")") + ";")
	case *ValueBox:
		p.line("valuetype %s ", nameText(d.Name))
		p.typeExpr(d.Type)
		p.b.WriteByte(';')
	case *Component:
		p.line("component %s%s%s {", nameText(d.Name), nameAfter(" : ", d.Base), namesAfter(" supports ", d.Supports, ""))
		p.scope(h, d.Decls)
	case *Port:
		role := d.Role
		if d.Multiple {
			role += " multiple"
		}
		p.line("%s %s %s;", role, TypeText(d.Type), nameText(d.Name))
	case *Home:
		p.line("home %s%s%s manages %s%s {", nameText(d.Name), nameAfter(" : ", d.Base), namesAfter(" supports ", d.Supports, ""),
			scopedText(d.Manages), nameAfter(" primarykey ", d.PrimaryKey))
		p.scope(h, d.Decls)
	case *Forward:
		p.line("%s%s %s;", modifiers(d.Abstract, d.Local), d.Of, nameText(d.Name))
	case *Operation:
		p.operation(d)
	case *Attribute:
		p.attribute(d)
	case *Exception:
		p.line("exception %s {", nameText(d.Name))
		p.members(h, d.Members)
		p.b.WriteByte(';')
	case *Struct, *Union, *Enum, *Bitset, *Bitmask:
		p.line("")
		p.typeExpr(d.(TypeExpr))
		p.b.WriteByte(';')
	case *Typedef:
		p.line("typedef ")
		p.typeExpr(d.Type)
		p.b.WriteString(" " + declaratorsText(d.Declarators) + ";")
	case *Const:
		p.line("const ")
		p.typeExpr(d.Type)
		p.b.WriteString(" " + nameText(d.Name) + " = " + ExprText(d.Value) + ";")
	case *Native:
		p.line("native %s;", nameText(d.Name))
	case *TypeID:
		p.line("typeid %s %s;", scopedText(d.Name), ExprText(d.ID))
	case *TypePrefix:
		p.line("typeprefix %s %s;", scopedText(d.Name), ExprText(d.Prefix))
	case *Import:
		if d.Text != nil {
			p.line("import %s;", ExprText(d.Text))
		} else {
			p.line("import %s;", scopedText(d.Name))
		}
	case *AnnotationDecl:
		p.line("@annotation %s {", nameText(d.Name))
		p.scope(h, d.Decls)
	case *AnnotationMember:
		p.annotationMember(d)
	case *PortType:
		p.line("porttype %s {", nameText(d.Name))
		p.scope(h, d.Decls)
	case *Connector:
		p.line("connector %s%s {", nameText(d.Name), nameAfter(" : ", d.Base))
		p.scope(h, d.Decls)
	case *TemplateModule:
		p.line("module %s<%s> {", nameText(d.Name), formalsText(d.Params))
		p.scope(h, d.Decls)
	case *TemplateInst:
		p.line("%s %s<%s> %s;", instWord(d.Alias), scopedText(d.Template), argsText(d.Args), nameText(d.Name))
	default:
		p.somDecl(d)
	}
	p.ending(d)
}

// ending prints what stands behind a declaration. Comments from inside, of places where
// nothing keeps them, follow behind it; blocks have printed theirs.
func (p *printer) ending(d Decl) {
	h := d.Common()
	cs := h.Trailing
	switch d.(type) {
	case *Module, *Interface, *Struct, *Union, *Exception, *Enum, *ValueType, *Component, *Home, *Bitset, *Bitmask, *AnnotationDecl,
		*PortType, *Connector, *TemplateModule, *Implementation:
	default:
		if len(h.Inner) > 0 {
			p.trailing(cs)
			p.comments(h.Inner)
			return
		}
	}
	p.trailing(cs)
}

func (p *printer) valueType(v *ValueType) {
	before, word, bases := "", "valuetype", " : "
	switch {
	case v.Custom:
		before = "custom "
	case v.Abstract:
		before = "abstract "
	}
	if v.Event {
		word = "eventtype"
	}
	if v.Truncatable {
		bases = " : truncatable "
	}
	p.line("%s%s %s%s%s {", before, word, nameText(v.Name), namesAfter(bases, v.Bases, ""), namesAfter(" supports ", v.Supports, ""))
	p.scope(&v.Head, v.Decls)
}

// scope prints the declarations of a module or interface, whose first line is printed.
func (p *printer) scope(h *Head, ds []Decl) {
	if len(ds) == 0 && len(h.Inner) == 0 {
		p.b.WriteString("};")
		return
	}
	p.b.WriteByte('\n')
	p.indent++
	p.decls(ds)
	p.comments(h.Inner)
	p.indent--
	p.line("};")
}

func (p *printer) members(h *Head, ms []*Member) {
	if len(ms) == 0 && len(h.Inner) == 0 {
		p.b.WriteByte('}')
		return
	}
	p.b.WriteByte('\n')
	p.indent++
	for _, m := range ms {
		p.head(&m.Head)
		p.line("")
		p.typeExpr(m.Type)
		p.b.WriteString(" " + declaratorsText(m.Declarators) + ";")
		p.trailing(m.Trailing)
		p.comments(m.Inner)
	}
	p.comments(h.Inner)
	p.indent--
	p.line("}")
}

func modifiers(abstract, local bool) string {
	switch {
	case abstract:
		return "abstract "
	case local:
		return "local "
	}
	return ""
}

func (p *printer) operation(o *Operation) {
	p.line("")
	if o.Oneway {
		p.b.WriteString("oneway ")
	}
	if o.Result == nil {
		p.b.WriteString("void")
	} else {
		p.typeExpr(o.Result)
	}
	p.b.WriteString(" " + nameText(o.Name) + "(")
	p.params(o.Params)
	p.b.WriteString(namesAfter(" raises (", o.Raises, ")"))
	if len(o.Context) > 0 {
		var cs []string
		for _, c := range o.Context {
			cs = append(cs, ExprText(c))
		}
		p.b.WriteString(" context (" + strings.Join(cs, ", ") + ")")
	}
	p.b.WriteByte(';')
}

// params prints parameters and the parenthesis behind them: on one line if they are few and
// without comments.
func (p *printer) params(ps []*Param) {
	wrap := len(ps) > 3
	for _, q := range ps {
		wrap = wrap || len(q.Doc)+len(q.Before)+len(q.Inner)+len(q.Trailing) > 0
	}
	for i, q := range ps {
		if wrap {
			p.b.WriteByte('\n')
			p.indent += 2
			p.comments(q.Before)
			p.comments(q.Doc)
			p.comments(q.Inner)
			p.comments(q.Trailing)
			p.line("")
			p.indent -= 2
		}
		p.b.WriteString(annotationsText(q.Annotations))
		p.b.WriteString(q.Direction + " ")
		p.typeExpr(q.Type)
		p.b.WriteString(" " + nameText(q.Name))
		if i < len(ps)-1 {
			p.b.WriteByte(',')
			if !wrap {
				p.b.WriteByte(' ')
			}
		}
	}
	p.b.WriteByte(')')
}

func (p *printer) attribute(a *Attribute) {
	p.line("")
	if a.Readonly {
		p.b.WriteString("readonly ")
	}
	p.b.WriteString("attribute ")
	p.typeExpr(a.Type)
	for i, n := range a.Names {
		if i > 0 {
			p.b.WriteByte(',')
		}
		p.b.WriteString(" " + nameText(n))
	}
	word := "getraises"
	if a.Readonly {
		word = "raises"
	}
	p.b.WriteString(namesAfter(" "+word+" (", a.GetRaises, ")") + namesAfter(" setraises (", a.SetRaises, ")") + ";")
}

// typeExpr prints a type; of one that is defined here all but what stands before and behind.
func (p *printer) typeExpr(t TypeExpr) {
	switch t := t.(type) {
	case *Bitset:
		p.bitset(t)
	case *Bitmask:
		p.bitmask(t)
	case *Struct:
		p.b.WriteString("struct " + nameText(t.Name) + nameAfter(" : ", t.Base) + " {")
		p.members(&t.Head, t.Members)
	case *Union:
		p.union(t)
	case *Enum:
		p.enum(t)
	default:
		p.b.WriteString(TypeText(t))
	}
}

func (p *printer) union(u *Union) {
	p.b.WriteString("union " + nameText(u.Name) + " switch (")
	p.b.WriteString(annotationsText(u.SwitchAnnotations))
	p.typeExpr(u.Switch)
	p.b.WriteString(") {\n")
	p.indent++
	for _, c := range u.Cases {
		p.head(&c.Head)
		for _, l := range c.Labels {
			if l.Value == nil {
				p.line("default:\n")
			} else {
				p.line("case %s:\n", ExprText(l.Value))
			}
		}
		p.line("  ")
		p.indent++
		p.typeExpr(c.Type)
		p.indent--
		p.b.WriteString(" " + declaratorsText([]*Declarator{c.Declarator}) + ";")
		p.trailing(c.Trailing)
		p.comments(c.Inner)
	}
	p.comments(u.Inner)
	p.indent--
	p.line("}")
}

func (p *printer) enum(e *Enum) {
	p.b.WriteString("enum " + nameText(e.Name) + " {\n")
	p.indent++
	for i, v := range e.Values {
		p.head(&v.Head)
		p.line("%s", nameText(v.Name))
		if i < len(e.Values)-1 {
			p.b.WriteByte(',')
		}
		p.trailing(v.Trailing)
		p.comments(v.Inner)
	}
	p.comments(e.Inner)
	p.indent--
	p.line("}")
}

// TypeText returns a type as IDL; of one that is defined where it is used its name.
func TypeText(t TypeExpr) string {
	switch t := t.(type) {
	case *BasicType:
		return t.Name
	case *NamedType:
		return scopedText(t.Name)
	case *PointerType:
		return TypeText(t.Elem) + "*"
	case *UnsignedType:
		return "unsigned " + scopedText(t.Name)
	case *StringType:
		s := "string"
		if t.Wide {
			s = "wstring"
		}
		if t.Bound != nil {
			s += "<" + boundText(t.Bound) + ">"
		}
		return s
	case *SequenceType:
		s := "sequence<" + annotationsText(t.ElemAnnotations) + TypeText(t.Elem)
		if t.Bound != nil {
			s += ", " + boundText(t.Bound)
		}
		return s + ">"
	case *MapType:
		s := "map<" + annotationsText(t.KeyAnnotations) + TypeText(t.Key) + ", " + annotationsText(t.ElemAnnotations) + TypeText(t.Elem)
		if t.Bound != nil {
			s += ", " + boundText(t.Bound)
		}
		return s + ">"
	case *FixedType:
		if t.Digits == nil {
			return "fixed"
		}
		return "fixed<" + boundText(t.Digits) + ", " + boundText(t.Scale) + ">"
	case *Struct:
		return nameText(t.Name)
	case *Union:
		return nameText(t.Name)
	case *Enum:
		return nameText(t.Name)
	case *Bitset:
		return nameText(t.Name)
	case *Bitmask:
		return nameText(t.Name)
	}
	return "void"
}

// boundText returns an expression before a closing angle bracket, where >> would be two of them.
func boundText(x Expr) string {
	s := ExprText(x)
	if _, ok := x.(*Binary); ok && strings.Contains(s, ">>") {
		return "(" + s + ")"
	}
	return s
}

// ExprText returns an expression as IDL.
func ExprText(x Expr) string {
	var b strings.Builder
	writeExpr(&b, x)
	return b.String()
}

func writeExpr(b *strings.Builder, x Expr) {
	switch x := x.(type) {
	case *Literal:
		b.WriteString(literalText(x))
	case *NameExpr:
		b.WriteString(scopedText(x.Name))
	case *Unary:
		b.WriteString(x.Op)
		writeExpr(b, x.X)
	case *Binary:
		writeExpr(b, x.X)
		b.WriteString(" " + x.Op + " ")
		writeExpr(b, x.Y)
	case *Paren:
		b.WriteByte('(')
		writeExpr(b, x.X)
		b.WriteByte(')')
	}
}

func literalText(x *Literal) string {
	switch x.Kind {
	case CharLiteral:
		return "'" + escapeText(x.Text, '\'', false) + "'"
	case WCharLiteral:
		return "L'" + escapeText(x.Text, '\'', true) + "'"
	case StringLiteral:
		return `"` + escapeText(x.Text, '"', false) + `"`
	case WStringLiteral:
		return `L"` + escapeText(x.Text, '"', true) + `"`
	}
	return x.Text
}

// escapeText writes the value of a literal so that it reads back as the same. Printable
// characters stay as they are.
func escapeText(s string, quote rune, wide bool) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == quote || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\%03o`, r)
		case wide && r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func nameText(n Name) string {
	if n.Escaped {
		return "_" + n.Text
	}
	return n.Text
}

func scopedText(n *ScopedName) string {
	if len(n.Parts) == 0 {
		return "::" // the whole specification
	}
	var b strings.Builder
	for i, p := range n.Parts {
		if i > 0 || n.Absolute {
			b.WriteString("::")
		}
		b.WriteString(nameText(p))
	}
	return b.String()
}

// nameAfter returns a name that may be left out, with what stands before it.
func nameAfter(before string, n *ScopedName) string {
	if n == nil {
		return ""
	}
	return before + scopedText(n)
}

func namesAfter(before string, ns []*ScopedName, after string) string {
	if len(ns) == 0 {
		return ""
	}
	var ts []string
	for _, n := range ns {
		ts = append(ts, scopedText(n))
	}
	return before + strings.Join(ts, ", ") + after
}

func declaratorsText(ds []*Declarator) string {
	var ts []string
	for _, d := range ds {
		t := strings.Repeat("*", d.Stars) + nameText(d.Name)
		for _, x := range d.Dims {
			t += "[" + ExprText(x) + "]"
		}
		ts = append(ts, t)
	}
	return strings.Join(ts, ", ")
}
