package c_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

// libraries builds the class libraries of testdata/run into a folder; libdog has descendants of libzoo's class.
func libraries(t testing.TB, kernel, flags string) string {
	t.Helper()
	dir := t.TempDir()
	for _, l := range [][2]string{{"animal", "zoo"}, {"dog", "dog"}, {"old", "old"}} { // dog.h includes animal.h
		idl, name := l[0], l[1]
		spec := compile(t, "testdata/idl", idl+".idl")
		write(t, dir, mustEmit(t, spec, c.Options{Library: name, Typelib: true}))
		types, err := typelib.Append(nil, spec, typelib.Options{})
		if err != nil {
			t.Fatal(err)
		}
		source := filepath.Join(dir, idl+"_typelib.c")
		if err := os.WriteFile(source, typelib.CSource(typelib.Symbol(idl+".idl"), types), 0o666); err != nil {
			t.Fatal(err)
		}
		library(t, kernel, dir, flags, name, "testdata/run/"+idl+".c", filepath.Join(dir, name+"_library.c"), source)
	}
	return dir
}

// TestRun runs clients that load the libraries by the names of their classes: of one of two units, and of classes without environment.
func TestRun(t *testing.T) {
	t.Parallel()
	const plain = "-O1"
	k := kernel(t, plain)
	dir := libraries(t, k, plain)
	f, err := typelib.Open(filepath.Join(dir, "libdog.so"))
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := f.Specs[0].Lookup("Otter").(*model.Interface); !ok || d.FindMethod("dive") == nil {
		t.Errorf("the library does not describe Otter: %v", d)
	}
	for name, cc := range map[string][]string{
		"gcc": {"gcc", "-std=c11", "-O2"}, "clang": {"clang", "-std=c11", "-O0"}, "g++": {"g++", "-x", "c++", "-std=c++17", "-O2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runClient(t, k, dir, cc, "client", "other")
			runClient(t, k, dir, cc, "oldclient")
		})
	}
}

// TestMetaclass runs a program with a metaclass that descends from one of the kernel's library.
func TestMetaclass(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compile(t, "testdata/idl", "counting.idl"), c.Options{}))
	program := filepath.Join(dir, "counting")
	flags := []string{"-std=c11", "-I" + dir, "-I" + root + "/libsom/meta", "-o", program}
	run(t, nil, "gcc", slices.Concat(flags, strict, []string{"testdata/run/counting.c", "-L" + k, "-lsom-meta"}, linking(k))...)
	if got := run(t, nil, program); got != "2 3 calls 2\n" {
		t.Errorf("got %s", got)
	}
}

// TestPrototype runs a program whose metaclass makes instances of a class that is still being defined.
func TestPrototype(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compile(t, "testdata/idl", "prototype.idl"), c.Options{}))
	program := filepath.Join(dir, "prototype")
	run(t, nil, "gcc", slices.Concat([]string{"-std=c11", "-I" + dir, "-o", program}, strict, []string{"testdata/run/prototype.c"}, linking(k))...)
	const want = "11 1, 3 sides, asked 1\nthere is a class Shape already\n12\n"
	if got := run(t, nil, program); got != strings.Repeat(want, 2) {
		t.Errorf("got\n%s", got)
	}
}

// TestRefusedBinding runs a client of a class that is of another release: no call is made, however often.
func TestRefusedBinding(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	dir := t.TempDir()
	files := idl.FilesOf{"refused.idl": "#include <somobj.idl>\ninterface Dog : SOMObject { void bark(); void wag(); implementation { releaseorder: bark, wag; }; };\n"}
	write(t, dir, mustEmit(t, compileFiles(t, files, "refused.idl"), c.Options{}))
	program := filepath.Join(dir, "refused")
	run(t, nil, "gcc", slices.Concat([]string{"-std=c11", "-O2", "-I" + dir, "-o", program}, strict, []string{"testdata/run/refused.c"}, linking(k))...)
	const want = "0 calls, class Dog has no method wag\n"
	if got := run(t, nil, program); got != strings.Repeat(want, 3) {
		t.Errorf("got\n%s", got)
	}
}

// TestRunSanitized does the same with all memory and behaviour watched.
func TestRunSanitized(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the kernel anew")
	}
	const watched = "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
	k := kernel(t, watched)
	dir := libraries(t, k, watched)
	cc := append([]string{"gcc", "-std=c11"}, strings.Fields(watched)...)
	runClient(t, k, dir, cc, "client", "other")
	runClient(t, k, dir, cc, "oldclient")
}

// TestThreads has threads bind classes at once.
func TestThreads(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the kernel anew")
	}
	const watched = "-O1 -g -fsanitize=thread"
	k := kernel(t, watched)
	dir := libraries(t, k, watched)
	program := filepath.Join(dir, "threads")
	run(t, nil, "gcc", slices.Concat([]string{"-std=c11", "-I" + dir, "-o", program}, strings.Fields(watched), strict, []string{"testdata/run/threads.c"}, linking(k))...)
	if got := run(t, []string{"SOM_PATH=" + dir, "TSAN_OPTIONS=halt_on_error=1"}, program); got != "class Dog is made\n0\n" {
		t.Errorf("got\n%s", got)
	}
}

// runClient builds a program and compares what it prints, in the checking mode too, with its file.
func runClient(t *testing.T, kernel, dir string, cc []string, units ...string) {
	t.Helper()
	want, err := os.ReadFile("testdata/run/" + units[0] + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), units[0])
	args := slices.Concat(cc[1:], strict, []string{"-I" + dir, "-o", program})
	for _, u := range units {
		args = append(args, "testdata/run/"+u+".c")
	}
	run(t, nil, cc[0], append(args, linking(kernel)...)...)
	for _, check := range []string{"0", "1"} {
		if got := run(t, []string{"SOM_PATH=" + dir, "SOM_CHECK=" + check}, program); got != string(want) {
			t.Errorf("%s, SOM_CHECK=%s: got\n%s", units[0], check, got)
		}
	}
}
