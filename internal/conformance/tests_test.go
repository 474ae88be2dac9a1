package conformance_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A suite is the functions of a folder's tests that are built where CI runs, by name; methods of one name are one.
type suite map[string][]*ast.FuncDecl

// read returns the suite of a folder.
func read(dir string) (suite, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	ci := build.Default
	ci.GOOS, ci.GOARCH, ci.BuildTags = "linux", "amd64", nil
	all := suite{}
	for _, f := range files {
		if built, err := ci.MatchFile(dir, filepath.Base(f)); err != nil || !built {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		if err := all.add(string(text)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// add adds the functions of a file.
func (s suite) add(text string) error {
	f, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, d := range f.Decls {
		if fn, is := d.(*ast.FuncDecl); is && fn.Body != nil {
			s[fn.Name.Name] = append(s[fn.Name.Name], fn)
		}
	}
	return nil
}

// wrong says what is the matter with a test, "" if nothing is.
func (s suite) wrong(name string) string {
	found := slices.IndexFunc(s[name], func(fn *ast.FuncDecl) bool { return fn.Recv == nil && isTest(fn) })
	if found < 0 {
		return "there is no such test"
	}
	fails := false
	for _, fn := range s.reached(name) {
		if skips(fn) {
			return fn.Name.Name + " may skip it where CI runs"
		}
		fails = fails || complains(fn)
	}
	if !fails {
		return "it cannot fail"
	}
	return ""
}

// isTest reports whether fn has a test's parameter.
func isTest(fn *ast.FuncDecl) bool {
	p := fn.Type.Params.List
	if len(p) != 1 || fn.Name.Name == "TestMain" {
		return false
	}
	star, is := p[0].Type.(*ast.StarExpr)
	if !is {
		return false
	}
	of, is := star.X.(*ast.SelectorExpr)
	return is && (of.Sel.Name == "T" && strings.HasPrefix(fn.Name.Name, "Test") || of.Sel.Name == "F" && strings.HasPrefix(fn.Name.Name, "Fuzz"))
}

// reached returns the functions of the suite that name may call, by their names.
func (s suite) reached(name string) (all []*ast.FuncDecl) {
	seen := map[string]bool{name: true}
	for next := []string{name}; len(next) > 0; next = next[1:] {
		for _, fn := range s[next[0]] {
			all = append(all, fn)
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				if id, is := n.(*ast.Ident); is && !seen[id.Name] && s[id.Name] != nil {
					seen[id.Name] = true
					next = append(next, id.Name)
				}
				return true
			})
		}
	}
	return all
}

// of returns the name of what is called of a testing.T, "" if n is no such call.
func of(n ast.Node) string {
	call, is := n.(*ast.CallExpr)
	if !is {
		return ""
	}
	sel, is := call.Fun.(*ast.SelectorExpr)
	if !is {
		return ""
	}
	if x, is := sel.X.(*ast.Ident); is && slices.Contains([]string{"t", "tb", "b", "f"}, x.Name) {
		return sel.Sel.Name
	}
	return ""
}

// complains reports whether fn can make a test fail, or hands the test to another package that can.
func complains(fn *ast.FuncDecl) (does bool) {
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch of(n) {
		case "Error", "Errorf", "Fatal", "Fatalf", "Fail", "FailNow":
			does = true
		case "":
			if call, is := n.(*ast.CallExpr); is && len(call.Args) > 0 {
				_, other := call.Fun.(*ast.SelectorExpr)
				id, is := call.Args[0].(*ast.Ident)
				does = does || other && is && id.Name == "t"
			}
		case "Fuzz": // a decoder that panics or hangs fails
			does = true
		}
		return true
	})
	return does
}

// skips reports whether fn can skip a test in CI: neither for being short, nor in a function that makes it a failure there, nor in one that
// does so where the test runs once more, by another network.
func skips(fn *ast.FuncDecl) (does bool) {
	spared := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			spared = spared || n.Value == `"CI"`
		case *ast.Ident:
			spared = spared || n.Name == "roadVariable"
		}
		return true
	})
	if spared {
		return false
	}
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		if c, is := n.(*ast.IfStmt); is && short(c.Cond) {
			if c.Else != nil {
				ast.Inspect(c.Else, visit)
			}
			return false
		}
		name := of(n)
		does = does || name == "Skip" || name == "Skipf" || name == "SkipNow"
		return true
	}
	ast.Inspect(fn.Body, visit)
	return does
}

// short reports whether a condition is testing.Short().
func short(e ast.Expr) bool {
	call, is := e.(*ast.CallExpr)
	if !is {
		return false
	}
	sel, is := call.Fun.(*ast.SelectorExpr)
	return is && sel.Sel.Name == "Short"
}

// TestTests holds that the tests which rows name are there, run in CI, and can fail.
func TestTests(t *testing.T) {
	t.Parallel()
	suites := map[string]suite{}
	for _, r := range report(t) {
		for _, x := range r.tests {
			s, known := suites[x.folder]
			if !known {
				var err error
				if s, err = read(filepath.Join(root, x.folder)); err != nil {
					t.Fatal(err)
				}
				suites[x.folder] = s
			}
			if wrong := s.wrong(x.name); wrong != "" {
				t.Errorf("line %d: %s.%s: %s", r.line, x.folder, x.name, wrong)
			}
		}
	}
}

// TestTestsBite holds that tests which show nothing are found out.
func TestTestsBite(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`func TestA(t *testing.T) { t.Error() }`:                                                     "",
		`func TestA(t *testing.T) { help(t) }; func help(t testing.TB) { t.Fatal() }`:                "",
		`func TestA(t *testing.T) { suite.Run(t) }`:                                                  "",
		`func TestA(t *testing.T) { if testing.Short() { t.Skip() }; t.Error() }`:                    "",
		`func TestA(t *testing.T) { if os.Getenv("CI") == "true" { t.Fatal() }; t.Skip() }`:          "",
		`func FuzzA(f *testing.F) { f.Fuzz(func(*testing.T, []byte) {}) }`:                           "",
		`func TestA(t *testing.T) {}`:                                                                "it cannot fail",
		`func TestA(t *testing.T) { t.Log() }`:                                                       "it cannot fail",
		`func TestA(t *testing.T) { t.Skip(); t.Error() }`:                                           "may skip",
		`func TestA(t *testing.T) { if x { t.Skip() }; t.Error() }`:                                  "may skip",
		`func TestA(t *testing.T) { if testing.Short() { return } else { t.Skipf("") }; t.Error() }`: "may skip",
		`func TestA(t *testing.T) { t.Error(); help(t) }; func help(t testing.TB) { t.SkipNow() }`:   "may skip",
		`func TestB(t *testing.T) { t.Error() }`:                                                     "no such",
		`func TestA(b *testing.B) { b.Error() }`:                                                     "no such",
		`func (x) TestA(t *testing.T) { t.Error() }`:                                                 "no such",
		"func TestB(t *testing.T) { _ = `\nfunc TestA(t *testing.T) { t.Error() }\n` }":              "no such",
	} {
		s, name := suite{}, "TestA"
		if strings.Contains(body, "FuzzA") {
			name = "FuzzA"
		}
		if err := s.add("package a\n" + body); err != nil {
			t.Fatal(err)
		}
		if got := s.wrong(name); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if s, err := read(filepath.Join(root, "orb")); err != nil || s.wrong("TestInitialReferences") != "" || s["StartCall"] != nil {
		t.Errorf("a folder: %v", fmt.Sprint(err))
	}
}
