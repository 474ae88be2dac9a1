package cxx_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
)

// TestCompatGlobals declares a type and modules outside of all modules that are called as what som_compat.h has, and includes both, in either order.
func TestCompatGlobals(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("g++"); err != nil {
		absent.Skip(t, "no g++: interop/install-peers has it")
	}
	text := `#include <somobj.idl>
typedef long SOMFree; enum YES { NO, MAYBE }; struct StExcep { SOMFree SOMMalloc; };
interface somPrintf : SOMObject { SOMFree keep(in StExcep m, in YES y); implementation { releaseorder: keep; }; };
module SOMError { interface Keeper : SOMObject { void keep(); implementation { releaseorder: keep; }; }; };
`
	spec, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"a.idl": text}, Dialect: idl.SOM}, "a.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, report := cxx.Emit(spec.Spec, everything(""))
	if report.HasErrors() {
		t.Fatal(report.Err())
	}
	dir := t.TempDir()
	for p, data := range files.All() {
		if err := os.WriteFile(filepath.Join(dir, p), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, order := range []string{"#include <som_compat.h>\n#include \"a.cpp\"\n", "#include \"a.cpp\"\n#include <som_compat.h>\n"} {
		program := filepath.Join(dir, "all.cc")
		if err := os.WriteFile(program, []byte(order+"SOMFree_ kept;\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "g++", "-std=c++17", "-fsyntax-only", "-w", "-I"+dir, "-I../../libsom/include", "-I../../bind/cxx", "-I../../bind/c", program).CombinedOutput()
		if err != nil {
			t.Errorf("%s%v\n%s", order, err, strings.ReplaceAll(string(out), dir, ""))
		}
	}
}
