package golang_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/emit"
)

// write writes files below a folder.
func write(t testing.TB, dir string, files *emit.Files) {
	t.Helper()
	for name, data := range files.All() {
		put(t, dir, name, string(data))
	}
}

// put writes a file below a folder.
func put(t testing.TB, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// asModule makes a folder a module that uses this one.
func asModule(t testing.TB, dir, module string) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := bytes.Cut(mod, []byte("\n"))
	put(t, dir, "go.mod", fmt.Sprintf("module %s\n%s\nrequire github.com/opendsom/dsom v0.0.0\nreplace github.com/opendsom/dsom => %s\n", module, rest, root))
	put(t, dir, "go.sum", string(sum))
}

// goTool runs the go command in a module.
func goTool(t testing.TB, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// vet makes a folder a module that uses this one and runs go vet, which compiles, on all of it.
func vet(t testing.TB, dir, module string) {
	t.Helper()
	asModule(t, dir, module)
	if out, err := goTool(t, dir, "vet", "./..."); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}
