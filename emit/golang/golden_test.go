package golang_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/emit/golang"
)

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
		files := mustEmit(t, compile(t, readIDL(t, name), name), golang.Options{PackagePrefix: goldenPrefix})
		for p, got := range files.All() {
			if made[p] {
				t.Errorf("%s: %s is made by another file too", name, p)
			}
			made[p] = true
			checkGolden(t, filepath.Join("testdata", filepath.FromSlash(p)), got)
		}
	}
	checkStale(t, made)
}

func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(name)
	if err == nil && bytes.Equal(got, want) {
		return
	}
	if os.Getenv("DSOM_UPDATE_GOLDEN") == "" {
		t.Errorf("%s is not what is generated (-want +got; DSOM_UPDATE_GOLDEN=1 refreshes):\n%s", name, cmp.Diff(string(want), string(got)))
		return
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, got, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Errorf("%s refreshed", name)
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
