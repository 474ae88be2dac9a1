package readmetest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// otherLanguages are the pages of bindings for languages other than Go.
var otherLanguages = regexp.MustCompile(`/som-(python|java|javascript|lua|tcl|smalltalk|rust)\.md$`)

// A declared is what packages declare: the names of each, and the members of its types.
type declared struct {
	names   map[string]map[string]bool            // by package
	members map[string]map[string]map[string]bool // by package and type
	within  map[string]map[string][]string        // the types that a type embeds
}

// declarations reads what the packages of the module declare, tests included. Packages of one name are taken as one.
func declarations(t *testing.T) *declared {
	t.Helper()
	d := &declared{map[string]map[string]bool{}, map[string]map[string]map[string]bool{}, map[string]map[string][]string{}}
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "testdata" || e.Name() == "build" || len(e.Name()) > 2 && e.Name()[0] == '.'):
			return fs.SkipDir
		case !strings.HasSuffix(path, ".go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			d.file(f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *declared) file(f *ast.File) {
	pkg := strings.TrimSuffix(f.Name.Name, "_test")
	if d.names[pkg] == nil {
		d.names[pkg], d.members[pkg], d.within[pkg] = map[string]bool{}, map[string]map[string]bool{}, map[string][]string{}
	}
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				d.names[pkg][decl.Name.Name] = true
			} else {
				d.member(pkg, base(decl.Recv.List[0].Type), decl.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range decl.Specs {
				switch s := s.(type) {
				case *ast.ValueSpec:
					for _, n := range s.Names {
						d.names[pkg][n.Name] = true
					}
				case *ast.TypeSpec:
					d.names[pkg][s.Name.Name] = true
					d.typ(pkg, s)
				}
			}
		}
	}
}

// typ notes the fields or methods of a type.
func (d *declared) typ(pkg string, s *ast.TypeSpec) {
	d.member(pkg, s.Name.Name, "")
	var fields *ast.FieldList
	switch x := s.Type.(type) {
	case *ast.StructType:
		fields = x.Fields
	case *ast.InterfaceType:
		fields = x.Methods
	default: // it has what that has, if this is another name
		d.within[pkg][s.Name.Name] = []string{base(s.Type)}
		return
	}
	for _, f := range fields.List {
		for _, n := range f.Names {
			d.member(pkg, s.Name.Name, n.Name)
		}
		if f.Names == nil {
			d.member(pkg, s.Name.Name, base(f.Type))
			d.within[pkg][s.Name.Name] = append(d.within[pkg][s.Name.Name], base(f.Type))
		}
	}
}

func (d *declared) member(pkg, typ, name string) {
	if d.members[pkg][typ] == nil {
		d.members[pkg][typ] = map[string]bool{}
	}
	d.members[pkg][typ][name] = true
}

// base returns the name of a type without what is around it.
func base(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return base(e.X)
	case *ast.IndexExpr:
		return base(e.X)
	case *ast.IndexListExpr:
		return base(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// has reports whether a type of a package has a member, by itself or by what it embeds, of whatever package.
func (d *declared) has(pkg, typ, name string) bool {
	if d.members[pkg][typ][name] {
		return true
	}
	for _, in := range d.within[pkg][typ] {
		for other := range d.members {
			if in != typ && d.members[other][in] != nil && d.has(other, in, name) {
				return true
			}
		}
	}
	return false
}

// receivers are the variables by which the pages on CORBA in Go call what has methods.
var receivers = map[string][2]string{
	"o": {"orb", "ORB"}, "ref": {"orb", "Ref"}, "p": {"poa", "POA"}, "root": {"poa", "Root"},
}

// exampled are the packages of examples, which TestBlocks generates, and variables.
var exampled = map[string]bool{"bank": true, "p": true, "ref": true}

// TestNames holds that what the pages call by its name in Go, such as orb.Go or poa.Options.Bidirectional, is there. Tests count: the
// pages say which one holds what.
func TestNames(t *testing.T) {
	t.Parallel()
	d := declarations(t)
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	spans := regexp.MustCompile("(?s)```.*?\n```|`([^`\n]+)`")
	names := regexp.MustCompile(`(?:^|[^\w./"-])(\w+)\.([A-Z]\w*)(?:\.([A-Z]\w*))?`)
	for _, page := range append(pages, readme) {
		if otherLanguages.MatchString(page) { // what they name is not Go's
			continue
		}
		data, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, span := range spans.FindAllStringSubmatch(string(data), -1) {
			for _, m := range names.FindAllStringSubmatch(span[1], -1) {
				r, variable := receivers[m[1]]
				variable = variable && (strings.HasSuffix(page, "/orb.md") || strings.HasSuffix(page, "/go-mapping.md"))
				switch {
				case variable && !d.has(r[0], r[1], m[2]):
					t.Errorf("%s: %s: no %s.%s has %s", filepath.Base(page), m[0], r[0], r[1], m[2])
				case variable:
				case exampled[m[1]]:
				case d.names[m[1]] == nil: // no package
					if ast.IsExported(m[1]) && !d.anyHas(m[1], m[2]) {
						t.Errorf("%s: %s: no type %s has %s", filepath.Base(page), m[0], m[1], m[2])
					}
				case !d.names[m[1]][m[2]]:
					t.Errorf("%s: package %s has no %s", filepath.Base(page), m[1], m[2])
				case m[3] != "" && !d.has(m[1], m[2], m[3]):
					t.Errorf("%s: %s.%s has no %s", filepath.Base(page), m[1], m[2], m[3])
				}
				found++
			}
		}
	}
	if found < 200 {
		t.Errorf("only %d names were found", found)
	}
}

// anyHas reports whether a type of some package has a member. Where no type has the name nothing is known of it.
func (d *declared) anyHas(typ, name string) bool {
	known := false
	for pkg := range d.members {
		if d.members[pkg][typ] != nil {
			if known = true; d.has(pkg, typ, name) {
				return true
			}
		}
	}
	return !known
}
