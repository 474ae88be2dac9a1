package c_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// FuzzEmit generates C of any SOM IDL: there is no panic, the same octets come each time, and a template that was made is
// complete.
func FuzzEmit(f *testing.F) {
	for _, pattern := range []string{"testdata/idl/*.idl", "testdata/textbook/*.idl", "../../idl/testdata/cases/som*"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
		}
	}
	animal, err := os.ReadFile("testdata/idl/animal.idl")
	if err != nil {
		f.Fatal(err)
	}
	limits := idl.Limits{FileSize: 1 << 15, IncludeDepth: 5, Includes: 50, Expansion: 2000, Nesting: 40, Operators: 100, Tokens: 20_000}
	f.Fuzz(func(t *testing.T, text string) {
		files := idl.FilesOf{"main.idl": text, "animal.idl": string(animal)}
		r, err := idl.Compile(t.Context(), idl.Options{Resolver: files, Dialect: idl.SOM, Limits: limits}, "main.idl")
		if err != nil {
			return
		}
		for _, opt := range []c.Options{{Parts: everything, Library: "l"}, {Parts: everything, Compat: true}} {
			first, report := c.Emit(r.Spec, opt)
			if report.HasErrors() {
				return
			}
			text, _ := first.Get("main.c")
			opt.Existing = fstest.MapFS{"main.c": {Data: text}}
			again, _ := c.Emit(r.Spec, opt)
			for name, data := range first.All() {
				if other, _ := again.Get(name); string(other) != string(data) {
					t.Fatalf("%s is another the second time:\n%s\n%s", name, data, other)
				}
			}
		}
	})
}
