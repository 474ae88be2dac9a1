// Package animals_test runs the example.
package animals_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/golden"
)

const root = "../.."

// look looks at what the example is made of, so that the go command knows when the test has to run again.
func look(t *testing.T) {
	t.Helper()
	for _, dir := range []string{".", root + "/libsom", root + "/bind", root + "/emit", root + "/idl", root + "/model", root + "/som"} {
		err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestRun compares what the example prints with testdata/run.txt, and the packages in gen with what is generated.
func TestRun(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds programs")
	}
	for _, tool := range []string{"sh", "make", "cc", "c++", "cksum"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	look(t)
	dir := t.TempDir()
	dsom := filepath.Join(dir, "dsom")
	run := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Env = append(os.Environ(), "DSOM="+dsom, "OUT="+filepath.Join(dir, "out"))
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
		}
		return string(out)
	}
	run("go", "build", "-o", dsom, root+"/cmd/dsom")
	run(dsom, "idl", "build", "--go", "--native", "--check", "--go-package-prefix", "github.com/opendsom/dsom/examples/animals/gen", "--out", "gen", "-I", "release1", "release1/animal.idl", "dog.idl")
	run(dsom, "idl", "build", "--typelib", "--check", "--out", "puppies", "-I", "release1", "puppy.idl")
	golden.Check(t, "run.txt", run("sh", "run"))
	if got := run(dsom, "class", "show", filepath.Join(dir, "out", "libpuppy.so"), "Puppy"); !strings.Contains(got, "interface Puppy : Dog {") {
		t.Errorf("the library in Go describes\n%s", got)
	}
}
