// Package python_test builds dsom's package for Python, and a class library in C++, and runs Python's own tests with them.
package python_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

// A build is how everything is compiled.
type build struct {
	name, kernel string // flags of libsom, which other packages' tests share
	flags        []string
}

var (
	plain = build{"plain", "-O2", []string{"-O2"}}
	asan  = build{"asan", "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all", []string{"-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"}}
)

// output runs a program, and returns what it says.
func output(in string, env []string, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = in
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func run(t testing.TB, env []string, name string, args ...string) string {
	t.Helper()
	out, err := output("", env, name, args...)
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return out
}

// interpreter returns where the headers of python3 are, and skips the test where it has none, or is too old.
func interpreter(t testing.TB) (include string) {
	t.Helper()
	for _, tool := range []string{"python3", "gcc", "g++"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	out := run(t, nil, "python3", "-c", "import sys, sysconfig; print(sys.version_info >= (3, 10), sysconfig.get_path('include'))")
	new, include, _ := strings.Cut(strings.TrimSpace(out), " ")
	if new != "True" {
		absent.Skip(t, "python3 is older than 3.10")
	}
	if _, err := os.Stat(filepath.Join(include, "Python.h")); err != nil {
		absent.Skip(t, "no Python.h: interop/install-peers has it, in python3-dev")
	}
	return include
}

var shelf sombuild.Shelf

func TestMain(m *testing.M) {
	code := m.Run()
	shelf.Clear()
	os.Exit(code)
}

// once returns the folder of a name, which fill fills the first time.
func once(t testing.TB, name string, fill func(dir string) error) string {
	t.Helper()
	return shelf.Once(t, name, func(dir string) error {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		return fill(dir)
	})
}

type failed struct {
	error
	out string
}

func (f failed) Error() string { return f.error.Error() + "\n" + f.out }

func compile(name string, args ...string) error {
	if out, err := output("", nil, name, args...); err != nil {
		return failed{err, out}
	}
	return nil
}

// zoo is a folder with the class library of the C++ binding's tests.
func (b build) zoo(t testing.TB) string {
	t.Helper()
	return classlib.Build(t, classlib.Zoo(t), b.kernel)
}

// caller is a library of C that calls objects; Python's tests load it by its path.
func (b build) caller(t testing.TB) string {
	t.Helper()
	kernel := sombuild.Kernel(t, "gcc", b.kernel)
	return shelf.Once(t, "libcaller-"+b.name+".so", func(out string) error {
		return compile("gcc", slices.Concat([]string{"-fPIC", "-shared", "-Wall", "-Werror", "-I../../libsom/include", "-o", out, "tests/caller.c", "../host/test/maker.c", "-L" + kernel, "-lsom", "-pthread"}, b.flags)...)
	})
}

// site is a folder with the package, and its extension built.
func (b build) site(t testing.TB) string {
	t.Helper()
	include, kernel := interpreter(t), sombuild.Kernel(t, "gcc", b.kernel)
	return once(t, "site-"+b.name, func(dir string) error {
		if err := os.CopyFS(filepath.Join(dir, "dsom"), os.DirFS("dsom")); err != nil {
			return err
		}
		var sources []string
		for _, pattern := range []string{"src/*.c", "../host/src/*.c", "../c/typelib/src/*.c"} {
			found, err := filepath.Glob(pattern)
			if err != nil {
				return err
			}
			sources = append(sources, found...)
		}
		flags := slices.Concat([]string{"-std=c11", "-Wall", "-Wextra", "-Werror", "-Wshadow", "-Wno-cast-function-type", "-Wno-missing-field-initializers", "-fPIC",
			"-fvisibility=hidden", "-DSOMH_FFI", "-I" + include, "-I../host", "-I../c/typelib", "-I../../libsom/include"}, b.flags)
		// The host's library beside it, as the wheel has it: what calls by ctypes uses it.
		if err := compile("gcc", slices.Concat(flags, []string{"-fvisibility=default", "-shared", "-Wl,-soname,libsomhost.so.1", "-o", filepath.Join(dir, "dsom", "libsomhost.so.1")},
			slices.DeleteFunc(slices.Clone(sources), func(s string) bool { return strings.HasPrefix(s, "src") }), []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-lffi", "-pthread"})...); err != nil {
			return err
		}
		return compile("gcc", slices.Concat(flags, []string{"-shared", "-o", filepath.Join(dir, "dsom", "_core.so")}, sources, []string{"-L" + kernel, "-lsom", "-Wl,-rpath," + kernel, "-lffi", "-pthread"})...)
	})
}

// env is what a program in Python is started with.
func (b build) env(t testing.TB, more ...string) []string {
	env := append([]string{"SOM_PATH=" + b.zoo(t), "CALLER=" + b.caller(t), "PYTHONPATH=" + b.site(t), "DSOM_PYTHON=extension", "PYTHONDONTWRITEBYTECODE=1"}, more...)
	if b.name == asan.name {
		preload := strings.TrimSpace(run(t, nil, "gcc", "-print-file-name=libasan.so")) + ":" + strings.TrimSpace(run(t, nil, "gcc", "-print-file-name=libubsan.so")) + ":" +
			strings.TrimSpace(run(t, nil, "g++", "-print-file-name=libstdc++.so"))
		env = append(env, "LD_PRELOAD="+preload, "PYTHONMALLOC=malloc", "ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0")
	}
	return env
}

// elsewhere is a folder with what objects of other processes need: dsom, the generic server, and the ORB as a library.
func elsewhere(t testing.TB) string {
	t.Helper()
	return once(t, "elsewhere", func(dir string) error {
		return errors.Join(
			compile("go", "build", "-o", filepath.Join(dir, "dsom"), "../../cmd/dsom"),
			compile("go", "build", "-o", filepath.Join(dir, "dsom-classes"), "../somd/classes"),
			compile("go", "build", "-buildmode=c-shared", "-o", filepath.Join(dir, "libdsom-place.so"), "../somd/place"))
	})
}

// orbEnv is env, with the ORB as a library.
func (b build) orbEnv(t testing.TB, more ...string) []string {
	t.Helper()
	dir := elsewhere(t)
	return append(b.env(t, "SOM_LIBRARY="+filepath.Join(sombuild.Kernel(t, "gcc", b.kernel), "libsom.so.1"), "DSOM_PLACE_LIBRARY="+filepath.Join(dir, "libdsom-place.so"),
		"DSOM_CLASSES="+filepath.Join(dir, "dsom-classes"), "DSOM_STATE="+filepath.Join(dir, "nowhere")), more...)
}

// unit runs a file of Python's tests.
func (b build) unit(t *testing.T, file string, more ...string) {
	t.Helper()
	env := b.env(t, more...)
	out, err := output("tests", env, "timeout", "500", "python3", "-X", "faulthandler", "-m", "unittest", file)
	if err != nil || !strings.HasSuffix(out, "\nOK\n") {
		t.Errorf("%v\n%s", err, tail(out))
	}
}

func tail(s string) string {
	const most = 8000
	return s[max(0, len(s)-most):]
}

// TestClasses runs what a program does with classes of C++, under the checkers of addresses and undefined behaviour as well.
func TestClasses(t *testing.T) {
	t.Parallel()
	for _, b := range []build{plain, asan} {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			b.unit(t, "test_classes.py")
		})
	}
}

// making is a folder with a class whose constructor calls its own methods, and what makes objects as C++ does.
func (b build) making(t testing.TB) string {
	t.Helper()
	return classlib.Build(t, classlib.Source{IDL: "../javascript/testdata/threads.idl", Code: "../javascript/testdata/threads.cpp"}, b.kernel, "-pthread")
}

// TestMaking makes objects of classes whose constructors in C++ call methods that Python overrides, and fail; has overrides that do not return; an object that is undone while it is asked for; and a class that cannot be described, and is there for good.
func TestMaking(t *testing.T) {
	t.Parallel()
	kernel := sombuild.Kernel(t, "gcc", plain.kernel)
	preloaded := func(name, source string) string {
		library := filepath.Join(t.TempDir(), name)
		if err := compile("gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I../../libsom/include", "-o", library, source, "-L"+kernel, "-lsom", "-Wl,-rpath,"+kernel); err != nil {
			t.Fatal(err)
		}
		return library
	}
	short, late := preloaded("libshort.so", "../host/test/short.c"), preloaded("liblate.so", "tests/late.c")
	foreign := []string{"DSOM_PYTHON=ctypes", "DSOM_LIBRARIES=" + kernel}
	shortage := []string{"LD_PRELOAD=" + short, "SHORT_OF=Shortage", "PYTHONMALLOC=malloc", "MALLOC_PERTURB_=165"} // what was given back is overwritten
	for _, c := range []struct {
		name, file string
		build      build
		more       []string
	}{{"plain", "test_making.py", plain, nil}, {"asan", "test_making.py", asan, nil}, {"ctypes", "test_making.py", plain, foreign},
		{"never", "test_never.py", plain, nil}, {"never/asan", "test_never.py", asan, nil}, {"never/ctypes", "test_never.py", plain, foreign},
		{"late", "test_late.py", plain, []string{"LD_PRELOAD=" + late, "LATE=" + late}},
		{"short", "test_short.py", plain, shortage}, {"short/ctypes", "test_short.py", plain, slices.Concat(shortage, foreign)}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.build.unit(t, c.file, append(c.more, "SOM_PATH="+c.build.making(t)+":"+c.build.zoo(t))...)
		})
	}
}

