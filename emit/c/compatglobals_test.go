package c_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// TestCompatGlobals declares types outside of all modules that are called as what som_compat.h has, and includes both, in either order.
func TestCompatGlobals(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../cabi/compat.txt")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("#include <somobj.idl>\n")
	keywords := []string{"TRUE", "FALSE", "string", "octet", "boolean", "sequence"}
	seen := map[string]bool{}
	given := compileFiles(t, idl.FilesOf{"a.idl": "#include <somobj.idl>\ninterface I : SOMObject {};"}, "a.idl") // what IDL has is SOM's own
	for w := range strings.FieldsSeq(string(text)) {
		if seen[strings.ToLower(w)] || slices.Contains(keywords, w) || given.Lookup(w) != nil || given.Lookup("::"+w) != nil {
			continue
		}
		seen[strings.ToLower(w)] = true
		b.WriteString("typedef long " + w + ";\n")
	}
	b.WriteString("interface Keeper : SOMObject { SOMFree keep(in SOMMalloc m); implementation { releaseorder: keep; }; };\n")
	for _, compat := range []bool{false, true} {
		files := mustEmit(t, compileFiles(t, idl.FilesOf{"a.idl": b.String()}, "a.idl"), c.Options{Parts: everything, Compat: compat})
		for _, order := range []string{"#include <som_compat.h>\n#include <a.h>\n", "#include <a.h>\n#include <som_compat.h>\n"} {
			dir := t.TempDir()
			write(t, dir, files)
			compileCompat(t, dir, order+"SOMFree_ kept;\n")
		}
	}
}
