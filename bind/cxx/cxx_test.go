package cxx_test

import (
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/typelib"
)

// TestPrograms runs the programs of test/ in C++, which look at what they get themselves, with all compilers and sanitizers.
func TestPrograms(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{gcc, clang, asan, tsan} {
		for _, name := range []string{"values", "life"} {
			if c.name == "tsan" && name == "values" {
				continue // it has one thread
			}
			t.Run(c.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				if testing.Short() && c.name != "gcc" {
					t.Skip("builds the kernel and the classes anew")
				}
				if got := c.output(t, c.program(t, name)); got != "ok\n" {
					t.Error(got)
				}
			})
		}
	}
}

// TestWarnings compiles what is made of IDL to be filled in: a class without data is what it begins as. The optimisations and standards are those that no other
// test compiles with; what warns of aliasing and of unset variables does so only when it optimises. Of the levels of aliasing -Wall has the third, which does not
// say all that the second says.
func TestWarnings(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{
		{name: "gcc-O3-20", cc: "gcc", cxx: "g++", flags: []string{"-O3"}, only: []string{"-std=c++20"}, pkg: "g++"},
		{name: "gcc-O2-23", cc: "gcc", cxx: "g++", flags: []string{"-O2", "-Wstrict-aliasing=2"}, only: []string{"-std=c++23"}, pkg: "g++"},
		{name: "clang-O2-17", cc: "clang", cxx: "clang++", flags: []string{"-O2"}, only: []string{"-std=c++17"}, pkg: "clang"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.need(t)
			c.object(t, generated(t)+"/zoo.cpp")
		})
	}
}

// TestMetaclasses puts properties of the library of metaclasses on classes in C++.
func TestMetaclasses(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	kernel := gcc.kernel(t)
	zoo, entry, info := gcc.object(t, "test/zoo.cc"), gcc.object(t, generated(t)+"/zoo_library.cpp"), gcc.object(t, generated(t)+"/zoo_typelib.c")
	dir := t.TempDir()
	program := filepath.Join(dir, "meta")
	if err := gcc.compile(t, program, "-I"+absolute("../../libsom/meta"), absolute("test/meta.cc"), zoo, entry, info, "-L"+kernel, "-lsom-meta"); err != nil {
		t.Fatal(err)
	}
	if got := gcc.output(t, program); got != "ok\n" {
		t.Error(got)
	}
}

// TestFromC has a program in C use a class library in C++, and subclass a class in it.
func TestFromC(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	gcc.kernel(t)
	generated(t)
	program := shelf.Once(t, "gcc-plain", func(out string) error { return gcc.compile(t, out, absolute("test/plain.c")) })
	library := gcc.library(t)
	f, err := typelib.Open(library)
	if err != nil || len(f.Specs) != 1 || f.Specs[0].Lookup("Zoo::Puppy") == nil {
		t.Errorf("the library does not say what is in it: %v", err)
	}
	golden.Check(t, "plain.txt", gcc.output(t, program, library))
}
