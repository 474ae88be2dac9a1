package model_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// schemaDoc is the page that describes the JSON form.
const schemaDoc = "../docs/idl-model.md"

const schemaHead = `# The model as JSON

` + "`dsom idl dump FILE`" + ` prints it, an emitter that is a program of its own reads it on its standard input
([emitters](idl-emitters.md)), and package ` + "`model`" + ` reads and writes it without loss. This page is made from
the package's source: ` + "`DSOM_UPDATE_GOLDEN=1 go test ./model -run Schema`" + ` writes it anew, and a test holds it.

- The top is an object of ` + "`{\"model\": 1, \"files\": [File…], \"decls\": [Decl…]}`" + `; ` + "`model`" + ` is the version of the
  form. A reader refuses a newer one.
- Each declaration has a field ` + "`kind`" + ` that says which of the objects below it is.
- Declarations refer to each other by fully scoped names, ` + "`\"::Bank::Account\"`" + `.
- A place is ` + "`{\"file\": name, \"start\": [line, column, offset], \"end\": […]}`" + `, from the first character to just behind
  the last; lines and columns count from 1, columns and offsets in octets. ` + "`endFile`" + ` is there where it is another one.
- Numbers of constants are text, so that none is rounded.
- A field that is marked with * is left out where it is empty, zero or false.
`

// TestSchema holds docs/idl-model.md against the source that it describes.
func TestSchema(t *testing.T) {
	t.Parallel()
	got := schemaHead + describe(t)
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(schemaDoc, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s was written anew", schemaDoc)
		return
	}
	want, err := os.ReadFile(schemaDoc)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what the source says; DSOM_UPDATE_GOLDEN=1 writes it anew", schemaDoc)
	}
}

// describe returns a section for each type of the model that has JSON fields.
func describe(t *testing.T) string {
	t.Helper()
	structs, docs, kinds := sources(t)
	var names []string
	for n := range structs {
		if ast.IsExported(n) && n != "Spec" && n != "ModuleView" {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, func(a, b string) int { // declarations first, Info and Node before them
		rank := func(n string) string {
			switch {
			case n == "File":
				return "0"
			case n == "Node":
				return "1"
			case n == "Info":
				return "2"
			case kinds[n] != "":
				return "3" + n
			}
			return "4" + n
		}
		return strings.Compare(rank(a), rank(b))
	})
	var b strings.Builder
	for _, n := range names {
		rows := fields(structs, n, docs)
		if len(rows) == 0 && kinds[n] == "" {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", n)
		if kinds[n] != "" {
			fmt.Fprintf(&b, "kind `%q`. ", kinds[n])
		}
		b.WriteString(oneLine(docs[n]) + "\n")
		if len(rows) > 0 {
			b.WriteString("\n| field | type | |\n|---|---|---|\n" + strings.Join(rows, ""))
		}
	}
	return b.String()
}

// sources parses the package: its structures, the comments on types and on "Type.Field", and
// the kinds of declarations.
func sources(t *testing.T) (map[string]*ast.StructType, map[string]string, map[string]string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	structs, docs, kinds := map[string]*ast.StructType{}, map[string]string{}, map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				for _, s := range d.Specs {
					ts, ok := s.(*ast.TypeSpec)
					if !ok {
						continue
					}
					if st, ok := ts.Type.(*ast.StructType); ok {
						structs[ts.Name.Name] = st
						docs[ts.Name.Name] = d.Doc.Text() + ts.Doc.Text()
						for _, f := range st.Fields.List {
							for _, n := range f.Names {
								docs[ts.Name.Name+"."+n.Name] = f.Doc.Text() + f.Comment.Text()
							}
						}
					}
				}
			case *ast.FuncDecl:
				if d.Name.Name != "Kind" || d.Recv == nil {
					continue
				}
				recv, ok := d.Recv.List[0].Type.(*ast.StarExpr)
				if !ok {
					continue
				}
				if r, ok := d.Body.List[0].(*ast.ReturnStmt); ok {
					if l, ok := r.Results[0].(*ast.BasicLit); ok {
						kinds[recv.X.(*ast.Ident).Name] = strings.Trim(l.Value, `"`)
					}
				}
			}
		}
	}
	return structs, docs, kinds
}

// fields returns a table row for each JSON field of a type, those of its JSON form where that
// is another structure.
func fields(structs map[string]*ast.StructType, name string, docs map[string]string) []string {
	var rows []string
	form := strings.ToLower(name[:1]) + name[1:] + "JSON"
	own := structs[name]
	sources := []*ast.StructType{own, structs[form]}
	for i, st := range sources {
		if st == nil {
			continue
		}
		for _, f := range st.Fields.List {
			if len(f.Names) == 0 { // Info and Node are told once
				if id, ok := f.Type.(*ast.Ident); ok && i == 0 {
					rows = append(rows, fmt.Sprintf("| …%s | | the fields of [%s](#%s) |\n", id.Name, id.Name, strings.ToLower(id.Name)))
				}
				continue
			}
			tag := ""
			if f.Tag != nil {
				tag = reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json")
			}
			if tag == "" || tag == "-" {
				continue
			}
			field, opts, _ := strings.Cut(tag, ",")
			if opts != "" {
				field += "*"
			}
			doc := docs[name+"."+f.Names[0].Name]
			rows = append(rows, fmt.Sprintf("| %s | %s | %s |\n", field, typeName(f.Type), oneLine(doc)))
		}
	}
	return rows
}

func typeName(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.StarExpr:
		return typeName(x.X)
	case *ast.ArrayType:
		return "array of " + typeName(x.Elt)
	case *ast.SelectorExpr:
		return "place"
	case *ast.Ident:
		switch x.Name {
		case "Decls":
			return "array of Decl"
		case "Comments":
			return "array of Comment"
		case "string", "Kind", "Direction":
			return "text"
		case "int", "uint32", "uint64", "uint":
			return "number"
		case "bool":
			return "true or false"
		}
		return x.Name
	}
	return fmt.Sprintf("%T", x)
}

func oneLine(s string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(s), " "), "|", `\|`)
}
