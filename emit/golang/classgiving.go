package golang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// giving warns of methods in a file of the implementation that return what a plain field holds, where that has references: they give away references that they
// do not have, for results are the caller's. A method that retains anything, or that sets the field, may well have them, and is not told of.
func (w *classWriter) giving(name string, text []byte, own []classMethod) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil { // which is told elsewhere
		return
	}
	for _, d := range parsed.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil || f.Recv == nil || len(f.Recv.List) != 1 || len(f.Recv.List[0].Names) != 1 {
			continue
		}
		m := slices.IndexFunc(own, func(m classMethod) bool { return m.method == f.Name.Name })
		if m < 0 || !isObject(f.Recv.List[0].Type) {
			continue
		}
		self := f.Recv.List[0].Names[0].Name
		for _, r := range returns(f.Body) {
			if len(r.Results) != len(own[m].outs)+1 || !isName(r.Results[len(own[m].outs)], "nil") {
				continue
			}
			for n, out := range own[m].outs {
				field := fieldOf(r.Results[n], self)
				if field == "" || !refers(out.typ, map[model.Decl]bool{}) || sees(f.Body, field) {
					continue
				}
				what := string(text[files.Position(r.Results[n].Pos()).Offset:files.Position(r.Results[n].End()).Offset])
				help := "let the field be a som.Held and return " + self + "." + field + ".Get(), or, of a field that is a Ref, write return " + what + ", " + what + ".Retain()"
				if k := out.typ.Resolve().Kind; k == model.Sequence || k == model.Array || k == model.Map || len(own[m].outs) > 1 {
					help = "let the field be a som.Held and return " + self + "." + field + ".Get(), or retain each object"
				}
				w.problem(CodeGiving, diag.Span{}, help, "%s:%d: %s returns %s, whose references stay the field's: the caller will give them back",
					name, files.Position(r.Pos()).Line, f.Name.Name, what)
			}
		}
	}
}

// givings looks at all files of the implementation that people write.
func (w *classWriter) givings(object []byte, own []classMethod) {
	w.giving(path.Join(w.pkg.dir, templateName), object, own)
	others := w.others()
	for _, name := range slices.Sorted(maps.Keys(others)) {
		w.giving(path.Join(w.pkg.dir, name), others[name], own)
	}
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// isObject reports whether a receiver's type is that of the implementation.
func isObject(t ast.Expr) bool {
	star, ok := t.(*ast.StarExpr)
	return ok && isName(star.X, "object")
}

// returns are the return statements of a function's own.
func returns(body *ast.BlockStmt) []*ast.ReturnStmt {
	var all []*ast.ReturnStmt
	ast.Inspect(body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			all = append(all, r)
		}
		_, within := n.(*ast.FuncLit)
		return !within
	})
	return all
}

// fieldOf is the field of the receiver that an expression is read from, by fields and elements alone; "" if it is none.
func fieldOf(e ast.Expr, self string) string {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return fieldOf(e.X, self)
	case *ast.IndexExpr:
		return fieldOf(e.X, self)
	case *ast.SelectorExpr:
		if isName(e.X, self) {
			return e.Sel.Name
		}
		return fieldOf(e.X, self)
	}
	return ""
}

// sees reports whether a body sees to the references of a field itself, perhaps: it retains something, or sets the field.
func sees(body *ast.BlockStmt, field string) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "Retain" || s.Sel.Name == "Swap") {
				found = true
			}
			for _, a := range n.Args { // a function of the author's may retain it
				s, ok := a.(*ast.SelectorExpr)
				found = found || ok && s.Sel.Name == field
			}
		case *ast.AssignStmt:
			for _, to := range n.Lhs {
				ast.Inspect(to, func(n ast.Node) bool {
					s, ok := n.(*ast.SelectorExpr)
					found = found || ok && s.Sel.Name == field
					return true
				})
			}
		}
		return !found
	})
	return found
}
