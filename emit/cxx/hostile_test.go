package cxx_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/hostile"
)

// TestHostileNames compiles what is made of random IDL with names that C++ has a use for, behind headers that a program may have included:
// nothing that is taken may fail.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	for _, cc := range []string{"g++", "clang++"} {
		if _, err := exec.LookPath(cc); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", cc)
		}
	}
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
		for name, data := range files.All() {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		source := filepath.Join(dir, "all.cc")
		const headers = "#include <cassert>\n#include <cctype>\n#include <cerrno>\n#include <climits>\n#include <cmath>\n#include <cstdio>\n#include <cstdlib>\n#include <math.h>\n#include <stdio.h>\n"
		if err := os.WriteFile(source, []byte(headers+"#include \"names.cpp\"\n#include \"names_library.cpp\"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		cc := []string{"g++", "clang++"}[n%2]
		n++
		cmd := exec.CommandContext(t.Context(), cc, "-std=c++17", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I../../libsom/include", "-I../../bind/cxx", "-I"+dir, source)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%.4000s", cc, err, out)
		}
		return true
	})
}
