// Package rust_test builds dsom's crate, and class libraries in C++, and runs Rust's own tests with them.
package rust_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var shelf sombuild.Shelf

func TestMain(m *testing.M) {
	code := m.Run()
	shelf.Clear()
	os.Exit(code)
}

// output runs a program, and returns what it says.
func output(in string, env []string, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = in, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func run(t testing.TB, in string, env []string, name string, args ...string) string {
	t.Helper()
	out, err := output(in, env, name, args...)
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, tail(out))
	}
	return out
}

func tail(s string) string {
	const most = 8000
	return s[max(0, len(s)-most):]
}

// version is what cargo says of the compiler; it must be 1.63 or later.
var version = regexp.MustCompile(`(?m)^release: 1\.(\d+)\.`)

// host says for which system the compiler makes programs, and skips the test where there is none.
func host(t testing.TB) string {
	t.Helper()
	for _, tool := range []string{"cargo", "rustc"} {
		sombuild.Need(t, tool, tool)
	}
	sombuild.Need(t, "make", "make")
	out := run(t, "", nil, "rustc", "-vV")
	found := version.FindStringSubmatch(out)
	var minor int
	if found == nil {
		t.Fatalf("rustc -vV says\n%s", out)
	}
	if _, err := fmt.Sscan(found[1], &minor); err != nil || minor < 63 {
		absent.Skip(t, "rustc is older than 1.63")
	}
	_, after, _ := strings.Cut(out, "\nhost: ")
	triple, _, _ := strings.Cut(after, "\n")
	return triple
}

func zoo(t testing.TB) string {
	t.Helper()
	return classlib.Build(t, classlib.Zoo(t), classlib.Plain)
}

// making is a folder with a library whose classes show objects that are being made, or make others meanwhile.
func making(t testing.TB) string {
	t.Helper()
	return classlib.Build(t, classlib.Source{IDL: "../javascript/testdata/making.idl", Code: "../javascript/testdata/making.cpp"}, classlib.Plain, "-pthread")
}

// env is what cargo and the programs are started with: the crate is linked to the libsom that the class libraries are, and nothing comes from a network.
func env(t testing.TB, more ...string) []string {
	t.Helper()
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	return append([]string{"CARGO_TARGET_DIR=" + target(t), "CARGO_NET_OFFLINE=true", "DSOM_LIBSOM=" + kernel, "LD_LIBRARY_PATH=" + kernel, "SOM_PATH=" + zoo(t) + ":" + making(t), "RUST_BACKTRACE=0"}, more...)
}

func target(t testing.TB) string {
	t.Helper()
	return shelf.Once(t, "target", func(dir string) error { return os.Mkdir(dir, 0o755) })
}

// built is a folder with dsom-rust and the programs of tests/, and one with those of the release profile.
func built(t testing.TB, profile ...string) string {
	t.Helper()
	host(t)
	name := "debug"
	if len(profile) > 0 {
		name = "release"
	}
	run(t, "", env(t), "cargo", append([]string{"build", "-q", "--bins", "--examples"}, profile...)...)
	return filepath.Join(target(t), name)
}

// TestCrate runs the crate's own tests: classes used and subclassed, and what is wrong.
func TestCrate(t *testing.T) {
	host(t)
	out := run(t, "", env(t), "cargo", "test", "-q")
	if n := strings.Count(out, "test result: ok."); n < 5 || strings.Contains(out, "FAILED") {
		t.Error(tail(out))
	}
}

// TestClippy has the compiler's companion look at it, where it is there.
func TestClippy(t *testing.T) {
	host(t)
	if _, err := output("", nil, "cargo", "clippy", "--version"); err != nil {
		t.Skip("no cargo clippy")
	}
	run(t, "", env(t), "cargo", "clippy", "-q", "--all-targets", "--", "-D", "clippy::correctness", "-D", "clippy::suspicious", "-D", "clippy::style", "-D", "warnings")
}

// TestMemory runs the tests of classes under valgrind: no memory is used that is not there.
func TestMemory(t *testing.T) {
	triple := host(t)
	sombuild.Need(t, "valgrind", "valgrind")
	runner := "CARGO_TARGET_" + strings.ToUpper(strings.ReplaceAll(triple, "-", "_")) + "_RUNNER=valgrind -q --error-exitcode=9 --fair-sched=yes"
	if out := run(t, "", env(t, runner), "cargo", "test", "-q", "--test", "classes", "--test", "making", "--test", "wrong"); strings.Count(out, "test result: ok.") != 3 {
		t.Error(tail(out))
	}
}

// TestStress makes and drops objects of all kinds; a million of each where DSOM_SOAK is set.
func TestStress(t *testing.T) {
	many := "50000"
	if os.Getenv("DSOM_SOAK") != "" {
		many = "1000000"
	}
	if out := run(t, "", env(t), filepath.Join(built(t), "examples/stress"), many); !strings.HasSuffix(out, "flat\n") {
		t.Error(out)
	}
}

