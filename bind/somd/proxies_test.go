//go:build linux

package somd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/daemontest"
)

// TestOwnProxies has programs in C whose proxies are of classes of their own, in C and in C++: found by the name of the class that they stand for, and by what that
// class's IDL says that its proxies descend from.
func TestOwnProxies(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	b.tills(t, kernel)
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	warn := []string{"-Wall", "-Wextra", "-Werror", "-O1", "-fPIC", "-shared", "-I" + root + "/libsom/include"}
	cc := append([]string{"-std=gnu11", "-I" + root + "/bind/c", "-I" + b.path("own")}, warn...)
	idl := func(to, file string) {
		t.Helper()
		run(t, b.path("dsom"), "idl", "build", "--out", b.path(to), "--c=h,ih", "--typelib", "--library", strings.TrimSuffix(filepath.Base(file), ".idl"), "-I", "testdata", file)
	}
	for _, dir := range []string{"own", "own-c", "own-cxx", "own-cxx-made", "counted", "counted-made", "broken"} {
		if err := os.Mkdir(b.path(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"till", "tillproxy", "counting"} {
		idl("own", "testdata/"+name+".idl")
		run(t, b.path("dsom"), "idl", "build", "--out", b.path("own-cxx-made"), "--cxx=hpp,ih", "--library", name, "-I", "testdata", "testdata/"+name+".idl")
	}
	run(t, "gcc", append(append(cc, "-o", b.path("own-c", "libtill__proxy.so"), "testdata/tillproxy.c", b.path("own", "tillproxy_library.c"), b.path("own", "tillproxy_typelib.c")), link...)...)
	cxx := append([]string{"-std=c++17", "-I" + root + "/bind/cxx", "-I" + b.path("own-cxx-made")}, warn...)
	run(t, "g++", append(append(cxx, "-o", b.path("own-cxx", "libtill__proxy.so"), "testdata/tillproxy.cpp", b.path("own-cxx-made", "tillproxy_library.cpp")), link...)...)

	// The class as the client has it says what its proxies descend from.
	text, err := os.ReadFile("testdata/till.idl")
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Replace(strings.Replace(string(text), "#include <somobj.idl>", "#include <somobj.idl>\n#include \"counting.idl\"", 1), "majorversion = 1;", "baseproxyclass = Counting; majorversion = 1;", 1)
	if err := os.WriteFile(b.path("counted-made", "till.idl"), []byte(said), 0o644); err != nil {
		t.Fatal(err)
	}
	run(t, b.path("dsom"), "idl", "build", "--out", b.path("counted-made"), "--c=h,ih", "--typelib", "--library", "till", "-I", "testdata", b.path("counted-made", "till.idl"))
	run(t, "gcc", append(append([]string{"-I" + b.path("counted-made")}, append(cc, "-o", b.path("counted", "libtill.so"), "testdata/till.c", b.path("counted-made", "till_library.c"), b.path("counted-made", "till_typelib.c"))...), link...)...)
	run(t, "gcc", append(append(cc, "-o", b.path("counted", "libcounting.so"), "testdata/counting.c", b.path("own", "counting_library.c"), b.path("own", "counting_typelib.c")), link...)...)
	if err := os.WriteFile(b.path("broken", "libtill__proxy.so"), []byte("no library"), 0o644); err != nil {
		t.Fatal(err)
	}

	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	daemon := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	state, at := daemon.State, daemon.Address
	t.Setenv("DSOM_STATE", state)
	t.Setenv("DSOM_DAEMON", at)
	run(t, b.path("dsom"), "server", "add", "tills", "-e", "SOM_LIBRARY="+os.Getenv("SOM_LIBRARY"), "--", b.path("dsom"), "server", "run", b.path("only-till", "libtill.so"))
	run(t, b.path("dsom"), "server", "start", "tills")
	for name, c := range map[string]struct {
		folders []string
		want    string
	}{
		"no library of the class": {nil, "5 0\n"},
		"none of its own":         {[]string{b.path("only-till")}, "5 0\n"},
		"in C":                    {[]string{b.path("only-till"), b.path("own-c")}, "10 0\n"},
		"in C++":                  {[]string{b.path("only-till"), b.path("own-cxx")}, "15 0\n"},
		"baseproxyclass":          {[]string{b.path("counted")}, "Till::add of 1\nTill::add of 1\nTill::in_main of 1\n5 0\n"},
	} {
		if got := b.program(t, c.folders, "buyer", "Till"); got != c.want {
			t.Errorf("%s: the client prints %q, want %q", name, got, c.want)
		}
	}
	cmd := exec.Command(b.path("buyer"), "Till")
	cmd.Env = append(os.Environ(), "SOM_PATH="+b.path("only-till")+":"+b.path("broken"))
	if out, err := cmd.Output(); err != nil || !strings.HasPrefix(string(out), "raised ") || !strings.Contains(string(out), "the program's class of proxies for objects of Till cannot be had") {
		t.Errorf("with a library that is none: %v, %s", err, out)
	}
}
