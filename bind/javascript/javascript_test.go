// Package javascript_test builds dsom's package for Node, and class libraries in C++, and runs JavaScript's own tests with them.
package javascript_test

import (
	"errors"
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

// A build is how everything is compiled.
type build struct {
	name, kernel, flags string // kernel: flags of libsom, which other packages' tests share
}

const sanitize = "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"

var (
	plain = build{"plain", classlib.Plain, "-O2 -Werror -Wshadow"}
	asan  = build{"asan", sanitize, sanitize + " -Werror"}
)

// output runs a program, and returns what it says.
func output(in string, env []string, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = in
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func tail(s string) string {
	const most = 8000
	return s[max(0, len(s)-most):]
}

var shelf sombuild.Shelf

func TestMain(m *testing.M) {
	code := m.Run()
	shelf.Clear()
	os.Exit(code)
}

// need skips the test where there is no Node, or an old one, or what builds its addons is missing.
func need(t testing.TB, tools ...string) {
	t.Helper()
	for _, tool := range append([]string{"node", "gcc", "g++", "make"}, tools...) {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	if out, err := output("", nil, "node", "-p", "parseInt(process.versions.node) >= 18"); err != nil || out != "true\n" {
		absent.Skip(t, "node is older than 18")
	}
	const headers = "require('fs').existsSync(require('path').join(require('fs').realpathSync(process.execPath), '../../include/node/node_api.h')) || require('fs').existsSync('/usr/include/node/node_api.h')"
	if out, err := output("", nil, "node", "-p", headers); err != nil || out != "true\n" {
		absent.Skip(t, "no node_api.h: interop/install-peers has it, in libnode-dev")
	}
}

// repository copies what the package is built from to a folder.
func repository(dir string) error {
	for _, part := range []string{"libsom/src", "libsom/include", "libsom/meta", "bind/host", "bind/c/typelib", "bind/javascript/src", "bind/javascript/lib", "bind/javascript/amber", "bind/javascript/bin", "bind/javascript/test"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("../..", part))); err != nil {
			return err
		}
	}
	files := []string{"libsom/Makefile", "LICENSE"}
	for _, pattern := range []string{"*.js", "*.mjs", "*.ts", "*.json", "README.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		for _, f := range found {
			files = append(files, filepath.Join("bind/javascript", f))
		}
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join("../..", f))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// site is a folder with the package, and its addon built as npm has it built.
func (b build) site(t testing.TB) string {
	t.Helper()
	need(t)
	kernel := sombuild.Kernel(t, "gcc", b.kernel)
	dir := shelf.Once(t, "site-"+b.name, func(dir string) error {
		if err := repository(dir); err != nil {
			return err
		}
		out, err := output(filepath.Join(dir, "bind/javascript"), []string{"CC=gcc", "CFLAGS=" + b.flags, "DSOM_LIBSOM=" + kernel}, "node", "build.js")
		if err != nil {
			return failed{err, out}
		}
		return nil
	})
	return filepath.Join(dir, "bind/javascript")
}

type failed struct {
	error
	out string
}

func (f failed) Error() string { return f.error.Error() + "\n" + f.out }

// libraries are the folders with class libraries: the zoo of the C++ binding's tests, what stands below it, what calls from other threads, and what shows objects that are being made.
func (b build) libraries(t testing.TB) string {
	t.Helper()
	return classlib.Build(t, classlib.Zoo(t), b.kernel) + ":" + classlib.Farm(t, b.kernel) + ":" + classlib.Build(t, classlib.Source{IDL: "testdata/threads.idl", Code: "testdata/threads.cpp"}, b.kernel, "-pthread") + ":" +
		classlib.Build(t, classlib.Source{IDL: "testdata/making.idl", Code: "testdata/making.cpp"}, b.kernel, "-pthread")
}

// env is what a program is started with.
func (b build) env(t testing.TB, more ...string) []string {
	env := append([]string{"SOM_PATH=" + b.libraries(t), "NODE_OPTIONS="}, more...)
	if b.name == asan.name {
		var preload []string
		for _, library := range []string{"libasan.so", "libubsan.so", "libstdc++.so"} {
			preload = append(preload, strings.TrimSpace(sombuild.Run(t, nil, "g++", "-print-file-name="+library)))
		}
		env = append(env, "LD_PRELOAD="+strings.Join(preload, ":"), "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0")
	}
	return env
}

// TestPackage runs JavaScript's tests, under the checkers of addresses and undefined behaviour as well.
func TestPackage(t *testing.T) {
	t.Parallel()
	need(t)
	files, err := filepath.Glob("test/*.test.js")
	if err != nil || len(files) == 0 {
		t.Fatal("no tests", err)
	}
	for _, b := range []build{plain, asan} {
		for _, file := range files {
			if strings.HasSuffix(file, "remote.test.js") || strings.HasSuffix(file, "serve.test.js") || strings.HasSuffix(file, "amber.test.js") {
				continue // they need a server, and packages
			}
			t.Run(b.name+"/"+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				b.unit(t, file)
			})
		}
	}
}