// TestStress makes and drops objects of all kinds; a million of each where DSOM_SOAK is set.
func TestStress(t *testing.T) {
	t.Parallel()
	many := "50000"
	if os.Getenv("DSOM_SOAK") != "" {
		many = "1000000"
	}
	if out := run(t, plain.env(t), "python3", "tests/stress.py", many); !strings.HasSuffix(out, "flat\n") {
		t.Error(out)
	}
}

// TestEnds ends the interpreter with objects alive, in Python's hands and C++'s, and threads in the midst of calls.
func TestEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ how, says string }{{"plain", "ends\n"}, {"threads", "ends\n"}, {"raise", "an error\n"}, {"last", "ends\nat the end:  7\n"}} {
		for _, b := range []build{plain, asan} {
			out, err := output("", b.env(t), "timeout", "100", "python3", "tests/ends.py", c.how)
			if !strings.Contains(out, c.says) || (err != nil) != (c.how == "raise") || strings.Contains(out, "Sanitizer") {
				t.Errorf("%s, %s: %v\n%s", b.name, c.how, err, tail(out))
			}
		}
	}
}

// TestForeign runs the same by ctypes, as where there is no compiler.
func TestForeign(t *testing.T) {
	t.Parallel()
	env := []string{"DSOM_PYTHON=ctypes", "DSOM_LIBRARIES=" + sombuild.Kernel(t, "gcc", plain.kernel)}
	plain.unit(t, "test_classes.py", env...)
	if out := run(t, plain.env(t, env...), "python3", "tests/stress.py", "3000"); !strings.HasSuffix(out, "flat\n") {
		t.Error(out)
	}
	if out, err := output("", plain.env(t, "DSOM_PYTHON=ctypes", "DSOM_LIBRARIES=/nowhere"), "python3", "-c", "import dsom"); err == nil || !strings.Contains(out, "set DSOM_LIBRARIES to the folder of") {
		t.Errorf("without libsom: %v\n%s", err, out)
	}
}

