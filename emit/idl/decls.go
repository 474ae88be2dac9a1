package idl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// decl prints a declaration.
func (p *printer) decl(d model.Decl) {
	switch d.(type) {
	case *model.Struct, *model.Union, *model.Enum, *model.Exception, *model.Typedef, *model.Const, *model.Native, *model.Forward:
		p.ofType(&d.About().Node)
	}
	switch d := d.(type) {
	case *model.Module:
		p.block(&d.Node, "module "+name(d.Name), func() { p.inner(&d.Node, d.Decls) })
	case *model.Interface:
		p.interfaces(d)
	case *model.Forward:
		p.one(&d.Node, p.forward(d)+";")
	case *model.Operation:
		p.one(&d.Node, p.operation(d))
		p.ofParams(d.Name, d.Params)
	case *model.Attribute:
		p.one(&d.Node, p.attribute(d))
	case *model.Struct, *model.Union, *model.Enum, *model.Bitset, *model.Bitmask:
		p.head(&d.About().Node)
		p.constructed(d, ";")
	case *model.Exception:
		p.block(&d.Node, "exception "+name(d.Name), func() { p.members(d.Members, d.Decls) })
	case *model.Typedef:
		elem, decl := p.declarator(d.Type, d.Name)
		p.one(&d.Node, "typedef "+elem+" "+decl+";")
	case *model.Const:
		expr := d.Expr
		if expr == "" || !p.resolves(expr) {
			expr = d.Value.String()
		}
		t := p.typeText(d.Type)
		if d.Type.Kind == model.Fixed {
			t = "fixed"
		}
		p.one(&d.Node, "const "+t+" "+name(d.Name)+" = "+expr+";")
	case *model.Native:
		p.one(&d.Node, "native "+name(d.Name)+";")
	default:
		p.later(d)
	}
}

func (p *printer) forward(d *model.Forward) string {
	s := d.Of + " " + name(d.Name)
	if d.Event {
		s = "eventtype " + name(d.Name)
	}
	if d.Abstract {
		return "abstract " + s
	}
	if d.Local {
		return "local " + s
	}
	return s
}

func (p *printer) interfaces(d *model.Interface) {
	s := "interface " + name(d.Name) + p.typeList(" : ", d.Bases)
	switch {
	case d.Abstract:
		s = "abstract " + s
	case d.Local:
		s = "local " + s
	}
	p.block(&d.Node, s, func() {
		p.inner(&d.Node, d.Decls)
		p.implementation(d)
	})
}

// head prints what stands before a declaration: comments and annotations.
func (p *printer) head(n *model.Node) {
	if text := p.b.String(); len(n.Doc) > 0 && text != "" && !strings.HasSuffix(text, "{\n") && !strings.HasSuffix(text, "\n\n") {
		p.line("") // in SOM IDL a comment belongs to what stands before it, unless a line is free between
	}
	p.comments(n.Doc)
	for _, a := range n.Annotations {
		if !inComment(n, a) {
			p.line(annotation(a))
		}
	}
	for _, g := range n.Pragmas {
		if rest, ok := p.names(g); ok && !isID(g) {
			p.after = append(p.after, note{g.Name, name(n.Name), rest})
		}
	}
}

// inComment reports whether an annotation was written as a comment, //@key, which is printed too.
func inComment(n *model.Node, a model.Annotation) bool {
	for _, c := range slices.Concat(n.Doc, n.Trailing) {
		if a.Span.IsValid() && c.Span.Start.File == a.Span.Start.File && c.Span.Start.Offset <= a.Span.Start.Offset && a.Span.End.Offset <= c.Span.End.Offset {
			return true
		}
	}
	return false
}

// names reports whether a pragma names a declaration, and returns what follows the name.
func (p *printer) names(g model.Pragma) (string, bool) {
	switch g.Name {
	case "ID":
		return " " + quoted(strings.Join(g.Args, "")), true
	case "version":
		return " " + strings.Join(g.Args, ""), true
	}
	if !strings.HasPrefix(g.Name, "go_") {
		return "", false
	}
	rest := strings.TrimLeft(strings.TrimPrefix(strings.TrimSpace(g.Text), g.Name), " \t")
	at := strings.IndexAny(rest+" ", " \t\"")
	if at == 0 {
		return "", false
	}
	return rest[at:], true
}

