//go:build linux

// Package somd_test runs programs in C with classes of their own process, and with the same classes elsewhere.
package somd_test

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild"
)

const root = "../.."

// A bench is a folder with libsom, the class libraries of testdata, their client, and what there is for classes elsewhere.
type bench struct{ dir string }

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

var (
	theBench bench // what the first test has built
	folder   string
)

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "somd"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// look looks at what the bench is made of, so that the go command knows when the tests have to run again.
func look(t *testing.T) {
	t.Helper()
	for _, dir := range []string{".", root + "/bind/c", root + "/libsom", root + "/emit", root + "/idl", root + "/model", root + "/som", root + "/somd", root + "/orb", root + "/server", root + "/cmd/dsom"} {
		err := filepath.WalkDir(dir, func(name string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// newBench builds the bench, once.
func newBench(t *testing.T) bench {
	t.Helper()
	if testing.Short() {
		t.Skip("builds programs")
	}
	look(t)
	kernel := sombuild.Kernel(t, "gcc", "-O2")
	t.Setenv("SOM_LIBRARY", filepath.Join(kernel, "libsom.so.1"))
	t.Setenv("DSOM_STATE", filepath.Join(folder, "nowhere")) // no daemon
	if theBench.dir != "" {
		return theBench
	}
	b := bench{folder}
	dsom := b.path("dsom")
	run(t, "go", "build", "-o", dsom, root+"/cmd/dsom")
	run(t, "go", "build", "-o", b.path("dsom-classes"), "./classes")
	run(t, "go", "build", "-buildmode=c-shared", "-o", b.path("libdsom-place.so"), "./place")
	link := []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-pthread"}
	cc := []string{"-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-I" + b.dir}
	for _, name := range []string{"toy", "pet"} {
		run(t, dsom, "idl", "build", "--out", b.dir, "--c=h,ih", "--library", name, "-I", "testdata", "testdata/"+name+".idl")
		if err := os.Mkdir(b.path("only-"+name), 0o755); err != nil {
			t.Fatal(err)
		}
		run(t, "gcc", append(append(cc, "-fPIC", "-shared", "-o", b.path("only-"+name, "lib"+name+".so"), "testdata/"+name+".c", b.path(name+"_library.c")), link...)...)
	}
	for _, name := range []string{"client", "rough"} {
		run(t, "gcc", append(append(cc, "-o", b.path(name), "testdata/"+name+".c"), link...)...)
	}
	theBench = b
	return b
}

func (b bench) path(parts ...string) string {
	return filepath.Join(append([]string{b.dir}, parts...)...)
}

// client runs the client with libraries in these folders.
func (b bench) client(t *testing.T, folders ...string) string {
	t.Helper()
	return b.program(t, folders, "client")
}

// program runs a program with libraries in these folders.
func (b bench) program(t *testing.T, folders []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(b.path(name), args...)
	cmd.Env = append(os.Environ(), "SOM_PATH="+strings.Join(folders, ":"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the client: %v\n%s", err, out)
	}
	return string(out)
}

// serve starts the generic server with a library, and returns the reference of its SOMDServer.
func (b bench) serve(t *testing.T, library string, folders ...string) string {
	t.Helper()
	return b.start(t, func(err error) {
		if err != nil {
			t.Errorf("the server ends with %v", err)
		}
	}, library, folders...)
}

// start is serve, and tells how the server has ended.
func (b bench) start(t *testing.T, ended func(error), library string, folders ...string) string {
	t.Helper()
	cmd := exec.Command(b.path("dsom-classes"), "--listen", "tcp:127.0.0.1:0", library)
	cmd.Env = append(os.Environ(), "SOM_PATH="+strings.Join(folders, ":"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		ended(cmd.Wait())
	})
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	if err != nil {
		t.Fatalf("the server tells no reference: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return strings.TrimSpace(line)
}

// place places classes, by the way in which one does it by hand.
func (b bench) place(t *testing.T, dir string, classes ...string) string {
	t.Helper()
	run(t, b.path("dsom"), append([]string{"class", "place", "--dir", b.path(dir)}, classes...)...)
	return b.path(dir)
}

// TestPlaced compares what a client prints whose class Pet is in its process, with what it prints where Pet is elsewhere, and then Toy as well. All
// types that signatures tell go there and back; objects of the client's are called by the server; what lives is counted.
func TestPlaced(t *testing.T) {
	b := newBench(t)
	want := b.client(t, b.path("only-pet"), b.path("only-toy"))
	if !strings.Contains(want, "toys left: 0\n") || strings.Count(want, "\n") < 25 {
		t.Fatalf("with all in one process the client prints\n%s", want)
	}
	// Of what the class says all can be done elsewhere but passing a pointer.
	want = strings.Replace(want, "a pointer: nothing raised", "a pointer: IDL:omg.org/CORBA/NO_IMPLEMENT:1.0 minor 1146306583 completed 1", 1)

	pets := b.serve(t, b.path("only-pet", "libpet.so"), b.path("only-toy"))
	if got := b.client(t, b.place(t, "placed", "Pet="+pets), b.path("only-toy")); got != want {
		t.Errorf("with Pet elsewhere the client prints\n%s, want\n%s", got, want)
	}
	// The server has no library of Toy: the client's toys are described to it by themselves.
	blind := b.serve(t, b.path("only-pet", "libpet.so"))
	got := b.client(t, b.place(t, "blind", "Pet="+blind), b.path("only-toy"))
	if !strings.Contains(got, "play: squeak 3\n") || !strings.Contains(got, "toys: 2 squeaked, 3, the same 1 1 1\n") {
		t.Errorf("with a server that does not have Toy the client prints\n%s", got)
	}
}

// TestRough has many threads make and call objects elsewhere, and then a class library hang in a call, and another end its process: the caller's goes on.
func TestRough(t *testing.T) {
	b := newBench(t)
	var end error
	t.Run("client", func(t *testing.T) {
		pets := b.start(t, func(err error) { end = err }, b.path("only-pet", "libpet.so"), b.path("only-toy"))
		dir := b.place(t, "rough-placed", "Pet="+pets)
		t.Setenv("DSOM_LIMITS", "call-timeout=2s")
		got := b.program(t, []string{dir, b.path("only-toy")}, "rough", "you", "hang", "you", "crash", "you")
		lines := strings.Split(got, "\n")
		if len(lines) != 8 || lines[0] != "wrong: 0, living: 1" || lines[1] != "you: Ada says hello to you" ||
			lines[2] != "hang: IDL:omg.org/CORBA/TIMEOUT:1.0" || lines[3] != lines[1] || lines[6] != "goes on" {
			t.Fatalf("the client prints\n%s", got)
		}
		for _, line := range lines[4:6] {
			if !strings.Contains(line, "IDL:omg.org/CORBA/COMM_FAILURE:1.0") && !strings.Contains(line, "IDL:omg.org/CORBA/TRANSIENT:1.0") {
				t.Errorf("after the crash: %s", line)
			}
		}
	})
	if exit := (*exec.ExitError)(nil); !errors.As(end, &exit) || exit.ExitCode() == 0 {
		t.Errorf("the server ends with %v, and should have crashed", end)
	}
}

// TestNotPlaced asks for classes that cannot be had elsewhere: each time the client is told why, and ends in order.
func TestNotPlaced(t *testing.T) {
	b := newBench(t)
	pets := b.serve(t, b.path("only-pet", "libpet.so"), b.path("only-toy"))
	for name, c := range map[string]struct{ url, says string }{
		"nobody listens":        {"corbaloc::127.0.0.1:1/x", "cannot connect"},
		"no URL":                {"somewhere", "somewhere"},
		"no reference":          {"IOR:00", "IOR:00"},
		"an object of no class": {"corbaloc:rir:/NameService", "NameService"},
	} {
		dir := b.place(t, strings.ReplaceAll(name, " ", "-"), "Pet=corbaloc:rir:/NameService")
		if err := os.WriteFile(filepath.Join(dir, "placement"), []byte("Pet "+c.url+"\n"), 0o600); err != nil { // dsom class place takes none that is no URL
			t.Fatal(err)
		}
		cmd := exec.Command(b.path("client"))
		cmd.Env = append(os.Environ(), "SOM_PATH="+dir+":"+b.path("only-toy"))
		out, err := cmd.Output()
		if exit, ok := err.(*exec.ExitError); !ok || exit.ExitCode() != 1 || !strings.HasPrefix(string(out), "no Pet: ") || !strings.Contains(string(out), c.says) {
			t.Errorf("%s: %v, %s", name, err, out)
		}
	}
	t.Setenv("DSOM_LIMITS", "call-time=5s")
	cmd := exec.Command(b.path("client"))
	cmd.Env = append(os.Environ(), "SOM_PATH="+b.place(t, "limited", "Pet="+pets)+":"+b.path("only-toy"))
	if out, _ := cmd.Output(); !strings.HasPrefix(string(out), "no Pet: ") || !strings.Contains(string(out), `DSOM_LIMITS: there is no limit "call-time"`) {
		t.Errorf("a limit that there is not: got %s", out)
	}
	t.Setenv("DSOM_LIMITS", "")
	n := 0
	for text, says := range map[string]string{"Pet": ":1: a line has", "Pet a\nPet b": "in line 1 already", "Toy " + pets: "there is no class Pet", "": "there is no class Pet", "PET " + pets: "which does not describe it"} {
		n++
		dir := b.place(t, "edited"+strconv.Itoa(n), "Pet="+pets)
		if err := os.WriteFile(filepath.Join(dir, "placement"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(b.path("client"))
		cmd.Env = append(os.Environ(), "SOM_PATH="+dir+":"+b.path("only-toy"))
		if out, _ := cmd.Output(); !strings.HasPrefix(string(out), "no Pet: ") || !strings.Contains(string(out), says) {
			t.Errorf("%q: got %s, want %q", text, out, says)
		}
	}
}
