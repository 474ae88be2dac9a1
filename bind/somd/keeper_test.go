//go:build linux

package somd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/daemontest"
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
}
