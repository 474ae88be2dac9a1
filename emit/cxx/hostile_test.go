package cxx_test

import (
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/hostile"
)

// TestHostileNames compiles what is made of random IDL with names that C++ has a use for, behind headers that a program may have included:
// nothing that is taken may fail.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	need(t, "g++", "clang++")
	n := 0
	hostile.Draws(t, 6, func(text string) bool {
		r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"names.idl": text}, Dialect: idl.SOM}, "names.idl")
		if err != nil {
			t.Logf("no IDL: %v", err)
			return false
		}
		files, report := cxx.Emit(r.Spec, cxx.Options{Parts: cxx.Usage | cxx.Implementation | cxx.Template, Library: "names"})
		if err := report.Err(); err != nil {
			t.Log(err)
			return false
		}
		dir := t.TempDir()
		write(t, dir, files)
		const headers = "#include <cassert>\n#include <cctype>\n#include <cerrno>\n#include <climits>\n#include <cmath>\n#include <cstdio>\n#include <cstdlib>\n#include <math.h>\n#include <stdio.h>\n"
		put(t, dir, "all.cc", headers+"#include \"names.cpp\"\n#include \"names_library.cpp\"\n")
		cc := []string{"g++", "clang++"}[n%2]
		n++
		if out, err := check(t, dir, "all.cc", []string{cc, "-std=c++17"}, "-Werror"); err != nil {
			t.Errorf("%s: %v\n%.4000s", cc, err, out)
		}
		return true
	})
}
