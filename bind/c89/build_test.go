package c89_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

// A compiler makes programs for some machine.
type compiler struct {
	name  string
	flags []string
	libs  []string
	run   string // what runs its programs; "": this machine
}

// strict is C89 and nothing else. That a compiler finds nothing to say is part of it.
var strict = []string{"-std=c89", "-pedantic-errors", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Wno-sign-conversion", "-Wlong-long", "-Werror", "-O1"}

var (
	native = compiler{name: "gcc"}
	clang  = compiler{name: "clang"}
	i686   = compiler{name: "i686-linux-gnu-gcc", flags: []string{"-m32"}, libs: []string{"-static", "-Wl,--no-warnings"}, run: "qemu-i386-static"}
	s390x  = compiler{name: "s390x-linux-gnu-gcc", libs: []string{"-static", "-Wl,--no-warnings"}, run: "qemu-s390x-static"}
	mingw  = compiler{name: "x86_64-w64-mingw32-gcc", libs: []string{"-lws2_32"}}
)

func sources(t testing.TB) []string {
	t.Helper()
	all, err := filepath.Glob("src/*.c")
	if err != nil || len(all) < 5 {
		t.Fatal(all, err)
	}
	return all
}

// build makes the client of the bank.
func (c compiler) build(t testing.TB, more ...string) string {
	t.Helper()
	if _, err := exec.LookPath(c.name); err != nil {
		absent.Skip(t, "no %s: interop/install-peers has it", c.name)
	}
	out := filepath.Join(t.TempDir(), "bank")
	if c.name == mingw.name {
		out += ".exe"
	}
	args := slices.Concat(strict, c.flags, more, []string{"-o", out}, sources(t), c.libs)
	if said, err := exec.CommandContext(t.Context(), c.name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", c.name, args, err, said)
	}
	return out
}

// TestCompiles: the client is C89 without a warning, for 32 and 64 bits, both orders of octets, and Windows.
func TestCompiles(t *testing.T) {
	t.Parallel()
	for _, c := range []compiler{native, clang, i686, s390x, mingw} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.build(t)
		})
	}
}

// TestNoMoreThanC89: that the compilers are asked for C89 is no word in vain.
func TestNoMoreThanC89(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath(i686.name); err != nil {
		absent.Skip(t, "no %s: interop/install-peers has it", i686.name)
	}
	for what, text := range map[string]string{
		"a comment of C++":       "int f(void);\nint f(void) { return 0; } // no\n",
		"a declaration behind":   "int f(void);\nint f(void) { f(); { int a = 0; a++; int b = a; return b; } }\n",
		"long long":              "long long f(void);\nlong long f(void) { return 0; }\n",
		"inline":                 "static inline int f(void) { return 0; }\nint g(void);\nint g(void) { return f(); }\n",
		"a for with its own int": "int f(void);\nint f(void) { for (int i = 0; i < 1; i++) ; return 0; }\n",
	} {
		file := filepath.Join(t.TempDir(), "x.c")
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		args := slices.Concat(strict, i686.flags, []string{"-c", "-o", os.DevNull, file})
		if out, err := exec.CommandContext(t.Context(), i686.name, args...).CombinedOutput(); err == nil {
			t.Errorf("%s is taken: %s", what, out)
		}
	}
}

// TestOneLayer: all that is the system's is in one file, and names of files are such as FAT has them.
func TestOneLayer(t *testing.T) {
	t.Parallel()
	headers, err := filepath.Glob("src/*.h")
	if err != nil {
		t.Fatal(err)
	}
	fat := regexp.MustCompile(`^[a-z0-9]{1,8}\.[a-z]{1,3}$`)
	ours := regexp.MustCompile(`^"giop[a-z]+\.h"$`)
	iso := []string{"<stdio.h>", "<stdlib.h>", "<string.h>", "<limits.h>"}
	for _, f := range append(sources(t), headers...) {
		name := filepath.Base(f)
		if !fat.MatchString(name) {
			t.Errorf("%s has no name of 8 and 3", f)
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			what, is := strings.CutPrefix(strings.TrimSpace(line), "#include ")
			if is && name != "giopos.c" && !slices.Contains(iso, what) && !ours.MatchString(what) {
				t.Errorf("%s includes %s: that is for giopos.c", f, what)
			}
			if strings.HasPrefix(line, "#if") && name != "giopos.c" && strings.ContainsAny(line, "_") && !strings.Contains(line, "UINT_MAX") && !strings.Contains(line, "_H") {
				t.Errorf("%s asks which system there is: %s", f, line)
			}
		}
	}
}

// TestBranchOfOS2: what is compiled on OS/2 alone is C89 too, with headers that have the two functions which OS/2 has more. It is no compiler
// for OS/2.
func TestBranchOfOS2(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath(i686.name); err != nil {
		absent.Skip(t, "no %s: interop/install-peers has it", i686.name)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "types.h"), []byte("int sock_init(void);\nint soclose(int);\n#include <arpa/inet.h>\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	args := slices.Concat(strict, i686.flags, []string{"-D__OS2__", "-D_DEFAULT_SOURCE", "-I" + folder, "-c", "-o", filepath.Join(folder, "giopos.o"), "src/giopos.c"})
	if out, err := exec.CommandContext(t.Context(), i686.name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), "nm", "-u", filepath.Join(folder, "giopos.o")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "soclose") || !strings.Contains(string(out), "sock_init") || strings.Contains(string(out), " close\n") {
		t.Errorf("%v: it asks the system for\n%s", err, out)
	}
}

// TestHeadersOfSOM: which headers of bind/c a compiler of C89 takes is what docs/os2.md says.
func TestHeadersOfSOM(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath(i686.name); err != nil {
		absent.Skip(t, "no %s: interop/install-peers has it", i686.name)
	}
	headers, err := filepath.Glob("../c/*.h")
	if err != nil || len(headers) < 20 {
		t.Fatal(headers, err)
	}
	var takes []string
	for _, h := range headers {
		cmd := exec.CommandContext(t.Context(), i686.name, "-std=c89", "-pedantic-errors", "-m32", "-fsyntax-only", "-I../../libsom/include", "-I../c", "-x", "c", h)
		if cmd.Run() == nil {
			takes = append(takes, filepath.Base(h))
		}
	}
	if !slices.Equal(takes, []string{"som_tckind.h"}) {
		t.Errorf("C89 are %v: docs/os2.md says otherwise", takes)
	}
}
