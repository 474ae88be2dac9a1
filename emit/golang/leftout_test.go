package golang_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
)

// TestLeftOut holds that who uses a class, or derives one from it, does without methods that Go has no form of, and that a class in Go
// which would have to implement one is refused.
func TestLeftOut(t *testing.T) {
	t.Parallel()
	const pet = `#include <somobj.idl>
interface Pet : SOMObject {
  long run(in long n);
  long raw(in somToken t);
  readonly attribute somToken where;
  void begin(inout somInitCtrl ctrl, in long n);
  void petWith(inout somInitCtrl ctrl, in long n);
  long legs();
  implementation { releaseorder: run, raw, _get_where, begin, petWith, legs; run: procedure, noself, noenv; petWith: init; };
};
`
	options := golang.Options{Package: "example.com/gen", Classes: true}
	files := idl.FilesOf{"pet.idl": pet}
	native := options
	native.Native = true
	made := mustEmit(t, compileSOM(t, files, "pet.idl"), native)
	contains(t, made, "pet/pet.go", "//   - run takes no object", "//   - raw has a pointer", "//   - where has a pointer", "//   - begin takes what only initializers have a use for",
		"func NewPetWith(ctx context.Context, n int32) (Ref, error) {", "func (r Ref) Legs(")
	text, _ := made.Get("pet/pet.go")
	for _, gone := range []string{"Run(", "Raw(", "Where(", "Begin(", `Name: "run"`} {
		if strings.Contains(string(text), gone) {
			t.Errorf("there is %s", gone)
		}
	}
	if _, report := golang.Emit(compileSOM(t, files, "pet.idl"), options); !slices.Contains(codes(report), golang.CodeNotSupported) {
		t.Errorf("implemented in Go: %v", report.All())
	}
	for _, c := range []struct {
		overrides string
		want      []diag.Code
	}{{"legs", nil}, {"raw", []diag.Code{golang.CodeNotSupported}}, {"_get_where", []diag.Code{golang.CodeNotSupported}}, {"begin", []diag.Code{golang.CodeNotSupported}}} {
		files["dog.idl"] = "#include \"pet.idl\"\ninterface Dog : Pet { implementation { " + c.overrides + ": override; }; };\n"
		made, report := golang.Emit(compileSOM(t, files, "dog.idl"), options)
		if !slices.Equal(codes(report), c.want) {
			t.Errorf("%s: %v", c.overrides, report.All())
		}
		if text, _ := made.Get("dog/dog.go"); strings.Contains(string(text), "Raw(") {
			t.Errorf("a subclass has raw")
		}
	}
}
