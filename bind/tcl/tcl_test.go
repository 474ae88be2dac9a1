// Package tcl_test builds dsom for Tcl, and a class library in C++, and runs Tcl's own tests with them.
package tcl_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

const (
	tclsh   = "tclsh8.6"
	include = "/usr/include/tcl8.6"
	checked = "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"
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

func compile(name string, args ...string) error {
	if out, err := output("", nil, name, args...); err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}

func need(t testing.TB) {
	t.Helper()
	for _, tool := range []string{tclsh, "gcc", "g++", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	if _, err := os.Stat(include); err != nil {
		absent.Skip(t, "no headers of Tcl: interop/install-peers has them, in tcl-dev")
	}
}

// site is a folder with the extension, built as its Makefile builds it, and what calls it in the tests. It is linked with flags of its own.
func site(t testing.TB, flags string, link ...string) string {
	t.Helper()
	need(t)
	kernel := sombuild.Kernel(t, "gcc", flags)
	return shelf.Once(t, fmt.Sprintf("site%d%s", len(link), strings.NewReplacer(" ", "", "/", "").Replace(flags)), func(dir string) error {
		if err := compile("make", "-s", "BUILD="+dir, "KERNEL="+kernel, "CFLAGS="+flags, "LDFLAGS="+strings.Join(link, " ")); err != nil {
			return err
		}
		return compile("gcc", slices.Concat([]string{"-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-DUSE_TCL_STUBS", "-I" + include, "-I../../libsom/include", "-Wl,-z,nodelete"},
			strings.Fields(flags), []string{"-o", filepath.Join(dir, "caller.so"), "tests/caller.c", "../python/tests/caller.c", "../host/test/maker.c", "-ltclstub8.6", "-L" + kernel, "-Wl,-rpath," + kernel, "-lsom", "-pthread"})...)
	})
}

// run runs a program of tests/.
func run(t testing.TB, flags, program string, args ...string) (string, error) {
	t.Helper()
	return runAt(t, site(t, flags), flags, program, args...)
}

func runAt(t testing.TB, dir, flags, program string, args ...string) (string, error) {
	t.Helper()
	env := []string{"SOM_PATH=" + classlib.Build(t, classlib.Zoo(t), flags), "TCLLIBPATH=" + dir, "CALLER=" + filepath.Join(dir, "caller.so"), "LANG=C.UTF-8"}
	if flags == checked {
		var preload []string
		for _, library := range []string{"libasan.so", "libubsan.so", "libstdc++.so"} {
			preload = append(preload, strings.TrimSpace(sombuild.Run(t, nil, "g++", "-print-file-name="+library)))
		}
		// What Tcl and libsom have for as long as the process lives is no leak: the stress looks for those.
		env = append(env, "LD_PRELOAD="+strings.Join(preload, ":"), "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0")
	}
	return output("", env, "timeout", append([]string{"400", tclsh, program}, args...)...)
}

// each runs a test plain and under the checkers of addresses and undefined behaviour.
func each(t *testing.T, f func(t *testing.T, flags string)) {
	for name, flags := range map[string]string{"plain": classlib.Plain, "checked": checked} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, flags)
		})
	}
}

// TestClasses runs what a program does with classes of C++.
func TestClasses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, flags string) {
		if out, err := run(t, flags, "tests/classes.tcl"); err != nil || !strings.HasSuffix(out, "\nOK\n") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestStress makes and destroys objects of all kinds; a million of each where DSOM_SOAK is set.
func TestStress(t *testing.T) {
	t.Parallel()
	many := "50000"
	if os.Getenv("DSOM_SOAK") != "" {
		many = "1000000"
	}
	if out, err := run(t, classlib.Plain, "tests/stress.tcl", many); err != nil || !strings.HasSuffix(out, "flat\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestEnds ends Tcl with objects alive, in its hands and C++'s, and a thread in the midst of calls.
func TestEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, flags string) {
		for how, says := range map[string]string{"plain": "ends\n", "threads": "ends\n", "raise": "an error\n", "last": "ends\nat the end:  7\n", "interp": "ends\n8\n7\n"} {
			out, err := run(t, flags, "tests/ends.tcl", how)
			if !strings.Contains(out, says) || (err != nil) != (how == "raise") || strings.Contains(out, "Sanitizer") {
				t.Errorf("%s: %v\n%s", how, err, out)
			}
		}
	})
}

// TestLimited has Tcl's own limits end an override.
func TestLimited(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, flags string) {
		want := strings.Repeat("1 command count limit exceeded 7\n", 3) + "lives\n"
		if out, err := run(t, flags, "tests/limited.tcl"); err != nil || out != want {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestUndescribed makes a class that cannot be described, and that somebody has an object of already: what its closures point to stays.
func TestUndescribed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, flags string) {
		object := shelf.Once(t, "undescribed", func(dir string) error {
			if err := os.Mkdir(dir, 0o755); err != nil {
				return err
			}
			return compile("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-I../../libsom/include", "-c", "-o", filepath.Join(dir, "undescribed.o"), "../host/test/undescribed.c")
		})
		dir := site(t, flags, "-Wl,--wrap=somh_define", filepath.Join(object, "undescribed.o"))
		if out, err := runAt(t, dir, flags, "tests/undescribed.tcl"); err != nil || out != "stays\n" {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestDamaged loads classes whose library's type information is not what it was: the methods that it reaches cannot be called, and the process lives.
func TestDamaged(t *testing.T) {
	t.Parallel()
	dir := site(t, classlib.Plain)
	for nth := range 20 {
		env := []string{"SOM_PATH=" + classlib.Damaged(t, classlib.Plain, nth), "TCLLIBPATH=" + dir}
		if out, err := output("", env, "timeout", "60", tclsh, "tests/damaged.tcl"); err != nil || !strings.HasSuffix(out, "lives\n") {
			t.Errorf("%d: %v\n%s", nth, err, out)
		}
	}
}

// BenchmarkCalls prints the table of docs/som-tcl.md, measured in one run.
func BenchmarkCalls(b *testing.B) {
	for b.Loop() {
		out, err := run(b, classlib.Plain, "tests/bench.tcl")
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		b.Log("\n" + out)
	}
}
