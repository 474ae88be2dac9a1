package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIDLFmt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const was, is = "module M{typedef long   T;};\n", "module M {\n  typedef long T;\n};\n"
	file := write(t, dir, "m.idl", was)
	if got := dsom(t, "", "idl", "fmt", file); got.status != 0 || got.out != is || got.err != "" {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, was, "idl", "fmt", "-"); got.status != 0 || got.out != is {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "idl", "fmt", "--indent", "4", file); !strings.Contains(got.out, "\n    typedef") {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "idl", "fmt", "--check", file); got.status != statusFailed || got.out != file+"\n" {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "idl", "fmt", "--diff", file); got.status != 0 || !strings.Contains(got.out, "\n-module M{") || !strings.Contains(got.out, "\n+module M {\n") {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "idl", "fmt", "--check", "--json", file); got.status != statusFailed || !strings.Contains(got.out, `{"changed":["`) {
		t.Errorf("got %+v", got)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if got := dsom(t, "", "idl", "fmt", "-w", file); got.status != 0 || got.out != file+"\n" {
		t.Errorf("got %+v", got)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != is {
		t.Errorf("got %q, %v", b, err)
	}
	if got := dsom(t, "", "idl", "fmt", "--check", file); got.status != 0 || got.out != "" {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "idl", "fmt", "-w", "-"); got.status == 0 {
		t.Errorf("got %+v", got)
	}
	if got := dsom(t, "", "idl", "fmt", "--indent", "9", file); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
}

// TestIDLFmtRefuses holds that a file is left alone where its meaning hangs on its layout, or
// where it cannot be read.
func TestIDLFmtRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, says string }{
		"line.idl":    {"\n\nconst long N = __LINE__;\n", "line.idl:3:"},
		"string.idl":  {"#include \"string.h\"\nconst string s=T(S, (a+b));\n", "makes something else"},
		"comment.idl": {"module M {\n/* ", "comment.idl:2:1: cannot format: a comment without its closing */"},
		"literal.idl": {"const string s = \"x;\n", "literal.idl:1:18"},
	} {
		if name == "string.idl" {
			write(t, dir, "string.h", "#define T(a, b) a b\n#define S(x) #x\n")
		}
		file := write(t, dir, name, c.text)
		got := dsom(t, "", "idl", "fmt", "-w", file)
		if got.status != statusFailed || !strings.Contains(got.err, c.says) {
			t.Errorf("%s: got %+v", name, got)
		}
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != c.text {
			t.Errorf("%s became %q, %v", name, b, err)
		}
	}
}
