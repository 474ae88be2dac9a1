//go:build linux

package somd_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/internal/daemontest"
)

// books builds the client that is written as DSOM's books have it, and the class libraries of which its objects are copied.
func (b bench) books(t *testing.T, kernel string) {
	t.Helper()
	if _, err := os.Stat(b.path("textbook")); err == nil {
		return
	}
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	cc := []string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	for _, name := range []string{"coin", "purse"} {
		run(t, b.path("dsom"), "idl", "build", "--out", b.dir, "--c=h,ih", "--typelib", "--library", name, "-I", "testdata", "testdata/"+name+".idl")
		if err := os.Mkdir(b.path("only-"+name), 0o755); err != nil {
			t.Fatal(err)
		}
		run(t, "gcc", append(append(cc, "-fPIC", "-shared", "-o", b.path("only-"+name, "lib"+name+".so"), "testdata/"+name+".c", b.path(name+"_library.c"), b.path(name+"_typelib.c")), link...)...)
	}
	for _, name := range []string{"textbook", "create"} {
		run(t, "gcc", append(append(cc, "-o", b.path(name), "testdata/"+name+".c"), link...)...)
	}
	run(t, "g++", append([]string{"-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++", "-I" + root + "/libsom/include", "-I" + root + "/bind/c"}, root+"/bind/c/somd.h")...)
}

// TestTextbook has a client in C of DSOM's own classes find and register servers, make objects at them by name, by constraint and by factory, pass
// copies, and end: compiled against the headers, linked with nothing but libsom, with the ORB loaded when SOMD_Init is called.
func TestTextbook(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	b.books(t, kernel)
	d := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	libraries := strings.Join([]string{b.path("only-pet"), b.path("only-toy"), b.path("only-coin"), b.path("only-purse")}, ":")
	env := []string{"-e", "SOM_LIBRARY=" + os.Getenv("SOM_LIBRARY"), "-e", "SOM_PATH=" + libraries}
	d.Run(append(append([]string{"server", "add", "pets"}, env...), "--", b.path("dsom"), "server", "run", b.path("only-pet", "libpet.so"))...)
	d.Run(append(append([]string{"server", "add", "purses"}, env...), "--", b.path("dsom"), "server", "run", b.path("only-purse", "libpurse.so"))...)
	d.Run("server", "start", "pets")
	d.Run("server", "start", "purses")
	want, err := os.ReadFile("testdata/textbook.golden")
	if err != nil {
		t.Fatal(err)
	}
	streams := b.path("streams") // where Coin's library finds the classes of streams that it descends from
	if err := os.MkdirAll(streams, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"libcosstream.so", "libcosobjectidentity.so"} {
		if err := os.Symlink(b.path("libdsom-place.so"), filepath.Join(streams, name)); err != nil && !os.IsExist(err) {
			t.Fatal(err)
		}
	}
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	t.Setenv("DSOM_DAEMON", d.Address)
	if got := b.program(t, []string{streams, b.path("only-coin"), b.path("only-toy")}, "textbook"); got != string(want) {
		t.Errorf("the client prints\n%s, want\n%s", got, want)
	}

	// The ORB cannot be had: the program is told, and goes on.
	for says, set := range map[string][2]string{"libnowhere.so": {"DSOM_PLACE_LIBRARY", "libnowhere.so"}, "is no port": {"DSOM_DAEMON", "x:y"}, "there is no limit": {"DSOM_LIMITS", "x=1"}} {
		cmd := exec.Command(b.path("textbook"))
		cmd.Env = append(os.Environ(), "SOM_PATH="+b.path("only-coin"), set[0]+"="+set[1])
		out, err := cmd.Output()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), "SOMD_Init: raised") || !strings.Contains(string(out), says) {
			t.Errorf("%s: %v, %s", says, err, out)
		}
	}
}