// one prints a declaration of one line.
func (p *printer) one(n *model.Node, text string) {
	p.head(n)
	p.ended(text, n)
}

// ended prints the last line of a declaration, with the comments that stand behind it. Behind a
// comment of a whole line the next one stands below it.
func (p *printer) ended(text string, n *model.Node) {
	for _, c := range n.Trailing {
		text += " " + strings.TrimRight(c.Text, "\r\n")
		if strings.HasPrefix(c.Text, "//") {
			p.line(text)
			text = ""
		}
	}
	if text != "" {
		p.line(strings.TrimPrefix(text, " "))
	}
}

// block prints a declaration with others in braces.
func (p *printer) block(n *model.Node, first string, inside func()) {
	p.head(n)
	p.line(first + " {")
	p.scope(n.Name, inside)
	p.ended("};", n)
}

// inner prints what a scope declares, and the pragmas in it that name nothing.
func (p *printer) inner(n *model.Node, ds model.Decls) {
	for _, g := range n.Pragmas {
		if _, ok := p.names(g); !ok {
			p.line("#pragma " + g.Text)
		}
	}
	p.list(ds)
}

// constructed prints a structure, union, enumeration, bitset or bitmask, and what ends it:
// ";", or the name of the member whose type it is.
func (p *printer) constructed(d model.Decl, end string) {
	n := &d.About().Node
	inside := func(first string, f func()) {
		p.line(first + " {")
		p.scope(n.Name, f)
		p.ended("}"+end, n)
	}
	around := func(first string, f func()) { // the names inside are in the scope around
		p.line(first + " {")
		p.depth++
		f()
		p.depth--
		p.ended("}"+end, n)
	}
	switch d := d.(type) {
	case *model.Struct:
		first := "struct " + name(d.Name)
		if d.Base != nil {
			first += " : " + p.typeText(d.Base)
		}
		inside(first, func() { p.members(d.Members, d.Decls) })
	case *model.Union:
		p.union(d, inside)
	case *model.Enum:
		around("enum "+name(d.Name), func() {
			for i, e := range d.Enumerators {
				p.item(&e.Node, name(e.Name), i == len(d.Enumerators)-1)
			}
		})
	case *model.Bitset:
		first := "bitset " + name(d.Name)
		if d.Base != nil {
			first += " : " + p.typeText(d.Base)
		}
		inside(first, func() {
			for _, f := range d.Fields {
				s := fmt.Sprintf("bitfield<%d", f.Width)
				if f.Type != nil {
					s += ", " + p.typeText(f.Type)
				}
				s += ">"
				if f.Name != "" {
					s += " " + name(f.Name)
				}
				p.one(&f.Node, s+";")
			}
		})
	case *model.Bitmask:
		around("bitmask "+name(d.Name), func() {
			for i, f := range d.Flags {
				p.item(&f.Node, name(f.Name), i == len(d.Flags)-1)
			}
		})
	}
}

// item prints one of several that commas separate.
func (p *printer) item(n *model.Node, text string, last bool) {
	if !last {
		text += ","
	}
	p.one(n, text)
}

// members prints members, with the types that they define where they are first used.
func (p *printer) members(ms []*model.Member, ds model.Decls) {
	done := map[model.Decl]bool{}
	for i := 0; i < len(ms); i++ {
		m := ms[i]
		more := ""
		for len(m.Annotations) > 0 && i+1 < len(ms) && ms[i+1].Span.IsValid() && ms[i+1].Span == m.Span { // of one declaration
			i++
			_, decl := p.declarator(ms[i].Type, ms[i].Name)
			more += ", " + decl
		}
		p.member(&m.Node, m.Type, more, ds, done)
	}
}

