package c_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/c"
)

// libraries builds the class libraries of testdata/run into a folder: two, of which one has descendants of the other's class.
func libraries(t testing.TB, kernel string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compile(t, "testdata/idl", "animal.idl"), c.Options{Library: "zoo"}))
	write(t, dir, mustEmit(t, compile(t, "testdata/idl", "dog.idl"), c.Options{Library: "dog"}))
	library(t, kernel, dir, "zoo", "testdata/run/animal.c", filepath.Join(dir, "zoo_library.c"))
	library(t, kernel, dir, "dog", "testdata/run/dog.c", filepath.Join(dir, "dog_library.c"))
	return dir
}

// TestRun runs a client of two units that loads both libraries by the names of their classes.
func TestRun(t *testing.T) {
	t.Parallel()
	k := kernel(t)
	dir := libraries(t, k)
	want, err := os.ReadFile("testdata/run/client.out")
	if err != nil {
		t.Fatal(err)
	}
	for name, cc := range map[string][]string{
		"gcc": {"gcc", "-std=c11", "-O2"}, "clang": {"clang", "-std=c11", "-O0"}, "g++": {"g++", "-x", "c++", "-std=c++17", "-O2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "client")
			run(t, nil, cc[0], slices.Concat(cc[1:], strict, []string{"-I" + dir, "-o", program, "testdata/run/client.c", "testdata/run/other.c"}, linking(k))...)
			for _, check := range []string{"0", "1"} {
				if got := run(t, []string{"SOM_PATH=" + dir, "SOM_CHECK=" + check}, program); got != string(want) {
					t.Errorf("SOM_CHECK=%s: got\n%s", check, got)
				}
			}
		})
	}
}
