// Package typelib_test holds the reader of typelibs in C, and with it that a program in any language can
// use classes for which nothing was generated for it.
package typelib_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	emitc "github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/typelib"
)

const repository = "../../.."

// encode compiles an IDL file and returns its typelib.
func encode(t *testing.T, file string) []byte {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{}, file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := typelib.Append(nil, r.Spec, typelib.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, name string, b []byte) string {
	t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// kernel returns a folder of the test's own with libsom in it.
func kernel(t *testing.T) string {
	t.Helper()
	built, dir := sombuild.Kernel(t, "gcc", "-O2"), t.TempDir()
	for _, name := range []string{"libsom.so", "libsom.so.1"} {
		if err := os.Symlink(filepath.Join(built, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var strict = []string{"-std=c11", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-cast-function-type"}

// TestLoad runs a program that knows the name of a class, and nothing else, with two class libraries.
func TestLoad(t *testing.T) {
	t.Parallel()
	dir := kernel(t)
	build := func(out string, args ...string) {
		args = append(append([]string{"-I" + repository + "/libsom/include", "-o", filepath.Join(dir, out)}, strict...), args...)
		sombuild.Run(t, nil, "gcc", append(args, "-L"+dir, "-lsom", "-Wl,-rpath,"+dir)...)
	}
	for _, name := range []string{"animal", "dog"} {
		info := write(t, filepath.Join(dir, name+"_typelib.c"), typelib.CSource(typelib.Symbol(name+".idl"), encode(t, "testdata/"+name+".idl")))
		build("lib"+name+".so", "-shared", "-fPIC", "-Wl,--gc-sections", "-s", "testdata/"+name+".c", info)
	}
	build("load", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "testdata/load.c", "src/somt.c")
	calls := []string{"Dog", "/", "speak", "3", "/", "_get_name", "/", "_set_name", "Rex", "/", "_get_name", "/", "weigh", "60", "/", "weigh", "20",
		"/", "meet", "-", "/", "meet", "self", "/", "speak", "-", "/", "fly"}
	env := []string{"SOM_PATH=" + dir, "ASAN_OPTIONS=detect_leaks=0"} // classes live as long as the process
	golden.Check(t, "load.txt", sombuild.Run(t, env, filepath.Join(dir, "load"), calls...))
}

// TestGenerated builds class libraries from what is generated for them in C and in C++, and lists one of their classes.
func TestGenerated(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, cc, ext string
		flags         []string
		emit          func(spec *model.Spec, library string) (*emit.Files, *diag.Report)
	}{
		{"C", "gcc", ".c", append(slices.Clone(strict), "-Wno-missing-field-initializers"), func(spec *model.Spec, library string) (*emit.Files, *diag.Report) {
			return emitc.Emit(spec, emitc.Options{Parts: emitc.Usage | emitc.Implementation | emitc.Template, Library: library, Typelib: true})
		}},
		{"C++", "g++", ".cpp", []string{"-std=c++17", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"}, func(spec *model.Spec, library string) (*emit.Files, *diag.Report) {
			return cxx.Emit(spec, cxx.Options{Parts: cxx.Usage | cxx.Implementation | cxx.Template, Library: library, Typelib: true})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sombuild.Need(t, c.cc, c.cc)
			dir := kernel(t)
			include := []string{"-I" + repository + "/libsom/include", "-I" + repository + "/bind/c", "-I" + repository + "/bind/cxx", "-I" + dir}
			build := func(cc, out string, args ...string) {
				args = slices.Concat(include, []string{"-o", filepath.Join(dir, out)}, args, []string{"-L" + dir, "-lsom", "-Wl,-rpath," + dir})
				sombuild.Run(t, nil, cc, args...)
			}
			for _, name := range []string{"animal", "dog"} {
				r, err := idl.Compile(t.Context(), idl.Options{}, "testdata/"+name+".idl")
				if err != nil {
					t.Fatal(err)
				}
				files, report := c.emit(r.Spec, name)
				if report.HasErrors() {
					t.Fatal(report.All())
				}
				for file, text := range files.All() {
					write(t, filepath.Join(dir, file), text)
				}
				info := write(t, filepath.Join(dir, name+"_typelib"+c.ext), typelib.CSource(typelib.Symbol(name+".idl"), encode(t, "testdata/"+name+".idl")))
				flags := slices.Concat(c.flags, []string{"-shared", "-fPIC", "-Wno-unused-parameter"})
				build(c.cc, "lib"+name+".so", append(flags, filepath.Join(dir, name+c.ext), filepath.Join(dir, name+"_library"+c.ext), info)...)
			}
			build("gcc", "load", append(slices.Clone(strict), "testdata/load.c", "src/somt.c")...)
			want, err := os.ReadFile("testdata/load.txt")
			if err != nil {
				t.Fatal(err)
			}
			listed, _, _ := strings.Cut(string(want), "speak():") // what the calls answer is another matter
			if got := sombuild.Run(t, []string{"SOM_PATH=" + dir}, filepath.Join(dir, "load"), "Dog"); got != listed {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// TestWalk reads a typelib that is damaged at every octet in turn, also on machines of another word and byte order.
func TestWalk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, cc, pkg string
		flags, run    []string
		files         []string
	}{
		{"asan", "gcc", "gcc", []string{"-fsanitize=address,undefined", "-fno-sanitize-recover=all"}, nil, []string{"testdata/dog.idl", repository + "/typelib/testdata/dog.idl"}},
		{"s390x", "s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user-static", []string{"-static"}, []string{"qemu-s390x-static"}, []string{"testdata/dog.idl"}},
		{"i686", "i686-linux-gnu-gcc", "gcc-i686-linux-gnu libc6-dev-i386-cross qemu-user-static", []string{"-static"}, []string{"qemu-i386-static"}, []string{"testdata/dog.idl"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			program := filepath.Join(dir, "walk")
			for _, tool := range append(c.run, c.cc) {
				sombuild.Need(t, tool, c.pkg)
			}
			sombuild.Run(t, nil, c.cc, slices.Concat(strict, c.flags, []string{"-O1", "-o", program, "testdata/walk.c", "src/somt.c"})...)
			for _, file := range c.files {
				words := append(slices.Clone(c.run), program, write(t, filepath.Join(dir, "a.somt"), encode(t, file)))
				if got := sombuild.Run(t, nil, words[0], words[1:]...); got != "read\n" {
					t.Errorf("%s: %s", file, got)
				}
			}
		})
	}
}
