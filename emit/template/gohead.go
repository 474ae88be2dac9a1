package template

import (
	"go/ast"
	gotypes "go/types"
	"slices"
	"strings"
)

// canon returns a type as text that is the same in all files: packages are their import paths. Those of dots have none.
func (s *goSource) canon(e ast.Expr, dots map[string]bool) string {
	var changed []*ast.Ident
	var was []string
	ast.Inspect(e, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && s.imports[x.Name] != "" {
				changed, was = append(changed, x), append(was, x.Name)
				x.Name = `"` + s.imports[x.Name] + `"`
			}
		}
		return true
	})
	text := gotypes.ExprString(e)
	for i, x := range changed {
		x.Name = was[i]
	}
	for p := range dots {
		text = strings.ReplaceAll(text, `"`+p+`".`, "")
	}
	return text
}

// A goField is a parameter, a result, or a field of a structure.
type goField struct {
	name  string
	ident *ast.Ident // or nil
	typ   ast.Expr
	canon string
	field *ast.Field
}

// fields returns what a list has, one by one.
func (s *goSource) fields(l *ast.FieldList, dots map[string]bool) []goField {
	if l == nil {
		return nil
	}
	var all []goField
	for _, f := range l.List {
		t := s.canon(f.Type, dots)
		if len(f.Names) == 0 {
			all = append(all, goField{"", nil, f.Type, t, f})
		}
		for _, n := range f.Names {
			all = append(all, goField{n.Name, n, f.Type, t, f})
		}
	}
	return all
}

func canons(fs []goField) []string {
	var all []string
	for _, f := range fs {
		all = append(all, f.canon)
	}
	return all
}

// method brings comment and head of a method up to date that stands in a file.
func (u *goUpdate) method(s *goSource, have, want *ast.FuncDecl) {
	key, wanted := u.fresh.keyOf(want)
	_, line := s.keyOf(have)
	was, is := goToldBy(line), goToldBy(wanted)
	hp, wp := s.fields(have.Type.Params, nil), u.fresh.fields(want.Type.Params, s.dots)
	hr, wr := s.fields(have.Type.Results, nil), u.fresh.fields(want.Type.Results, s.dots)
	values := returnsValues(have.Body)
	parameters := pair(hp, wp, was.parameters(hp), is.parameters(wp), goField.isNamed)
	results := pair(hr, wr, was.results(hr), is.results(wr), func(f goField) bool { return values || f.isNamed() })
	problem := u.problem(s, have, parameters, results, values && exchanged(results.of, len(hr)), len(wr))
	if s == u.have && line != nil && wanted != nil {
		if text := commentOf(wanted, was, is, problem != ""); strings.TrimSuffix(line.Text, "\r") != text {
			u.replace(line, text)
			u.noted(key)
		}
	}
	switch {
	case problem != "":
		help := "make it: " + strings.TrimSpace(string(u.fresh.text[u.fresh.at(want.Pos()):u.fresh.at(want.Body.Pos())]))
		if is.text != was.text {
			help += ", and the comment in front of it: " + wanted.Text
		}
		u.changes.Left = append(u.changes.Left, Note{Key: key, File: s.name, Line: s.line(have.Pos()), What: problem, Help: help})
		return
	case parameters.same && results.same:
		return
	}
	used := u.usedIn(have)
	for j, at := range results.of { // what stays there is in one scope with the parameters
		if at >= 0 && j < len(wr) {
			used[hr[at].name] = true
		}
	}
	if !parameters.same {
		u.parameters(have.Type.Params, hp, wp, parameters.of, used)
	}
	for _, p := range hp {
		used[p.name] = true
	}
	if !results.same {
		u.results(have.Type, hr, wr, results.of, used)
	}
	u.noted(key)
}

// problem returns why the head of a method is left to its author, or nothing.
func (u *goUpdate) problem(s *goSource, have *ast.FuncDecl, parameters, results goPairing, exchanges bool, wanted int) string {
	list := have.Type.Results
	listed := list != nil && list.Opening.IsValid()
	switch {
	case parameters.doubt:
		return "nothing tells which of its parameters is which of those of the IDL"
	case results.doubt:
		return "nothing tells which of its results is which of those of the IDL"
	case parameters.same && results.same:
	case s != u.have:
		return "its parameters or results are others, and it stands in another file"
	case exchanges:
		return "its results have another order, and it returns values in the one that was"
	case !results.same && list != nil && u.comments(list) && (!listed || wanted == 0):
		return "comments stand within its head"
	}
	return ""
}

// comments reports whether comments stand between the brackets of a list.
func (u *goUpdate) comments(l *ast.FieldList) bool {
	return slices.ContainsFunc(u.have.file.Comments, func(c *ast.CommentGroup) bool { return l.Pos() <= c.Pos() && c.End() <= l.End() })
}

