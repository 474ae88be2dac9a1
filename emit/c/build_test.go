package c_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/model"
)

// built has what several tests of one process use.
var built sombuild.Shelf

func TestMain(m *testing.M) {
	code := m.Run()
	built.Clear()
	os.Exit(code)
}

// compile compiles files of testdata, which must be right.
func compile(t testing.TB, dir string, names ...string) *model.Spec {
	t.Helper()
	files := idl.FilesOf{}
	all, err := filepath.Glob(filepath.Join(dir, "*.idl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(text)
	}
	return compileFiles(t, files, names...)
}

func compileFiles(t testing.TB, files idl.FilesOf, names ...string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: files, Dialect: idl.SOM}, names...)
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

// mustEmit generates without errors.
func mustEmit(t testing.TB, spec *model.Spec, opt c.Options) *emit.Files {
	t.Helper()
	files, report := c.Emit(spec, opt)
	if err := report.Err(); err != nil {
		t.Fatal(err)
	}
	return files
}

// everything is all parts.
const everything = c.Usage | c.Implementation | c.Template

// write writes files into a folder.
func write(t testing.TB, dir string, files *emit.Files) {
	t.Helper()
	for name, data := range files.All() {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// root is the folder of the module.
const root = "../.."

// strict is how generated C is compiled: it must give no reason for complaint.
var strict = []string{"-Wall", "-Wextra", "-Werror", "-pedantic", "-fPIC", "-I" + root + "/libsom/include", "-I" + root + "/bind/c"}

// run runs a program, which must succeed, and returns what it prints.
func run(t testing.TB, env []string, name string, args ...string) string {
	t.Helper()
	out, err := output(t, env, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// output runs a program, which must be there, and returns what it prints.
func output(t testing.TB, env []string, name string, args ...string) (string, error) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		absent.Skip(t, "no %s: interop/install-peers has it", name)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// kernel returns the folder that has libsom, built with flags.
func kernel(t testing.TB, flags string) string {
	t.Helper()
	return sombuild.Kernel(t, "gcc", flags)
}

// linking is what programs and libraries are linked with.
func linking(kernel string) []string {
	return []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
}

// library builds a class library.
func library(t testing.TB, kernel, dir, flags, name string, sources ...string) {
	t.Helper()
	args := slices.Concat(strings.Fields(flags), []string{"-std=c11", "-shared", "-o", filepath.Join(dir, "lib"+name+".so"), "-I" + dir}, strict, sources, linking(kernel))
	run(t, nil, "gcc", args...)
}

// put writes a file into a folder, and returns its path.
func put(t *testing.T, dir, name, text string) string {
	t.Helper()
	p := filepath.Join(dir, name)
	if err := os.WriteFile(p, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return p
}
