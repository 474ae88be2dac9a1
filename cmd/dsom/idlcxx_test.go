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

// TestIDLXh makes IBM's C++, with the headers for C that it needs, and C in both styles.
func TestIDLXh(t *testing.T) {
	dir := t.TempDir()
	file := write(t, dir, "hound.idl", "#include <somobj.idl>\ninterface Hound : SOMObject { void sit(in Hound by); implementation { releaseorder: sit; }; };\n")
	for _, b := range []struct {
		args []string
		in   map[string]string // what is in a file
	}{
		{[]string{"--xh=xh,cpp", "--library", "kennel"}, map[string]string{"hound.xh": "class Hound : public SOMObject", "hound.xih": "hound.ih", "hound.cpp": "sit(Hound *somSelf, Environment *ev, Hound *by)", "hound.h": "som_compat.h", "hound.ih": "HoundNewClass", "kennel_library.c": "Hound_define"}},
		{[]string{"--c=h,ih,c,corba"}, map[string]string{"hound.h": "#define SOM_STRICT_IDL", "hound.c": "sit(Hound somSelf, Environment *ev, Hound by)"}},
		{[]string{"--c=h,ih,c,compat"}, map[string]string{"hound.c": "sit(Hound *somSelf, Environment *ev, Hound *by)"}},
	} {
		out := t.TempDir()
		if got := dsom(t, "", append([]string{"idl", "build", "--out", out, file}, b.args...)...); got.status != 0 {
			t.Fatalf("%v: got %+v", b.args, got)
		}
		for name, want := range b.in {
			if text, err := os.ReadFile(filepath.Join(out, name)); err != nil || !strings.Contains(string(text), want) {
				t.Errorf("%v: %v\n%s", b.args, err, text)
			}
		}
	}
	if got := dsom(t, "", "idl", "build", "--out", dir, "--xh=c", file); got.status != statusUsage {
		t.Errorf("got %+v", got)
	}
}