// unit runs a file of JavaScript's tests.
func (b build) unit(t *testing.T, file string, more ...string) {
	t.Helper()
	out, err := output(b.site(t), b.env(t, more...), "timeout", "500", "node", "--expose-gc", file)
	if err != nil || strings.Contains(out, "Sanitizer") || !strings.Contains(out, "# pass ") || strings.Contains(out, "# pass 0\n") {
		t.Errorf("%v\n%s", err, tail(out))
	}
}

// TestPacked has npm pack the package, and install what it has packed, and install the folder as a copy, as some releases of npm do unless told otherwise.
func TestPacked(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the package twice")
	}
	need(t, "npm")
	dir := t.TempDir()
	if err := repository(filepath.Join(dir, "dsom")); err != nil {
		t.Fatal(err)
	}
	npm := func(in string, args ...string) {
		t.Helper()
		if out, err := output(in, []string{"NODE_OPTIONS=", "DSOM_LIBSOM="}, "npm", args...); err != nil {
			t.Fatalf("npm %v: %v\n%s", args, err, tail(out))
		}
	}
	folder := filepath.Join(dir, "dsom/bind/javascript")
	npm(folder, "pack", "--pack-destination", dir)
	for how, args := range map[string][]string{"packed": {filepath.Join(dir, "dsom-1.0.0.tgz")}, "copied": {"--install-links", folder}} {
		program := filepath.Join(dir, how)
		if err := os.Mkdir(program, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(program, "package.json"), []byte("{\"private\": true}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		npm(program, append([]string{"install", "--offline", "--no-audit", "--no-fund"}, args...)...)
		at := filepath.Join(program, "node_modules/dsom")
		if info, err := os.Lstat(at); err != nil || !info.IsDir() {
			t.Errorf("%s: it is no copy: %v, %v", how, info, err)
		}
		const calls = "const Dog = require('dsom').load('Zoo::Dog'); class Own extends Dog { speak(n) { return super.speak(n) + 1n; } } console.log(new Own().speak(3))"
		if out, err := output(program, plain.env(t), "node", "-e", calls); err != nil || out != "8n\n" {
			t.Errorf("%s: %v\n%s", how, err, out)
		}
	}
}

// TestAmber runs Smalltalk in JavaScript with classes of C++.
func TestAmber(t *testing.T) {
	t.Parallel()
	need(t)
	env := "NODE_PATH=" + sombuild.Modules(t, sombuild.Ambers...)
	for _, b := range []build{plain, asan} {
		b.unit(t, "test/amber.test.js", env)
	}
}

// TestStress makes and drops objects of all kinds; a million of each where DSOM_SOAK is set.
func TestStress(t *testing.T) {
	t.Parallel()
	many := "50000"
	if os.Getenv("DSOM_SOAK") != "" {
		many = "1000000"
	}
	out, err := output(plain.site(t), plain.env(t), "node", "--expose-gc", "test/stress.js", many)
	if err != nil || !strings.HasSuffix(out, "flat\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestEnds ends Node with objects alive, in JavaScript's hands and C++'s, and threads in the midst of calls.
func TestEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		how, says string
		fails     bool
	}{
		{"plain", "ends\n", false}, {"threads", "ends\n", false}, {"exit", "ends\n", false}, {"inside", "ends\n", false},
		{"throw", "an error", true}, {"given", "Max true\n-1 IDL:omg.org/CORBA/BAD_INV_ORDER:1.0 the program of the object's language has ended, maybe\n", true}, {"last", "ends\nat the end: 7\n", false}, {"async", "ends\n", false},
	} {
		for _, b := range []build{plain, asan} {
			t.Run(c.how+"/"+b.name, func(t *testing.T) {
				out, err := output(b.site(t), b.env(t), "timeout", "100", "node", "test/ends.js", c.how)
				if !strings.Contains(out, c.says) || (err != nil) != c.fails || strings.Contains(out, "Sanitizer") || strings.Contains(out, "core dumped") {
					t.Errorf("%v\n%s", err, tail(out))
				}
			})
		}
	}
}

// TestNever has overrides that do not return: called by another thread, which is told, and by the main one, which Node ends.
func TestNever(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"foreign", "terminated"} {
		for _, b := range []build{plain, asan} {
			out, err := output(b.site(t), b.env(t), "timeout", "100", "node", "--expose-gc", "--no-warnings", "test/never.js", how)
			if err != nil || out != "lives\n" {
				t.Errorf("%s, %s: %v\n%s", b.name, how, err, tail(out))
			}
		}
	}
}

