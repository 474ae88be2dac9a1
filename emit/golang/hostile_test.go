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
	"github.com/opendsom/dsom/internal/hostile"
)

// TestHostileNames vets what is made of random IDL with names that Go has a use for: nothing that is taken may fail, and what is not taken
// is told as what it is.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds packages")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
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
		for p, data := range files.All() {
			write(name+"/"+p, string(data))
		}
		return true
	})
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	write("go.sum", string(sum))
	write("go.mod", strings.Replace(string(mod), "module github.com/opendsom/dsom", "module example.com/gen", 1)+
		"\nrequire github.com/opendsom/dsom v0.0.0\nreplace github.com/opendsom/dsom => "+root+"\n")
	cmd := exec.CommandContext(t.Context(), "go", "vet", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return
	}
	t.Errorf("%v\n%.6000s", err, out)
	for name, text := range texts {
		if strings.Contains(string(out), name+"/") {
			t.Log(text)
			break
		}
	}
}
