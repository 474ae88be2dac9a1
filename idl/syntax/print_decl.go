package syntax

import (
	"strings"
)

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
