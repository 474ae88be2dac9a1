package golang_test

import (
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/internal/golden"
)

// asynchronous is the file of testdata/idl that is generated with asynchronous calls.
const asynchronous = "stockmanager.idl"

// TestGolden generates each file of testdata/idl into testdata and compares. The packages
// there are compiled with the other tests, which use them. DSOM_UPDATE_GOLDEN=1 writes what
// is generated, and fails.
func TestGolden(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob("testdata/idl/*.idl")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no input: %v", err)
	}
	made := map[string]bool{}
	for _, input := range inputs {
		name := filepath.Base(input)
		opt := golang.Options{PackagePrefix: goldenPrefix, AMI: name == asynchronous}
		spec := compile(t, readIDL(t, name), name)
		if opt.AMI {
			spec = compileAMI(t, readIDL(t, name), name)
		}
		files := mustEmit(t, spec, opt)
		for p, got := range files.All() {
			if made[p] {
				t.Errorf("%s: %s is made by another file too", name, p)
			}
			made[p] = true
			golden.Check(t, p, string(got))
		}
	}
	checkStale(t, made)
}

// checkStale says which files of the packages nobody generates.
func checkStale(t *testing.T, made map[string]bool) {
	t.Helper()
	var packages []string
	for p := range made {
		packages = append(packages, strings.Split(p, "/")[0])
	}
	for _, pkg := range slices.Compact(slices.Sorted(slices.Values(packages))) {
		err := fs.WalkDir(os.DirFS("testdata"), pkg, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !made[p] {
				t.Errorf("testdata/%s is generated no more", p)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestGoldenVets runs go vet on the packages of testdata, which ./... does not reach.
func TestGoldenVets(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs the go command")
	}
	dirs, err := filepath.Glob("testdata/*/*.go")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no packages: %v", err)
	}
	args := []string{"vet"}
	for _, name := range dirs {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
			t.Errorf("%s is not formatted (%v)", name, err)
		}
		args = append(args, "./"+filepath.ToSlash(filepath.Dir(name)))
	}
	if out, err := exec.CommandContext(t.Context(), "go", args...).CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
}
