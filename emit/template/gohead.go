package template

import (
	"go/ast"
	"go/token"
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
			all = append(all, goField{"", f.Type, t, f})
		}
		for _, n := range f.Names {
			all = append(all, goField{n.Name, f.Type, t, f})
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
	if _, line := s.keyOf(have); s == u.have && line != nil && wanted != nil && strings.TrimSuffix(line.Text, "\r") != wanted.Text {
		u.replace(line, wanted.Text)
		u.noted(key)
	}
	hp, wp := s.fields(have.Type.Params, nil), u.fresh.fields(want.Type.Params, s.dots)
	hr, wr := s.fields(have.Type.Results, nil), u.fresh.fields(want.Type.Results, s.dots)
	sameParams, sameResults := slices.Equal(canons(hp), canons(wp)), slices.Equal(canons(hr), canons(wr))
	if sameParams && sameResults {
		return
	}
	head := string(u.fresh.text[u.fresh.at(want.Pos()):u.fresh.at(want.Body.Pos())])
	note := func(what string) {
		u.changes.Left = append(u.changes.Left, Note{Key: key, File: s.name, Line: s.line(have.Pos()), What: what, Help: "make it: " + strings.TrimSpace(head)})
	}
	switch {
	case s != u.have:
		note("its parameters or results are others, and it stands in another file")
		return
	case !sameParams && grouped(have.Type.Params) && u.comments(have.Type.Params), !sameResults && have.Type.Results != nil && u.comments(have.Type.Results):
		note("comments stand within its head")
		return
	}
	used := map[string]bool{}
	if names := have.Recv.List[0].Names; len(names) > 0 {
		used[names[0].Name] = true
	}
	if !sameParams {
		u.parameters(have.Type.Params, hp, wp, used)
	}
	for _, p := range hp {
		used[p.name] = true
	}
	if !sameResults {
		u.results(have.Type, hr, wr, used)
	}
	u.noted(key)
}

// grouped reports whether names share a type: a, b int.
func grouped(l *ast.FieldList) bool {
	return slices.ContainsFunc(l.List, func(f *ast.Field) bool { return len(f.Names) > 1 })
}

// comments reports whether comments stand between the brackets of a list.
func (u *goUpdate) comments(l *ast.FieldList) bool {
	return slices.ContainsFunc(u.have.file.Comments, func(c *ast.CommentGroup) bool { return l.Pos() <= c.Pos() && c.End() <= l.End() })
}

// goPairs are pairs of what is there with what is wanted.
func goPairs(have, want []goField) []int {
	parameters := func(fs []goField) []parameter {
		var all []parameter
		for _, f := range fs {
			all = append(all, parameter{typ: f.canon, name: word{text: f.name}})
		}
		return all
	}
	return pairs(parameters(have), parameters(want))
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

// parameters writes the parameters anew: those whose types stay are kept as they are written.
func (u *goUpdate) parameters(l *ast.FieldList, have, want []goField, used map[string]bool) {
	names := make([]string, len(want)) // none has one
	if len(have) == 0 || have[0].name != "" {
		names = named(have, want, goPairs(have, want), used)
	}
	from, to := u.have.at(l.Opening)+1, u.have.at(l.Closing)
	var is, wanted []parameter
	if len(l.List) > 0 {
		to = u.have.at(l.List[len(l.List)-1].End())
	}
	if !grouped(l) {
		begin := from
		for i, f := range have {
			end := u.have.at(f.field.End())
			if i < len(have)-1 {
				end = u.comma(f.field.End())
			}
			is = append(is, parameter{from: begin, to: end, typ: f.canon, name: word{text: f.name}})
			begin = end + 1
		}
	}
	var head strings.Builder
	for i, f := range want {
		begin := head.Len()
		p := parameter{from: begin, typ: f.canon}
		if names[i] != "" {
			p.name = word{from: begin, to: begin + len(names[i]), text: names[i]}
			head.WriteString(names[i] + " ")
		}
		head.WriteString(u.translated(f.typ.Pos(), f.typ.End()))
		p.to = head.Len()
		wanted = append(wanted, p)
	}
	text, _ := u.aligned(is, wanted, head.String())
	u.edits = append(u.edits, edit{from, to, u.lines(text)})
}

// comma returns where the next comma is that is in no comment.
func (u *goUpdate) comma(from token.Pos) int {
	at := u.have.at(from)
	for at < len(u.old) && u.old[at] != ',' {
		at++
		for _, c := range u.have.file.Comments {
			if u.have.at(c.Pos()) <= at && at < u.have.at(c.End()) {
				at = u.have.at(c.End())
			}
		}
	}
	return at
}

// results writes the results anew.
func (u *goUpdate) results(t *ast.FuncType, have, want []goField, used map[string]bool) {
	names := make([]string, len(want))
	if len(have) > 0 && have[0].name != "" {
		names = named(have, want, goPairs(have, want), used)
	}
	var all []string
	for i, f := range want {
		all = append(all, strings.TrimSpace(names[i]+" "+u.translated(f.typ.Pos(), f.typ.End())))
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