// named returns the names that wanted parameters or results get: the author's, where he has given one.
func named(have, want []goField, of []int, used map[string]bool) []string {
	names := make([]string, len(want))
	for i, at := range of {
		if at >= 0 {
			names[i] = have[at].name
			used[names[i]] = true
		}
	}
	for i := range want {
		if of[i] >= 0 {
			continue
		}
		if names[i] = want[i].name; names[i] == "" {
			names[i] = "_"
		}
		for names[i] != "_" && used[names[i]] {
			names[i] += "_"
		}
		used[names[i]] = true
	}
	return names
}

// parameters writes the parameters anew.
func (u *goUpdate) parameters(l *ast.FieldList, have, want []goField, of []int, used map[string]bool) {
	names := make([]string, len(want)) // none has one
	if len(have) == 0 || have[0].name != "" {
		names = named(have, want, of, used)
	}
	u.rewrite(l, have, want, of, names)
}

// rewrite writes what stands between the parentheses of a list anew: what stays, and all that its author wrote around it, is kept.
func (u *goUpdate) rewrite(l *ast.FieldList, have, want []goField, of []int, names []string) {
	is := u.listOf(l, have)
	wanted := list{}
	for i, f := range want {
		p := parameter{typ: f.canon, core: u.lines(u.translated(f.typ.Pos(), f.typ.End(), nil))}
		if names[i] != "" {
			p.name = word{to: len(names[i]), text: names[i]}
			p.core = names[i] + " " + p.core
		}
		p.to = len(p.core)
		p.behind = []word{{from: p.typeAt(), to: p.to, text: f.canon}}
		wanted.parameters = append(wanted.parameters, p)
	}
	text, _ := u.aligned(is, wanted, of)
	u.edits = append(u.edits, edit{u.have.at(l.Opening) + 1, u.have.at(l.Closing), text})
}

// typeAt returns where the type begins in a parameter that is but a name, a blank and a type.
func (p *parameter) typeAt() int {
	if p.name.text == "" {
		return 0
	}
	return p.name.to + 1
}

// listOf takes a list of the author's apart. Names that share a type each get one of their own: a, b int are a int, b int.
func (u *goUpdate) listOf(l *ast.FieldList, have []goField) list {
	var ps []parameter
	for _, f := range have {
		from, to := u.have.at(f.field.Pos()), u.have.at(f.field.End())
		p := parameter{typ: f.canon, from: from, to: to, behind: u.pieces(f.typ)}
		if f.ident != nil {
			p.from = u.have.at(f.ident.Pos())
			p.name = word{from: p.from, to: u.have.at(f.ident.End()), text: f.name}
			if f.ident != f.field.Names[len(f.field.Names)-1] {
				p.to, p.behind = p.name.to, nil
			}
		}
		ps = append(ps, p)
	}
	is := listOf(string(u.old), u.have.at(l.Opening)+1, u.have.at(l.Closing), ps)
	is.trailing = true
	for i := range is.parameters {
		if p := &is.parameters[i]; p.behind == nil {
			begin := p.to + 1
			p.core += " " + string(u.old[u.have.at(have[i].typ.Pos()):u.have.at(have[i].typ.End())])
			p.behind = []word{{from: begin, to: p.from + len(p.core), text: p.typ}}
		}
	}
	return is
}

// pieces returns a type's text as words, without the comments in it.
func (u *goUpdate) pieces(typ ast.Expr) []word {
	var all []word
	from, end := u.have.at(typ.Pos()), u.have.at(typ.End())
	for _, g := range u.have.file.Comments {
		for _, c := range g.List {
			if at := u.have.at(c.Pos()); from < at && at < end {
				all = append(all, word{from: from, to: at})
				from = at + remarkLength(string(u.old[at:end]))
			}
		}
	}
	return append(all, word{from: from, to: end})
}

// results writes the results anew.
func (u *goUpdate) results(t *ast.FuncType, have, want []goField, of []int, used map[string]bool) {
	names := make([]string, len(want))
	if len(have) > 0 && have[0].name != "" {
		names = named(have, want, of, used)
	}
	if t.Results != nil && t.Results.Opening.IsValid() && len(want) > 0 {
		u.rewrite(t.Results, have, want, of, names)
		return
	}
	var all []string
	for i, f := range want {
		all = append(all, strings.TrimSpace(names[i]+" "+u.translated(f.typ.Pos(), f.typ.End(), nil)))
	}
	text := strings.Join(all, ", ")
	if len(all) > 1 || len(all) == 1 && names[0] != "" {
		text = "(" + text + ")"
	}
	at := u.have.at(t.Params.End())
	switch {
	case t.Results == nil:
		u.edits = append(u.edits, edit{at, at, " " + text})
	case text == "":
		u.edits = append(u.edits, edit{at, u.have.at(t.Results.End()), ""})
	default:
		u.replace(t.Results, text)
	}
}
