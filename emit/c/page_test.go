package c_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

// pages are the pages that begin with commands, with the files that a reader has, and what the last command prints.
var pages = map[string]map[string]string{
	"som-c.md": {
		"animal.idl": "#include <somobj.idl>\ninterface Animal : SOMObject { long legs(); implementation { releaseorder: legs; }; };\n",
		"dog.idl":    "#include \"animal.idl\"\ninterface Dog : Animal { implementation { legs: override; }; };\n",
		"walk.c":     "#include \"dog.h\"\n#include <stdio.h>\nint main(void) {\n\tsom_env ev = {0};\n\tsom_ref o = Dog_new(&ev);\n\tputs(ev.major ? ev.text : \"no exception\");\n\tsom_release(o);\n\treturn 0;\n}\n",
	},
	"som-cxx.md": {
		"animal.idl": "#include <somobj.idl>\ninterface Animal : SOMObject { attribute long legs; implementation { releaseorder: _get_legs, _set_legs; }; };\n",
		"walk.cpp":   "#include \"animal.hpp\"\n#include <cstdio>\nint main() {\n\tAnimal a = Animal::create();\n\ta.set_legs(4);\n\tstd::printf(\"%d\\nno exception\\n\", int(a.get_legs()));\n}\n",
	},
}

// TestPageCommands runs the commands that pages for users begin with, as they stand there, where the repository's folders are.
func TestPageCommands(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the kernel and the command")
	}
	for _, tool := range []string{"sh", "make", "cc", "c++"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	bin := t.TempDir()
	run(t, nil, "go", "build", "-o", filepath.Join(bin, "dsom"), root+"/cmd/dsom")
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for page, files := range pages {
		dir := t.TempDir()
		if err := os.Symlink(filepath.Join(here, "bind"), filepath.Join(dir, "bind")); err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"include", "src", "meta", "Makefile"} { // what is built stays out of the repository
			if err := os.MkdirAll(filepath.Join(dir, "libsom"), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(filepath.Join(here, "libsom", part), filepath.Join(dir, "libsom", part)); err != nil {
				t.Fatal(err)
			}
		}
		for name, text := range files {
			put(t, dir, name, text)
		}
		text, err := os.ReadFile(filepath.Join(root, "docs", page))
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(text), "\n    ")
		block, _, _ := strings.Cut("    "+after, "\n\n")
		if n := strings.Count(block, "\n"); n < 4 {
			t.Fatalf("%s begins with %d commands:\n%s", page, n+1, block)
		}
		block = strings.ReplaceAll(block, "make -C", "make -s -j2 CFLAGS=-O0 -C")
		cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", block)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if got := lines[len(lines)-1]; err != nil || got != "no exception" {
			t.Errorf("%s: %v\n%s", page, err, out)
		}
	}
}
