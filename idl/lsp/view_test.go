package lsp_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/lsp"
)

// gate is a Resolver whose files can be held back.
type gate struct {
	idl.Resolver
	mu sync.RWMutex
}

func (g *gate) Open(name string) ([]byte, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.Resolver.Open(name)
}

// typed opens a text, holds all further analyses back, and replaces the needle.
func typed(t *testing.T, text, needle, by string) *client {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "base.idl"), []byte("typedef long Base;\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	g := &gate{Resolver: idl.Disk{}}
	c := newClientOf(t, dir, lsp.Options{Resolver: g})
	c.initialize(nil)
	c.open("a.idl", "#include \"base.idl\"\n"+text)
	c.diagnostics("a.idl")
	g.mu.Lock()
	t.Cleanup(g.mu.Unlock)
	at := strings.Index(c.texts["a.idl"], needle)
	c.change("a.idl", at, at+len(needle), by)
	return c
}

const viewed = `module M {
  // The first.
  struct A { long x; };
  interface I : Nothing {}; // broken
  struct B { A a1; };
  interface J { void f(in A p, in B q); };
};
`

// TestWhileTyping holds that what is asked while a text is being typed is answered from the
// analysis before, at the places of the present text, and not when the next is done: here it never is.
func TestWhileTyping(t *testing.T) {
	t.Parallel()
	fine := strings.Replace(viewed, " : Nothing", "", 1)
	for _, x := range []struct{ name, text, needle, by, method, at, want string }{
		{"hover behind a comment", fine, "// The first.", "// The first\n  // of all.", "hover", "in |B q", "struct B {"},
		{"hover range", fine, "// The first.", "// The first\n  // of all.", "hover", "in |B q", `"range":{"start":{"line":7,"character":34}`},
		{"hover before the change", fine, "void f", "oneway void f", "hover", "struct |A", "struct A {"},
		{"hover behind a changed name", fine, "struct A", "struct A9", "hover", "in |B q", "struct B {"},
		{"hover on what is typed", fine, "in B q", "in B q, in A r", "hover", "in |A r", "struct A {"},
		{"hover in a broken text", viewed, "void f", "void  f", "hover", "in |A p", "struct A {"},
		{"another word now", fine, "in A p", "in B p", "hover", "in |B p", "struct B {"},
		{"nothing there", fine, "// The first.", "// The first, of all.", "hover", "|struct A", "null"},
		{"definition behind the change", fine, "// The first.", "// The first\n  // of all.", "definition", "in |B q", `"range":{"start":{"line":6,"character":9}`},
		{"definition before the change", fine, "void f", "oneway void f", "definition", "in |A p", `"range":{"start":{"line":3,"character":9}`},
		{"type definition", fine, "// The first.", "// The first\n  // of all.", "typeDefinition", "B |q", `"range":{"start":{"line":6,"character":9}`},
		{"the included file", fine, "// The first.", "//", "definition", `"|base.idl`, "base.idl"},
		{"highlights", fine, "// The first.", "// The first\n  // of all.", "documentHighlight", "in |A p", `"start":{"line":4,"character":9}`},
		{"outline", fine, "// The first.", "/* The first\n  of all. */", "documentSymbol", "in |A p", `"start":{"line":4,"character":9}`},
		{"tokens", fine, "// The first.", "", "semanticTokens/full", "in |A p", `"data":[`},
		{"completion", fine, "in A p", "in ", "completion", "in |, in B", `"label":"A"`},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := typed(t, x.text, x.needle, x.by)
			m := c.call("textDocument/"+x.method, c.at("a.idl", x.at, nil))
			if m.Error != nil || !strings.Contains(string(m.Result), x.want) {
				t.Errorf("got %+v %s\nwant %s", m.Error, m.Result, x.want)
			}
		})
	}
}

// TestWaits holds that what the analysis before cannot know is answered from the next one.
func TestWaits(t *testing.T) {
	t.Parallel()
	fine := strings.Replace(viewed, " : Nothing", "", 1)
	for _, x := range []struct{ name, needle, by, method, at, want string }{
		{"a new name", "struct B", "struct N {long n;}; struct B", "hover", "struct |N", "struct N {"},
		{"an outline with a new name", "struct B", "struct N {long n;}; struct B", "documentSymbol", "struct |N", `"name":"N"`},
		{"a comment that ends earlier", "// The first.", "/* */ typedef long Cut; //", "documentSymbol", "|Cut", `"name":"Cut"`},
		{"an annotation in a comment", "// The first.", "//@nested\n", "documentSymbol", "struct |A", `"name":"A"`},
		{"a directive", "// The first.", "#define f g\n", "documentSymbol", "struct |A", `"name":"g"`},
		{"a line that ends earlier", "// The first.", "#define f \\\n g", "documentSymbol", "struct |A", `"name":"g"`},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, t.TempDir())
			c.initialize(nil)
			c.open("a.idl", fine)
			c.diagnostics("a.idl")
			at := strings.Index(fine, x.needle)
			c.change("a.idl", at, at+len(x.needle), x.by)
			m := c.call("textDocument/"+x.method, c.at("a.idl", x.at, nil))
			if m.Error != nil || !strings.Contains(string(m.Result), x.want) {
				t.Errorf("got %+v %s\nwant %s", m.Error, m.Result, x.want)
			}
		})
	}
}

// TestDistantEdits holds that places between two edits are exact, and nothing is answered that is wrong later.
func TestDistantEdits(t *testing.T) {
	t.Parallel()
	const text = "/** old */ struct Foo { long a; };\ninterface I { // one\n  Foo f(in long x);\n};\n"
	for _, x := range []struct{ name, from, by, method, at, want string }{
		{"a definition between comments", "};\n/", "};\n// y\n/", "definition", "|Foo f", `"start":{"line":2,"character":18}`},
		{"the end of a typed type", "x)", "x, in Foo)", "hover", "in Foo|)", "struct Foo"},
		{"a replaced type", "in long", "in Foo", "definition", "in Foo|", `"start":{"line":2,"character":18}`},
		{"a changed comment", "old", "new", "hover", "|Foo f", "new"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, t.TempDir())
			c.initialize(nil)
			c.open("a.idl", text+"//\n")
			c.diagnostics("a.idl")
			c.change("a.idl", 0, 0, "// x\n\n")
			at := strings.Index(c.texts["a.idl"], x.from)
			c.change("a.idl", at, at+len(x.from), x.by)
			for range 2 { // at once, and settled
				m := c.call("textDocument/"+x.method, c.at("a.idl", x.at, nil))
				if m.Error != nil || !strings.Contains(string(m.Result), x.want) {
					t.Errorf("got %+v %s\nwant %s", m.Error, m.Result, x.want)
				}
				c.diagnostics("a.idl")
			}
		})
	}
}
