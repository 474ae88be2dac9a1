// Package host_test holds libsomhost, what bindings of dynamic languages share.
package host_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

// build compiles a program of test/ with the library's sources.
func build(t *testing.T, out, compiler, program string, flags ...string) {
	t.Helper()
	sombuild.Need(t, compiler, compiler)
	kernel := sombuild.Kernel(t, "gcc", "-O2")
	sources, err := filepath.Glob("src/*.c")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	for _, file := range append(slices.Clone(sources), program, "somhost.h", "src/inner.h", "../c/typelib/src/somt.c") {
		if _, err := os.Stat(file); err != nil { // so that the go command knows when the test has to run again
			t.Fatal(err)
		}
	}
	args := slices.Concat([]string{"-std=c11", "-g", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wstrict-prototypes", "-Wno-cast-function-type",
		"-I../../libsom/include", "-I../c/typelib", "-o", out, program, "../c/typelib/src/somt.c"}, sources, flags,
		[]string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-lffi", "-pthread"})
	sombuild.Run(t, nil, compiler, args...)
}

var checked = []string{"-fsanitize=address,undefined", "-fno-sanitize-recover=all"}

// TestWalk describes classes, calls and subclasses them, with and without libffi, compiled by either compiler.
func TestWalk(t *testing.T) {
	t.Parallel()
	dir := classlib.Build(t, classlib.Zoo(t), classlib.Plain)
	env := []string{"SOM_PATH=" + dir, "ASAN_OPTIONS=detect_leaks=0"} // descriptions live as long as the process
	for _, c := range []struct {
		compiler string
		flags    []string
	}{{"gcc", append([]string{"-DSOMH_FFI"}, checked...)}, {"gcc", []string{"-O2"}}, {"clang", []string{"-DSOMH_FFI", "-O1"}}} {
		out := filepath.Join(t.TempDir(), "walk")
		build(t, out, c.compiler, "test/walk.c", c.flags...)
		golden.Check(t, "walk.txt", strings.ReplaceAll(sombuild.Run(t, env, out, "Zoo::Animal", "Zoo::Puppy", "Zoo::Echo", "Zoo::Dog", "Nothing"), dir, "/classes"))
	}
}

// TestDamaged reads typelibs in which bits are others, numbers above all: nothing ends the process, and what is wrong cannot be called.
func TestDamaged(t *testing.T) {
	t.Parallel()
	classes := classlib.Build(t, classlib.Zoo(t), classlib.Plain)
	info, err := os.ReadFile(filepath.Join(classes, "zoo.somt"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "damaged")
	build(t, out, "gcc", "test/damaged.c", append([]string{"-DSOMH_FFI"}, checked...)...)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var all []byte // each as it is, one behind the other
	for range 400 {
		b := slices.Clone(info)
		for range 1 + r.IntN(8) {
			at := 32 + r.IntN(len(b)-32)
			switch r.IntN(3) {
			case 0:
				b[at] ^= 1 << r.IntN(8)
			case 1:
				b[at] = byte(r.IntN(256))
			default:
				b[at] = byte(r.IntN(40)) // the numbers of kinds, types and declarations
			}
		}
		all = append(all, b...)
	}
	file := filepath.Join(dir, "damaged.somt")
	if err := os.WriteFile(file, all, 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"SOM_PATH=" + classes, "ASAN_OPTIONS=detect_leaks=0"}
	got := sombuild.Run(t, env, "timeout", "120", out, file)
	if !strings.HasSuffix(got, "400 typelibs\n") {
		t.Errorf("got %s", got)
	}
}

// TestHome has other threads call objects of a host that runs in one, under the checkers of addresses and of threads as well.
func TestHome(t *testing.T) {
	t.Parallel()
	env := []string{"SOM_PATH=" + classlib.Build(t, classlib.Zoo(t), classlib.Plain), "ASAN_OPTIONS=detect_leaks=0"}
	for _, flags := range [][]string{{"-O2"}, checked, {"-O1", "-fsanitize=thread"}} {
		out := filepath.Join(t.TempDir(), "home")
		build(t, out, "gcc", "test/home.c", flags...)
		if got := sombuild.Run(t, env, "timeout", "300", out, "Zoo::Dog"); got != "at home\n" {
			t.Errorf("%v: got %s", flags, got)
		}
		if got := sombuild.Run(t, env, "timeout", "300", out, "Zoo::Dog", "leaving"); got != "left\n" {
			t.Errorf("%v, leaving: got %s", flags, got)
		}
	}
}