// TestShort has a class that cannot be described, and is there for good.
func TestShort(t *testing.T) {
	t.Parallel()
	kernel, short := sombuild.Kernel(t, "gcc", plain.kernel), filepath.Join(t.TempDir(), "libshort.so")
	sombuild.Run(t, nil, "gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I../../libsom/include", "-o", short, "../host/test/short.c", "-L"+kernel, "-lsom", "-Wl,-rpath,"+kernel)
	out, err := output(plain.site(t), plain.env(t, "LD_PRELOAD="+short, "SHORT_OF=Shortage", "MALLOC_PERTURB_=165"), "node", "--expose-gc", "test/short.js")
	if err != nil || out != "stays\n" {
		t.Errorf("%v\n%s", err, tail(out))
	}
}

// TestListener ends Node by process.exit in an override that other threads have called, in which a listener throws: Node ends, with whatever status.
func TestListener(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"listener", "listener_of_threads", "listener_and_on"} {
		for _, b := range []build{plain, asan} {
			var status *exec.ExitError
			out, err := output(b.site(t), b.env(t), "timeout", "50", "node", "test/ends.js", how)
			if !strings.HasPrefix(out, "ends\n") || strings.Contains(out, "Sanitizer") || strings.Contains(out, "core dumped") || (err != nil && (!errors.As(err, &status) || status.ExitCode() != 1)) {
				t.Errorf("%s, %s: %v\n%s", b.name, how, err, tail(out))
			}
		}
	}
}

// headers is where node_api.h is.
func headers(t testing.TB) string {
	t.Helper()
	out, err := output("", nil, "node", "-p", "const p = require('path').join(require('fs').realpathSync(process.execPath), '../../include/node'); require('fs').existsSync(p) ? p : '/usr/include/node'")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// BenchmarkCalls prints the table of docs/som-javascript.md, measured in one run.
func BenchmarkCalls(b *testing.B) {
	site, hand := plain.site(b), filepath.Join(b.TempDir(), "plain.node")
	sombuild.Run(b, nil, "gcc", "-std=c11", "-O2", "-fPIC", "-shared", "-I"+headers(b), "-o", hand, "test/plain.c")
	env := plain.env(b, "NODE_PATH="+sombuild.Modules(b, slices.Concat(sombuild.Ambers, []string{"koffi@3.3.4"})...))
	for b.Loop() {
		b.Log("\n" + sombuild.Run(b, env, "node", filepath.Join(site, "test/bench.js"), hand))
	}
}
