// Package lua_test builds dsom for Lua 5.4 and LuaJIT, and a class library in C++, and runs Lua's own tests with them.
package lua_test

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

// An engine is a Lua, by the name of its program and of its package for pkg-config.
type engine struct{ name, pkg string }

var engines = []engine{{"lua5.4", "liblua5.4-dev"}, {"luajit", "libluajit-5.1-dev"}}

const checked = "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"

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

func (e engine) need(t testing.TB) {
	t.Helper()
	for _, tool := range []string{e.name, "gcc", "g++", "make", "pkg-config"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	if exec.Command("pkg-config", "--exists", e.name).Run() != nil {
		absent.Skip(t, "no lua.h of %s: interop/install-peers has it, in %s", e.name, e.pkg)
	}
}

// site is a folder with the module, built as its Makefile builds it, and the modules of the tests. It is linked with flags of its own.
func (e engine) site(t testing.TB, flags string, link ...string) string {
	t.Helper()
	e.need(t)
	kernel := sombuild.Kernel(t, "gcc", flags)
	return shelf.Once(t, fmt.Sprintf("%s%d%s", e.name, len(link), strings.NewReplacer(" ", "", "/", "").Replace(flags)), func(dir string) error {
		if err := compile("make", "-s", "LUA="+e.name, "BUILD="+dir, "KERNEL="+kernel, "CFLAGS="+flags, "LDFLAGS="+strings.Join(link, " ")); err != nil {
			return err
		}
		include, err := exec.Command("pkg-config", "--cflags", e.name).Output()
		if err != nil {
			return err
		}
		common := slices.Concat([]string{"-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I../../libsom/include"}, strings.Fields(string(include)), strings.Fields(flags))
		if err := compile("gcc", slices.Concat(common, []string{"-o", filepath.Join(dir, "plain.so"), "tests/plain.c"})...); err != nil {
			return err
		}
		return compile("gcc", slices.Concat(common, []string{"-Wl,-z,nodelete", "-o", filepath.Join(dir, "caller.so"), "tests/caller.c", "../python/tests/caller.c", "../host/test/maker.c", "-L" + kernel, "-lsom", "-pthread"})...)
	})
}

// run runs a program of tests/.
func (e engine) run(t testing.TB, flags, program string, args ...string) (string, error) {
	t.Helper()
	return e.runAt(t, e.site(t, flags), flags, program, args...)
}

func (e engine) runAt(t testing.TB, site, flags, program string, args ...string) (string, error) {
	t.Helper()
	classes := classlib.Build(t, classlib.Zoo(t), flags) + ":" + classlib.Build(t, classlib.Source{IDL: "../javascript/testdata/threads.idl", Code: "../javascript/testdata/threads.cpp"}, flags, "-pthread")
	env := []string{"SOM_PATH=" + classes, "LUA_PATH=" + site + "/?.lua;" + site + "/?/init.lua", "LUA_CPATH=" + site + "/?.so"}
	if flags == checked {
		var preload []string
		for _, library := range []string{"libasan.so", "libubsan.so", "libstdc++.so"} {
			preload = append(preload, strings.TrimSpace(sombuild.Run(t, nil, "g++", "-print-file-name="+library)))
		}
		// What Lua and libsom have for as long as the process lives is no leak: the stress looks for those.
		env = append(env, "LD_PRELOAD="+strings.Join(preload, ":"), "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0")
	}
	return output("", env, "timeout", append([]string{"400", e.name, program}, args...)...)
}

// each runs a test for each Lua, plain and under the checkers of addresses and undefined behaviour.
func each(t *testing.T, f func(t *testing.T, e engine, flags string)) {
	for _, e := range engines {
		for _, flags := range []string{classlib.Plain, checked} {
			t.Run(e.name+map[bool]string{true: "-checked"}[flags == checked], func(t *testing.T) {
				t.Parallel()
				f(t, e, flags)
			})
		}
	}
}

// TestClasses runs what a program does with classes of C++.
func TestClasses(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e engine, flags string) {
		if out, err := e.run(t, flags, "tests/classes.lua"); err != nil || out != "OK\n" {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestUndescribed makes a class that cannot be described, and that somebody has an object of already: what its closures point to stays.
func TestUndescribed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e engine, flags string) {
		object := shelf.Once(t, "undescribed", func(dir string) error {
			if err := os.Mkdir(dir, 0o755); err != nil {
				return err
			}
			return compile("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-I../../libsom/include", "-c", "-o", filepath.Join(dir, "undescribed.o"), "../host/test/undescribed.c")
		})
		site := e.site(t, flags, "-Wl,--wrap=somh_define", filepath.Join(object, "undescribed.o"))
		if out, err := e.runAt(t, site, flags, "tests/undescribed.lua"); err != nil || out != "stays\n" {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// TestStress makes and drops objects of all kinds; a million of each where DSOM_SOAK is set.
func TestStress(t *testing.T) {
	t.Parallel()
	many := "50000"
	if os.Getenv("DSOM_SOAK") != "" {
		many = "1000000"
	}
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			if out, err := e.run(t, classlib.Plain, "tests/stress.lua", many); err != nil || !strings.HasSuffix(out, "flat\n") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestEnds ends Lua with objects alive, in its hands and C++'s, and a thread in the midst of calls.
func TestEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e engine, flags string) {
		for how, says := range map[string]string{"plain": "ends\n", "threads": "ends\n", "raise": "an error\n", "open": "ends\n", "last": "ends\nat the end:  7\n"} {
			out, err := e.run(t, flags, "tests/ends.lua", how)
			if !strings.Contains(out, says) || (err != nil) != (how == "raise") || strings.Contains(out, "Sanitizer") {
				t.Errorf("%s: %v\n%s", how, err, out)
			}
		}
	})
}

// TestDamaged loads a class whose library's type information is not what it was: the methods that it reaches cannot be called, and the process lives.
func TestDamaged(t *testing.T) {
	t.Parallel()
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			site := e.site(t, classlib.Plain)
			for nth := range 20 {
				env := []string{"SOM_PATH=" + classlib.Damaged(t, classlib.Plain, nth), "LUA_PATH=" + site + "/?.lua;" + site + "/?/init.lua", "LUA_CPATH=" + site + "/?.so"}
				if out, err := output("", env, "timeout", "60", e.name, "tests/damaged.lua"); err != nil || !strings.HasSuffix(out, "lives\n") {
					t.Errorf("%d: %v\n%s", nth, err, out)
				}
			}
		})
	}
}

// BenchmarkCalls prints the tables of docs/som-lua.md, measured in one run.
func BenchmarkCalls(b *testing.B) {
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			for b.Loop() {
				out, err := e.run(b, classlib.Plain, "tests/bench.lua")
				if err != nil {
					b.Fatalf("%v\n%s", err, out)
				}
				b.Log("\n" + out)
			}
		})
	}
}
