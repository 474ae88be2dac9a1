// Package host_test holds libsomhost, what bindings of dynamic languages share.
package host_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
	"github.com/opendsom/dsom/typelib"
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

// TestDefine makes classes while memory runs out: one is there, or it is not found.
func TestDefine(t *testing.T) {
	t.Parallel()
	env := []string{"SOM_PATH=" + classlib.Build(t, classlib.Zoo(t), classlib.Plain), "ASAN_OPTIONS=detect_leaks=0"}
	out := filepath.Join(t.TempDir(), "define")
	build(t, out, "gcc", "test/define.c", append([]string{"-DSOMH_FFI", "-Wl,--wrap=calloc"}, checked...)...)
	if got := sombuild.Run(t, env, "timeout", "120", out); got != "defined\n" {
		t.Errorf("got %s", got)
	}
}

// TestLimits describes classes of which the type information says too much, and says so; and structures that hold each other by sequences, which are none of that.
func TestLimits(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "limits")
	build(t, out, "gcc", "test/limits.c", append([]string{"-DSOMH_FFI"}, checked...)...)
	const structures = "struct S2; struct S1 { sequence<S2> s; }; struct S2 { S1 x; long n; }; struct S3 { sequence<long> s; };"
	big := func(doc, declares, one string) string {
		return structures + "interface Big : SOMObject " + doc + "{" + declares + "\n void one(in S1 s);\n" + one + "\n void two();\n void three(in S3 s);\n implementation { releaseorder: one, two, three; }; };"
	}
	many := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	const good = "one: good; -\ntwo: good; -\nthree: good; -\n"
	for name, c := range map[string]struct{ idl, want string }{
		"within": {big("\n/* "+strings.Repeat("x", 60_000)+" */\n", many(1000, "const long c%d = 1;\n"), ""), strings.Repeat("x", 60) + "\n" + good},
		"octets": {big("\n/* "+strings.Repeat("x", 70_000)+" */\n", "", ""), "its comment has more than 65536 octets (SOMH_MAX_DOC)\n" + good},
		"parts":  {big("", "", many(1100, "// line %d\n")), "-\none: good; its comment has more than 1024 parts (SOMH_MAX_DOC_PARTS)\ntwo: good; -\nthree: good; -\n"},
		"declarations": {big("", many(65_600, "const long c%d = 1;\n"), ""), "-\none: its class has more than 65536 declarations (SOMH_MAX_PARTS); -\ntwo: good; -\n" +
			"three: its class has more than 65536 declarations (SOMH_MAX_PARTS); -\n"},
	} {
		dir := t.TempDir()
		source, info := filepath.Join(dir, "big.idl"), filepath.Join(dir, "big.somt")
		if err := os.WriteFile(source, []byte("#include <somobj.idl>\n"+c.idl), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := idl.Compile(t.Context(), idl.Options{}, source)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		b, err := typelib.Append(nil, r.Spec, typelib.Options{Files: []string{source}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := os.WriteFile(info, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := sombuild.Run(t, []string{"ASAN_OPTIONS=detect_leaks=0"}, "timeout", "120", out, info); got != c.want {
			t.Errorf("%s: got\n%s", name, got)
		}
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

// TestLent holds that what an object has lent its ancestors is there for their destructors, and that nothing of it is left behind them; nor of an object that was met and could not be begun.
func TestLent(t *testing.T) {
	t.Parallel()
	env := []string{"SOM_PATH=" + classlib.Build(t, classlib.Zoo(t), classlib.Plain)}
	out := filepath.Join(t.TempDir(), "lent")
	build(t, out, "gcc", "test/lent.c", append([]string{"-DSOMH_FFI"}, checked...)...)
	if got := sombuild.Run(t, env, "timeout", "120", out); got != "lent\n" {
		t.Errorf("got %s", got)
	}
}
