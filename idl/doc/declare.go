package doc

import (
	"strconv"

	"github.com/opendsom/dsom/model"
)

// declaration writes a declaration as IDL, names as links: of a scope its head.
func (p *page) declaration(d model.Decl) {
	i := d.About()
	for _, a := range i.Annotations {
		p.annotation(a)
		p.raw("\n")
	}
	switch d := d.(type) {
	case *model.Interface:
		p.when(d.Abstract, "abstract ")
		p.when(d.Local, "local ")
		p.head("interface", d.Name)
		p.types(" : ", d.Bases)
	case *model.ValueType:
		p.when(d.Abstract, "abstract ")
		p.when(d.Custom, "custom ")
		p.head(kindOf(d), d.Name)
		if len(d.Bases) > 0 && d.Truncatable {
			p.escape(" : ")
			p.span("k", "truncatable")
			p.types(" ", d.Bases)
		} else {
			p.types(" : ", d.Bases)
		}
		p.supports(d.Supports)
	case *model.Component:
		p.head(kindOf(d), d.Name)
		p.base(d.Base)
		p.supports(d.Supports)
	case *model.Home:
		p.head("home", d.Name)
		p.base(d.Base)
		p.supports(d.Supports)
		p.keyword(" manages ")
		p.typ(d.Manages)
		if d.PrimaryKey != nil {
			p.keyword(" primarykey ")
			p.typ(d.PrimaryKey)
		}
	case *model.PortType:
		p.head("porttype", d.Name)
	case *model.AnnotationDecl:
		p.keyword("@annotation ")
		p.escape(d.Name)
		p.escape(" {\n")
		for _, m := range d.Members {
			p.escape("  ")
			p.typ(m.Type)
			p.escape(" " + m.Name)
			if m.Default != nil {
				p.keyword(" default ")
				p.span("n", m.Default.String())
			}
			p.escape(";\n")
		}
		p.escape("}")
	case *model.Struct:
		p.head("struct", d.Name)
		p.base(d.Base)
		p.fields(d.Members)
	case *model.Exception:
		p.head("exception", d.Name)
		p.fields(d.Members)
	case *model.Union:
		p.union(d)
	case *model.Enum:
		p.head("enum", d.Name)
		p.escape(" {\n")
		for n, v := range d.Enumerators {
			p.escape("  " + v.Name)
			if n < len(d.Enumerators)-1 {
				p.escape(",")
			}
			p.escape("\n")
		}
		p.escape("}")
	case *model.Bitmask:
		p.head("bitmask", d.Name)
		p.escape(" {\n")
		for n, v := range d.Flags {
			p.escape("  @position(" + strconv.Itoa(v.Position) + ") " + v.Name)
			if n < len(d.Flags)-1 {
				p.escape(",")
			}
			p.escape("\n")
		}
		p.escape("}")
	case *model.Bitset:
		p.head("bitset", d.Name)
		p.base(d.Base)
		p.escape(" {\n")
		for _, f := range d.Fields {
			p.escape("  ")
			p.keyword("bitfield")
			p.escape("<" + strconv.Itoa(f.Width))
			if f.Type != nil {
				p.escape(", ")
				p.typ(f.Type)
			}
			p.escape(">")
			if f.Name != "" {
				p.escape(" " + f.Name)
			}
			p.escape(";\n")
		}
		p.escape("}")
	default:
		p.line(d)
	}
	p.escape(";")
}

// line writes a declaration of one line.
func (p *page) line(d model.Decl) {
	switch d := d.(type) {
	case *model.Operation:
		p.when(d.Oneway, "oneway ")
		p.typ(d.Result)
		p.escape(" " + d.Name)
		p.paramList(d.Params)
		p.exceptions("raises", d.Raises)
		if len(d.Context) > 0 {
			p.keyword(" context ")
			p.escape("(")
			for n, c := range d.Context {
				p.comma(n)
				p.span("s", strconv.Quote(c))
			}
			p.escape(")")
		}
	case *model.Factory:
		p.keyword(kindOf(d) + " ")
		p.escape(d.Name)
		p.paramList(d.Params)
		p.exceptions("raises", d.Raises)
	case *model.Attribute:
		p.when(d.Readonly, "readonly ")
		p.keyword("attribute ")
		p.typ(d.Type)
		p.escape(" " + d.Name)
		if d.Readonly {
			p.exceptions("raises", d.GetRaises)
		} else {
			p.exceptions("getraises", d.GetRaises)
			p.exceptions("setraises", d.SetRaises)
		}
	case *model.StateMember:
		if d.Public {
			p.keyword("public ")
		} else {
			p.keyword("private ")
		}
		p.declarator(d.Type, d.Name)
	case *model.Port:
		p.keyword(d.Role + " ")
		p.when(d.Multiple, "multiple ")
		p.typ(d.Type)
		p.escape(" " + d.Name)
	case *model.Typedef:
		p.keyword("typedef ")
		p.declarator(d.Type, d.Name)
	case *model.ValueBox:
		p.head("valuetype", d.Name)
		p.escape(" ")
		p.typ(d.Type)
	case *model.Const:
		p.keyword("const ")
		p.typ(d.Type)
		p.escape(" " + d.Name + " = ")
		p.constant(d)
	case *model.Forward:
		p.when(d.Abstract, "abstract ")
		p.when(d.Local, "local ")
		p.head(d.Of, d.Name)
	default:
		p.head(d.Kind(), d.About().Name)
	}
}

