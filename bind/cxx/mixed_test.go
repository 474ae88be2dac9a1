package cxx_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestBothBindings compiles a unit that includes what both bindings have, in either order.
func TestBothBindings(t *testing.T) {
	t.Parallel()
	gcc.need(t)
	d := t.TempDir()
	const c, cxx = "#include <som_c.h>\n", "#include <som/impl.hpp>\n#include <som/define.hpp>\n"
	for name, text := range map[string]string{"c first": c + cxx, "C++ first": cxx + c} {
		source := filepath.Join(d, name+".cpp")
		if err := os.WriteFile(source, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "g++", append(strict, "-std=c++17", "-fsyntax-only", "-I..", "-I../c", "-I.", "-I../../libsom/include", source)...).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
