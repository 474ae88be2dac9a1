package template

import (
	"go/ast"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// translated returns a piece of the fresh file with the names that packages have in the author's, but for those that a function around
// it has for something else.
func (u *goUpdate) translated(from, to token.Pos, locals map[string]bool) string {
	text, at := "", u.fresh.at(from)
	ast.Inspect(u.fresh.file, func(n ast.Node) bool {
		if n == nil || n.End() < from || n.Pos() > to {
			return false
		}
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok || u.fresh.imports[x.Name] == "" || x.Pos() < from || sel.End() > to {
			return true
		}
		text += string(u.fresh.text[at:u.fresh.at(x.Pos())])
		if name := u.nameOf(u.fresh.imports[x.Name], x.Name, locals); name != "" {
			text += name + "."
		}
		at = u.fresh.at(sel.Sel.Pos())
		return true
	})
	return text + string(u.fresh.text[at:u.fresh.at(to)])
}

// nameOf returns the name of a package in the author's file, which imports it if it did not; "" where it needs none. One that is
// among locals is not seen, and so the package is imported under another as well.
func (u *goUpdate) nameOf(importPath, name string, locals map[string]bool) string {
	if u.have.dots[importPath] {
		return ""
	}
	for _, n := range slices.Sorted(maps.Keys(u.have.imports)) {
		if u.have.imports[n] == importPath && !locals[n] {
			return n
		}
	}
	if n, ok := u.added[importPath]; ok {
		return n
	}
	for u.taken(name) {
		name += "_"
	}
	u.added[importPath] = name
	return name
}

// taken reports whether a name of the author's file means something already, or is that of a parameter of the fresh one.
func (u *goUpdate) taken(name string) bool {
	if u.packageNames()[name] || slices.Contains(slices.Collect(maps.Values(u.added)), name) {
		return true
	}
	return slices.ContainsFunc(slices.Collect(maps.Values(u.fresh.methods)), func(d *ast.FuncDecl) bool { return locals(d)[name] })
}

func isStandardPath(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}

// importAdded writes the imports that are new: into the first declaration with parentheses, sorted, or into one of their own.
func (u *goUpdate) importAdded() {
	var block *ast.GenDecl
	end := u.have.at(u.have.file.Name.End())
	for _, d := range u.have.file.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			end = u.have.at(g.End())
			if block == nil && g.Lparen.IsValid() && len(g.Specs) > 0 {
				block = g
			}
		}
	}
	var own strings.Builder
	at := map[int]string{}
	for _, p := range slices.Sorted(maps.Keys(u.added)) {
		line := "\t" + strconv.Quote(p) + "\n"
		if name := u.added[p]; name != path.Base(p) {
			line = "\t" + name + " " + strconv.Quote(p) + "\n"
		}
		if block == nil {
			own.WriteString(line)
			continue
		}
		where, alone := u.behind(block, p)
		if alone && at[where] == "" {
			if isStandardPath(p) {
				line += "\n"
			} else {
				line = "\n" + line
			}
		}
		at[where] += line
	}
	for _, where := range slices.Sorted(maps.Keys(at)) {
		u.edits = append(u.edits, edit{where, where, u.lines(at[where])})
	}
	if own.Len() > 0 {
		rest := string(u.old[end:])
		if nl := strings.IndexByte(rest, '\n'); nl >= 0 {
			end += nl
		} else {
			end = len(u.old)
		}
		u.edits = append(u.edits, edit{end, end, u.lines("\n\nimport (\n" + own.String() + ")")})
	}
}

// behind returns the begin of the line where an import goes, and whether it is the first of its kind there.
func (u *goUpdate) behind(block *ast.GenDecl, p string) (at int, alone bool) {
	nextLine := func(pos token.Pos) int {
		at := u.have.at(pos)
		if nl := strings.IndexByte(string(u.old[at:]), '\n'); nl >= 0 {
			return at + nl + 1
		}
		return at
	}
	var first, before *ast.ImportSpec
	for _, s := range block.Specs {
		i := s.(*ast.ImportSpec)
		q, _ := strconv.Unquote(i.Path.Value)
		if isStandardPath(q) != isStandardPath(p) {
			continue
		}
		if first == nil {
			first = i
		}
		if q < p {
			before = i
		}
	}
	switch {
	case before != nil:
		return nextLine(before.End()), false
	case first != nil:
		from := first.Pos()
		if first.Doc != nil {
			from = first.Doc.Pos()
		}
		return lineStart(u.old, u.have.at(from)), false
	case isStandardPath(p):
		return nextLine(block.Lparen), true
	}
	return lineStart(u.old, u.have.at(block.Rparen)), true
}

// uses returns the packages that a file's code names.
func (s *goSource) uses() map[string]bool {
	all := map[string]bool{}
	ast.Inspect(s.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				all[x.Name] = true
			}
		}
		return true
	})
	return all
}

// withoutUnused takes imports out of a text that this file used and it does not.
func (s *goSource) withoutUnused(text []byte, typ string) []byte {
	made, err := parseGo("", text, typ)
	if err != nil {
		return text
	}
	was, is := s.uses(), made.uses()
	var edits []edit
	for _, d := range made.file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			continue
		}
		for _, spec := range g.Specs {
			i := spec.(*ast.ImportSpec)
			p, _ := strconv.Unquote(i.Path.Value)
			name := path.Base(p)
			if i.Name != nil {
				name = i.Name.Name
			}
			if name == "." || name == "_" || p == "C" || !was[name] || is[name] {
				continue
			}
			var n ast.Node = i
			if len(g.Specs) == 1 {
				n = g
			}
			from, to := lineStart(text, made.at(n.Pos())), made.at(n.End())
			if rest := string(text[to:]); strings.HasPrefix(rest, "\r\n") {
				to += 2
			} else if strings.HasPrefix(rest, "\n") {
				to++
			}
			edits = append(edits, edit{from, to, ""})
		}
	}
	u := update{old: text, edits: edits}
	return u.apply()
}
