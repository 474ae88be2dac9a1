package check

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// identity is a declaration's repository id and where it comes from.
type identity struct {
	id       string
	natural  string     // without version and pragmas
	explicit bool       // by #pragma ID or typeid
	version  bool       // by #pragma version
	typeid   bool       // by typeid, which is given once
	pragma   *diag.Span // that set it; nil if none did
}

// idAt returns where the id was given: the pragma, else the declaration.
func (s *symbol) idAt() diag.Span {
	if s.id.pragma != nil {
		return *s.id.pragma
	}
	return s.span()
}

// prefix is the state of #pragma prefix in a scope (10.7.5.2): what stands before the names
// of the scopes from depth on. A prefix counts from the scope in which it is set, and a file
// begins without one.
type prefix struct {
	text  string
	depth int
}

// idWalk assigns repository ids in the order of the text.
type idWalk struct {
	c     *checker
	state prefix
	files []prefix // of the files that include this one
	path  []string
}

// ids assigns repository ids (10.7.3): those made of names and prefixes, then what pragmas and
// typeid say, then typeprefix, which counts for all of its scope wherever it stands.
func (c *checker) ids() {
	w := &idWalk{c: c}
	w.decls(c.tree.Decls)
	(&prefixWalk{c: c}).walk()
	c.checkImports()
	for _, s := range c.symbols {
		if s.decl != nil {
			s.decl.About().ID = s.id.id
		}
	}
	for d, m := range c.parts {
		if sym := c.bySyntax[d]; sym != nil {
			m.ID = sym.id.id
		}
	}
	for d, m := range c.forwards {
		if sym := c.bySyntax[d]; sym != nil {
			m.ID = sym.id.id
		}
	}
}

func (w *idWalk) decls(ds []syntax.Decl) {
	for _, d := range ds {
		if w.c.ended() {
			return
		}
		w.decl(d)
	}
}

func (w *idWalk) decl(d syntax.Decl) {
	switch d := d.(type) {
	case *syntax.IncludeDecl:
		w.files = append(w.files, w.state)
		w.state = prefix{depth: len(w.path)}
	case *syntax.IncludeEnd:
		if n := len(w.files); n > 0 {
			w.state, w.files = w.files[n-1], w.files[:n-1]
		}
	case *syntax.Pragma:
		w.pragma(d)
	case *syntax.TypeID:
		if sym := w.c.refs[d.Name]; sym != nil {
			w.c.typeID(sym, d)
		}
	case *syntax.Module:
		w.name(w.c.bySyntax[d], d.Name)
		w.within(d.Name.Text, func() { w.decls(d.Decls) })
	case *syntax.TemplateInst:
		if m := w.c.made[d]; m != nil {
			w.decl(m)
		}
	case *syntax.Interface:
		w.name(w.c.bySyntax[d], d.Name)
		w.within(d.Name.Text, func() { w.decls(d.Decls) })
	case *syntax.ValueType:
		w.name(w.c.bySyntax[d], d.Name)
		w.within(d.Name.Text, func() { w.decls(d.Decls) })
	case *syntax.Component:
		w.name(w.c.bySyntax[d], d.Name)
		w.within(d.Name.Text, func() { w.decls(d.Decls) })
	case *syntax.Home:
		w.name(w.c.bySyntax[d], d.Name)
		w.within(d.Name.Text, func() { w.decls(d.Decls) })
	case *syntax.StateMember:
		w.typeExpr(d.Type)
		for _, dec := range d.Declarators {
			w.name(w.c.bySyntax[dec], dec.Name)
		}
	case *syntax.ValueBox:
		w.typeExpr(d.Type)
		w.name(w.c.bySyntax[d], d.Name)
	case *syntax.Factory:
		w.name(w.c.bySyntax[d], d.Name)
	case *syntax.Port:
		w.name(w.c.bySyntax[d], d.Name)
	case *syntax.Forward:
		w.name(w.c.bySyntax[d], d.Name)
	case *syntax.Operation:
		w.name(w.c.bySyntax[d], d.Name)
	case *syntax.Attribute:
		for i := range d.Names {
			w.name(w.c.bySyntax[&d.Names[i]], d.Names[i])
		}
	case *syntax.Struct, *syntax.Union, *syntax.Enum, *syntax.Bitset, *syntax.Bitmask:
		w.typeExpr(d.(syntax.TypeExpr))
	case *syntax.Exception:
		w.name(w.c.bySyntax[d], d.Name)
		w.within(d.Name.Text, func() { w.members(d.Members) })
	case *syntax.Typedef:
		w.typeExpr(d.Type)
		for _, dec := range d.Declarators {
			w.name(w.c.bySyntax[dec], dec.Name)
		}
	case *syntax.PortType:
		w.name(w.c.bySyntax[d], d.Name)
		w.within(d.Name.Text, func() { w.decls(d.Decls) })
	case *syntax.Connector:
		w.name(w.c.bySyntax[d], d.Name)
		w.within(d.Name.Text, func() { w.decls(d.Decls) })
	case *syntax.AnnotationDecl:
		w.name(w.c.bySyntax[d], d.Name)
		w.within(d.Name.Text, func() { w.decls(d.Decls) })
	case *syntax.Const:
		w.name(w.c.bySyntax[d], d.Name)
	case *syntax.Native:
		w.name(w.c.bySyntax[d], d.Name)
	}
}

