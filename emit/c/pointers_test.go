package c_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
)

// TestPointers builds classes whose names are pointers, as somcorba had them, with clients of this style and of the other, in one program and
// as a library; and a client of this style by headers that leave it to the program.
func TestPointers(t *testing.T) {
	t.Parallel()
	const from = "testdata/textbook/"
	k := kernel(t, "-O1")
	spec := compile(t, from, "window.idl")
	pointers, stars := t.TempDir(), t.TempDir()
	write(t, pointers, mustEmit(t, spec, c.Options{Pointers: true, Library: "window"}))
	write(t, stars, mustEmit(t, spec, c.Options{Parts: c.Usage, Compat: true}))
	strict := []string{"-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-unused-but-set-variable", "-Wno-unused-variable"}
	link := func(out string, cc []string, args ...string) {
		t.Helper()
		run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-O1", "-o", filepath.Join(pointers, out)}, tolerant, strict, args, linking(k))...)
	}
	check := func(program string) {
		t.Helper()
		if got := run(t, []string{"SOM_PATH=" + pointers}, filepath.Join(pointers, program)); got != textbookText(t, "windows") {
			t.Errorf("%s: got\n%s", program, got)
		}
	}
	c11 := [][]string{{"gcc", "-std=gnu11"}, {"clang", "-std=gnu11"}}
	for n, cc := range c11 {
		link(fmt.Sprint("linked", n), cc, "-I"+pointers, from+"windows.c", from+"window.c")
		check(fmt.Sprint("linked", n))
	}
	link("libwindow.so", c11[0], "-shared", "-I"+pointers, from+"window.c", filepath.Join(pointers, "window_library.c"))
	for n, cc := range c11 {
		link(fmt.Sprint("windows", n), cc, "-I"+pointers, from+"windows.c")
		link(fmt.Sprint("told", n), cc, "-DSOM_STRICT_IDL", "-I"+stars, from+"windows.c")
		link(fmt.Sprint("panes", n), cc, "-I"+stars, from+"panes.c")
		for _, program := range []string{"windows", "told", "panes"} {
			check(fmt.Sprint(program, n))
		}
	}
	mixed := put(t, stars, "mixed.c", "#include <som_compat.h>\n#include <window.h>\nint main(void) { return 0; }\n")
	cmd := exec.CommandContext(t.Context(), "gcc", slices.Concat([]string{"-fsyntax-only", "-I" + pointers}, tolerant, []string{mixed})...)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "--c=corba") {
		t.Errorf("headers of both styles in one unit: %v\n%s", err, out)
	}
}

// TestPointersTemplate holds that implementations of this style stay as they are, and new ones compile.
func TestPointersTemplate(t *testing.T) {
	t.Parallel()
	const from = "testdata/textbook"
	spec := compile(t, from, "window.idl")
	old, err := os.ReadFile(from + "/window.c")
	if err != nil {
		t.Fatal(err)
	}
	if made, _ := mustEmit(t, spec, c.Options{Parts: c.Template, Pointers: true, Existing: os.DirFS(from)}).Get("window.c"); !bytes.Equal(made, old) {
		t.Errorf("it became\n%s", made)
	}
	dir := t.TempDir()
	write(t, dir, mustEmit(t, spec, c.Options{Parts: everything, Pointers: true}))
	text, err := os.ReadFile(filepath.Join(dir, "window.c"))
	if err != nil || !strings.Contains(string(text), "SOM_Scope void SOMLINK somInit(Window somSelf)") || !strings.Contains(string(text), "Window SOMLINK larger(Window somSelf, Environment *ev, Window other, Window *smaller)") {
		t.Errorf("%v: made anew it is\n%s", err, text)
	}
	for _, cc := range compilers {
		run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, tolerant, []string{filepath.Join(dir, "window.c")})...)
	}
}
