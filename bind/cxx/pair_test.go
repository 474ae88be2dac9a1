package cxx_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
)

// TestOverC has C++ use a class library in C, by headers that are made of one IDL file, and subclass its class; C calls the
// overrides through its tables.
func TestOverC(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	gcc.kernel(t)
	generated(t)
	const of = "../../emit/c/testdata/"
	dir := t.TempDir()
	r, err := idl.Compile(context.Background(), idl.Options{}, of+"idl/animal.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, report := c.Emit(r.Spec, c.Options{Library: "zoo"})
	if report.HasErrors() {
		t.Fatal(report.Err())
	}
	for name, data := range files.All() {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := generate(of+"idl/animal.idl", dir, cxx.Options{}); err != nil {
		t.Fatal(err)
	}
	library, program := filepath.Join(dir, "libzoo.so"), filepath.Join(dir, "over")
	if err := gcc.compile(t, library, "-I"+dir, "-I"+absolute("../c"), "-shared", absolute(of+"run/animal.c"), filepath.Join(dir, "zoo_library.c")); err != nil {
		t.Fatal(err)
	}
	if err := gcc.compile(t, program, "-I"+dir, absolute("test/over.cc")); err != nil {
		t.Fatal(err)
	}
	c := gcc
	c.env = []string{"SOM_PATH=" + dir}
	if got := c.output(t, program); got != "ok\n" {
		t.Error(got)
	}
}
