package c_test

import (
	"os/exec"
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/hostile"
)

// hostileHeaders are what a program may have included before.
const hostileHeaders = "#include <assert.h>\n#include <ctype.h>\n#include <errno.h>\n#include <limits.h>\n#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <time.h>\n"

// TestHostileNames compiles what is made of random IDL with names that C and C++ have a use for: nothing that is taken may fail.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	hostile.Draws(t, 12, func(text string) bool {
		r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"names.idl": text}, Dialect: idl.SOM}, "names.idl")
		if err != nil {
			t.Logf("no IDL: %v", err)
			return false
		}
		files, report := c.Emit(r.Spec, c.Options{Parts: everything, Library: "names"})
		if err := report.Err(); err != nil {
			t.Log(err)
			return false
		}
		dir := t.TempDir()
		write(t, dir, files)
		source := put(t, dir, "all.c", hostileHeaders+"#include \"names.c\"\n")
		user := put(t, dir, "user.cc", hostileHeaders+"#include \"names.h\"\n")
		for _, cc := range [][]string{{"gcc", "-std=c11", source}, {"clang", "-std=c11", source}, {"g++", "-std=c++17", user}} {
			cmd := exec.CommandContext(t.Context(), cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-Wno-unused-parameter", "-I" + dir}, strict)...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%.3000s", cc, err, out)
			}
		}
		return true
	})
}
