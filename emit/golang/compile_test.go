package golang_test

import (
	"os"
	"path"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// compile compiles files, which must be right, by their names; all other files can be included.
func compile(t testing.TB, files idl.FilesOf, names ...string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: files}, names...)
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

// compileAMI compiles files for asynchronous calls.
func compileAMI(t testing.TB, files idl.FilesOf, names ...string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: files, Preinclude: []string{"Messaging.idl"}}, names...)
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

// compileText compiles one text, as file test.idl.
func compileText(t testing.TB, text string) *model.Spec {
	t.Helper()
	return compile(t, idl.FilesOf{"test.idl": text}, "test.idl")
}

// mustEmit generates without errors.
func mustEmit(t testing.TB, spec *model.Spec, opt golang.Options) *emit.Files {
	t.Helper()
	files, report := golang.Emit(spec, opt)
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	return files
}

// contains demands that a file has all pieces, in any order.
func contains(t testing.TB, files *emit.Files, name string, pieces ...string) {
	t.Helper()
	data, ok := files.Get(name)
	if !ok {
		t.Errorf("no file %s among %v", name, files.Paths())
		return
	}
	for _, p := range pieces {
		if !strings.Contains(string(data), p) {
			t.Errorf("%s lacks %q:\n%s", name, p, data)
			return
		}
	}
}

// codes returns the codes of a report, in order.
func codes(r *diag.Report) []diag.Code {
	var all []diag.Code
	for _, d := range r.All() {
		all = append(all, d.Code)
	}
	return all
}

// goldenPrefix is the import path of testdata.
const goldenPrefix = "github.com/opendsom/dsom/emit/golang/testdata"

func readIDL(t testing.TB, name string) idl.FilesOf {
	t.Helper()
	text, err := os.ReadFile(path.Join("testdata/idl", name))
	if err != nil {
		t.Fatal(err)
	}
	return idl.FilesOf{name: string(text)}
}
