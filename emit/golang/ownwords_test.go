package golang_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/affixes"
)

// TestOwnWords calls all that IDL can name as the generator calls what it makes.
func TestOwnWords(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiles")
	}
	words := strings.Fields(`init New new Base base Class class Ref object Object Data data Cast cast is Is define Define Token token methods Methods result err ctx self o args
		fn impl r a b c d own call Call release Release value Value stub som meta native error Error String Equal next Next parent From from of as As typelib Slots slots vtable`)
	for _, w := range strings.Fields("init new base ref") {
		words = append(words, "get_"+w, "set_"+w, "new_"+w, w+"_ref", w+"_base", w+"_class", w+"_out", w+"_error", "as_"+w, "next_"+w, "parent_"+w)
	}
	r := affixes.Rand(t)
	dir := t.TempDir()
	texts := map[string]string{}
	for n := 0; len(texts) < 12; n++ {
		name := fmt.Sprintf("m%d", n)
		text := affixes.Words(r, strings.ToUpper(name), words)
		spec, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"main.idl": text}, Dialect: idl.SOM}, "main.idl")
		if err != nil {
			if n > 500 {
				t.Fatalf("IDL takes too few: %v in\n%s", err, text)
			}
			continue
		}
		files, report := golang.Emit(spec.Spec, golang.Options{PackagePrefix: "example.com/gen/words/" + name, Classes: true})
		if all := codes(report); len(all) > 0 && !slices.ContainsFunc(all, func(c diag.Code) bool { return c != golang.CodeInherited }) {
			continue // a method set_x beside an inherited attribute x: Go has one name for both, and that is told
		}
		if report.HasErrors() {
			t.Fatalf("%v of\n%s", report.Err(), text)
		}
		write(t, filepath.Join(dir, "words", name), files)
		texts[name] = text
	}
	asModule(t, dir, "example.com/gen")
	if out, err := goTool(t, dir, "build", "./words/..."); err != nil {
		for name, text := range texts {
			if at := strings.Index(out, "words/"+name+"/"); at >= 0 {
				t.Fatalf("%.2000s\n%s", out[at:], text)
			}
		}
		t.Fatalf("%v\n%.8000s", err, out)
	}
}