// within reads what is in a scope: a prefix that is set there ends with it.
func (w *idWalk) within(name string, read func()) {
	state := w.state
	w.path = append(w.path, name)
	read()
	w.path = w.path[:len(w.path)-1]
	w.state = state
}

func (w *idWalk) members(ms []*syntax.Member) {
	for _, m := range ms {
		w.typeExpr(m.Type)
	}
}

// typeExpr assigns ids to what is defined in a type.
func (w *idWalk) typeExpr(t syntax.TypeExpr) {
	switch t := t.(type) {
	case *syntax.Struct:
		w.name(w.c.bySyntax[t], t.Name)
		w.within(t.Name.Text, func() { w.members(t.Members) })
	case *syntax.Union:
		w.name(w.c.bySyntax[t], t.Name)
		w.within(t.Name.Text, func() {
			w.typeExpr(t.Switch)
			for _, cs := range t.Cases {
				w.typeExpr(cs.Type)
			}
		})
	case *syntax.Enum:
		w.name(w.c.bySyntax[t], t.Name)
		for _, v := range t.Values {
			w.name(w.c.bySyntax[v], v.Name)
		}
	case *syntax.Bitset:
		w.name(w.c.bySyntax[t], t.Name)
	case *syntax.Bitmask:
		w.name(w.c.bySyntax[t], t.Name)
		for _, f := range t.Flags {
			w.name(w.c.bySyntax[f], f.Name)
		}
	}
}

// name assigns the id that a declaration has by its name.
func (w *idWalk) name(sym *symbol, n syntax.Name) {
	if sym == nil {
		return
	}
	natural := strings.Join(append(w.path[min(w.state.depth, len(w.path)):len(w.path):len(w.path)], n.Text), "/")
	if w.state.text != "" {
		natural = w.state.text + "/" + natural
	}
	i := &sym.id
	if i.id == "" {
		id := "IDL:" + natural + ":1.0"
		*i = identity{id: id, natural: id[len("IDL:") : len(id)-len(":1.0")]}
		return
	}
	if i.natural == natural || i.explicit {
		return
	}
	d := diag.Diagnostic{
		Code: CodeIDConflict, Span: n.Span, Message: sym.describe() + " would have another repository id here, IDL:" + natural + ":1.0, than " + i.id,
		Notes: note(sym.idAt(), "it was declared here"), Help: "the prefix of both places must be the same",
	}
	if sym.kind == kindModule {
		d.Code = CodeModuleID
		d.Help = "the module keeps its first id; what is declared in this part has the prefix of this place"
	}
	w.c.add(d)
}

func (w *idWalk) pragma(d *syntax.Pragma) {
	p := w.c.byPragma[d]
	if p == nil {
		return
	}
	switch p.name {
	case "prefix":
		w.state = prefix{text: p.args[0], depth: len(w.path)}
	case "ID":
		if p.target != nil {
			w.c.setID(p.target, p.args[0], d.Span)
		}
	case "version":
		if p.target != nil {
			w.c.setVersion(p.target, p.args[0], d.Span)
		}
	}
}

// hasID reports whether a symbol is of a kind that has a repository id.
func (c *checker) hasID(sym *symbol, at diag.Span) bool {
	if sym.kind == kindMember || sym.kind == kindParam || sym.kind == kindBitfield {
		c.errorf(CodePragma, at, "%s has no repository id", sym.describe())
		return false
	}
	return sym.id.id != ""
}

func (c *checker) setID(sym *symbol, id string, at diag.Span) {
	if !c.hasID(sym, at) {
		return
	}
	if !validID(id) {
		c.errorf(CodeIDFormat, at, "%s is no repository id of a form that is known, such as IDL:acme.com/Bank:1.0", quote(id))
	}
	i := &sym.id
	if (i.explicit || i.version) && i.id != id {
		c.add(diag.Diagnostic{
			Code: CodeIDConflict, Span: at, Message: sym.describe() + " cannot have repository id " + quote(id) + " as well: it has " + quote(i.id),
			Notes: note(sym.idAt(), "which was set here"),
		})
		return
	}
	i.id, i.explicit, i.pragma = id, true, &at
}

