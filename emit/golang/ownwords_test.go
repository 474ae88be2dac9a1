package golang_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	put := func(name string, data []byte) {
		t.Helper()
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
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
		if report.HasErrors() {
			t.Fatalf("%v of\n%s", report.Err(), text)
		}
		for p, data := range files.All() {
			put("words/"+name+"/"+p, data)
		}
		texts[name] = text
	}
	for _, name := range []string{"go.sum", "go.mod"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "go.mod" {
			data = []byte(strings.Replace(string(data), "module github.com/opendsom/dsom", "module example.com/gen", 1) +
				"\nrequire github.com/opendsom/dsom v0.0.0\nreplace github.com/opendsom/dsom => " + root + "\n")
		}
		put(name, data)
	}
	cmd := exec.CommandContext(t.Context(), "go", "build", "./words/...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		for name, text := range texts {
			if at := strings.Index(string(out), "words/"+name+"/"); at >= 0 {
				t.Fatalf("%.2000s\n%s", out[at:], text)
			}
		}
		t.Fatalf("%v\n%.8000s", err, out)
	}
}
