package cxx_test

import (
	"path/filepath"
	"testing"
)

// TestModules has an exception whose members nobody knows pass between three modules in every order: each module keeps what it
// holds to itself, and yet the members end once, when the last has let go.
func TestModules(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	gcc.kernel(t)
	generated(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "modules")
	if err := gcc.compile(t, program, absolute("test/modules.cc"), "-ldl"); err != nil {
		t.Fatal(err)
	}
	var libraries []string
	for _, name := range []string{"a", "b", "c"} {
		library := filepath.Join(dir, "lib"+name+".so")
		if err := gcc.compile(t, library, "-shared", absolute("test/passes.cc")); err != nil {
			t.Fatal(err)
		}
		libraries = append(libraries, library)
	}
	if got := gcc.output(t, program, libraries...); got != "ok\n" {
		t.Error(got)
	}
}
