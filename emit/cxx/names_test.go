package cxx_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/hardwords"
)

// compiles generates everything from a text, and has a compiler look at the implementation as it is made, behind
// what stands before.
func compiles(t *testing.T, text, before string) {
	t.Helper()
	dir := t.TempDir()
	for name, data := range build(t, "names.idl", text, everything("")).All() {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := exec.LookPath("g++"); err != nil {
		absent.Skip(t, "no g++: interop/install-peers has it")
	}
	program := filepath.Join(dir, "program.cpp")
	if err := os.WriteFile(program, []byte(before+"#include <names.cpp>\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "g++", "-std=c++17", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I"+dir, "-I../../libsom/include", "-I../../bind/cxx", program)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestNames has names that generated code could take for its own.
func TestNames(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"value": `interface Holder : SOMObject { attribute string value; implementation { releaseorder: _get_value, _set_value; }; };`,
		"parent": `interface Tree : SOMObject { long f(in long x); implementation { releaseorder: f; }; };
interface Node : Tree {
	attribute Node parent; attribute Node next; attribute long self;
	implementation { releaseorder: _get_parent, _set_parent, _get_next, _set_next, _get_self, _set_self; f: override; };
};`,
		"parent, a method": `interface Tree : SOMObject { long f(in long x); implementation { releaseorder: f; }; };
interface Node : Tree { void parent(in long x); void next(in long x); implementation { releaseorder: parent, next; f: override; }; };
interface Leaf : Node { implementation { parent: override; f: override; }; };`,
		"exception": `exception NotFound { long id; string raise; string som_id; string what; };
interface Store : SOMObject { void put(in string data) raises (NotFound); implementation { releaseorder: put; }; };`,
		"macros": `enum Trouble { EINVAL, ERANGE, BUFSIZ, EMPTY };
interface Store : SOMObject { Trouble put(in long EIO); implementation { releaseorder: put; }; };`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compiles(t, "#include <somobj.idl>\n"+text, "")
		})
	}
}

// TestHardWords has names that are keywords and macros, behind all headers that have them.
func TestHardWords(t *testing.T) {
	t.Parallel()
	compiles(t, hardwords.Everything(), hardwords.Program())
}
