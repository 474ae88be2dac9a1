package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIDLDoc(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := write(t, dir, "m.idl", "module M { interface I { void f(); }; };\n")
	out := filepath.Join(dir, "site")
	if got := dsom(t, "", "idl", "doc", "--out", out, "--title", "<M>", file); got.status != 0 || got.out != filepath.Join(out, "index.html")+"\n" {
		t.Errorf("got %+v", got)
	}
	for name, has := range map[string]string{"index.html": "&lt;M&gt;", "d/M.html": "M.I.html", "d/M.I.html": `id="f"`, "src/m.idl.html": `id="L1"`, "search.js": "M::I::f", "style.css": ":root"} {
		b, err := os.ReadFile(filepath.Join(out, name))
		if err != nil || !strings.Contains(string(b), has) {
			t.Errorf("%s: %v, %q is not in it", name, err, has)
		}
	}
	if got := dsom(t, "", "idl", "doc", "--json", "--out", out, "--title", "<M>", file); got.status != 0 || !strings.Contains(got.out, `"changed":[]`) {
		t.Errorf("got %+v", got)
	}
	bad := write(t, dir, "bad.idl", "nonsense\n")
	if got := dsom(t, "", "idl", "doc", "--out", filepath.Join(dir, "none"), bad); got.status != statusFailed || !strings.Contains(got.err, "bad.idl:1") {
		t.Errorf("got %+v", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("pages were made of what is wrong")
	}
}