// odd is a folder with the class library of testdata/odd.idl, which is in C.
func (b build) odd(t testing.TB) string {
	t.Helper()
	kernel := sombuild.Kernel(t, "gcc", b.kernel)
	return once(t, "odd-"+b.name, func(dir string) error {
		if err := compile(filepath.Join(elsewhere(t), "dsom"), "idl", "build", "--out", dir, "--c=h,ih", "--library", "odd", "--typelib", "testdata/odd.idl"); err != nil {
			return err
		}
		return compile("gcc", slices.Concat([]string{"-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-I" + dir, "-I../../libsom/include", "-I../c", "-o", filepath.Join(dir, "libodd.so"),
			"testdata/odd.c", filepath.Join(dir, "odd_library.c"), filepath.Join(dir, "odd_typelib.c"), "-L" + kernel, "-lsom"}, b.flags)...)
	})
}

// TestOdd has initializers that are given what they keep, and structures that hold each other, by the extension, checked and not, and by ctypes.
func TestOdd(t *testing.T) {
	t.Parallel()
	for _, b := range []build{plain, asan} {
		b.unit(t, "test_odd.py", "SOM_PATH="+b.odd(t))
	}
	plain.unit(t, "test_odd.py", "SOM_PATH="+plain.odd(t), "DSOM_PYTHON=ctypes", "DSOM_LIBRARIES="+sombuild.Kernel(t, "gcc", plain.kernel))
}