// constant writes the value, and the expression where that is something else.
func (p *page) constant(c *model.Const) {
	value := ""
	if c.Value != nil {
		value = c.Value.String()
	}
	if c.Expr == "" || c.Expr == value {
		p.span("n", value)
		return
	}
	p.span("n", c.Expr)
	if value != "" && len(c.Expr) > 0 && c.Value != nil && c.Expr[0] != '"' && c.Expr[0] != '\'' && c.Expr[0] != 'L' {
		p.span("c", " /* "+value+" */")
	}
}

func (p *page) keyword(s string) { p.span("k", s) }

func (p *page) when(is bool, word string) {
	if is {
		p.keyword(word)
	}
}

func (p *page) head(word, name string) {
	p.keyword(word)
	p.escape(" " + name)
}

func (p *page) comma(n int) {
	if n > 0 {
		p.escape(", ")
	}
}

func (p *page) types(before string, ts []*model.Type) {
	for n, t := range ts {
		if n == 0 {
			p.escape(before)
		}
		p.comma(n)
		p.typ(t)
	}
}

func (p *page) base(t *model.Type) {
	if t != nil {
		p.types(" : ", []*model.Type{t})
	}
}

func (p *page) supports(ts []*model.Type) {
	if len(ts) > 0 {
		p.keyword(" supports")
		p.types(" ", ts)
	}
}

func (p *page) annotation(a model.Annotation) {
	p.escape("@" + a.Name)
	for n, q := range a.Params {
		if n == 0 {
			p.escape("(")
		}
		p.comma(n)
		if q.Name != "" {
			p.escape(q.Name + "=")
		}
		p.escape(q.Text)
	}
	if len(a.Params) > 0 {
		p.escape(")")
	}
}

// fields writes the members of a structure or exception.
func (p *page) fields(ms []*model.Member) {
	p.escape(" {")
	for _, m := range ms {
		p.escape("\n  ")
		for _, a := range m.Annotations {
			p.annotation(a)
			p.escape(" ")
		}
		p.declarator(m.Type, m.Name)
		p.escape(";")
	}
	if len(ms) > 0 {
		p.escape("\n")
	}
	p.escape("}")
}

func (p *page) union(u *model.Union) {
	p.head("union", u.Name)
	p.keyword(" switch ")
	p.escape("(")
	p.typ(u.Discriminator)
	p.escape(") {\n")
	for _, c := range u.Cases {
		for _, l := range c.Labels {
			p.escape("  ")
			switch {
			case l.Default:
				p.keyword("default")
			case l.Expr != "":
				p.keyword("case ")
				p.escape(l.Expr)
			default:
				p.keyword("case ")
				p.escape(l.Value.String())
			}
			p.escape(":\n")
		}
		p.escape("    ")
		for _, a := range c.Annotations {
			p.annotation(a)
			p.escape(" ")
		}
		p.declarator(c.Type, c.Name)
		p.escape(";\n")
	}
	p.escape("}")
}

func (p *page) paramList(ps []*model.Param) {
	p.escape("(")
	wrap := len(ps) > 2
	for n, q := range ps {
		if wrap {
			p.escape("\n    ")
		} else {
			p.comma(n)
		}
		for _, a := range q.Annotations {
			p.annotation(a)
			p.escape(" ")
		}
		p.keyword(q.Direction.String() + " ")
		p.typ(q.Type)
		p.escape(" " + q.Name)
		if wrap && n < len(ps)-1 {
			p.escape(",")
		}
	}
	p.escape(")")
}

func (p *page) exceptions(word string, xs []*model.Exception) {
	for n, x := range xs {
		if n == 0 {
			p.keyword(" " + word + " ")
			p.escape("(")
		}
		p.comma(n)
		p.link(x, x.Name)
	}
	if len(xs) > 0 {
		p.escape(")")
	}
}

// declarator writes a type and the name that has it: the dimensions of an array stand behind.
func (p *page) declarator(t *model.Type, name string) {
	if t.Kind != model.Array {
		p.typ(t)
		p.escape(" " + name)
		return
	}
	p.typ(t.Elem)
	p.escape(" " + name)
	p.dims(t)
}

func (p *page) dims(t *model.Type) {
	for _, n := range t.Dims {
		p.escape("[" + strconv.FormatUint(n, 10) + "]")
	}
}

// typ writes a type, names as links.
func (p *page) typ(t *model.Type) {
	switch {
	case t == nil:
		p.keyword("void")
	case t.Kind == model.Sequence:
		p.keyword("sequence")
		p.escape("<")
		p.typ(t.Elem)
		p.bound(t)
	case t.Kind == model.Map:
		p.keyword("map")
		p.escape("<")
		p.typ(t.Key)
		p.escape(", ")
		p.typ(t.Elem)
		p.bound(t)
	case t.Kind == model.Array:
		p.typ(t.Elem)
		p.dims(t)
	case t.Kind == model.Pointer:
		p.typ(t.Elem)
		p.escape("*")
	case t.Decl != nil:
		name := t.Name
		if name == "" {
			name = t.Decl.About().ScopedName()
		}
		p.link(t.Decl, name)
	case t.Name != "":
		p.keyword(t.Name)
	default:
		p.keyword(t.String())
	}
}

func (p *page) bound(t *model.Type) {
	if t.Bound > 0 {
		p.escape(", " + strconv.FormatUint(t.Bound, 10))
	}
	p.escape(">")
}
