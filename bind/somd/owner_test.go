//go:build linux

package somd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// barn builds a class library with type information whose objects own what they return and are given, and its client.
func (b bench) barn(t *testing.T) (library string) {
	t.Helper()
	library = b.path("only-barn", "libbarn_hay.so")
	if _, err := os.Stat(library); err == nil {
		return library
	}
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	cc := []string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	run(t, b.path("dsom"), "idl", "build", "--out", b.dir, "--c=h,ih", "--typelib", "--library", "barn", "-I", "testdata", "testdata/barn.idl")
	if err := os.MkdirAll(filepath.Dir(library), 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, "gcc", append(append(cc, "-fPIC", "-shared", "-o", library, "testdata/barn.c", b.path("barn_library.c"), b.path("barn_typelib.c")), link...)...)
	run(t, "gcc", append(append(cc, "-o", b.path("farmer"), "testdata/farmer.c"), link...)...)
	return library
}

// TestOwners has a class whose objects own what IDL says they do in the client's process, in one of its own, and at a server: the client prints the same, nothing is ended twice, and nothing
// is left of 600 rounds, neither here nor there. What an object lends stays where it is. Structures of which signatures have but a hash go there and back.
func TestOwners(t *testing.T) {
	b := newBench(t)
	library := b.barn(t)
	t.Setenv("DSOM_LIMITS", "call-timeout=20s")
	want := b.program(t, []string{b.path("only-barn")}, "farmer", "all")
	for _, line := range []string{"stays: 1 better, eaten by the hay\n", "buddy: 1, the same: 1\n", "find: Ada Byron Row 1 London W1 England 37 3 1 12884901888 -2 (77 a tag) 2 two 3 250\n", "dual: 21 the farmer's own\nand lent\n", "living: 1\n"} {
		if !strings.Contains(want, line) || strings.Contains(want, "are gone") || strings.Contains(want, "IDL:") {
			t.Fatalf("with all in one process the client prints\n%s, want a line %s", want, line)
		}
	}
	server := b.serve(t, library)
	for name, place := range map[string]string{"process": "process:" + library, "server": server} {
		t.Run(name, func(t *testing.T) {
			dir := b.place(t, "barn-"+name, "Barn::Hay="+place)
			if got := b.program(t, []string{dir}, "farmer", "all"); got != want {
				t.Errorf("the client prints\n%s, want\n%s", got, want)
			}
		})
	}
}

// TestOneway calls a method that is oneway and ends when the next one is called.
func TestOneway(t *testing.T) {
	b := newBench(t)
	dir := b.place(t, "barn-oneway", "Barn::Hay="+b.serve(t, b.barn(t)))
	t.Setenv("DSOM_LIMITS", "call-timeout=20s")
	if got := b.program(t, []string{dir}, "farmer", "rest"); got != "rested: -1\n" {
		t.Errorf("the client prints\n%s", got)
	}
}

// TestNotElsewhere calls what cannot be called elsewhere: the client is told which method, and why.
func TestNotElsewhere(t *testing.T) {
	b := newBench(t)
	library := b.barn(t)
	if got := b.program(t, []string{filepath.Dir(library)}, "farmer", "tree"); got != "tree: a root\n" {
		t.Errorf("in its process the client prints\n%s", got)
	}
	dir := b.place(t, "barn-tree", "Barn::Hay=process:"+library)
	got := b.program(t, []string{dir}, "farmer", "tree")
	if !strings.HasPrefix(got, "tree: IDL:omg.org/CORBA/NO_IMPLEMENT:1.0 ") || !strings.Contains(got, "Barn::Hay::tree") || !strings.Contains(got, "a structure within itself needs generated code") {
		t.Errorf("the client prints\n%s", got)
	}
}
