package lsp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/lsp"
	"github.com/opendsom/dsom/idl/lsp/jsonrpc"
)

func framed(bodies ...string) string {
	var b strings.Builder
	for _, s := range bodies {
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(s), s)
	}
	return b.String()
}

const (
	hello   = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{"general":{"positionEncodings":["utf-8"]}}}}`
	goodbye = `{"jsonrpc":"2.0","id":9,"method":"shutdown"}`
	exit    = `{"jsonrpc":"2.0","method":"exit"}`
)

// TestLifecycle holds how a session begins and ends, and what is said to messages out of order.
func TestLifecycle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   []string
		want error
		says []string
	}{
		{"good", []string{hello, goodbye, exit}, nil, []string{`"positionEncoding":"utf-8"`, `"id":9,"result":null`}},
		{"end after shutdown", []string{hello, goodbye}, nil, nil},
		{"no shutdown", []string{hello, exit}, lsp.ErrNoShutdown, nil},
		{"no exit", []string{hello}, lsp.ErrNoShutdown, nil},
		{"early", []string{`{"id":1,"method":"textDocument/hover"}`, exit}, lsp.ErrNoShutdown, []string{"-32002"}},
		{"late", []string{hello, goodbye, `{"id":2,"method":"textDocument/hover"}`, exit}, nil, []string{"-32600"}},
		{"unknown method", []string{hello, `{"id":2,"method":"x/y"}`, goodbye, exit}, nil, []string{"-32601"}},
		{"unknown notification", []string{hello, `{"method":"x/y"}`, goodbye, exit}, nil, nil},
		{"no JSON", []string{hello, `{`, goodbye, exit}, nil, []string{"-32700", `"id":null`}},
		{"no object", []string{hello, `[1]`, goodbye, exit}, nil, []string{"-32600"}},
		{"bad parameters", []string{hello, `{"id":2,"method":"textDocument/hover","params":7}`, goodbye, exit}, nil, []string{"-32602"}},
		{"not open", []string{hello, `{"id":"a","method":"textDocument/hover","params":{"textDocument":{"uri":"file:///x"}}}`, goodbye, exit}, nil, []string{`"id":"a"`, "is not open"}},
		{"twice", []string{hello, hello, goodbye, exit}, nil, []string{"-32601"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := lsp.Serve(t.Context(), strings.NewReader(framed(c.in...)), &out, lsp.Options{Resolver: idl.FilesOf{}})
			if !errors.Is(err, c.want) {
				t.Errorf("got error %v", err)
			}
			for _, s := range c.says {
				if !strings.Contains(out.String(), s) {
					t.Errorf("%s is not in\n%s", s, out.String())
				}
			}
		})
	}
}

// TestEndlessHeader holds that what is no stream of messages ends the session with an error.
func TestEndlessHeader(t *testing.T) {
	t.Parallel()
	if err := lsp.Serve(t.Context(), strings.NewReader(strings.Repeat("x", 1<<20)), io.Discard, lsp.Options{}); err == nil {
		t.Error("no error")
	}
}

// TestTyping types files letter by letter, and asks for something at each.
func TestTyping(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"../testdata/golden/types/main.idl", "../testdata/golden/preprocessor/main.idl"} {
		t.Run(filepath.Base(filepath.Dir(name)), func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text := string(b[:min(len(b), 1500)])
			c := newClient(t, t.TempDir())
			c.initialize(nil)
			c.open("a.idl", "")
			methods := []string{"completion", "hover", "signatureHelp", "documentSymbol", "definition", "foldingRange", "formatting", "semanticTokens/full", "documentHighlight", "typeDefinition"}
			for i := range text {
				c.change("a.idl", len(c.texts["a.idl"]), len(c.texts["a.idl"]), text[i:i+1])
				m := c.call("textDocument/"+methods[i%len(methods)], c.at("a.idl", c.texts["a.idl"]+"|", nil))
				if m.Error != nil && m.Error.Code == jsonrpc.CodeInternal {
					t.Fatalf("after %q: %s", text[:i+1], m.Error.Message)
				}
			}
			c.diagnostics("a.idl")
			if m := c.call("shutdown", nil); m.Error != nil {
				t.Error(m.Error)
			}
			c.notify("exit", nil)
			if err := <-c.ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPositions holds columns in UTF-16, and a document in pieces.
func TestPositions(t *testing.T) {
	t.Parallel()
	c := newClient(t, t.TempDir())
	c.initialize(nil)
	c.open("a.idl", "\ufeffconst wstring s = L\"𝄞\"; /* ä */ typedef long T;\r\ntypedef T U;\n")
	c.texts["a.idl"] = c.texts["a.idl"][len("\ufeff"):]
	m := c.call("textDocument/definition", c.at("a.idl", "typedef |T U", nil))
	if got := string(m.Result); !strings.Contains(got, `"start":{"line":0,"character":46}`) {
		t.Errorf("got %s", got)
	}
	c.change("a.idl", find(t, c.texts["a.idl"], "|U;"), find(t, c.texts["a.idl"], "U|;"), "V")
	m = c.call("textDocument/hover", c.at("a.idl", "T |V", nil))
	if !strings.Contains(string(m.Result), "typedef T V;") {
		t.Errorf("got %s", m.Result)
	}
}

// TestConfiguration holds where include folders and macros come from.
func TestConfiguration(t *testing.T) {
	t.Parallel()
	const text = "#include <hidden.idl>\n#ifdef WANTED\ntypedef Hidden H;\n#else\nnothing\n#endif\n"
	for name, c := range map[string]struct {
		options any
		file    string
	}{
		"options": {options: map[string]any{"include": []string{"deep/er"}, "define": []string{"WANTED"}}},
		"nested":  {options: map[string]any{"dsom": map[string]any{"idl": map[string]any{"include": []string{"deep/er"}, "define": []string{"WANTED"}}}}},
		"file":    {file: `{"include": ["deep/er"], "define": ["WANTED=1"]}`},
		"guess":   {options: map[string]any{"define": []string{"WANTED"}}},
		"broken":  {options: 7, file: `{"include": ["deep/er"], "define": ["WANTED"], "more": 1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := errors.Join(os.MkdirAll(filepath.Join(dir, "deep/er"), 0o777), os.WriteFile(filepath.Join(dir, "deep/er/hidden.idl"), []byte("typedef long Hidden;\n"), 0o666)); err != nil {
				t.Fatal(err)
			}
			if c.file != "" {
				if err := os.WriteFile(filepath.Join(dir, lsp.ConfigFile), []byte(c.file), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			e := newClient(t, dir)
			e.initialize(c.options)
			e.open("a.idl", text)
			if got := e.diagnostics("a.idl"); string(got) != "[]" {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestCancel holds that a request can be taken back, and that the server goes on.
func TestCancel(t *testing.T) {
	t.Parallel()
	c := newClient(t, t.TempDir())
	c.initialize(nil)
	c.open("a.idl", "module M { typedef long T; };\n")
	for range 100 {
		c.id++
		if err := c.out.Call(c.id, "textDocument/references", c.at("a.idl", "|T;", nil)); err != nil {
			t.Fatal(err)
		}
		c.notify("$/cancelRequest", map[string]any{"id": c.id})
	}
	for answered := 0; answered < 100; {
		if m := c.next(); m.Method == "" {
			answered++
			if m.Error != nil && m.Error.Code != jsonrpc.CodeRequestCancelled {
				t.Errorf("got %+v", m.Error)
			}
		}
	}
	if m := c.call("textDocument/hover", c.at("a.idl", "|T;", nil)); m.Error != nil {
		t.Error(m.Error)
	}
}

// TestCloseForgets holds that a closed document has no diagnostics, and that what waited is answered.
func TestCloseForgets(t *testing.T) {
	t.Parallel()
	c := newClient(t, t.TempDir())
	c.initialize(nil)
	c.open("a.idl", "nonsense\n")
	if string(c.diagnostics("a.idl")) == "[]" {
		t.Error("no diagnostics")
	}
	c.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.idl")}})
	if m := c.call("textDocument/hover", c.at("a.idl", "|nonsense", nil)); m.Error == nil {
		t.Errorf("got %s", m.Result)
	}
	if got := c.diagnostics("a.idl"); string(got) != "[]" {
		t.Errorf("got %s", got)
	}
}

// TestManyDocuments holds that more documents than are kept analysed can be asked about.
func TestManyDocuments(t *testing.T) {
	t.Parallel()
	c := newClient(t, t.TempDir())
	c.initialize(nil)
	name := func(i int) string { return fmt.Sprintf("d%d.idl", i) }
	for i := range 60 {
		c.open(name(i), fmt.Sprintf("typedef long T%d;\ntypedef T%d U;\n", i, i))
	}
	for i := range 60 {
		if got := c.diagnostics(name(i)); string(got) != "[]" {
			t.Errorf("%d: got %s", i, got)
		}
	}
	for i := range 60 {
		m := c.call("textDocument/hover", c.at(name(i), fmt.Sprintf("typedef |T%d U", i), nil))
		if !strings.Contains(string(m.Result), fmt.Sprintf("typedef long T%d;", i)) {
			t.Errorf("%d: got %s", i, m.Result)
		}
	}
}

// FuzzServe holds that no stream of messages makes the server panic or hang.
func FuzzServe(f *testing.F) {
	opened := `{"method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///a.idl","version":1,"text":"module M { typedef long T; struct S { T t; }; };"}}}`
	changed := `{"method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///a.idl","version":2},"contentChanges":[{"range":{"start":{"line":0,"character":5},"end":{"line":0,"character":2}},"text":"x\n"}]}}`
	for method := range handlerNames {
		ask := fmt.Sprintf(`{"id":5,"method":%q,"params":{"textDocument":{"uri":"file:///a.idl"},"position":{"line":0,"character":20},"newName":"N","query":"t"}}`, method)
		f.Add(framed(hello, opened, ask, changed, ask, goodbye, exit))
	}
	f.Fuzz(func(t *testing.T, in string) {
		var out bytes.Buffer
		_ = lsp.Serve(context.Background(), strings.NewReader(in), &out, lsp.Options{Resolver: idl.FilesOf{}}) // any error will do
		r := jsonrpc.NewReader(&out)
		for {
			m, err := r.Read()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Errorf("the server wrote what is no message: %v", err)
				}
				return
			}
			if m.Error != nil && m.Error.Code == jsonrpc.CodeInternal {
				t.Errorf("internal error: %s", m.Error.Message)
			}
		}
	})
}

// handlerNames are the methods that an editor is told of.
var handlerNames = func() map[string]bool {
	names := map[string]bool{}
	for _, n := range strings.Fields("hover definition declaration typeDefinition implementation documentHighlight prepareRename references rename completion " +
		"signatureHelp documentSymbol foldingRange formatting rangeFormatting semanticTokens/full codeAction") {
		names["textDocument/"+n] = true
	}
	names["workspace/symbol"] = true
	return names
}()

// large is a file of 20,000 lines.
func large() string {
	var b strings.Builder
	b.WriteString("module Large {\n")
	for i := range 2500 {
		fmt.Fprintf(&b, "  // Number %d.\n  struct S%d {\n    long a;\n    string b;\n  };\n  interface I%d {\n    void f(in S%d x, out long y);\n  };\n", i, i, i, i)
	}
	b.WriteString("  interface Last : I7 {\n    S9 g();\n  };\n};\n")
	return b.String()
}

func benchmark(b *testing.B, method, needle string) {
	c := newClient(b, b.TempDir())
	c.initialize(nil)
	c.open("a.idl", large())
	c.diagnostics("a.idl")
	p, err := json.Marshal(c.at("a.idl", needle, nil))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if m := c.call(method, json.RawMessage(p)); m.Error != nil || len(m.Result) < 10 {
			b.Fatalf("got %+v", m)
		}
	}
}

func BenchmarkHover(b *testing.B)      { benchmark(b, "textDocument/hover", "|S9 g") }
func BenchmarkCompletion(b *testing.B) { benchmark(b, "textDocument/completion", "S9| g") }
func BenchmarkTokens(b *testing.B)     { benchmark(b, "textDocument/semanticTokens/full", "|S9 g") }

// BenchmarkTyping is a letter typed, and what is wrong with the text then.
func BenchmarkTyping(b *testing.B) {
	c := newClient(b, b.TempDir())
	c.initialize(nil)
	c.open("a.idl", large())
	at := find(b, c.texts["a.idl"], "S9| g")
	for b.Loop() {
		c.change("a.idl", at, at, "9")
		c.diagnostics("a.idl")
		c.change("a.idl", at, at+1, "")
		c.diagnostics("a.idl")
	}
}

// benchmarkTyped is a letter typed into a comment or a name, and a question at once about a place behind it.
func benchmarkTyped(b *testing.B, method, where, needle string) {
	c := newClient(b, b.TempDir())
	c.initialize(nil)
	c.open("a.idl", large())
	c.diagnostics("a.idl")
	at := find(b, c.texts["a.idl"], where)
	for b.Loop() {
		c.change("a.idl", at, at, "9")
		if m := c.call(method, c.at("a.idl", needle, nil)); m.Error != nil || len(m.Result) < 10 {
			b.Fatalf("got %+v", m)
		}
		b.StopTimer() // what the change is analysed for belongs to BenchmarkTyping
		c.diagnostics("a.idl")
		c.change("a.idl", at, at+1, "")
		c.diagnostics("a.idl")
		b.StartTimer()
	}
}

func BenchmarkTypedHover(b *testing.B) {
	benchmarkTyped(b, "textDocument/hover", "// Number 1|.", "|S9 g")
}
func BenchmarkTypedHoverName(b *testing.B) {
	benchmarkTyped(b, "textDocument/hover", "struct S5| ", "|S9 g")
}
func BenchmarkTypedDefinition(b *testing.B) {
	benchmarkTyped(b, "textDocument/definition", "// Number 1|.", "|S9 g")
}
func BenchmarkTypedSymbols(b *testing.B) {
	benchmarkTyped(b, "textDocument/documentSymbol", "// Number 1|.", "|S9 g")
}

// BenchmarkTypedCompletion is a letter typed, and the completion asked for at once.
func BenchmarkTypedCompletion(b *testing.B) {
	c := newClient(b, b.TempDir())
	c.initialize(nil)
	c.open("a.idl", large())
	c.diagnostics("a.idl")
	at := find(b, c.texts["a.idl"], "S9| g")
	for b.Loop() {
		c.change("a.idl", at, at, "9")
		if m := c.call("textDocument/completion", c.at("a.idl", "S99| g", nil)); m.Error != nil {
			b.Fatal(m.Error)
		}
		c.change("a.idl", at, at+1, "")
	}
}
