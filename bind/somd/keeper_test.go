//go:build linux

package somd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/daemontest"
	"github.com/opendsom/dsom/internal/sombuild"
)

// TestKeeper has a client in C++ use DSOM by the headers of C, and a server whose server object is of a class in C, which loads objects by the data of their references: they are
// there for whoever has kept a reference, also when the server was killed meanwhile.
func TestKeeper(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	flags := []string{"-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	run(t, b.path("dsom"), "idl", "build", "--out", b.dir, "--c=h,ih", "--library", "vault", "-I", "testdata", "testdata/vault.idl")
	only := b.path("only-vault")
	if err := os.Mkdir(only, 0o755); err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(only, "libvault.so")
	run(t, "gcc", append(append(append([]string{"-std=gnu11"}, flags...), "-fPIC", "-shared", "-o", library, "testdata/vault.c", b.path("vault_library.c")), link...)...)
	run(t, "g++", append(append(append([]string{"-std=c++17"}, flags...), "-o", b.path("keeper"), "testdata/keeper.cpp"), link...)...)

	d := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	path := strings.Join([]string{b.path("only-pet"), b.path("only-toy")}, ":")
	d.Run("server", "add", "vaults", "-e", "SOM_LIBRARY="+os.Getenv("SOM_LIBRARY"), "-e", "SOM_PATH="+path, "--",
		b.path("dsom"), "server", "run", "--server-class", "Vault", "--class", "Pet", library, b.path("only-pet", "libpet.so"))
	d.Run("server", "start", "vaults")
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	t.Setenv("DSOM_DAEMON", d.Address)
	keeper := func(args ...string) string {
		t.Helper()
		return strings.TrimSpace(b.program(t, []string{b.path("only-toy")}, "keeper", args...))
	}
	const want = `a server object: 0
Ada says hello to C++
proxies: Pet__Proxy
made: Pet__Proxy
Pet 9: raised
Nobody 0: raised
raised IDL:TooFull:1.0
its data: x, a SOMDObject: 1
no server: IDL:omg.org/CORBA/BAD_INV_ORDER:1.0`
	if got := keeper(); got != want {
		t.Errorf("the client prints\n%s, want\n%s", got, want)
	}
	kept := keeper("get", "Grace")
	if !strings.HasPrefix(kept, "IOR:") {
		t.Fatalf("got %q", kept)
	}
	for round := range 2 {
		if got := keeper("call", kept); got != "Grace says hello to C++" {
			t.Errorf("round %d: %s", round, got)
		}
		d.Run("server", "stop", "vaults") // the next call starts another process
	}
	if got := keeper("crowd"); got != "wrong: 0" {
		t.Errorf("of clients at once: %s; the server says:\n%s", got, d.Run("server", "logs", "vaults"))
	}
}

// TestInits has threads begin and end with DSOM at once, as the methods of a server's classes do: what there is between is there for each, and nothing is left.
func TestInits(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	look(t)
	dir := t.TempDir()
	run(t, "go", "build", "-o", filepath.Join(dir, "dsom"), root+"/cmd/dsom")
	run(t, filepath.Join(dir, "dsom"), "idl", "build", "--out", dir, "--c=ih", root+"/idl/standard/somdproc.idl")
	for _, cc := range [][]string{{"gcc", "-O1", "-g", "-fsanitize=thread"}, {"clang", "-O2"}} {
		sombuild.Need(t, cc[0], cc[0])
		kernel, program := sombuild.Kernel(t, cc[0], strings.Join(cc[1:], " ")), filepath.Join(dir, cc[0])
		run(t, cc[0], append(cc[1:len(cc):len(cc)], "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I"+root+"/libsom/include", "-I"+root+"/bind/c", "-I"+dir, "-o", program, "testdata/inits.c",
			"-L"+kernel, "-lsom", "-Wl,-rpath,"+kernel, "-pthread")...)
		cmd := exec.Command(program)
		cmd.Env = append(os.Environ(), "TSAN_OPTIONS=halt_on_error=1")
		out, err := cmd.CombinedOutput()
		if want := "wrong in the last call: 0\nwrong: 0, begun: 0, left: 0\nonce more: IDL:omg.org/CORBA/BAD_INV_ORDER:1.0\nwrong where one raises: 0, and without the turn: 0\nbegun: 0, objects: 0\n"; err != nil || string(out) != want {
			t.Errorf("%v: %v\n%s", cc, err, out)
		}
	}
}
