package cxx_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/typelib"
)

// A toolchain is a pair of compilers with flags, and what runs a program that they made.
type toolchain struct {
	name    string
	cc, cxx string
	flags   []string // of both, and of linking
	only    []string // of C++
	run     []string // goes before the program
	env     []string
	pkg     string // of Debian

	kernelFlags string // of libsom, which gcc compiles: as other packages' tests have it, so that they share it
}

var (
	gcc = toolchain{name: "gcc", cc: "gcc", cxx: "g++", flags: []string{"-O2"}, only: []string{"-fno-rtti"}, kernelFlags: "-O1", pkg: "g++"}
	// Another compiler, standard and optimisation; checking mode finds what is used after its end.
	clang = toolchain{name: "clang", cc: "clang", cxx: "clang++", flags: []string{"-O3"}, only: []string{"-std=c++20"}, kernelFlags: "-O1", env: []string{"SOM_CHECK=1"}, pkg: "clang"}
	asan  = toolchain{name: "asan", cc: "gcc", cxx: "g++", flags: []string{"-O0", "-g1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"},
		kernelFlags: "-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all", pkg: "g++"}
	tsan = toolchain{name: "tsan", cc: "gcc", cxx: "g++", flags: []string{"-O0", "-g1", "-fsanitize=thread"}, kernelFlags: "-O1 -g -fsanitize=thread", pkg: "g++"}
)

var strict = []string{"-Wall", "-Wextra", "-Werror", "-Wpedantic", "-pthread", "-fPIC"}

func (c toolchain) need(t testing.TB) {
	t.Helper()
	for _, tool := range append([]string{c.cc, c.cxx}, c.run[:min(1, len(c.run))]...) {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: apt-get install %s", tool, c.pkg)
		}
	}
}

// shelf has what the tests of one process build.
var shelf sombuild.Shelf

func TestMain(m *testing.M) {
	code := m.Run()
	shelf.Clear()
	os.Exit(code)
}

func run(in string, program string, args ...string) error {
	cmd := exec.Command(program, args...)
	cmd.Dir = in
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
	}
	return nil
}

func absolute(path string) string {
	here, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	return filepath.Join(here, path)
}

// generated is a folder with what the compiler makes of all of testdata.
func generated(t testing.TB) string {
	t.Helper()
	return shelf.Once(t, "generated", func(out string) error {
		inputs, err := filepath.Glob("testdata/*.idl")
		if err != nil {
			return err
		}
		for _, in := range inputs {
			library := strings.TrimSuffix(filepath.Base(in), ".idl")
			if err := generate(in, out, cxx.Options{Parts: cxx.Usage | cxx.Implementation | cxx.Template, Library: library}); err != nil {
				return err
			}
		}
		return nil
	})
}

// generate writes what the compiler makes of an IDL file into a folder.
func generate(in, out string, opt cxx.Options) error {
	r, err := idl.Compile(context.Background(), idl.Options{}, in)
	if err != nil {
		return err
	}
	opt.Typelib = opt.Library != ""
	files, report := cxx.Emit(r.Spec, opt)
	if report.HasErrors() {
		return report.Err()
	}
	if opt.Typelib {
		b, err := typelib.Append(nil, r.Spec, typelib.Options{Files: []string{in}})
		if err != nil {
			return err
		}
		if err := files.Add(opt.Library+"_typelib.c", typelib.CSource(typelib.Symbol(in), b)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for name, data := range files.All() {
		if err := os.WriteFile(filepath.Join(out, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// kernel is the folder with libsom as a shared library.
func (c toolchain) kernel(t testing.TB) string {
	t.Helper()
	return sombuild.Kernel(t, "gcc", c.kernelFlags)
}

// compile compiles sources, and links them with the kernel if the first argument is not -c.
func (c toolchain) compile(t testing.TB, out string, args ...string) error {
	flags := slices.Concat(strict, []string{"-I" + absolute("."), "-I" + absolute("test"), "-I" + absolute("../../libsom/include"), "-I" + generated(t)}, c.flags)
	compiler := c.cc
	if slices.ContainsFunc(args, func(a string) bool { return strings.HasSuffix(a, ".cc") || strings.HasSuffix(a, ".cpp") }) {
		compiler = c.cxx
		flags = slices.Concat(flags, []string{"-std=c++17"}, c.only)
	} else {
		flags = append(flags, "-std=c11", "-Wno-pedantic", "-Wno-cast-function-type", "-Wno-missing-field-initializers")
	}
	args = slices.Concat(flags, args, []string{"-o", out})
	if !slices.Contains(args, "-c") {
		kernel := c.kernel(t)
		args = append(args, "-L"+kernel, "-lsom", "-Wl,-rpath,"+kernel)
	}
	return run(filepath.Dir(out), compiler, args...)
}

// program is a program of test/ in C++ with the classes of zoo.idl in it.
func (c toolchain) program(t testing.TB, name string) string {
	t.Helper()
	c.need(t)
	zoo, entry, info := c.object(t, "test/zoo.cc"), c.object(t, generated(t)+"/zoo_library.cpp"), c.object(t, generated(t)+"/zoo_typelib.c")
	c.kernel(t)
	return shelf.Once(t, c.name+"-"+name, func(out string) error { return c.compile(t, out, absolute("test/"+name+".cc"), zoo, entry, info) })
}

// object is a file compiled for programs and libraries.
func (c toolchain) object(t testing.TB, source string) string {
	t.Helper()
	if !filepath.IsAbs(source) {
		source = absolute(source)
	}
	generated(t)
	return shelf.Once(t, c.name+"-"+filepath.Base(source)+".o", func(out string) error { return c.compile(t, out, "-c", source) })
}

// library is a class library of zoo.idl in C++.
func (c toolchain) library(t testing.TB) string {
	t.Helper()
	c.need(t)
	zoo, entry, info := c.object(t, "test/zoo.cc"), c.object(t, generated(t)+"/zoo_library.cpp"), c.object(t, generated(t)+"/zoo_typelib.c")
	c.kernel(t)
	return shelf.Once(t, c.name+"-libzoo.so", func(out string) error {
		return c.compile(t, out, "-shared", "-Wl,--version-script="+absolute("test/library.map"), zoo, entry, info, "-lstdc++")
	})
}

// output runs a program and returns what it says.
func (c toolchain) output(t testing.TB, program string, args ...string) string {
	t.Helper()
	all := slices.Concat(c.run, []string{program}, args)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, all[0], all[1:]...)
	cmd.Env = slices.Concat(os.Environ(), c.env)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", all, err, out)
	}
	return string(out)
}

// putting returns what writes a text to a file of a folder, whose path it answers.
func putting(t testing.TB, dir string) func(name, text string) string {
	return func(name, text string) string {
		t.Helper()
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return name
	}
}
