// Package java_test builds dsom's library for Java, and class libraries in C++, and runs Java's own tests with them.
package java_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
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
	name   string
	kernel string // flags of libsom, which other packages' tests share, and of the library
	more   string // of the library alone
}

var (
	plain = build{name: "plain", kernel: "-O2"}
	asan  = build{name: "asan", kernel: "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all"}
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
		t.Fatalf("%s %v: %v\n%s", name, args, err, tail(out))
	}
	return out
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

// need skips a test where there is no JDK or C compiler.
func need(t testing.TB) {
	t.Helper()
	for _, tool := range []string{"javac", "java", "jar", "make", "gcc", "g++"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
}

// jdk is the folder of the JDK whose javac is found.
func jdk(t testing.TB) string {
	t.Helper()
	javac, err := exec.LookPath("javac")
	if err == nil {
		javac, err = filepath.EvalSymlinks(javac)
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(filepath.Dir(javac))
}

// site is a folder with dsom.jar and libsomjni.so, built by the Makefile as people do.
func (b build) site(t testing.TB) string {
	t.Helper()
	need(t)
	kernel := sombuild.Kernel(t, "gcc", b.kernel)
	return shelf.Once(t, "site-"+b.name, func(dir string) error {
		return compile("make", "-s", "BUILD="+dir, "KERNEL="+kernel, "CC=gcc", "CFLAGS="+b.kernel+" "+b.more)
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

// interfaces is a folder with the generated sources of the zoo.
func interfaces(t testing.TB) string {
	t.Helper()
	site, zoo := plain.site(t), plain.zoo(t)
	return shelf.Once(t, "interfaces", func(dir string) error {
		return compile("java", "-jar", filepath.Join(site, "dsom.jar"), "interfaces", "--out", dir, filepath.Join(zoo, "libzoo.so"))
	})
}

// artifacts is a folder with what the tests are run and measured with, as pom.xml names it.
func artifacts(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("mvn"); err != nil {
		absent.Skip(t, "no mvn: interop/install-peers has it")
	}
	pom, err := os.ReadFile("pom.xml")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := sombuild.Kept(fmt.Sprintf("maven-%x", sha256.Sum256(pom))[:26], func(dir string) error {
		return compile("mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory="+dir)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// tests is a folder with the classes of Java's tests, of the generated interfaces among them.
func tests(t testing.TB) string {
	t.Helper()
	site, generated, lib := plain.site(t), interfaces(t), artifacts(t)
	return shelf.Once(t, "tests", func(dir string) error {
		var sources []string
		for _, pattern := range []string{filepath.Join(generated, "zoo", "*.java"), "src/test/java/dsomtest/*.java"} {
			found, err := filepath.Glob(pattern)
			if err != nil {
				return err
			}
			sources = append(sources, found...)
		}
		return compile("javac", slices.Concat([]string{"--release", "17", "-Xlint:all", "-Xlint:-try", "-Werror", "-encoding", "UTF-8", "-proc:none", "-cp", filepath.Join(site, "dsom.jar") + ":" + lib + "/*", "-d", dir}, sources)...)
	})
}

// caller is a library of C that Java's tests call objects with, as other languages do.
func (b build) caller(t testing.TB) string {
	t.Helper()
	kernel, home := sombuild.Kernel(t, "gcc", b.kernel), jdk(t)
	return shelf.Once(t, "libcaller-"+b.name+".so", func(out string) error {
		return compile("gcc", slices.Concat([]string{"-std=c11", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror", "-I../../libsom/include", "-I" + home + "/include", "-I" + home + "/include/linux", "-o", out,
			"src/test/c/caller.c", "-L" + kernel, "-lsom", "-pthread"}, strings.Fields(b.kernel))...)
	})
}

// java runs a class of Java's tests.
func (b build) java(t testing.TB, options []string, class string, args ...string) (string, error) {
	t.Helper()
	return b.javaWith(t, nil, options, class, args...)
}

// javaWith is java with more in its environment.
func (b build) javaWith(t testing.TB, more, options []string, class string, args ...string) (string, error) {
	t.Helper()
	site := b.site(t)
	threads := classlib.Build(t, classlib.Source{IDL: "../javascript/testdata/threads.idl", Code: "../javascript/testdata/threads.cpp"}, b.kernel, "-pthread")
	making := classlib.Build(t, classlib.Source{IDL: "../javascript/testdata/making.idl", Code: "../javascript/testdata/making.cpp"}, b.kernel, "-pthread")
	env := []string{"SOM_PATH=" + b.zoo(t) + ":" + threads + ":" + making}
	if b.name == asan.name {
		preload := strings.TrimSpace(run(t, nil, "gcc", "-print-file-name=libasan.so")) + ":" + strings.TrimSpace(run(t, nil, "gcc", "-print-file-name=libubsan.so")) + ":" +
			strings.TrimSpace(run(t, nil, "g++", "-print-file-name=libstdc++.so"))
		env = append(env, "LD_PRELOAD="+preload, "ASAN_OPTIONS=detect_leaks=0:handle_segv=0:allow_user_segv_handler=1:detect_stack_use_after_return=0")
	}
	return output("", append(env, more...), "timeout", slices.Concat([]string{"500", "java", "-Xmx128m", "-Dcaller=" + b.caller(t), "-cp", filepath.Join(site, "dsom.jar") + ":" + tests(t) + ":" + artifacts(t) + "/*"}, options, []string{class}, args)...)
}

// TestInterfaces holds the sources that are generated for a library.
func TestInterfaces(t *testing.T) {
	t.Parallel()
	dir := interfaces(t)
	files, err := filepath.Glob(filepath.Join(dir, "zoo", "*.java"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("// ---- " + filepath.Base(file) + "\n" + string(text))
	}
	golden.Check(t, "zoo.java.txt", all.String())
}

// TestClasses runs what a program does with classes of C++: plainly, with the machine's own checks of what is called of it, and under the checkers of addresses and
// undefined behaviour.
func TestClasses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		build   build
		options []string
	}{{"plain", plain, nil}, {"checked", plain, []string{"-Xcheck:jni"}}, {"asan", asan, nil}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, err := c.build.java(t, c.options, "org.junit.platform.console.ConsoleLauncher", "execute", "--scan-classpath="+tests(t), "--details=tree", "--disable-banner", "--disable-ansi-colors")
			if err != nil || !strings.Contains(out, " 0 tests failed ") || strings.Contains(out, " 0 tests successful ") || strings.Contains(out, "FATAL ERROR in native method") || strings.Contains(out, "WARNING in native method") {
				t.Errorf("%v\n%s", err, tail(out))
			}
		})
	}
}

// TestUnbased uses the generated interfaces without the classes that implement them.
func TestUnbased(t *testing.T) {
	t.Parallel()
	jar, dir, generated := filepath.Join(plain.site(t), "dsom.jar"), t.TempDir(), interfaces(t)
	sources, err := filepath.Glob(filepath.Join(generated, "zoo", "*.java"))
	if err != nil {
		t.Fatal(err)
	}
	sources = slices.DeleteFunc(sources, func(file string) bool { return strings.HasSuffix(file, "Base.java") })
	run(t, nil, "javac", slices.Concat([]string{"--release", "17", "-proc:none", "-Xlint:-try", "-cp", jar, "-d", dir, "testdata/Unbased.java"}, sources)...)
	const want = "Rex 12 4\ntoo loud: 1000\ntrue true true true\n4 false\n4 true\nsomebody Zoo::Puppy\ntrue\n"
	if got := run(t, []string{"SOM_PATH=" + plain.zoo(t)}, "java", "-cp", jar+":"+dir, "Unbased"); got != want {
		t.Errorf("got\n%s", got)
	}
}

// TestUndescribed defines a class that cannot be described, and that somebody has an object of already: what its closures point to stays.
func TestUndescribed(t *testing.T) {
	t.Parallel()
	need(t)
	object := filepath.Join(t.TempDir(), "undescribed.o")
	run(t, nil, "gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-I../../libsom/include", "-c", "-o", object, "../host/test/undescribed.c")
	b := build{name: "undescribed", kernel: plain.kernel, more: "-Wl,--wrap=somh_define " + object}
	if out, err := b.java(t, nil, "dsomtest.Stays"); err != nil || out != "stays\n" {
		t.Errorf("%v\n%s", err, tail(out))
	}
}

// TestStress makes and drops objects of all kinds; a million of each where DSOM_SOAK is set.
func TestStress(t *testing.T) {
	t.Parallel()
	many := "50000"
	if os.Getenv("DSOM_SOAK") != "" {
		many = "1000000"
	}
	// The heap is resident from the start, so that what grows is not the machine's.
	if out, err := plain.java(t, []string{"-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"}, "dsomtest.Stress", many); err != nil || !strings.HasSuffix(out, "flat\n") {
		t.Errorf("%v\n%s", err, tail(out))
	}
	if out, err := asan.java(t, []string{"-XX:TieredStopAtLevel=1"}, "dsomtest.Stress", "-3000"); err != nil || !strings.HasSuffix(out, "flat\n") {
		t.Errorf("asan: %v\n%s", err, tail(out))
	}
}

// TestEnds ends the machine with objects alive, in Java's hands and C++'s, and threads in the midst of calls.
func TestEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		how, says string
		fails     bool
	}{{"plain", "ends\n", false}, {"threads", "ends\n", false}, {"never", "ends\n", false}, {"last", "ends\nat the end:  7\n", false}, {"exit", "ends\nat the end:  7\n", true}, {"raise", "an error", true}} {
		for _, b := range []build{plain, asan} {
			out, err := b.java(t, []string{"-Xcheck:jni"}, "dsomtest.Ends", c.how)
			if !strings.Contains(out, c.says) || (err != nil) != c.fails || strings.Contains(out, "Sanitizer") || strings.Contains(out, "in native method") || strings.Contains(out, "SIGSEGV") {
				t.Errorf("%s, %s: %v\n%s", b.name, c.how, err, tail(out))
			}
		}
	}
}

// TestReleases runs programs that were compiled for one release of a class library with another, whose class has another ancestor, other data and more methods.
func TestReleases(t *testing.T) {
	t.Parallel()
	site := plain.site(t)
	jar := filepath.Join(site, "dsom.jar")
	library := func(release string, flags ...string) string {
		source := filepath.Join(t.TempDir(), "counter.idl")
		text, err := os.ReadFile("../python/testdata/counter" + release + ".idl")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(source, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return classlib.Build(t, classlib.Source{IDL: source, Code: "../python/testdata/counter.cpp"}, plain.kernel, flags...)
	}
	folders := map[string]string{"1": library("1"), "2": library("2", "-DNAMED")}
	classes := map[string]string{}
	for release, folder := range folders {
		dir := t.TempDir()
		run(t, nil, "java", "-jar", jar, "interfaces", "--out", dir, filepath.Join(folder, "libcounter.so"))
		sources, err := filepath.Glob(filepath.Join(dir, "som", "*.java"))
		if err != nil {
			t.Fatal(err)
		}
		run(t, nil, "javac", slices.Concat([]string{"-proc:none", "-cp", jar, "-d", dir, "testdata/Release.java"}, sources)...)
		classes[release] = dir
	}
	for _, c := range []struct{ compiled, with, want string }{
		{"1", "1", "10 50 60\n1.0 [Counter, SOMObject]\nclass Counter has no method reset\nversion\n"},
		{"1", "2", "10 50 60\n1.1 [Counter, Named, SOMObject]\nnull\nversion\n"},
		{"2", "2", "10 50 60\n1.1 [Counter, Named, SOMObject]\nnull\nversion\n"},
		{"2", "1", "Counter does not descend from Named in this release of its library: generate som.CounterBase again\n"},
	} {
		if got := run(t, []string{"SOM_PATH=" + folders[c.with]}, "java", "-cp", jar+":"+classes[c.compiled], "Release"); got != c.want {
			t.Errorf("compiled for release %s, with release %s: got\n%s", c.compiled, c.with, got)
		}
	}
}

// TestModules runs a program whose classes are generated from several modules, each time with another of them used first.
func TestModules(t *testing.T) {
	t.Parallel()
	jar := filepath.Join(plain.site(t), "dsom.jar")
	library, dir := classlib.Build(t, classlib.Source{IDL: "testdata/modules.idl", Code: "testdata/modules.cpp"}, plain.kernel), t.TempDir()
	for _, prefix := range [][]string{nil, {"--package", "other"}} {
		run(t, nil, "java", slices.Concat([]string{"-jar", jar, "interfaces", "--out", dir}, prefix, []string{filepath.Join(library, "libmodules.so")})...)
	}
	var sources []string
	for _, pattern := range []string{"*/*.java", "other/*/*.java"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, found...)
	}
	run(t, nil, "javac", slices.Concat([]string{"-proc:none", "-Xlint:all", "-Xlint:-try", "-Werror", "-cp", jar, "-d", dir, "testdata/Modules.java"}, sources)...)
	for what, want := range map[string]string{
		"class": "Spot[x=3, y=4]", "struct": "Spot[x=1, y=2]", "exception": "Spot[x=5, y=5]", "argument": "Spot[x=6, y=7]", "thrown": "Spot[x=8, y=8]", "late": "false Spot[x=3, y=4]", "union": "9d2",
		"both":  "1 2 3 right false",
		"names": "1 12 1 4 3 true",
		"twice": "of module Town there is generated code in package town and in other.town: a program uses one of them",
	} {
		if got, err := output("", nil, "java", "-cp", jar+":"+dir, "Modules", what, filepath.Join(library, "libmodules.so")); err != nil || got != want+"\n" {
			t.Errorf("%s: %v\n%s", what, err, tail(got))
		}
	}
}

// TestUsage: what the command line of the jar says of mistakes.
func TestUsage(t *testing.T) {
	t.Parallel()
	jar := filepath.Join(plain.site(t), "dsom.jar")
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, "usage: java -jar dsom.jar interfaces"},
		{[]string{"interfaces", "--what", "x"}, "dsom: unknown option --what\n"},
		{[]string{"interfaces", "/nowhere/libnothing.so"}, "/nowhere/libnothing.so"},
		{[]string{"interfaces", "Nothing"}, "Nothing"},
	} {
		if out, err := output("", nil, "java", append([]string{"-jar", jar}, c.args...)...); err == nil || !strings.Contains(out, c.says) || strings.Contains(out, "\tat ") {
			t.Errorf("%v: %v\n%s", c.args, err, out)
		}
	}
}

// BenchmarkCalls prints the table of docs/som-java.md, measured in one run.
func BenchmarkCalls(b *testing.B) {
	for b.Loop() {
		out, err := plain.java(b, nil, "dsomtest.Bench")
		if err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		b.Log("\n" + out)
	}
}

// TestDamaged uses libraries whose type information is nonsense in places, a few for each run.
func TestDamaged(t *testing.T) {
	t.Parallel()
	zoo := asan.zoo(t)
	info, err := os.ReadFile(filepath.Join(zoo, "zoo.somt"))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(zoo, "libzoo.so"))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(whole, info)
	if at < 0 {
		t.Fatal("libzoo.so does not have zoo.somt in it")
	}
	const seed, runs = 7, 6
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range runs {
		library, dir := bytes.Clone(whole), t.TempDir()
		for range 1 << i {
			library[at+random.IntN(len(info))] = byte(random.IntN(256))
		}
		if i == runs-1 { // all but the beginning
			for k := 64; k < len(info); k++ {
				library[at+k] = byte(random.IntN(256))
			}
		}
		if err := os.WriteFile(filepath.Join(dir, "libzoo.so"), library, 0o700); err != nil {
			t.Fatal(err)
		}
		out, err := asan.javaWith(t, []string{"SOM_PATH=" + dir}, []string{"-XX:TieredStopAtLevel=1"}, "dsomtest.Damaged")
		if err != nil || !strings.HasSuffix(out, "refused true\n") {
			t.Errorf("run %d of seed %d: %v\n%s", i, seed, err, tail(out))
		}
	}
}