// member prints a declarator with its type, and perhaps more declarators; the type is printed whole if it is defined there.
func (p *printer) member(n *model.Node, t *model.Type, more string, ds model.Decls, done map[model.Decl]bool) {
	elem := t
	if t.Kind == model.Array {
		elem = t.Elem
	}
	text, decl := p.declarator(t, n.Name)
	if d := elem.Decl; d != nil && slices.Contains(ds, d) && !done[d] {
		done[d] = true
		p.head(n)
		p.constructed(d, " "+decl+more+";")
		return
	}
	p.one(n, text+" "+decl+more+";")
}

func (p *printer) union(d *model.Union, inside func(string, func())) {
	done := map[model.Decl]bool{}
	first := "union " + name(d.Name) + " switch ("
	if e, ok := d.Discriminator.Decl.(*model.Enum); ok && slices.Contains(d.Decls, model.Decl(e)) {
		done[e] = true
		var names []string
		for _, v := range e.Enumerators {
			names = append(names, name(v.Name))
		}
		for _, a := range d.Discriminator.Annotations {
			first += annotation(a) + " "
		}
		first += "enum " + name(e.Name) + " {" + strings.Join(names, ", ") + "})"
	} else {
		first += p.annotated(d.Discriminator) + ")"
	}
	inside(first, func() {
		for _, c := range d.Cases {
			p.head(&c.Node)
			for _, l := range c.Labels {
				p.line(p.label(l))
			}
			p.depth++
			bare := model.Node{Name: c.Name, Trailing: c.Trailing}
			p.member(&bare, c.Type, "", d.Decls, done)
			p.depth--
		}
	})
}

func (p *printer) label(l model.Label) string {
	switch {
	case l.Default:
		return "default:"
	case l.Expr != "" && (l.Value == nil || l.Value.Kind == model.EnumValue || p.resolves(l.Expr)):
		return "case " + l.Expr + ":"
	}
	return "case " + l.Value.String() + ":"
}

func annotation(a model.Annotation) string {
	s := "@" + a.Name
	if len(a.Params) == 0 {
		return s
	}
	var ps []string
	for _, q := range a.Params {
		if q.Name != "" {
			ps = append(ps, q.Name+"="+q.Text)
		} else {
			ps = append(ps, q.Text)
		}
	}
	return s + "(" + strings.Join(ps, ", ") + ")"
}

func (p *printer) operation(d *model.Operation) string {
	s := p.typeText(d.Result) + " " + name(d.Name) + " (" + p.params(d.Params) + ")" + raises("raises", d.Raises)
	if d.Oneway {
		s = "oneway " + s
	}
	if len(d.Context) > 0 {
		var all []string
		for _, c := range d.Context {
			all = append(all, quoted(c))
		}
		s += " context (" + strings.Join(all, ", ") + ")"
	}
	return s + ";"
}

// params returns parameters, each on a line of its own where one has comments.
func (p *printer) params(ps []*model.Param) string {
	var one []string
	var b strings.Builder
	spread := false
	for i, q := range ps {
		s := ""
		for _, a := range q.Annotations {
			s += annotation(a) + " "
		}
		s += q.Direction.String() + " " + p.typeText(q.Type) + " " + name(q.Name)
		one = append(one, s)
		spread = spread || len(q.Doc)+len(q.Trailing) > 0
		b.WriteString("\n")
		for _, c := range q.Doc {
			b.WriteString("    " + strings.TrimRight(c.Text, "\r\n") + "\n")
		}
		b.WriteString("    " + s)
		if i < len(ps)-1 {
			b.WriteString(",")
		}
		for _, c := range q.Trailing {
			b.WriteString(" " + strings.TrimRight(c.Text, "\r\n"))
		}
	}
	if spread {
		return b.String() + "\n  "
	}
	return strings.Join(one, ", ")
}

func (p *printer) attribute(d *model.Attribute) string {
	s := "attribute " + p.typeText(d.Type) + " " + name(d.Name)
	if d.Readonly {
		return "readonly " + s + raises("raises", d.GetRaises) + ";"
	}
	return s + raises("getraises", d.GetRaises) + raises("setraises", d.SetRaises) + ";"
}