// TestNames has names of IDL that are those of what the package makes.
func TestNames(t *testing.T) {
	t.Parallel()
	path := "SOM_PATH=" + plain.zoo(t) + ":" + classlib.Farm(t, plain.kernel)
	plain.unit(t, "test_names.py", path)
	plain.unit(t, "test_names.py", path, "DSOM_PYTHON=ctypes", "DSOM_LIBRARIES="+sombuild.Kernel(t, "gcc", plain.kernel))
}

// checker is mypy, in a folder for PYTHONPATH; what was fetched once is found again.
func checker(t testing.TB) string {
	t.Helper()
	if _, err := output("", nil, "python3", "-m", "pip", "--version"); err != nil {
		absent.Skip(t, "no pip for python3: interop/install-peers has it")
	}
	const mypy = "mypy==1.11.2"
	version := strings.TrimSpace(run(t, nil, "python3", "-c", "import sys; print(sys.version_info[:2])"))
	var out string
	dir, err := sombuild.Kept("pip-"+mypy+"-"+version, func(dir string) error {
		var err error
		out, err = output("", nil, "python3", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", filepath.Join(dir, "packages"), mypy)
		return err
	})
	if err != nil {
		absent.Skip(t, "pip does not install %s: %v\n%s", mypy, err, tail(out))
	}
	return filepath.Join(dir, "packages")
}

// TestStubs holds what type checkers are told of a library, by either implementation, and that one takes the stubs of two libraries, made one after the other, for Python 3.10 as well.
func TestStubs(t *testing.T) {
	t.Parallel()
	zoo, farm := filepath.Join(plain.zoo(t), "libzoo.so"), filepath.Join(classlib.Farm(t, plain.kernel), "libfarm.so")
	for _, how := range []string{"extension", "ctypes"} {
		dir := t.TempDir()
		env := plain.env(t, "DSOM_PYTHON="+how, "DSOM_LIBRARIES="+sombuild.Kernel(t, "gcc", plain.kernel), "SOM_PATH="+plain.zoo(t)+":"+filepath.Dir(farm))
		stubs := func(library string, want ...string) {
			t.Helper()
			out, err := output(dir, env, "python3", "-m", "dsom.stubs", "--out", dir, library) // not here, where there is the package without its extension
			if err != nil || out != filepath.Join(dir, strings.Join(want, "\n"+dir+"/"))+"\n" {
				t.Errorf("%v, got %s", err, out)
			}
		}
		text := func(name string) string {
			t.Helper()
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		stubs(zoo, "Zoo.pyi")
		golden.Check(t, "Zoo.pyi", text("Zoo.pyi"))
		stubs(farm, "Farm.pyi", "Farm_Feed.pyi", "Zoo.pyi", "som.pyi")
		golden.Check(t, "Farm.pyi", text("Farm.pyi"))
		golden.Check(t, "Zoo.pyi", text("Zoo.pyi")) // of which the other library has a part
		if how == "extension" {
			check := []string{"PYTHONPATH=" + checker(t), "MYPYPATH=" + dir + ":" + plain.site(t)}
			for _, version := range []string{"3.10", "3.12"} {
				out, err := output(t.TempDir(), check, "python3", "-m", "mypy", "--python-version", version, "--warn-unused-ignores", "--cache-dir", filepath.Join(dir, "cache"),
					absolute(t, "testdata/typed.py"), filepath.Join(dir, "Zoo.pyi"), filepath.Join(dir, "Farm.pyi"), filepath.Join(dir, "Farm_Feed.pyi"), filepath.Join(dir, "som.pyi"))
				if err != nil {
					t.Errorf("for Python %s: %v\n%s", version, err, tail(out))
				}
			}
		}
		for _, other := range []string{"class Zoo: pass\n", text("Zoo.pyi") + "class (:\n"} {
			if err := os.WriteFile(filepath.Join(dir, "Zoo.pyi"), []byte(other), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := output(dir, env, "python3", "-m", "dsom.stubs", "--out", dir, zoo); err == nil || !strings.Contains(out, "Zoo.pyi was made by something else, and is not overwritten") || text("Zoo.pyi") != other {
				t.Errorf("%v, got %s", err, out)
			}
		}
	}
}

func absolute(t testing.TB, file string) string {
	t.Helper()
	is, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// release is a folder with a release of the class library of testdata/counter<n>.idl; edit changes its IDL.
func release(t *testing.T, n string, edit *strings.Replacer, flags ...string) string {
	t.Helper()
	source := filepath.Join(t.TempDir(), "counter.idl")
	text, err := os.ReadFile("testdata/counter" + n + ".idl")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(source, []byte(edit.Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	return classlib.Build(t, classlib.Source{IDL: source, Code: "testdata/counter.cpp"}, plain.kernel, flags...)
}

// TestReleases runs a program with the release of a class library that it was written for, and with the next, whose class has another ancestor, other
// data and more methods; one of another major version is refused. A program that runs when the library's file is replaced goes on with what it has loaded, and has the next release when it is
// started again.
func TestReleases(t *testing.T) {
	t.Parallel()
	env, as := plain.env(t), strings.NewReplacer()
	one, two := release(t, "1", as), release(t, "2", as, "-DNAMED")
	other := release(t, "2", strings.NewReplacer("majorversion = 1; minorversion = 1;", "majorversion = 2; minorversion = 0;"), "-DNAMED")
	for classes, want := range map[string]string{one: "10 50 1 6\n(1, 0) ['Counter'] False\n", two: "10 50 1 6\n(1, 1) ['Counter', 'Named'] True\n"} {
		if got := run(t, append(env, "SOM_PATH="+classes), "python3", "tests/release.py"); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
	for _, how := range []string{"extension", "ctypes"} {
		env := append(env, "DSOM_PYTHON="+how, "DSOM_LIBRARIES="+sombuild.Kernel(t, "gcc", plain.kernel))
		got, err := output("", append(env, "SOM_PATH="+other), "python3", "tests/release.py")
		if err == nil || !strings.Contains(got, "class Counter is version 2.0 of ") || !strings.Contains(got, "dsom.") {
			t.Errorf("another major version: %v\n%s", err, got)
		}
		got, err = output("tests", append(env, "SOM_PATH="+other), "python3", "-c", "import dsom\ntry: dsom.load('Counter', (1, 0))\nexcept dsom.SystemException as e: print(e.code)\nprint(dsom.load('Counter').som_version)")
		if err != nil || got != "version\n(2, 0)\n" {
			t.Errorf("another major version: %v\n%s", err, got)
		}
		dir := t.TempDir()
		file, following := filepath.Join(dir, "libcounter.so"), filepath.Join(dir, "following")
		for to, from := range map[string]string{file: one, following: two} {
			b, err := os.ReadFile(filepath.Join(from, "libcounter.so"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, b, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		const want = "(1, 0) 40 False\nTrue (1, 0) 80 40 False\nversion\n(1, 1) 40 True\n"
		if got := run(t, append(env, "SOM_PATH="+dir), "python3", "tests/rerelease.py", file, following); got != want {
			t.Errorf("replaced under a program: got\n%swant\n%s", got, want)
		}
	}
}

// TestValgrind has a little of all looked at by valgrind: what is read, written and given back where it is no more. Whether a value is initialised is not asked, since interpreters are not as clean.
func TestValgrind(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("valgrind"); err != nil {
		absent.Skip(t, "no valgrind: interop/install-peers has it")
	}
	env := plain.env(t, "PYTHONMALLOC=malloc")
	python := strings.TrimSpace(run(t, nil, "python3", "-c", "import sys; print(sys.executable)")) // which may stand behind a script
	args := []string{"-q", "--undef-value-errors=no", "--error-exitcode=9", python, "tests/memory.py"}
	for _, file := range []string{"/usr/lib/valgrind/python3.supp", "/usr/share/doc/python3/valgrind-python.supp"} { // what Debian knows of Python
		if _, err := os.Stat(file); err == nil {
			args = append([]string{"--suppressions=" + file}, args...)
		}
	}
	if out, err := output("", env, "valgrind", args...); err != nil || out != "good\n" {
		t.Errorf("%v\n%s", err, tail(out))
	}
}

// BenchmarkCalls prints the table of docs/som-python.md, measured in one run.
func BenchmarkCalls(b *testing.B) {
	env, dir := plain.env(b), b.TempDir()
	if err := compile("gcc", "-O2", "-fPIC", "-shared", "-I"+interpreter(b), "-o", filepath.Join(dir, "plain.so"), "tests/plain.c"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.Log("\n" + run(b, append(env, "PYTHONPATH="+plain.site(b)+":"+dir), "python3", "tests/bench.py"))
	}
}
