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
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/internal/daemontest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/svc/somdd/client"
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
		files[name+"/"+class+".go"] = fmt.Sprintf("// Package %[1]s has a class.\npackage %[1]s\n\nimport (\n\t\"context\"\n\n\t\"github.com/opendsom/dsom/som\"\n)\n\ntype dog struct {\n\tsom.Base\n\ttricks int32\n}\n\n"+
			"func (d *dog) Bark(_ context.Context, n int32) (int32, error) { return %[2]d * (n + d.tricks), nil }\n\n"+
			"func (d *dog) Train(_ context.Context, n int32) error {\n\td.tricks += n\n\treturn nil\n}\n\n// Class is the class.\nvar Class = som.MustClass[dog](\"Kennel::%[3]s\")\n",
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

// requireAll has a module require what DSOM requires, which a package that imports all of it needs: go mod tidy would fetch what only tests of those import.
func requireAll(t *testing.T, module string) {
	t.Helper()
	ours, err := os.ReadFile(root + "/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, requires, _ := strings.Cut(string(ours), "\nrequire ")
	sums, err := os.ReadFile(root + "/go.sum")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err := errors.Join(err, os.WriteFile(filepath.Join(module, "go.mod"), append(mod, "\nrequire "+requires...), 0o644), os.WriteFile(filepath.Join(module, "go.sum"), sums, 0o644)); err != nil {
		t.Fatal(err)
	}
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

// clerk is a package with a class of server objects in Go, which loads collies by the data of their references, and gives references other data.
const clerk = `// Package clerk has a class of server objects.
package clerk

import (
	"context"

	"github.com/opendsom/dsom/som"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/somd/dsom"

	"kennel/collie"
)

type clerk struct{ somd.ServerBase }

// Class is the class.
var Class = som.MustClass[clerk]("Kennel::Clerk", som.Parents(somd.ServerClass))

func global(ctx context.Context, name string) (som.Ref, error) {
	p, err := dsom.ProcessClass.New()
	if err != nil {
		return som.Ref{}, err
	}
	if _, err := p.Invoke(ctx, "begin"); err != nil {
		return som.Ref{}, err
	}
	o, err := p.Invoke(ctx, "global", name)
	if err != nil {
		return som.Ref{}, err
	}
	return o.(som.Object).SOM(), nil
}

func (c *clerk) Reference(ctx context.Context, data string) (string, error) {
	oa, err := global(ctx, "SOMOA")
	if err != nil {
		return "", err
	}
	o, err := global(ctx, "ORB")
	if err != nil {
		return "", err
	}
	var nobody som.Object
	r, err := oa.Invoke(ctx, "create", []byte(data), nobody, nobody)
	if err != nil {
		return "", err
	}
	text, err := o.Invoke(ctx, "object_to_string", r)
	if err != nil {
		return "", err
	}
	return text.(string), nil
}

func (c *clerk) Change(ctx context.Context, ref, data string) error {
	oa, err := global(ctx, "SOMOA")
	if err != nil {
		return err
	}
	o, err := global(ctx, "ORB")
	if err != nil {
		return err
	}
	r, err := o.Invoke(ctx, "string_to_object", ref)
	if err != nil {
		return err
	}
	_, err = oa.Invoke(ctx, "change_id", r, []byte(data))
	return err
}

func (c *clerk) SomdSOMObjFromRef(ctx context.Context, ref som.Object) (som.Object, error) {
	oa, err := global(ctx, "SOMOA")
	if err != nil {
		return nil, err
	}
	data, err := oa.Invoke(ctx, "get_id", ref)
	if err != nil {
		return nil, err
	}
	d, err := collie.Class.New()
	if err != nil {
		return nil, err
	}
	_, err = d.Invoke(ctx, "train", int32(len(data.([]byte))))
	return d, err
}
`

// TestServerBuildServesAsRunDoes has a server of classes in Go do what dsom server run does: it has DSOM's objects, and a class of server objects of its own, which loads objects by reference
// data, and keeps what it changes of these where the registration says.
func TestServerBuildServesAsRunDoes(t *testing.T) {
	b := newBench(t)
	module, program := b.kennel(t), filepath.Join(t.TempDir(), "kennel")
	if err := errors.Join(os.Mkdir(filepath.Join(module, "clerk"), 0o755), os.WriteFile(filepath.Join(module, "clerk", "clerk.go"), []byte(clerk), 0o644)); err != nil {
		t.Fatal(err)
	}
	requireAll(t, module)
	build := exec.Command(b.path("dsom"), "server", "build", "-o", program, "./collie", "kennel/internal/poodle", "./clerk")
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	daemon := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	t.Setenv("DSOM_STATE", daemon.State)
	b.says(t, "server", "add", "kennel", "-e", "SOM_LIBRARY="+os.Getenv("SOM_LIBRARY"), "--", program, "--class", "Kennel::Collie", "--server-class", "Kennel::Clerk", "--serial")
	object := "corbaname::" + daemon.Address + "#somd/kennel"
	b.says(t, "server", "start", "kennel")
	if got := b.says(t, "call", object, "somdClasses"); got != `["Kennel::Collie"]` {
		t.Errorf("the classes of the server are %s", got)
	}
	kept := b.says(t, "call", object, "reference", `"four"`)
	bark := func() string { return b.says(t, "call", strings.Trim(kept, `"`), "bark", "1") }
	if got := bark(); got != "10" {
		t.Errorf("loaded by its data it barks %s", got)
	}
	if out, err := exec.Command(b.path("dsom"), "call", object, "change", kept, `"seven"`).CombinedOutput(); err == nil || !strings.Contains(string(out), "BAD_INV_ORDER") {
		t.Errorf("data are changed without a file: %v, %s", err, out)
	}
	keepChanges(t, daemon.Address, "kennel", filepath.Join(t.TempDir(), "changed"))
	b.says(t, "server", "stop", "kennel")
	b.says(t, "call", object, "change", kept, `"seven"`)
	for range 2 {
		if got := bark(); got != "12" {
			t.Errorf("loaded by its other data it barks %s", got)
		}
		b.says(t, "server", "stop", "kennel") // the next call starts another process
	}
}

// keepChanges registers the file in which a server keeps changes of reference data.
func keepChanges(t *testing.T, daemon, alias, file string) {
	t.Helper()
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Shutdown(context.Background()) }()
	host, port, _ := strings.Cut(daemon, ":")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	r, err := client.At(o, host, uint16(n)).Repository(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	def, err := r.ByAlias(t.Context(), alias)
	if err != nil {
		t.Fatal(err)
	}
	def.RefDataFile = file
	if err := r.Update(t.Context(), def); err != nil {
		t.Fatal(err)
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
