package cxx_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
)

// TestCompatGlobals declares a type and modules outside of all modules that are called as what som_compat.h has, and includes both, in either order.
func TestCompatGlobals(t *testing.T) {
	t.Parallel()
	need(t, "g++")
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
	write(t, dir, files)
	for _, order := range []string{"#include <som_compat.h>\n#include \"a.cpp\"\n", "#include \"a.cpp\"\n#include <som_compat.h>\n"} {
		put(t, dir, "all.cc", order+"SOMFree_ kept;\n")
		out, err := check(t, dir, "all.cc", plain, "-w", "-I../../bind/c")
		if err != nil {
			t.Errorf("%s%v\n%s", order, err, strings.ReplaceAll(out, dir, ""))
		}
	}
}