// TestEnds ends the program with objects alive, in Rust's hands and C++'s, and threads in the midst of calls, one of them for ever.
func TestEnds(t *testing.T) {
	dir := built(t)
	for how, says := range map[string]string{"plain": "ends\n", "threads": "ends\n", "never": "ends\n", "panic": "an error of the program"} {
		out, err := output("", env(t), "timeout", "100", filepath.Join(dir, "examples/ends"), how)
		if !strings.Contains(out, says) || (err != nil) != (how == "panic") {
			t.Errorf("%s: %v\n%s", how, err, tail(out))
		}
	}
}

// TestDamaged uses a library whose type information is not what it was: the methods that it reaches cannot be called, and the process lives.
func TestDamaged(t *testing.T) {
	program := filepath.Join(built(t), "examples/damaged")
	for nth := range 20 {
		if out, err := output("", env(t, "SOM_PATH="+classlib.Damaged(t, classlib.Plain, nth)), "timeout", "60", program); err != nil || !strings.HasSuffix(out, "lives\n") || strings.Contains(out, "panicked") {
			t.Errorf("%d: %v\n%s", nth, err, tail(out))
		}
	}
}

// TestUndescribed makes a class that cannot be described, and that somebody has an object of already: what its closures point to stays.
func TestUndescribed(t *testing.T) {
	host(t)
	object := filepath.Join(t.TempDir(), "undescribed.o")
	run(t, "", nil, "gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-I../../libsom/include", "-c", "-o", object, "../host/test/undescribed.c")
	run(t, "", env(t), "cargo", "rustc", "-q", "--example", "undescribed", "--", "-C", "link-arg=-Wl,--wrap=somh_define", "-C", "link-arg="+object)
	program := []string{filepath.Join(target(t), "debug/examples/undescribed")}
	if _, err := exec.LookPath("valgrind"); err == nil {
		program = append([]string{"valgrind", "-q", "--error-exitcode=9"}, program...)
	}
	if out := run(t, "", env(t), program[0], program[1:]...); out != "stays\n" {
		t.Error(out)
	}
}

// TestInterfaces holds what is generated of the libraries, and what the command says of what is none.
func TestInterfaces(t *testing.T) {
	command := filepath.Join(built(t), "dsom-rust")
	for name, dir := range map[string]string{"zoo": zoo(t), "making": making(t), "counter": counter(t, 1, "1"), "names": names(t)} {
		golden.Check(t, name+".rs", run(t, "", env(t), command, "interfaces", filepath.Join(dir, "lib"+name+".so")))
	}
	for _, args := range [][]string{{}, {"interfaces"}, {"interfaces", "/nowhere/libcat.so"}, {"interfaces", "Cargo.toml"}} {
		if out, err := output("", env(t), command, args...); err == nil || strings.Contains(out, "panicked") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

// names is a folder with a class library whose classes' names are near to each other.
func names(t testing.TB) string {
	t.Helper()
	return classlib.Build(t, classlib.Source{IDL: "testdata/names.idl", Code: "testdata/names.cpp"}, classlib.Plain)
}

// TestNames runs a program with such classes.
func TestNames(t *testing.T) {
	out, err := output("", env(t, "SOM_PATH="+names(t)), filepath.Join(built(t), "examples/names"))
	if err != nil || out != "12 13 14 16 17\n" {
		t.Errorf("%v, got\n%s", err, out)
	}
}

// counter is a folder with a release of a class library, of a major version.
func counter(t testing.TB, release int, major string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("../python/testdata/counter%d.idl", release))
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(t.TempDir(), "counter.idl")
	was := "majorversion = 1; minorversion"
	if !strings.Contains(string(text), was) {
		t.Fatalf("counter%d.idl has no version", release)
	}
	if err := os.WriteFile(source, []byte(strings.Replace(string(text), was, "majorversion = "+major+"; minorversion", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	var flags []string
	if release == 2 {
		flags = []string{"-DNAMED"}
	}
	return classlib.Build(t, classlib.Source{IDL: source, Code: "../python/testdata/counter.cpp"}, classlib.Plain, flags...)
}

// TestReleases runs a program with the release of a class library that it was built for, with the next, whose class has another ancestor, other data and
// more methods, and with one of another major version.
func TestReleases(t *testing.T) {
	program := filepath.Join(built(t), "examples/release")
	for _, c := range []struct {
		release     int
		major, want string
		fails       bool
	}{
		{1, "1", "10 50 6\n(1, 0) [\"SOMObject\"] false\n", false},
		{2, "1", "10 50 6\n(1, 1) [\"Named\"] true\n", false},
		{1, "2", "version", true},
	} {
		out, err := output("", env(t, "SOM_PATH="+counter(t, c.release, c.major)), program)
		if (err != nil) != c.fails || !strings.Contains(out, c.want) || strings.Contains(out, "panicked") {
			t.Errorf("release %d.%s: %v, got\n%s", c.release, c.major, err, out)
		}
	}
}

// BenchmarkCalls prints the table of docs/som-rust.md, measured in one run.
func BenchmarkCalls(b *testing.B) {
	program := filepath.Join(built(b, "--release"), "examples/bench")
	for b.Loop() {
		b.Log("\n" + run(b, "", env(b), program))
	}
}
