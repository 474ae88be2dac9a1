package cxx_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/golden"
)

// everything is all parts, and a library's entry.
func everything(library string) cxx.Options {
	return cxx.Options{Parts: cxx.Usage | cxx.Implementation | cxx.Template, Library: library}
}

// build compiles a text and generates C++ of it.
func build(t *testing.T, name, text string, opt cxx.Options) *emit.Files {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{name: text}}, name)
	if err != nil {
		t.Fatal(err)
	}
	files, report := cxx.Emit(r.Spec, opt)
	if report.HasErrors() {
		t.Fatal(report.Err())
	}
	return files
}

// TestGolden generates each IDL file of testdata. That it compiles and does what it says is seen in bind/cxx.
func TestGolden(t *testing.T) {
	t.Parallel()
	inputs, err := filepath.Glob("testdata/*.idl")
	if err != nil || len(inputs) == 0 {
		t.Fatalf("no input: %v", err)
	}
	for _, input := range inputs {
		text, err := os.ReadFile(input)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(input)
		for p, data := range build(t, name, string(text), everything(strings.TrimSuffix(name, ".idl"))).All() {
			golden.Check(t, p, string(data))
		}
	}
}

// TestGivenHeaders holds that the headers of DSOM's classes in bind/cxx are those that are generated.
func TestGivenHeaders(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"somdtype", "omgidobj", "omgestio", "impldef", "implrep", "somdorb", "somdobj", "somdcprx", "principl", "servmgr", "om", "somdom", "boa", "somoa", "somdserv", "somdtc", "nvlist", "request", "cntxt"} {
		o := idl.Options{Dialect: idl.SOM, Define: []string{"SOMD_WITHOUT_ANY"}}
		r, err := idl.Compile(t.Context(), o, filepath.Join("../../idl/standard", name+".idl"))
		if err != nil {
			t.Fatal(err)
		}
		files, report := cxx.Emit(r.Spec, cxx.Options{Parts: cxx.Usage})
		if report.HasErrors() {
			t.Fatal(report.Err())
		}
		for p, got := range files.All() {
			golden.Check(t, "../../../bind/cxx/"+p, string(got))
		}
	}
}
