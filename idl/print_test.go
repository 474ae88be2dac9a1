package idl_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// meaning returns a specification as JSON values without what printing changes: places, the
// layout of comments, and the text of pragmas and expressions.
func meaning(t testing.TB, s *model.Spec) any {
	t.Helper()
	j, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(j, &v); err != nil {
		t.Fatal(err)
	}
	strip(v)
	return v
}

func strip(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range []string{"span", "nameSpan", "doc", "trailing", "expr"} {
			delete(v, k)
		}
		for _, x := range v {
			strip(x)
		}
	case []any:
		for _, x := range v {
			strip(x)
		}
	}
}

// replaced is a Resolver in which one file has another text.
type replaced struct {
	idl.Resolver
	path, text string
}

func (r replaced) Open(name string) ([]byte, error) {
	if name == r.path {
		return []byte(r.text), nil
	}
	return r.Resolver.Open(name)
}

// checkPrinted holds that a file which is printed means the same, and prints the same again.
func checkPrinted(t *testing.T, o idl.Options, path string) {
	t.Helper()
	r, err := idl.Compile(context.Background(), o, path)
	if err != nil {
		t.Fatal(err)
	}
	printed := syntax.Print(r.Tree, r.Tree.Files[0])
	o.Resolver = replaced{o.Resolver, path, printed}
	again, err := idl.Compile(context.Background(), o, path)
	if err != nil {
		t.Fatalf("what was printed does not compile:\n%s\n%s", show(t, again), printed)
	}
	if diff := cmp.Diff(meaning(t, r.Spec), meaning(t, again.Spec)); diff != "" {
		t.Errorf("what was printed means something else (-was +is):\n%s\n%s", diff, printed)
	}
	if twice := syntax.Print(again.Tree, again.Tree.Files[0]); twice != printed {
		t.Errorf("printing twice differs:\n%s", cmp.Diff(printed, twice))
	}
}

func TestPrintedMeansTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range readCases(t) {
		if c.want != "ok" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			checkPrinted(t, idl.Options{Resolver: filesOf(c.text), Include: []string{"include"}}, "example.idl")
		})
	}
	mains, _ := filepath.Glob("testdata/golden/*/main.idl")
	for _, path := range mains {
		if !exists(filepath.Join(filepath.Dir(path), "printed.idl")) {
			continue
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			checkPrinted(t, idl.Options{Resolver: folder(filepath.Dir(path)), Include: []string{"include"}}, "main.idl")
		})
	}
}

func TestPrintedCOSMeansTheSame(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(omniIDL + "/COS/*.idl")
	needs(t, len(files) > 50, "Debian's package omniorb-idl")
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			checkPrinted(t, idl.Options{Resolver: idl.Disk{}, Include: []string{omniIDL + "/COS"}}, f)
		})
	}
}

// TestPrintKeepsComments holds that no comment of a file is lost when it is printed.
func TestPrintKeepsComments(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/golden/comments/main.idl")
	if err != nil {
		t.Fatal(err)
	}
	count := func(text string) int {
		tree := syntax.Parse(context.Background(), syntax.Config{Resolver: idl.FilesOf{"a": text}}, "a")
		return commentsIn(syntax.Print(tree, tree.Files[0]))
	}
	if got, want := count(string(b)), commentsIn(string(b)); got != want {
		t.Errorf("got %d comments of %d", got, want)
	}
}

// commentsIn counts the comments of a text as the preprocessor sees them.
func commentsIn(text string) int {
	pp := syntax.NewPreprocessor(context.Background(), syntax.Config{Resolver: idl.FilesOf{"a": text}}, "a")
	n := 0
	for {
		tok := pp.Next()
		n += len(tok.Comments)
		if tok.Kind == syntax.EOF {
			return n
		}
	}
}
