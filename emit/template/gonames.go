package template

import (
	"go/ast"
	"go/token"
	gotypes "go/types"
)

// usedIn returns the names that no new parameter or result of a method may have: that of its receiver, those that its body declares in
// the scope of the parameters, and those that the body uses and that mean something else until now: packages, what the package declares,
// and what is Go's own. A name that means nothing yet may be one that the author has written for the parameter that is to come.
func (u *goUpdate) usedIn(have *ast.FuncDecl) map[string]bool {
	used := map[string]bool{}
	addFields(have.Recv, used)
	if have.Body == nil {
		return used
	}
	for _, s := range have.Body.List {
		for l, ok := s.(*ast.LabeledStmt); ok; l, ok = s.(*ast.LabeledStmt) {
			s = l.Stmt
		}
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				for _, e := range s.Lhs {
					if i, ok := e.(*ast.Ident); ok {
						used[i.Name] = true
					}
				}
			}
		case *ast.DeclStmt:
			declared(s.Decl, used)
		}
	}
	means := u.packageNames()
	selected := map[*ast.Ident]bool{}
	ast.Inspect(have.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			selected[n.Sel] = true
		case *ast.Ident:
			if !selected[n] && (means[n.Name] || gotypes.Universe.Lookup(n.Name) != nil) {
				used[n.Name] = true
			}
		}
		return true
	})
	return used
}

// locals returns the names of a method's receiver, parameters and results.
func locals(d *ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	addFields(d.Recv, names)
	addFields(d.Type.Params, names)
	addFields(d.Type.Results, names)
	return names
}

func addFields(l *ast.FieldList, names map[string]bool) {
	if l == nil {
		return
	}
	for _, f := range l.List {
		for _, n := range f.Names {
			names[n.Name] = true
		}
	}
}

// packageNames returns the names of packages that the file imports, and of what the files of its package declare.
func (u *goUpdate) packageNames() map[string]bool {
	names := map[string]bool{}
	for name := range u.have.imports {
		names[name] = true
	}
	for _, s := range append([]*goSource{u.have, u.fresh}, u.otherFiles...) {
		for _, d := range s.file.Decls {
			declared(d, names)
		}
	}
	return names
}

// declared adds the names that a declaration has, without those of methods.
func declared(d ast.Decl, names map[string]bool) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			names[d.Name.Name] = true
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names[spec.Name.Name] = true
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					names[n.Name] = true
				}
			}
		}
	}
}
