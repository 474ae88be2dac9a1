package native

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// What programs may call is the same whether they are built with cgo or without: what compiles here compiles for every platform.
func TestAbsentHasAll(t *testing.T) {
	t.Parallel()
	with, without := map[string]bool{}, map[string]bool{}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := file.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if name == "raised.go" || name == "doc.go" { // for both
			continue
		}
		into := with
		if name == "absent.go" {
			into = without
		}
		for _, decl := range tree.Decls {
			for _, name := range exported(decl) {
				into[name] = true
			}
		}
	}
	if len(with) < 10 {
		t.Fatalf("only %v are exported", slices.Sorted(maps.Keys(with)))
	}
	for name := range with {
		if !without[name] {
			t.Errorf("%s is missing where there is no cgo", name)
		}
	}
	for name := range without {
		if !with[name] {
			t.Errorf("%s is there only without cgo", name)
		}
	}
}

func exported(decl ast.Decl) (names []string) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil && decl.Name.IsExported() {
			names = append(names, decl.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() {
					names = append(names, spec.Name.Name)
				}
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					if name.IsExported() {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return names
}
