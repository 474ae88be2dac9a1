package typelib_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/typelib"
)

// tool runs a compiler or the like in a folder.
func tool(t testing.TB, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}

// sources writes the C sources of the typelibs of dog.idl and animal.idl, and something that calls none of it.
func sources(t testing.TB, ext string) (dir string, files []string) {
	t.Helper()
	dir = t.TempDir()
	write := func(name string, text []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	for _, name := range []string{"dog.idl", "animal.idl"} {
		b := encode(t, compile(t, idl.Options{}, "testdata/"+name))
		write(strings.TrimSuffix(name, ".idl")+"_typelib"+ext, typelib.CSource(typelib.Symbol(name), b))
	}
	export := "#ifdef _WIN32\n__declspec(dllexport)\n#endif\n"
	write("code"+ext, []byte(export+"int dog_answer(void);\n"+export+"int dog_answer(void) { return 42; }\n"))
	return dir, files
}

// TestLinked holds that compilers and linkers put typelibs where they are found, and leave them there.
func TestLinked(t *testing.T) {
	t.Parallel()
	strict := []string{"-std=c11", "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-ffunction-sections", "-fdata-sections"}
	shared := []string{"-shared", "-fPIC", "-Wl,--gc-sections"}
	for _, c := range []struct {
		name, cc, pkg string
		flags         []string
		format        string
	}{
		{"gcc", "gcc", "gcc", shared, "ELF, 64 bits, little-endian"},
		{"gcc, stripped", "gcc", "gcc", append(slices.Clone(shared), "-O2", "-s"), "ELF, 64 bits, little-endian"},
		{"gcc, whole program", "gcc", "gcc", append(slices.Clone(shared), "-O2", "-flto", "-s"), "ELF, 64 bits, little-endian"},
		{"clang", "clang", "clang", shared, "ELF, 64 bits, little-endian"},
		{"clang, stripped", "clang", "clang", append(slices.Clone(shared), "-O2", "-s"), "ELF, 64 bits, little-endian"},
		{"object", "gcc", "gcc", []string{"-r", "-nostdlib"}, "ELF, 64 bits, little-endian"},
		{"s390x", "s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu libc6-dev-s390x-cross", append(slices.Clone(shared), "-s"), "ELF, 64 bits, big-endian"},
		{"i686", "i686-linux-gnu-gcc", "gcc-i686-linux-gnu libc6-dev-i386-cross", append(slices.Clone(shared), "-s"), "ELF, 32 bits, little-endian"},
		{"mingw", "x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64", []string{"-shared", "-s"}, "PE, 64 bits, x86"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sombuild.Need(t, c.cc, c.pkg)
			dir, files := sources(t, ".c")
			tool(t, dir, c.cc, slices.Concat(strict, c.flags, []string{"-o", "dog.lib"}, files)...)
			f, err := typelib.Open(filepath.Join(dir, "dog.lib"))
			if err != nil {
				t.Fatal(err)
			}
			if f.Format != c.format || len(f.Specs) != 2 {
				t.Fatalf("got %s and %d typelibs", f.Format, len(f.Specs))
			}
			if !bytes.Equal(encode(t, f.Specs[0]), smallTypelib(t)) {
				t.Error("another typelib than was written")
			}
			merged, err := typelib.Merge(f.Specs...)
			if err != nil || merged.Lookup("Zoo::Animal::speak") == nil || merged.Lookup("Zoo::Dog::bark") == nil {
				t.Errorf("merged: %v", err)
			}
		})
	}
}

// TestMachO reads what clang compiles for Macs. There is no linker for them on other systems.
func TestMachO(t *testing.T) {
	t.Parallel()
	sombuild.Need(t, "clang", "clang")
	for target, format := range map[string]string{"x86_64-apple-macos11": "Mach-O, 64 bits, little-endian", "arm64-apple-macos11": "Mach-O, 64 bits, little-endian"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			dir, files := sources(t, ".c")
			tool(t, dir, "clang", "--target="+target, "-std=c11", "-Wall", "-Wextra", "-Werror", "-c", "-o", "dog.o", files[0])
			f, err := typelib.Open(filepath.Join(dir, "dog.o"))
			if err != nil {
				t.Fatal(err)
			}
			if f.Format != format || len(f.Specs) != 1 || !bytes.Equal(encode(t, f.Specs[0]), smallTypelib(t)) {
				t.Errorf("got %s and %d typelibs", f.Format, len(f.Specs))
			}
		})
	}
}

// TestCPlusPlus compiles the source as C++.
func TestCPlusPlus(t *testing.T) {
	t.Parallel()
	sombuild.Need(t, "g++", "g++")
	dir, files := sources(t, ".cc")
	tool(t, dir, "g++", append([]string{"-std=c++17", "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-shared", "-fPIC", "-Wl,--gc-sections", "-s", "-o", "lib"}, files...)...)
	f, err := typelib.Open(filepath.Join(dir, "lib"))
	if err != nil || len(f.Specs) != 2 {
		t.Fatalf("got %v, %v", f, err)
	}
}

// TestWithout reads a library that has no type information.
func TestWithout(t *testing.T) {
	t.Parallel()
	sombuild.Need(t, "gcc", "gcc")
	dir, files := sources(t, ".c")
	tool(t, dir, "gcc", "-shared", "-fPIC", "-o", "lib", files[len(files)-1])
	_, err := typelib.Open(filepath.Join(dir, "lib"))
	if err == nil || !strings.Contains(err.Error(), "dsom idl build --typelib") {
		t.Errorf("got %v", err)
	}
}

// TestSymbol holds the names of the variables.
func TestSymbol(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{"dog.idl": "som_typelib_dog", "a/b/my-dog.v2.idl": "som_typelib_my_dog_v2", "é": "som_typelib__"} {
		if got := typelib.Symbol(file); got != want {
			t.Errorf("%s: got %s, want %s", file, got, want)
		}
	}
	if s := string(typelib.CSource("x", make([]byte, 8))); !strings.Contains(s, "const unsigned char x[8] = {\n\t0,0,0,0,0,0,0,0,\n};") {
		t.Errorf("got %s", s)
	}
}
