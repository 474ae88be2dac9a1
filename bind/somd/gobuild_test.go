//go:build linux

package somd_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/somd"
)

// kennel makes a module, as a user has it, of two packages with a class each, one of them internal, and a class library of the first; its folder is returned.
func (b bench) kennel(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"go.mod":          "module kennel\n\ngo 1.26.0\n\nrequire github.com/opendsom/dsom v0.0.0\n\nreplace github.com/opendsom/dsom => " + dir + "\n",
		"library/main.go": "// Command library is a class library in Go.\npackage main\n\nimport (\n\t_ \"kennel/collie\"\n\n\t_ \"github.com/opendsom/dsom/som/native\"\n)\n\nfunc main() {}\n",
	}
	for name, n := range map[string]int{"collie": 2, "internal/poodle": 3} {
		class := filepath.Base(name)
		files[name+"/"+class+".go"] = fmt.Sprintf("// Package %[1]s has a class.\npackage %[1]s\n\nimport (\n\t\"context\"\n\n\t\"github.com/opendsom/dsom/som\"\n)\n\ntype dog struct{ som.Base }\n\n"+
			"func (*dog) Bark(_ context.Context, n int32) (int32, error) { return %[2]d * n, nil }\n\n// Class is the class.\nvar Class = som.MustClass[dog](\"Kennel::%[3]s\")\n",
			class, n, strings.ToUpper(class[:1])+class[1:])
	}
	module := t.TempDir()
	for name, text := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(module, name)), 0o755), os.WriteFile(filepath.Join(module, name), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	tidy := exec.Command("go", "mod", "tidy")
	tidy.Dir = module
	if out, err := tidy.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return module
}

// moduleFiles returns go.mod and go.sum of a module; the latter need not be there, where nothing but DSOM is imported.
func moduleFiles(t *testing.T, module string) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(module, "go.mod"))
	sum, bad := os.ReadFile(filepath.Join(module, "go.sum"))
	if errors.Is(bad, fs.ErrNotExist) {
		bad = nil
	}
	if err := errors.Join(err, bad); err != nil {
		t.Fatal(err)
	}
	return string(mod) + string(sum)
}

// TestServerBuild has one command make a server of two packages in Go, and calls objects of both.
func TestServerBuild(t *testing.T) {
	b := newBench(t)
	module, program := b.kennel(t), filepath.Join(t.TempDir(), "server")
	before := moduleFiles(t, module)
	build := exec.Command(b.path("dsom"), "server", "build", "-o", program, "./collie", "kennel/internal/poodle")
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if after := moduleFiles(t, module); after != before {
		t.Errorf("the module's files were\n%s\nand are\n%s", before, after)
	}
	if left, err := filepath.Glob(filepath.Join(module, "*server*")); err != nil || len(left) > 0 {
		t.Errorf("in the module are left %q, %v", left, err)
	}
	cmd := exec.Command(program, "--listen", "tcp:127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err := errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the server ends with %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	d := somd.New(poa.New(o).POA, somd.Config{})
	t.Cleanup(func() { _ = errors.Join(d.Close(), o.Shutdown(context.Background())) })
	for class, want := range map[string]int32{"Kennel::Collie": 8, "Kennel::Poodle": 12} {
		c, err := d.Place(t.Context(), somd.Place{Class: class, URL: strings.TrimSpace(line)})
		if err != nil {
			t.Fatal(err)
		}
		r, err := c.New()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.Invoke(t.Context(), "bark", int32(4)); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %d", class, got, err, want)
		}
		if err := r.Release(); err != nil {
			t.Error(err)
		}
	}
	elsewhere := exec.Command(b.path("dsom"), "server", "build", "-o", program, "./collie")
	elsewhere.Dir = t.TempDir()
	if out, err := elsewhere.CombinedOutput(); err == nil {
		t.Errorf("in no module: %s", out)
	}
	build = exec.Command(b.path("dsom"), "server", "build", "-o", program, "./library")
	build.Dir = module
	if out, err := build.CombinedOutput(); err == nil || !strings.Contains(string(out), "go build: ") {
		t.Errorf("a package without a class: %v\n%s", err, out)
	}
	library := filepath.Join(t.TempDir(), "libkennel.so")
	build = exec.Command("go", "build", "-buildmode=c-shared", "-o", library, "./library")
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command(b.path("dsom-classes"), "--listen", "tcp:127.0.0.1:0", library).CombinedOutput(); err == nil || !strings.Contains(string(out), "dsom server build -o PROGRAM PACKAGE") {
		t.Errorf("a class library in Go: %v\n%s", err, out)
	}
}

// TestServerBuildInWorkspace makes a server in a module that is one of a workspace's.
func TestServerBuildInWorkspace(t *testing.T) {
	b := newBench(t)
	module, program := b.kennel(t), filepath.Join(t.TempDir(), "server")
	for name, text := range map[string]string{"go.work": "go 1.26.0\n\nuse (\n\t.\n\t./other\n)\n", "other/go.mod": "module other\n\ngo 1.26.0\n", "other/other.go": "// Package other has nothing.\npackage other\n"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(filepath.Join(module, name)), 0o755), os.WriteFile(filepath.Join(module, name), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command(b.path("dsom"), "server", "build", "-o", program, "./collie")
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.Command(program, "--help").CombinedOutput(); !strings.Contains(string(out), "-listen") {
		t.Errorf("the program: %v\n%s", err, out)
	}
}
