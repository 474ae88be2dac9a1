package c_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/idl"
)

// IDL files may have any names: each has headers that a program includes beside all others.
func TestFileNames(t *testing.T) {
	t.Parallel()
	var names []string
	files := idl.FilesOf{}
	var all strings.Builder
	for i, stem := range []string{"3d", "é", "pet-shop", "pet_shop", "Pet_shop", "a b", "a.b", "_dog", "2 cats!", "what?"} {
		name := stem + ".idl"
		names = append(names, name)
		files[name] = fmt.Sprintf("#include <somobj.idl>\n/** What??/ Really?! */\ninterface Dog%d : SOMObject { void bark(); /*< how?? */ implementation { releaseorder: bark; }; };\n", i)
		fmt.Fprintf(&all, "#include \"%s.c\"\nvoid use%d(som_ref o, som_env *ev) { Dog%d_bark(o, ev); }\n", stem, i, i)
	}
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compileFiles(t, files, names...), c.Options{Parts: everything}))
	for _, cc := range []string{"gcc", "clang"} {
		args := []string{"-std=c11", put(t, dir, "all.c", all.String()), "-fsyntax-only", "-Wno-unused-parameter", "-Wno-missing-prototypes", "-I" + dir}
		if out, err := exec.CommandContext(t.Context(), cc, slices.Concat(args, strict)...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%.3000s", cc, err, out)
		}
	}
}

// Names that would hide what every program includes are refused, whichever compiler is asked.
func TestHiddenHeaders(t *testing.T) {
	t.Parallel()
	for _, stem := range []string{"string", "Time", "som", "som_c", `a"b`} {
		name := stem + ".idl"
		spec := compileFiles(t, idl.FilesOf{name: "#include <somobj.idl>\ninterface Dog : SOMObject { implementation { releaseorder:; }; };\n"}, name)
		if _, report := c.Emit(spec, c.Options{Parts: everything}); report.Err() == nil || !strings.Contains(report.Err().Error(), "C1005") {
			t.Errorf("%s: %v", name, report.Err())
		}
	}
	// Whatever the systems' compilers find by one name beside the standard's headers.
	dir := t.TempDir()
	source := put(t, dir, "all.c", hostileHeaders+"#include <stdint.h>\n#include <pthread.h>\n#include <dlfcn.h>\n#include <unistd.h>\n#include <wchar.h>\n#include <locale.h>\n#include <signal.h>\n")
	found := 0
	for _, cc := range []string{"gcc", "clang", "x86_64-w64-mingw32-gcc", "musl-gcc"} {
		if _, err := exec.LookPath(cc); err != nil {
			continue
		}
		search, err := exec.CommandContext(t.Context(), cc, "-E", "-v", "-x", "c", os.DevNull).CombinedOutput()
		if err != nil {
			t.Fatal(cc, err)
		}
		source := source
		if strings.Contains(cc, "mingw") { // has not all of them
			source = put(t, dir, "windows.c", hostileHeaders+"#include <stdint.h>\n#include <windows.h>\n")
		}
		read, err := exec.CommandContext(t.Context(), cc, "-M", "-I../../libsom/include", source).Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", cc, err, err.(*exec.ExitError).Stderr)
		}
		for _, file := range regexp.MustCompile(`\S+\.h\b`).FindAllString(string(read), -1) {
			if !strings.Contains(string(search), " "+filepath.Dir(file)+"\n") {
				continue // it is found in a folder of theirs
			}
			found++
			if cabi.HeaderProblem(filepath.Base(file)) == "" {
				t.Errorf("%s includes <%s>, and an IDL file may have that name", cc, filepath.Base(file))
			}
		}
	}
	if found < 20 {
		t.Errorf("%d headers were found", found)
	}
}
