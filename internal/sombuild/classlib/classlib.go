// Package classlib builds class libraries in C++ for tests: what was built stays below build/ of the module, as libsom does (package sombuild).
package classlib

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/typelib"
)

// A Source is what a class library is made of. It has the name of its IDL file, without .idl.
type Source struct {
	IDL     string   // a file
	Include []string // where what it includes is
	Code    string   // a file in C++, which includes <name>.ih.hpp; headers beside it belong to it
}

// Plain are the flags that libsom and class libraries of most tests are compiled with.
const Plain = "-O2"

// Zoo is the library of the C++ binding's tests: Zoo::Animal, Dog, Puppy, Echo and others.
func Zoo(t testing.TB) Source {
	t.Helper()
	root, err := sombuild.Root()
	if err != nil {
		t.Fatal(err)
	}
	return Source{IDL: filepath.Join(root, "bind/cxx/testdata/zoo.idl"), Code: filepath.Join(root, "bind/cxx/test/zoo.cc")}
}

// Farm is a library whose classes stand below those of Zoo, in several scopes; it is built with the headers of Zoo, in whose folder they are.
func Farm(t testing.TB, flags string) string {
	t.Helper()
	zoo := Zoo(t)
	in := filepath.Dir(zoo.IDL)
	return Build(t, Source{IDL: filepath.Join(in, "farm.idl"), Include: []string{in}, Code: filepath.Join(filepath.Dir(zoo.Code), "farm.cc")}, flags, "-I"+Build(t, zoo, flags))
}

// Build returns a folder with lib<name>.so, which has its typelib in it, <name>.somt, which is that alone, and the generated headers. libsom is compiled with the same flags
// (sombuild.Kernel(t, "gcc", flags)), whose folder the loader has to be told of; more are flags of this library alone. The test is skipped where there is no compiler.
func Build(t testing.TB, s Source, flags string, more ...string) string {
	t.Helper()
	sombuild.Need(t, "g++", "g++")
	kernel := sombuild.Kernel(t, "gcc", flags)
	root, err := sombuild.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := generated(s)
	if err != nil {
		t.Fatal(err)
	}
	name, err := nameOf(s, files, root, append([]string{kernel}, more...))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := sombuild.Kept(name, func(dir string) error {
		for file, data := range files.All() {
			if err := os.WriteFile(filepath.Join(dir, file), data, 0o644); err != nil {
				return err
			}
		}
		lib := library(s)
		typed := filepath.Join(dir, lib+"_typelib.o")
		if err := compile("gcc", "-fPIC", "-c", "-o", typed, filepath.Join(dir, lib+"_typelib.c")); err != nil {
			return err
		}
		return compile("g++", slices.Concat([]string{"-std=c++17", "-fPIC", "-shared", "-I" + dir, "-I" + filepath.Join(root, "libsom/include"), "-I" + filepath.Join(root, "bind/cxx")},
			strings.Fields(flags), more, []string{"-o", filepath.Join(dir, "lib"+lib+".so"), s.Code, filepath.Join(dir, lib+"_library.cpp"), typed, "-L" + kernel, "-lsom"})...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func library(s Source) string { return strings.TrimSuffix(filepath.Base(s.IDL), ".idl") }

// generated is what the compiler makes of the IDL.
func generated(s Source) (*emit.Files, error) {
	r, err := idl.Compile(context.Background(), idl.Options{Include: s.Include}, s.IDL)
	if err != nil {
		return nil, err
	}
	lib := library(s)
	files, report := cxx.Emit(r.Spec, cxx.Options{Parts: cxx.Usage | cxx.Implementation, Library: lib, Typelib: true})
	if report.HasErrors() {
		return nil, report.Err()
	}
	info, err := typelib.Append(nil, r.Spec, typelib.Options{Files: []string{s.IDL}})
	if err != nil {
		return nil, err
	}
	if err := files.Add(lib+".somt", info); err != nil {
		return nil, err
	}
	return files, files.Add(lib+"_typelib.c", typelib.CSource(typelib.Symbol(s.IDL), info))
}

// nameOf says all that a library depends on: kernel's folder says it of libsom and the compiler.
func nameOf(s Source, files *emit.Files, root string, flags []string) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", flags)
	for name, data := range files.All() {
		fmt.Fprintf(h, "%s\x00%d\x00%s", name, len(data), data)
	}
	read := []string{s.Code}
	for _, pattern := range []string{filepath.Join(root, "bind/cxx/*.hpp"), filepath.Join(root, "bind/cxx/som/*"), filepath.Join(filepath.Dir(s.Code), "*.h*")} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		read = append(read, found...)
	}
	for _, file := range read {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s\x00%d\x00%s", filepath.Base(file), len(data), data)
	}
	return fmt.Sprintf("classes-%s-%x", library(s), h.Sum(nil)[:10]), nil
}

func compile(name string, args ...string) error {
	cmd := exec.Command(name, args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
	}
	return nil
}
