package libsom_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
)

// A toolchain is a way to build the kernel and to run what was built.
type toolchain struct {
	name  string
	cc    string
	flags []string // for compiling and linking
	libs  []string
	run   []string // goes before the program
	env   []string // of runs, beside what all have
	pkg   string   // of Debian, which has cc; run comes with it
}

var (
	gcc   = toolchain{name: "gcc", cc: "gcc", flags: ffi("-O2"), libs: []string{"-lffi"}, pkg: "gcc"}
	asan  = toolchain{name: "asan", cc: "gcc", flags: ffi("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"), libs: []string{"-lffi"}, pkg: "gcc"}
	clang = toolchain{name: "clang", cc: "clang", flags: ffi("-O1"), libs: []string{"-lffi"}, pkg: "clang"}
	tsan  = toolchain{name: "tsan", cc: "gcc", flags: ffi("-O1", "-g", "-fsanitize=thread"), libs: []string{"-lffi"}, pkg: "gcc"}
	// Without libffi, which Debian has for no other machine than its own; those before show that with it.
	musl     = toolchain{name: "musl", cc: "musl-gcc", flags: []string{"-O1", "-static"}, pkg: "musl-tools"}
	i686     = toolchain{name: "i686", cc: "i686-linux-gnu-gcc", flags: []string{"-O1", "-static"}, run: []string{"qemu-i386-static"}, pkg: "gcc-i686-linux-gnu libc6-dev-i386-cross qemu-user-static"}
	s390x    = toolchain{name: "s390x", cc: "s390x-linux-gnu-gcc", flags: []string{"-O1", "-static"}, run: []string{"qemu-s390x-static"}, pkg: "gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user-static"}
	mingw    = toolchain{name: "mingw", cc: "x86_64-w64-mingw32-gcc", flags: []string{"-O1", "-static"}, pkg: "gcc-mingw-w64-x86-64"}
	valgrind = toolchain{name: "valgrind", cc: "gcc", flags: ffi("-O1", "-g"), libs: []string{"-lffi"}, pkg: "valgrind",
		run: []string{"valgrind", "-q", "--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"}}
)

func ffi(flags ...string) []string { return append(flags, "-DSOM_FFI") }

// invokes reports whether what the toolchain builds has calls by signature.
func (c toolchain) invokes() bool { return len(c.libs) > 0 }

// strict is how everything of the kernel's is compiled.
var strict = []string{"-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-cast-function-type", "-pthread"}

// need says whether a toolchain is there.
func (c toolchain) need(t testing.TB) {
	t.Helper()
	for _, tool := range append([]string{c.cc}, c.run[:min(1, len(c.run))]...) {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: apt-get install %s", tool, c.pkg)
		}
	}
}

// dir is a folder for what the tests of one process build.
var dir = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "libsom") })

func TestMain(m *testing.M) {
	code := m.Run()
	if d, err := dir(); err == nil {
		os.RemoveAll(d)
	}
	os.Exit(code)
}

// builds holds what was built: the kernel's objects of each toolchain, and programs.
var builds sync.Map // string to func() (string, error)

// once builds what is named, the first time that it is asked for.
func once(t testing.TB, name string, build func(dir string) error) string {
	t.Helper()
	f, _ := builds.LoadOrStore(name, sync.OnceValues(func() (string, error) {
		d, err := dir()
		if err != nil {
			return "", err
		}
		out := filepath.Join(d, name)
		return out, build(out)
	}))
	out, err := f.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// compile runs the compiler in a folder, which is where it leaves objects.
func (c toolchain) compile(in string, args ...string) error {
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	cmd := exec.Command(c.cc, slices.Concat(strict, []string{"-I" + here + "/include", "-I" + here + "/meta"}, c.flags, args)...)
	cmd.Dir = in
	if b, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd.Args, err, b)
	}
	return nil
}

// build compiles a program of test/ with the kernel and the library of metaclasses in it.
func (c toolchain) build(t testing.TB, program string) string {
	t.Helper()
	c.need(t)
	flags := strings.Join(slices.Concat(strict, c.flags), " ")
	objects, err := sombuild.Folder(c.cc, "objects "+flags, func(out string) error {
		var sources []string
		for _, pattern := range []string{"src/*.c", "meta/*.c"} {
			some, err := absolute(pattern)
			if err != nil {
				return err
			}
			sources = append(sources, some...)
		}
		return c.compile(out, append([]string{"-c"}, sources...)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	suffix := ""
	if c.name == "mingw" {
		suffix = ".exe"
	}
	return once(t, c.name+"-"+program+suffix, func(out string) error {
		all, err := absolute("test/" + program + ".c")
		if err != nil {
			return err
		}
		kernel, err := filepath.Glob(objects + "/*.o")
		if err != nil {
			return err
		}
		args := slices.Concat([]string{"-o", out}, all, kernel, c.libs)
		if c.name != "mingw" {
			args = append(args, "-ldl")
		}
		return c.compile(filepath.Dir(out), args...)
	})
}

// absolute finds files from wherever the compiler runs.
func absolute(pattern string) ([]string, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	return filepath.Glob(filepath.Join(here, pattern))
}

// command is a run of a program that was built, ended when it takes far too long.
func (c toolchain) command(t testing.TB, program string, args ...string) *exec.Cmd {
	t.Helper()
	words := append(append(append([]string{}, c.run...), program), args...)
	const limit = 10 * time.Minute                                  // of a machine on which much else runs
	ctx, cancel := context.WithTimeout(context.Background(), limit) // not the test's, which ends before its cleanup
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = append(os.Environ(), "UBSAN_OPTIONS=print_stacktrace=1", "TSAN_OPTIONS=halt_on_error=1 report_thread_leaks=0")
	cmd.Env = append(cmd.Env, c.env...)
	if c.name != "asan" && c.name != "valgrind" {
		cmd.Env = append(cmd.Env, "SOM_CHECK=1")
	}
	return cmd
}
