package c_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// TestTemplateNames compiles templates of methods whose names, and whose parameters' names, generated code could take for its own.
func TestTemplateNames(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, text string
		compat     bool
	}{
		{"data", "void put(in string data); void get(in long data, in long data_); implementation { releaseorder: put, get; long n; };", false},
		{"keywords", "void extern(in long a); long return(in long b); attribute long int; void for(); " +
			"implementation { releaseorder: extern, return, _get_int, _set_int, for; for: procedure; long n; };", true},
		{"keyword behind a prefix", "void tern(); implementation { functionprefix = ex; releaseorder: tern; };", true},
		{"keyword behind a prefix, without IBM's names", "void tern(); implementation { functionprefix = ex; releaseorder: tern; };", false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			spec := compileFiles(t, idl.FilesOf{"store.idl": "#include <somobj.idl>\ninterface Store : SOMObject { " + x.text + " };\n"}, "store.idl")
			write(t, dir, mustEmit(t, spec, c.Options{Parts: everything, Compat: x.compat}))
			flags, all := strict, [][]string{{"gcc", "-std=c11"}}
			if x.compat {
				flags, all = tolerant, compilers
			}
			for _, cc := range all {
				run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, flags, []string{filepath.Join(dir, "store.c")})...)
			}
		})
	}
}