// typeID carries out a typeid declaration, of which there is one at most for a declaration,
// whatever it says (3.15.1).
func (c *checker) typeID(sym *symbol, d *syntax.TypeID) {
	if sym.id.typeid {
		c.add(diag.Diagnostic{
			Code: CodeIDConflict, Span: d.Span, Message: sym.describe() + " has a typeid already: " + quote(sym.id.id),
			Notes: note(sym.idAt(), "which was set here"),
		})
		return
	}
	c.setID(sym, d.ID.Text, d.Span)
	sym.id.typeid = true
}

// setVersion changes the version, the last part of an id of the form IDL: (10.7.5.3).
func (c *checker) setVersion(sym *symbol, version string, at diag.Span) {
	if !c.hasID(sym, at) {
		return
	}
	i := &sym.id
	last := strings.LastIndexByte(i.id, ':')
	body, isIDL := i.id, strings.HasPrefix(i.id, "IDL:")
	if last > 3 {
		body = i.id[:last]
	}
	changed := body + ":" + version
	if !isIDL || (i.explicit || i.version) && changed != i.id {
		c.add(diag.Diagnostic{
			Code: CodeIDConflict, Span: at, Message: sym.describe() + " cannot have version " + version + ": its repository id is " + quote(i.id),
			Notes: note(sym.idAt(), "which was set here"),
		})
		return
	}
	i.id, i.version, i.pragma = changed, true, &at
}

// validID reports whether an id has a form of 10.7: a format's name, a colon and the rest.
func validID(id string) bool {
	format, rest, ok := strings.Cut(id, ":")
	if !ok || format == "" || rest == "" {
		return false
	}
	if format != "IDL" {
		return true
	}
	last := strings.LastIndexByte(rest, ':')
	return last > 0 && isVersion(rest[last+1:])
}

// prefixWalk carries out typeprefix declarations (3.15.2), those of outer scopes first, so that
// one of an inner scope counts there wherever both stand.
type prefixWalk struct {
	c     *checker
	found []scopePrefix
}

type scopePrefix struct {
	of    *symbol
	text  string
	depth int
}

func (p *prefixWalk) walk() {
	p.find(p.c.tree.Decls)
	slices.SortStableFunc(p.found, func(a, b scopePrefix) int { return a.depth - b.depth })
	for _, f := range p.found {
		p.apply(f.of, f.text)
	}
}

func (p *prefixWalk) find(ds []syntax.Decl) {
	for _, d := range ds {
		switch d := d.(type) {
		case *syntax.TypePrefix:
			p.prefix(d)
		case *syntax.Module:
			p.find(d.Decls)
		case *syntax.TemplateInst:
			if m := p.c.made[d]; m != nil {
				p.find(m.Decls)
			}
		case *syntax.Interface:
			p.find(d.Decls)
		case *syntax.ValueType:
			p.find(d.Decls)
		case *syntax.Home:
			p.find(d.Decls)
		}
	}
}

func (p *prefixWalk) prefix(d *syntax.TypePrefix) {
	if !validPrefix(d.Prefix.Text) {
		p.c.add(diag.Diagnostic{
			Code: CodePragma, Span: d.Prefix.Span, Message: quote(d.Prefix.Text) + " is no prefix of repository ids",
			Help: `it is names with / between them, such as "acme.com/bank", and begins with neither _ nor - nor .`,
		})
		return
	}
	if len(d.Name.Parts) == 0 { // all that this file declares
		for _, s := range p.c.root.order {
			if s.span().Start.File == d.Span.Start.File {
				p.found = append(p.found, scopePrefix{s, d.Prefix.Text, 0})
			}
		}
		return
	}
	sym := p.c.refs[d.Name]
	switch {
	case sym == nil:
	case !slices.Contains([]kind{kindModule, kindInterface, kindValue, kindBox, kindEvent}, sym.kind):
		p.c.errorf(CodePragma, d.Name.Span, "typeprefix is for modules, interfaces, valuetypes and event types; %s is none of these", sym.describe())
	default:
		p.found = append(p.found, scopePrefix{sym, d.Prefix.Text, 1 + strings.Count(sym.qualified(), "::")})
	}
}

// validPrefix reports whether a prefix is names of letters, digits, _, - and . with / between
// them, the first of which begins with a letter or digit (3.15.2).
func validPrefix(text string) bool {
	for part := range strings.SplitSeq(text, "/") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") != "" {
			return false
		}
	}
	return strings.IndexByte("_-.", text[0]) < 0
}

// apply gives a scope and all that is in it ids with the prefix, but for those set explicitly.
func (p *prefixWalk) apply(sym *symbol, text string) {
	i := &sym.id
	if i.id != "" && !i.explicit {
		version := i.id[strings.LastIndexByte(i.id, ':')+1:]
		i.id = "IDL:" + text + "/" + strings.ReplaceAll(sym.qualified(), "::", "/") + ":" + version
	}
	if sym.inner == nil {
		return
	}
	for _, s := range sym.inner.order {
		p.apply(s, text)
	}
}
