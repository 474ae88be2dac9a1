package lsp_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/lsp"
	"github.com/opendsom/dsom/idl/syntax"
)

const vscode = "../../editors/vscode"

// TestMain lets the test binary be the server that an editor starts.
func TestMain(m *testing.M) {
	if os.Getenv("DSOM_TEST_LSP") != "" {
		if lsp.Serve(context.Background(), os.Stdin, os.Stdout, lsp.Options{}) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func readJSON(t *testing.T, name string, to any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(vscode, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestExtensionIsWhole holds that what the extension's manifest names is there.
func TestExtensionIsWhole(t *testing.T) {
	t.Parallel()
	var p struct {
		Main        string
		Contributes struct {
			Languages []struct{ Configuration string }
			Grammars  []struct{ Path, ScopeName string }
		}
	}
	readJSON(t, "package.json", &p)
	if _, err := os.Stat(filepath.Join(vscode, p.Main)); err != nil {
		t.Error(err)
	}
	if len(p.Contributes.Languages) != 1 || len(p.Contributes.Grammars) != 1 {
		t.Fatalf("got %+v", p)
	}
	var any map[string]any
	readJSON(t, p.Contributes.Languages[0].Configuration, &any)
	readJSON(t, p.Contributes.Grammars[0].Path, &any)
	if any["scopeName"] != p.Contributes.Grammars[0].ScopeName {
		t.Errorf("the grammar is of %v", any["scopeName"])
	}
}

// TestGrammarKnowsTheKeywords holds the words of the editor's grammar against the compiler's.
func TestGrammarKnowsTheKeywords(t *testing.T) {
	t.Parallel()
	type rule struct {
		Match    string
		Patterns []rule
	}
	var g struct{ Repository map[string]rule }
	readJSON(t, "syntaxes/idl.tmLanguage.json", &g)
	var words []string
	for _, name := range []string{"types", "constants", "keywords"} {
		for _, r := range append(g.Repository[name].Patterns, g.Repository[name]) {
			list := strings.TrimSuffix(strings.TrimPrefix(r.Match, `\b(?:`), `)\b`)
			words = append(words, strings.FieldsFunc(list, func(r rune) bool { return r == '|' })...)
		}
	}
	slices.Sort(words)
	if twice := len(words) - len(slices.Compact(slices.Clone(words))); twice > 0 {
		t.Errorf("%d words are there twice", twice)
	}
	for _, k := range syntax.Keywords() {
		if !slices.Contains(words, k) {
			t.Errorf("the grammar does not know keyword %q", k)
		}
	}
	// Words that are none everywhere, but in some dialect or place.
	others := strings.Fields("int8 uint8 int16 int32 int64 uint16 uint32 uint64 map bitset bitmask bitfield porttype port mirrorport connector alias " +
		"implementation passthru releaseorder staticdata")
	for _, w := range words {
		if !syntax.IsKeyword(w) && !slices.Contains(others, w) {
			t.Errorf("the grammar has %q, which is no keyword", w)
		}
	}
}

// TestGrammarCompiles holds that the expressions of the grammar are some.
func TestGrammarCompiles(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join(vscode, "syntaxes/idl.tmLanguage.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	n := 0
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				if s, ok := x.(string); ok && (k == "match" || k == "begin" || k == "end") {
					n++
					for _, look := range []string{"(?<!", "(?!", "(?="} { // which Go does not have
						s = strings.ReplaceAll(s, look, "(?:")
					}
					if _, err := regexp.Compile(s); err != nil {
						t.Errorf("%s: %v", s, err)
					}
				}
				visit(x)
			}
		case []any:
			for _, x := range v {
				visit(x)
			}
		}
	}
	visit(v)
	if n < 10 {
		t.Errorf("only %d expressions", n)
	}
}

// TestExtensionTalks runs the extension's client against the server, with a stand-in for VS Code.
func TestExtensionTalks(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("node is missing")
		}
		t.Skip("needs node")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "testdata/extension.js", self)
	cmd.Env = append(os.Environ(), "DSOM_TEST_LSP=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const want = "started\n1 diagnostics: semicolon\nhover: typedef long T;\ndefinition: 0:13\ncompletion: T\nformatted: 1 edits\nstopped\n"
	if string(out) != want {
		t.Errorf("got\n%s", out)
	}
}
