package cxx_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
)

// rounds calls all operations a few times, and holds what lives of the kernel's memory after each: the first makes what is kept for others.
const rounds = `int main() {
	int raised = 0;
	long live[4];
	Echo o = Echo::create();
	for (long &l : live) {
		if (calls(o, raised)) return 1;
		l = ledger_live();
	}
	const long objects = ledger_instances("Own::Echo");
	if (live[1] != live[3] || live[2] != live[3] || ledger_wrong() || objects != 1)
		return std::printf("%ld, %ld, %ld, %ld blocks, %ld freed that were none, %ld objects\n", live[0], live[1], live[2], live[3], ledger_wrong(), objects), 1;
	return raised == 0;
}
`

const roundsInGo = `
// #cgo CFLAGS: -I${SRCDIR}
// #cgo LDFLAGS: -L${SRCDIR} -lledger -Wl,-rpath,${SRCDIR}
// #include "ledger.h"
// #include <stdlib.h>
import "C"

func main() {
	raised, name := 0, C.CString("Own::Echo")
	o, err := echo.New()
	if err != nil {
		panic(err)
	}
	f := hold.Filler{Rand: rand.New(rand.NewPCG(SEED, 0)), Make: func() som.Object {
		o, err := echo.New()
		if err != nil {
			panic(err)
		}
		return o
	}}
	var live [4]C.long
	for n := range live {
		calls(context.Background(), o, f.Fill, &raised)
		live[n] = C.ledger_live()
	}
	objects := C.ledger_instances(name)
	if live[1] != live[3] || live[2] != live[3] || C.ledger_wrong() != 0 || objects != 1 || raised == 0 {
		fmt.Println(live, "blocks,", C.ledger_wrong(), "freed that were none,", objects, "objects,", raised, "raised")
		os.Exit(1)
	}
}
`

// TestOwnershipInGo passes random values that own memory from C++ to a class in Go and back, and from Go to a class in C and back,
// exceptions included: all is what it was, and of the kernel's memory nothing is left over or ended twice, which is counted, nor used after
// its end, which ASan sees.
func TestOwnershipInGo(t *testing.T) {
	t.Parallel()
	asan.need(t)
	if _, err := exec.LookPath("go"); err != nil {
		absent.Skip(t, "no go")
	}
	generated(t)
	seed := rand.Uint32()
	t.Logf("seed %d", seed)
	e := newEcho(uint64(seed))
	text := e.text()
	root, dir := absolute("../.."), t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	put := putting(t, dir)
	in := put("own.idl", text)
	must(generate(in, dir, cxx.Options{Parts: cxx.Usage}))
	r, err := idl.Compile(t.Context(), idl.Options{}, in)
	must(err)
	files, report := c.Emit(r.Spec, c.Options{Library: "own"})
	must(report.Err())
	for name, data := range files.All() {
		put(name, string(data))
	}
	must(asan.compile(t, filepath.Join(dir, "libledger.so"), "-shared", absolute("test/ledger.c")))
	must(os.Mkdir(filepath.Join(dir, "c"), 0o777))
	must(asan.compile(t, filepath.Join(dir, "c", "libown.so"), "-shared", "-I"+absolute("../c"), put("echo.c", "#include \"own.ih.h\"\n"+e.inC.String()), filepath.Join(dir, "own_library.c")))
	client := put("client.cc", strings.Replace(echoFill, "SEED", fmt.Sprint(seed), 1)+"#include \"ledger.h\"\nstatic int calls(const Echo &o, int &raised) {\n"+e.client.String()+"\treturn 0;\n}\n"+rounds)
	program := filepath.Join(dir, "client")
	must(asan.compile(t, program, client, "-L"+dir, "-lledger", "-Wl,-rpath,"+dir))

	// The class in Go, and the class in C for a program in Go, each in a module of its own.
	module := func(name string, native bool, sources map[string]string) string {
		t.Helper()
		files, report := golang.Emit(r.Spec, golang.Options{PackagePrefix: "example.com/" + name, Classes: true, Native: native})
		must(report.Err())
		for p, data := range files.All() {
			put(name+"/"+p, string(data))
		}
		hold, err := os.ReadFile("testdata/hold.go.txt")
		must(err)
		put(name+"/hold/hold.go", string(hold))
		for p, text := range sources {
			put(name+"/"+p, text)
		}
		mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
		must(err)
		put(name+"/go.mod", strings.Replace(string(mod), "module github.com/opendsom/dsom", "module example.com/"+name, 1)+"\nrequire github.com/opendsom/dsom v0.0.0\nreplace github.com/opendsom/dsom => "+root+"\n")
		sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
		must(err)
		put(name+"/go.sum", string(sum))
		return filepath.Join(dir, name)
	}
	build := func(module string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"build", "-trimpath"}, args...)...)
		cmd.Dir = module
		cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s\n%s", cmd.Args, err, out, text)
		}
	}
	servant := module("servant", false, map[string]string{
		"own/echo/object.go": "package echo\n\nimport (\n\t\"context\"\n\n\t\"example.com/servant/hold\"\n\t\"example.com/servant/own\"\n\t\"github.com/opendsom/dsom/som\"\n)\n\ntype object struct {\n\tsom.Base\n\tcalls int\n}\n" + e.inGo.String(),
		"main.go":            "package main\n\nimport (\n\t\"C\"\n\n\t\"example.com/servant/own/echo\"\n\t\"github.com/opendsom/dsom/som/native\"\n)\n\nvar _ = native.Export(echo.Class)\n\nfunc main() {}\n",
	})
	build(servant, "-buildmode=c-shared", "-o", filepath.Join(dir, "go", "libown.so"))
	user := module("user", true, map[string]string{
		"main.go": "package main\n\nimport (\n\t\"context\"\n\t\"errors\"\n\t\"fmt\"\n\t\"math/rand/v2\"\n\t\"os\"\n\n\t\"example.com/user/hold\"\n\t\"example.com/user/own\"\n\t\"example.com/user/own/echo\"\n\t\"github.com/opendsom/dsom/som\"\n)\n" +
			strings.Replace(roundsInGo, "SEED", fmt.Sprint(seed), 1) + "\nfunc calls(ctx context.Context, o echo.Ref, fill func(any), raised_ *int) {\n\traised := 0\n" + e.clientInGo.String() + "\t*raised_ += raised\n}\n",
	})
	for _, name := range []string{"ledger.h", "libledger.so"} {
		from := absolute("test/" + name)
		if name == "libledger.so" {
			from = filepath.Join(dir, name)
		}
		must(os.Symlink(from, filepath.Join(user, name)))
	}
	build(user, "-o", filepath.Join(dir, "user.exe"))

	with := asan
	with.env = []string{"ASAN_OPTIONS=detect_leaks=0", "SOM_PATH=" + filepath.Join(dir, "go")} // leaks are counted: what Go's memory refers to ASan does not see
	with.output(t, program)
	out, err := exec.Command("gcc", "-print-file-name=libasan.so").Output()
	must(err)
	with.env = []string{"ASAN_OPTIONS=detect_leaks=0", "SOM_PATH=" + filepath.Join(dir, "c"), "LD_PRELOAD=" + strings.TrimSpace(string(out))}
	with.output(t, filepath.Join(dir, "user.exe"))
}