// TestGarage does what DSOM's books begin with: the generic server is registered with a class, started, and asked for objects by the class's name, with the options
// that the registration has. A server that dsom server run starts is in the same map.
func TestGarage(t *testing.T) {
	b := newBench(t)
	kernel := filepath.Dir(os.Getenv("SOM_LIBRARY"))
	b.books(t, kernel)
	t.Setenv("SOM_PATH", b.path("only-pet")+":"+b.path("only-toy"))
	d := daemontest.Start(t, b.path("dsom"), "127.0.0.1")
	state, at := d.State, d.Address
	somdsvr := b.path("somdsvr")
	if err := os.Symlink(b.path("dsom"), somdsvr); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	dsom := func(want string, args ...string) {
		t.Helper()
		cmd := exec.Command(b.path("dsom"), args...)
		cmd.Env = append(os.Environ(), "DSOM_STATE="+state, "NO_COLOR=1")
		out, err := cmd.CombinedOutput()
		if failed := strings.HasPrefix(want, "!"); (err != nil) != failed || !strings.Contains(string(out), strings.TrimPrefix(want, "!")) {
			log, _ := exec.Command(b.path("dsom"), "server", "logs", "--state", state, "garage").CombinedOutput()
			t.Fatalf("%v: %v\n%s, want %q; the server says\n%s", cmd.Args, err, out, want, log)
		}
	}
	dsom("garage", "regimpl", "-A", "-i", "garage", "-p", somdsvr, "-c", "Pet")
	dsom("", "start", "garage")
	dsom("", "server", "add", "kennel", "--", b.path("dsom"), "server", "run", b.path("only-pet", "libpet.so"))
	dsom("", "server", "start", "kennel")
	dsom("garage\nkennel\n", "regimpl", "-l", "-c", "Pet")
	dsom("Pet\n", "regimpl", "-l", "-i", "kennel")
	dsom("somd/garage.Pet\nsomd/kennel.Pet\n", "name", "find", "class=='Pet'")
	t.Setenv("DSOM_PLACE_LIBRARY", b.path("libdsom-place.so"))
	t.Setenv("DSOM_DAEMON", at)
	create := func(want, constraint string) {
		t.Helper()
		cmd := exec.Command(b.path("create"), constraint)
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || !strings.Contains(got, want) {
			log, _ := exec.Command(b.path("dsom"), "server", "logs", "--state", state, "garage").CombinedOutput()
			t.Errorf("%s: %v, %s, want %s; the server says\n%s", constraint, err, got, want, log)
		}
	}
	create("made", "Pet")
	create("made", "class=='Pet' and alias=='garage'")
	dsom("stopped", "stop", "garage")
	create("made", "alias=='garage' and not alias=='kennel'") // which starts it
	create("OBJECT_NOT_EXIST", "class=='Pet' and alias=='shed'")
	dsom("", "stop", "garage")
	dsom("", "regimpl", "-U", "-i", "garage", "-v", "NoSuchServerClass")
	dsom("!", "start", "garage")
	dsom("NoSuchServerClass", "server", "logs", "garage")

	// By hand, as DSOM's books have it for debugging, with the daemon's address told or not.
	dsom("shed", "regimpl", "-A", "-i", "shed", "-p", somdsvr, "-c", "Pet")
	for _, at := range []string{"", at, strings.Replace(at, "127.0.0.1", "localhost", 1)} {
		args := []string{"-a", "shed"}
		if at != "" {
			args = append(args, "--at", at)
		}
		byHand := exec.Command(somdsvr, args...)
		byHand.Env = append(os.Environ(), "DSOM_STATE="+state)
		var log strings.Builder
		byHand.Stdout, byHand.Stderr = &log, &log
		if err := byHand.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- byHand.Wait() }()
		running := func() bool {
			cmd := exec.Command(b.path("dsom"), "list", "shed")
			cmd.Env = append(os.Environ(), "DSOM_STATE="+state)
			return cmd.Run() == nil
		}
		for up := false; !up; {
			select {
			case err := <-ended:
				t.Fatalf("somdsvr %q ends with %v\n%s", args, err, log.String())
			case <-t.Context().Done():
				t.Fatal("the server does not come up")
			default:
				up = running()
			}
		}
		create("made", "class=='Pet' and alias=='shed'")
		_ = byHand.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			t.Errorf("somdsvr %q ends with %v\n%s", args, err, log.String())
		}
	}
}
