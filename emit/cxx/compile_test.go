package cxx_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/internal/absent"
)

// need skips a test where a compiler is not there.
func need(t *testing.T, compilers ...string) {
	t.Helper()
	for _, cc := range compilers {
		if _, err := exec.LookPath(cc); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", cc)
		}
	}
}

// write writes what was generated into a folder.
func write(t *testing.T, dir string, files *emit.Files) {
	t.Helper()
	for name, data := range files.All() {
		put(t, dir, name, string(data))
	}
}

// put writes a file into a folder.
func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

var plain = []string{"g++", "-std=c++17"}

// check has a compiler look at a file of a folder with what was generated, and returns what it says.
func check(t *testing.T, dir, name string, compiler []string, flags ...string) (string, error) {
	t.Helper()
	args := slices.Concat(compiler[1:], []string{"-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-I" + dir, "-I../../libsom/include", "-I../../bind/cxx"}, flags, []string{filepath.Join(dir, name)})
	out, err := exec.CommandContext(t.Context(), compiler[0], args...).CombinedOutput()
	return string(out), err
}
