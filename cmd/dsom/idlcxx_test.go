package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestIDLBuildCxx makes C++ of a class, fills in its implementation, and makes it again of another release.
func TestIDLBuildCxx(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const head, tail = "#include <somobj.idl>\ninterface Hound : SOMObject { void bark();", " implementation { releaseorder: bark; }; };\n"
	file := write(t, dir, "hound.idl", head+tail)
	build := func(args ...string) result {
		return dsom(t, "", append([]string{"idl", "build", "--out", dir, file}, args...)...)
	}
	exist := func(want ...string) {
		t.Helper()
		for _, name := range []string{"hound.hpp", "hound.ih.hpp", "hound.cpp", "kennel_library.cpp", "hound.ih.h"} {
			_, err := os.Stat(filepath.Join(dir, name))
			if (err == nil) != strings.Contains(strings.Join(want, " ")+" ", name+" ") {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		}
	}
	if got := build("--cxx=hpp"); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	exist("hound.hpp")
	if got := build("--cxx"); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	exist("hound.hpp", "hound.ih.hpp")
	if got := build("--cxx=hpp,ih,cpp", "--library", "kennel", "--c"); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	exist("hound.hpp", "hound.ih.hpp", "hound.cpp", "kennel_library.cpp", "hound.ih.h")

	name := filepath.Join(dir, "hound.cpp")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const mine = "\t\tbarks++; // }\n"
	written := strings.Replace(string(text), "\t\tthrow som::system_exception(\"NO_IMPLEMENT\", \"Hound::bark\");\n", mine, 1)
	write(t, dir, "hound.cpp", written)
	write(t, dir, "hound.idl", head+" void sit();"+tail)
	if got := build("--cxx=cpp"); got.status != 0 || !strings.Contains(got.out, "hound.cpp") {
		t.Fatalf("got %+v", got)
	}
	text, err = os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), mine) || !strings.Contains(string(text), "void sit()") {
		t.Errorf("%v\n%s", err, text)
	}
	for _, args := range [][]string{{"--cxx=c"}, {"--cxx=hpp,"}, {"--library", "kennel"}} {
		if got := build(args...); got.status != statusUsage {
			t.Errorf("%v: got %+v", args, got)
		}
	}
}
