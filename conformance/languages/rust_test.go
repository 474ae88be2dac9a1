package languages

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var rust = &Host{
	Name: "Rust", Page: "som-rust.md",
	Limits: slices.Concat(
		limits("IDL:opendsom/RustError:1.0", "methods in C++ hand the exception on, and it comes back as a user exception of that id", "exceptions/own-again"),
		limits("200 objects are left", "references are counted: a cycle has to be broken", "lifetime/cycle"),
	),
	Compiler: map[string][]string{
		"lifetime/released": {`let t = Thing::new().unwrap(); drop(t); t.speak(1).unwrap();`, `let t = Thing::new().unwrap(); drop(t); drop(t);`},
	},
}

// rustBuild builds a program of a folder with the crate, and returns its own folder; nothing comes from a network.
func rustBuild(t testing.TB, folder string, args ...string) (string, error) {
	t.Helper()
	sombuild.Need(t, "cargo", "cargo")
	sombuild.Need(t, "make", "make")
	said, err := output(t, nil, "cargo", "--version")
	found := regexp.MustCompile(`^cargo [01]\.(\d+)\.`).FindStringSubmatch(said)
	if err != nil || found == nil {
		t.Fatalf("cargo --version says %q: %v", said, err)
	}
	if minor, _ := strconv.Atoi(found[1]); minor < 63 {
		absent.Skip(t, "cargo is older than 1.63")
	}
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	target := shelf.Once(t, "rust", func(dir string) error { return os.Mkdir(dir, 0o755) })
	named := strings.Join([]string{filepath.Join(suite(t), "libsuite.so"), filepath.Join(filepath.SplitList(libraries(t, 1))[1], "librelay.so")}, " ")
	env := []string{"CARGO_TARGET_DIR=" + target, "CARGO_NET_OFFLINE=true", "DSOM_LIBSOM=" + kernel, "LD_LIBRARY_PATH=" + kernel, "SUITE_LIBRARIES=" + named}
	_, err = output(t, env, "cargo", slices.Concat([]string{"build", "-q", "--manifest-path", filepath.Join(folder, "Cargo.toml")}, args)...)
	return filepath.Join(target, "debug"), err
}

func TestRust(t *testing.T) {
	t.Parallel()
	dir, err := rustBuild(t, "rust")
	if err != nil {
		t.Fatal(err)
	}
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	conform(t, rust, func(t *testing.T, env []string, rows ...string) (string, error) {
		return output(t, append(env, "LD_LIBRARY_PATH="+kernel), filepath.Join(dir, "suite"), rows...)
	})
}

// TestRustCompiler demands that the compiler refuses each line, and takes a function without any.
func TestRustCompiler(t *testing.T) {
	t.Parallel()
	dir, err := rustBuild(t, "rust")
	if err != nil {
		t.Fatal(err)
	}
	one := func(pattern string) string {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		return found[0]
	}
	crate, text := one("deps/libdsom-*.rlib"), one("build/suite-*/out/suite.rs")
	refusedLines(t, rust, func(file string) (string, []string) {
		return "rustc", []string{"--edition=2021", "--crate-type=lib", "--emit=metadata", "--error-format=short", "-Adead_code", "--out-dir", filepath.Dir(file),
			"-L", "dependency=" + filepath.Dir(crate), "-L", "native=" + sombuild.Kernel(t, "gcc", classlib.Plain), "--extern", "dsom=" + crate, file}
	}, "line.rs", "include!("+strconv.Quote(text)+");\n", "pub fn f%d() { %s }\n", "let t = Thing::new().unwrap(); t.speak(1).unwrap(); drop(t);")
}
