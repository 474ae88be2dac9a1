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

// A textbook is a program as books of SOM have them, in IBM's names.
type textbook struct {
	program string
	linked  string   // the file whose classes are linked in
	library []string // files each of which is a class library of its own
}

// TestTextbook builds programs in IBM's names by two compilers, as C and as C++, and runs them: method resolution, metaclasses, loading by name,
// initializers, packed arguments, what may be replaced.
func TestTextbook(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	for _, b := range []textbook{
		{program: "methres", linked: "car"},
		{program: "metacls", linked: "fly"},
		{program: "dynaload", library: []string{"pet", "cat", "dog"}},
		{program: "inits", linked: "init"},
		{program: "begins", linked: "init"},
		{program: "older", linked: "amphibian"},
		{program: "names", linked: "release1/stack"},
		{program: "greet", linked: "hello"},
		{program: "except", linked: "gate"},
		{program: "kennel", library: []string{"beast", "hound"}},
		{program: "types", linked: "herd"},
		{program: "packed", linked: "hello"},
		{program: "unpacked", linked: "adder"},
		{program: "replace", linked: "hello"},
	} {
		t.Run(b.program, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			sources := []string{"testdata/textbook/" + b.program + ".c"}
			if b.linked != "" {
				from := filepath.Join("testdata/textbook", filepath.Dir(b.linked))
				write(t, dir, mustEmit(t, compile(t, from, filepath.Base(b.linked)+".idl"), c.Options{Compat: true}))
				sources = append(sources, "testdata/textbook/"+b.linked+".c")
			}
			for _, l := range b.library {
				classLibrary(t, k, dir, "testdata/textbook", l)
			}
			args, err := os.ReadFile("testdata/textbook/" + b.program + ".args")
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			want, err := os.ReadFile("testdata/textbook/" + b.program + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			for n, cc := range compilers {
				program := filepath.Join(dir, fmt.Sprint(b.program, n))
				run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-O1", "-I" + dir, "-o", program}, tolerant, sources, []string{"-x", "none"}, linking(k))...)
				if got := run(t, []string{"SOM_PATH=" + dir}, program, strings.Fields(string(args))...); got != string(want) {
					t.Errorf("%s: got\n%s\nwant\n%s", strings.Join(cc, " "), got, want)
				}
			}
		})
	}
}

// TestOlderTemplates holds that templates of somInit and somUninit call all parents'.
func TestOlderTemplates(t *testing.T) {
	t.Parallel()
	spec := compile(t, "testdata/textbook", "amphibian.idl")
	for _, compat := range []bool{false, true} {
		text, _ := mustEmit(t, spec, c.Options{Parts: everything, Compat: compat}).Get("amphibian.c")
		for _, call := range []string{"Duck_parent_Car_somInit(", "Duck_parent_Boat_somInit(", "Duck_parent_Car_somUninit(", "Duck_parent_Boat_somUninit("} {
			if bytes.Count(text, []byte(call)) != 1 {
				t.Errorf("compat %v: no call %s\n%s", compat, call, text)
			}
		}
	}
}

// tolerant is how textbooks were compiled: without what is asked of new code.
var tolerant = []string{"-Wall", "-Werror", "-fPIC", "-I" + root + "/libsom/include", "-I" + root + "/bind/c"}

// classLibrary builds a class library of one file in IBM's names.
func classLibrary(t *testing.T, kernel, dir, from, name string) {
	t.Helper()
	write(t, dir, mustEmit(t, compile(t, from, name+".idl"), c.Options{Compat: true, Library: name}))
	run(t, nil, "gcc", slices.Concat([]string{"-std=gnu11", "-O1", "-shared", "-I" + dir, "-o", filepath.Join(dir, "lib"+name+".so")}, tolerant,
		[]string{filepath.Join(from, name+".c"), filepath.Join(dir, name+"_library.c")}, linking(kernel))...)
}

// TestReleaseOrder runs one client with two releases of a library: in the second a method has moved to a new ancestor, the
// others are declared in another order, and an instance is larger.
func TestReleaseOrder(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	first, second := t.TempDir(), t.TempDir()
	classLibrary(t, k, first, "testdata/textbook/release1", "stack")
	classLibrary(t, k, second, "testdata/textbook/release2", "stack")
	program := filepath.Join(first, "releaseo")
	run(t, nil, "gcc", slices.Concat([]string{"-std=gnu11", "-O1", "-I" + first, "-o", program, "testdata/textbook/releaseo.c"}, tolerant, linking(k))...)
	want, err := os.ReadFile("testdata/textbook/releaseo.txt")
	if err != nil {
		t.Fatal(err)
	}
	for dir, reflects := range map[string]string{first: "instance 52, of SOMObject\n", second: "instance 276, of Container\n"} {
		cmd := exec.CommandContext(t.Context(), program)
		cmd.Env = append(os.Environ(), "SOM_PATH="+dir)
		var out, err bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &err
		if e := cmd.Run(); e != nil || out.String() != string(want) || err.String() != reflects {
			t.Errorf("%v: got\n%s%s\nwant\n%s%s", e, out.String(), err.String(), want, reflects)
		}
	}
}
