package lsp_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestCompletionFarDown holds that a place far down in a text that changes above it is known
// for what it is, wherever the last analysis could be relied on.
func TestCompletionFarDown(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("module Top {\n")
	for i := range 600 {
		fmt.Fprintf(&b, "  interface I%d {\n    // a comment\n    void f(in long x);\n  };\n", i)
	}
	b.WriteString("  interface Last {\n    void g(in I5 x);\n  };\n};\n")
	c := newClient(t, t.TempDir())
	c.initialize(nil)
	c.open("a.idl", b.String())
	c.diagnostics("a.idl")
	ask := func(what, needle, has string, want bool) {
		t.Helper()
		m := c.call("textDocument/completion", c.at("a.idl", needle, nil))
		if m.Error != nil || strings.Contains(string(m.Result), has) != want {
			t.Errorf("%s: got %+v %.300s", what, m.Error, m.Result)
		}
	}
	ask("as it is", "in I5| x", `"label":"I59"`, true)
	at := strings.Index(c.texts["a.idl"], "interface I300")
	c.change("a.idl", at, at, "/* ")
	ask("in a comment", "in I5| x", `"label"`, false)
	c.change("a.idl", at, at+3, "interface New { ")
	ask("one block deeper", "in I5| x", `"label":"I59"`, true)
	ask("another block", "void f(|", `"label":"inout"`, true)
}
