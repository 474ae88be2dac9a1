package format_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/format"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

const omniIDL = "/usr/share/idl/omniORB"

// everyIDL calls use for each IDL file of the repository and of Debian's omniorb-idl.
func everyIDL(t testing.TB, use func(name string, text []byte)) {
	t.Helper()
	n := 0
	for _, root := range []string{"../..", omniIDL} {
		_ = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() && d.Name() == ".git" {
				return fs.SkipDir
			}
			if strings.HasSuffix(name, ".idl") {
				b, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				use(name, b)
				n++
			}
			return nil
		})
	}
	if n < 10 {
		t.Fatalf("only %d files found", n)
	}
}

// replaced is a Resolver in which one file has another text.
type replaced struct {
	path string
	text []byte
}

func (r replaced) Open(name string) ([]byte, error) {
	if name == r.path {
		return r.text, nil
	}
	return idl.Disk{}.Open(name)
}

// includes are the folders in which what a file includes may be.
func includes(path string) []string {
	return []string{filepath.Dir(path), filepath.Join(filepath.Dir(path), "include"), omniIDL, omniIDL + "/COS"}
}

// meaning compiles a text and returns the model without its places, with comments as what
// they say; ok is false where it does not compile.
func meaning(t testing.TB, path string, text []byte) (m any, ok bool) {
	t.Helper()
	o := idl.Options{Resolver: replaced{path, text}, Include: includes(path)}
	r, err := idl.Compile(context.Background(), o, path)
	if err != nil {
		return nil, false
	}
	b, err := json.Marshal(r.Spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	plain(m)
	return m, true
}

func plain(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range []string{"span", "nameSpan"} {
			delete(v, k)
		}
		for _, k := range []string{"doc", "trailing"} {
			if cs, ok := v[k].([]any); ok {
				var all model.Comments
				for _, c := range cs {
					all = append(all, model.Comment{Text: c.(map[string]any)["text"].(string)})
				}
				v[k] = strings.Fields(all.Text())
			}
		}
		for _, x := range v {
			plain(x)
		}
	case []any:
		for _, x := range v {
			plain(x)
		}
	}
}

// TestKeepsMeaning formats all there is: the model stays what it was, comments and all, and
// formatting again changes nothing.
func TestKeepsMeaning(t *testing.T) {
	t.Parallel()
	compiled, foreign := 0, 0
	everyIDL(t, func(name string, text []byte) {
		out, err := format.Source(name, text, format.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if again, err := format.Source(name, out, format.Options{}); err != nil || string(again) != string(out) {
			t.Errorf("%s: formatted again it differs: %v\n%s", name, err, cmp.Diff(string(out), string(again)))
		}
		cfg := syntax.Config{Resolver: idl.Disk{}, Include: includes(name), Standard: idl.Standard()}
		if err := format.Verify(t.Context(), cfg, name, text, out); err != nil {
			t.Error(err)
		}
		if strings.HasPrefix(name, omniIDL) {
			if foreign++; foreign%12 != 0 { // the models of all of them would take long
				return
			}
		}
		was, ok := meaning(t, name, text)
		if !ok {
			return
		}
		compiled++
		is, ok := meaning(t, name, out)
		if !ok {
			t.Errorf("%s no longer compiles when it is formatted:\n%s", name, out)
			return
		}
		if diff := cmp.Diff(was, is); diff != "" {
			t.Errorf("%s means something else when it is formatted (-was +is):\n%s", name, diff)
		}
	})
	if compiled < 10 {
		t.Errorf("only %d files compiled", compiled)
	}
}

// TestCasesKeepTokens formats the compiler's test cases, the wrong ones too: what the
// preprocessor makes of them stays, and formatting again changes nothing.
func TestCasesKeepTokens(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	formatted := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range strings.SplitAfter(string(b), "\n---\n") {
			text = strings.TrimSuffix(text, "---\n")
			if strings.Contains(text, "__LINE__") || strings.Contains(text, "\n#line") || strings.Contains(text, "\n# ") {
				continue // what these make hangs on the layout
			}
			out, err := format.Source("a.idl", []byte(text), format.Options{})
			if err != nil {
				continue // no tokens
			}
			formatted++
			if err := format.Verify(t.Context(), syntax.Config{Resolver: idl.FilesOf{}}, "a.idl", []byte(text), out); err != nil {
				t.Errorf("%s: %v in\n%s\n%s", file, err, text, out)
			}
			if again, err := format.Source("a.idl", out, format.Options{}); err != nil || string(again) != string(out) {
				t.Errorf("%s: formatted again it differs: %v\n%s", file, err, cmp.Diff(string(out), string(again)))
			}
		}
	}
	if formatted < 100 {
		t.Errorf("only %d cases were formatted", formatted)
	}
}

// FuzzSource holds for any text that formatting keeps its lexemes, and that doing it twice is
// doing it once.
func FuzzSource(f *testing.F) {
	everyIDL(f, func(_ string, text []byte) {
		if len(text) < 4000 {
			f.Add(string(text))
		}
	})
	for _, s := range []string{
		"a/**//**/b", "/*a*//*\n*/x;", "enum{a,/*\n*/b", "case 1:\n//x\nlong a;", "#if 0\n'\n#else\n{\n#endif\n}", "@a\n@b(\n1)\nx", "a\\\n b", "x(\n#if 1\n{\n#endif",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, err := format.Source("a.idl", []byte(text), format.Options{})
		if err != nil {
			return
		}
		if got, want := words(string(once)), words(text); got != want {
			t.Errorf("the tokens of %q became those of %q", text, once)
		}
		twice, err := format.Source("a.idl", once, format.Options{})
		if err != nil {
			t.Fatalf("%q became %q: %v", text, once, err)
		}
		if string(twice) != string(once) {
			t.Errorf("%q became\n%q and then\n%q", text, once, twice)
		}
	})
}

// words returns the tokens of a text, joined.
func words(text string) string {
	var b strings.Builder
	for _, l := range syntax.Lexemes("a.idl", strings.TrimPrefix(text, "\ufeff")) {
		if l.Is == syntax.TokenLexeme {
			b.WriteString(l.Text + "\x00")
		}
	}
	return b.String()
}
