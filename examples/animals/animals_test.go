// Package animals_test runs the example.
package animals_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/golden"
)

const root = "../.."

// look looks at what the example is made of, so that the go command knows when the test has to run again.
func look(t *testing.T) {
	t.Helper()
	for _, dir := range []string{".", root + "/libsom", root + "/bind", root + "/emit", root + "/idl", root + "/model", root + "/som", root + "/somd", root + "/server", root + "/daemon"} {
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

// A build is what the script run has made.
type build struct {
	dsom, out string // the program, and the folder with libraries and clients
	said      string
	err       error
}

// made is made once for all tests.
var made = sync.OnceValue(func() build {
	dir, err := os.MkdirTemp("", "animals")
	if err != nil {
		return build{err: err}
	}
	b := build{dsom: filepath.Join(dir, "dsom"), out: filepath.Join(dir, "out")}
	folders = append(folders, dir)
	if _, b.err = b.run("go", "build", "-o", b.dsom, root+"/cmd/dsom"); b.err == nil {
		b.said, b.err = b.run("sh", "run")
	}
	return b
})

var folders []string // that made has made

func TestMain(m *testing.M) {
	code := m.Run()
	for _, dir := range folders {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// run runs a program, and returns what it writes to its standard output.
func (b build) run(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "DSOM="+b.dsom, "OUT="+b.out)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%v: %w\n%s%s", cmd.Args, err, out, errs.String())
	}
	return string(out), err
}

// builds returns what was made, and skips the test where that cannot be.
func builds(t *testing.T) build {
	t.Helper()
	if testing.Short() {
		t.Skip("builds programs")
	}
	for _, tool := range []string{"sh", "make", "cc", "c++", "cksum"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	look(t)
	b := made()
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b
}

// must is run for what has to succeed.
func (b build) must(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := b.run(name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRun compares what the example prints with testdata/run.txt, and the packages in gen with what is generated.
func TestRun(t *testing.T) {
	t.Parallel()
	b := builds(t)
	b.must(t, b.dsom, "idl", "build", "--go", "--native", "--check", "--go-package-prefix", "github.com/opendsom/dsom/examples/animals/gen", "--out", "gen", "-I", "release1", "release1/animal.idl", "dog.idl")
	b.must(t, b.dsom, "idl", "build", "--typelib", "--check", "--out", "puppies", "-I", "release1", "puppy.idl")
	golden.Check(t, "run.txt", b.said)
	if got := b.must(t, b.dsom, "class", "show", filepath.Join(b.out, "libpuppy.so"), "Puppy"); !strings.Contains(got, "interface Puppy : Dog {") {
		t.Errorf("the library in Go describes\n%s", got)
	}
}
