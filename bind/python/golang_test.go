//go:build linux

package python_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild"
)

// kennel is a folder with a module of two classes in Go, one below a class in C++, and class libraries of them: lib has both in one.
func kennel(t *testing.T) string {
	t.Helper()
	return once(t, "kennel", func(dir string) error {
		root, err := filepath.Abs("../..")
		if err != nil {
			return err
		}
		module := "module kennel\n\ngo 1.26.0\n\nrequire github.com/opendsom/dsom v0.0.0\n\nreplace github.com/opendsom/dsom => " + root + "\n"
		dsom := filepath.Join(elsewhere(t), "dsom")
		err = errors.Join(os.CopyFS(dir, os.DirFS("testdata/kennel")), os.WriteFile(filepath.Join(dir, "go.mod"), []byte(module), 0o600),
			compile(dsom, "idl", "build", "--go", "--native", "--go-package-prefix", "kennel/gen", "--out", filepath.Join(dir, "gen"), "../cxx/testdata/zoo.idl"))
		for _, args := range [][]string{
			{"go", "mod", "tidy"},
			{dsom, "class", "bundle", "-o", "one/libcollie.so", "./collie"},
			{dsom, "class", "bundle", "-o", "two/libpoodle.so", "./poodle"},
			{dsom, "class", "bundle", "-o", "lib/libkennel.so", "--links", "./collie", "kennel/poodle", "./gen/zoo"}, // the last has no class
		} {
			if err == nil {
				var out string
				if out, err = output(dir, nil, args[0], args[1:]...); err != nil {
					err = failed{err, strings.Join(args, " ") + "\n" + out}
				}
			}
		}
		return err
	})
}

// TestGoLibraries has classes in Go used and subclassed, of one library that one command makes of two packages; and a second library with a Go runtime of its own
// refused.
func TestGoLibraries(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds libraries")
	}
	zoo, dir := plain.zoo(t), kennel(t)
	env := plain.orbEnv(t, "ZOO="+zoo, "KENNEL="+dir, "SOM_PATH="+filepath.Join(dir, "lib")+":"+zoo)
	plain.unit(t, "test_golang.py", env...)
	plain.unit(t, "test_golang.py", append(env, "DSOM_PYTHON=ctypes", "DSOM_LIBRARIES="+sombuild.Kernel(t, "gcc", plain.kernel))...)
}

// TestBundleRefuses has dsom class bundle say what is wrong with packages, and leave nothing behind.
func TestBundleRefuses(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds libraries")
	}
	dir := kennel(t)
	for says, args := range map[string][]string{
		"none of the packages has a class":      {"./gen/zoo"},
		"is a program: name the packages":       {"github.com/opendsom/dsom/cmd/dsom"},
		"no required module provides package":   {"example.invalid/nothing"},
		"directory not found":                   {"./nothing"},
		"libcollie.so is there, and is no link": {"--links", "./collie"},
		"libpoodle.so is there, and leads to libpoodle.so.1: the class Poodle would be taken from that": {"--links", "./collie", "./poodle"},
		"expected \"<package> ...\"": {},
	} {
		out := filepath.Join(t.TempDir(), "libx.so")
		if strings.HasPrefix(says, "libcollie") {
			if err := os.WriteFile(filepath.Join(filepath.Dir(out), "libcollie.so"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if strings.HasPrefix(says, "libpoodle") {
			if err := os.Symlink("libpoodle.so.1", filepath.Join(filepath.Dir(out), "libpoodle.so")); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(filepath.Join(elsewhere(t), "dsom"), append([]string{"class", "bundle", "-o", out}, args...)...)
		cmd.Dir = dir
		if got, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(got), says) {
			t.Errorf("%v: %v\n%s", args, err, got)
		}
		if links, err := filepath.Glob(filepath.Join(filepath.Dir(out), "libcollie.so")); strings.HasPrefix(says, "libpoodle") && len(links) > 0 {
			t.Errorf("%v: it has made %v, %v", args, links, err)
		}
	}
}

// TestBundleLeavesHeaders has a library made beside a header that somebody has written for it: the go command writes none for what exports nothing to C.
func TestBundleLeavesHeaders(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds libraries")
	}
	dir, out := kennel(t), t.TempDir()
	header, text := filepath.Join(out, "libpets.h"), "int pets(void);\n"
	if err := os.WriteFile(header, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(elsewhere(t), "dsom"), "class", "bundle", "-o", filepath.Join(out, "libpets.so"), "./collie")
	cmd.Dir = dir
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if got, err := os.ReadFile(header); string(got) != text {
		t.Errorf("the header beside the library is now %q, %v", got, err)
	}
	all, err := os.ReadDir(out)
	if err != nil || len(all) != 2 {
		t.Errorf("beside the library and the header are %v, %v", all, err)
	}
}
