package golang_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/hostile"
)

// TestHostileNames vets what is made of random IDL with names that Go has a use for: nothing that is taken may fail, and what is not taken
// is told as what it is.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds packages")
	}
	dir := t.TempDir()
	texts := map[string]string{}
	hostile.Draws(t, 8, func(text string) bool {
		name := fmt.Sprintf("d%d", len(texts))
		text = strings.ReplaceAll(text, "somId", "string") // which Go has no form for
		r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{name + ".idl": text}, Dialect: idl.SOM}, name+".idl")
		if err != nil {
			t.Logf("no IDL: %v", err)
			return false
		}
		files, report := golang.Emit(r.Spec, golang.Options{Package: "example.com/gen/" + name + "/outside", PackagePrefix: "example.com/gen/" + name, Classes: true})
		if err := report.Err(); err != nil {
			t.Log(err)
			if strings.Contains(err.Error(), "please report") {
				t.Error(err)
			}
			return false
		}
		texts[name] = text
		write(t, filepath.Join(dir, name), files)
		return true
	})
	asModule(t, dir, "example.com/gen")
	out, err := goTool(t, dir, "vet", "./...")
	if err == nil {
		return
	}
	t.Errorf("%v\n%.6000s", err, out)
	for name, text := range texts {
		if strings.Contains(out, name+"/") {
			t.Log(text)
			break
		}
	}
}
