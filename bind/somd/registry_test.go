//go:build linux

package somd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/daemontest"
)

// TestRegistry has a server in C with a main program of its own, whose server object gives references other data (change_id), and makes factories of its own (somdCreateFactory). What was
// changed lasts as long as references do, once a program in C has registered a file for it, and is an error before.
func TestRegistry(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	b.tills(t, kernel) // for the program server
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	flags := []string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	run(t, b.path("dsom"), "idl", "build", "--out", b.dir, "--c=h,ih", "--library", "nursery", "-I", "testdata", "testdata/nursery.idl")
	only := b.path("only-nursery")
	if err := os.Mkdir(only, 0o755); err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(only, "libnursery.so")
	run(t, "gcc", append(append(flags[:len(flags):len(flags)], "-fPIC", "-shared", "-o", library, "testdata/nursery.c", b.path("nursery_library.c")), link...)...)
	if err := os.Symlink(library, filepath.Join(only, "libregistry.so")); err != nil { // where a class of the name is looked for
		t.Fatal(err)
	}
	run(t, "gcc", append(append(flags[:len(flags):len(flags)], "-o", b.path("registrar"), "testdata/registrar.c"), link...)...)

	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	t.Setenv("SOM_PATH", strings.Join([]string{only, b.path("only-pet"), b.path("only-toy")}, ":"))
	d := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	t.Setenv("DSOM_STATE", d.State)
	t.Setenv("DSOM_DAEMON", d.Address)
	_, port, _ := strings.Cut(d.Address, ":")
	t.Setenv("SOMDPORT", port)
	d.Run("regimpl", "-A", "-i", "registry", "-p", b.path("server"), "-v", "Registry", "-c", "Pet")
	registrar := func(args ...string) string {
		t.Helper()
		return strings.TrimSpace(b.program(t, []string{only, b.path("only-pet"), b.path("only-toy")}, "registrar", args...))
	}
	if got := registrar("made", "Bo"); got != "Bo says hello to C" {
		t.Errorf("by the server's own factory: %s", got)
	}
	kept := registrar("get", "Ada")
	if !strings.HasPrefix(kept, "IOR:") {
		t.Fatalf("got %q", kept)
	}
	if got := registrar("rename", kept, "Grace"); !strings.HasPrefix(got, "raised IDL:omg.org/CORBA/BAD_INV_ORDER:1.0 ") {
		t.Errorf("without a file: %s", got)
	}
	if got := registrar("call", kept); got != "Ada says hello to C" {
		t.Errorf("before: %s", got)
	}
	d.Run("stop", "registry")
	if got := registrar("keep", "registry", filepath.Join(t.TempDir(), "changed")); got != "" {
		t.Errorf("a file is registered: %s", got)
	}
	if got := registrar("rename", kept, "Grace"); got != "" {
		t.Errorf("with a file: %s", got)
	}
	for range 2 {
		if got := registrar("call", kept); got != "Grace says hello to C" {
			t.Errorf("after: %s", got)
		}
		d.Run("stop", "registry") // the next call starts another process
	}
	// The generic server in the place of the program reads the same file, and changes data as well.
	if err := os.Symlink(b.path("dsom"), b.path("somdsvr")); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	d.Run("regimpl", "-U", "-i", "registry", "-p", b.path("somdsvr"))
	if got := registrar("call", kept); got != "Grace says hello to C" {
		t.Errorf("by the generic server: %s", got)
	}
	if got := registrar("rename", kept, "Hedy"); got != "" {
		t.Errorf("by the generic server, with a file: %s", got)
	}
	for range 2 {
		if got := registrar("call", kept); got != "Hedy says hello to C" {
			t.Errorf("by the generic server, after: %s", got)
		}
		d.Run("stop", "registry")
	}
}
