package golang_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	tables "github.com/opendsom/dsom/internal/codes"
	"github.com/opendsom/dsom/model"
)

func TestCodeExamples(t *testing.T) {
	t.Parallel()
	tables.Examples(t, golang.Codes, func(t *testing.T, text string) (*emit.Files, *diag.Report) {
		return golang.Emit(compileText(t, text), golang.Options{})
	})
}

func TestCodesAreDocumented(t *testing.T) {
	t.Parallel()
	tables.Documented(t, golang.Codes, "../../docs/go-mapping.md", func(e diag.Entry) string {
		title := e.Title
		if e.Severity == diag.Warning {
			title += " (warning)"
		}
		return fmt.Sprintf("| `%s` | %s: %s |\n", e.Code, title, e.Explanation)
	})
}

// TestInternal holds the scene of the code that no IDL provokes.
func TestInternal(t *testing.T) {
	t.Parallel()
	node := model.Node{Name: "a b", Span: diag.Span{Start: diag.Position{File: "a.idl", Line: 1, Column: 1}}}
	spec := &model.Spec{Files: []*model.File{{Path: "a.idl", Main: true}}, Decls: model.Decls{&model.Native{Info: model.Info{Node: node, ID: "IDL:a b:1.0"}}}}
	if err := spec.Link(); err != nil {
		t.Fatal(err)
	}
	files, report := golang.Emit(spec, golang.Options{Package: "example.com/a"})
	if got := codes(report); !slices.Equal(got, []diag.Code{golang.CodeInternal}) || files.Len() != 0 {
		t.Errorf("got %v and %d files", report.All(), files.Len())
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files idl.FilesOf
		opt   golang.Options
		want  diag.Code
		text  string
	}{
		"entangled": {files: idl.FilesOf{"test.idl": entangled(9)}, want: golang.CodeEntangled, text: "M::S0"},
		"of an included file, outside of modules": {
			files: idl.FilesOf{"test.idl": "#include \"p.idl\"\nmodule A { struct Q { P at; }; };", "p.idl": "struct P { long x; };"}, opt: golang.Options{PackagePrefix: "example.com/gen"},
			want: golang.CodeNoPackage, text: "p.idl:1:8: error: no package is known for declarations outside of modules, and P, which package a uses, is one",
		},
		"not an identifier": {
			files: idl.FilesOf{"test.idl": "module A { struct P { long x; };\n#pragma go_name P \"a b\"\n};"},
			want:  golang.CodeBadName, text: "a b",
		},
		"map by a structure": {
			files: idl.FilesOf{"test.idl": "module A { struct P { any x; }; typedef map<P, long> M; };"},
			want:  golang.CodeNotSupported, text: "test.idl:1:41: error: a map with keys of type P",
		},
		"map by a map": {
			files: idl.FilesOf{"test.idl": "module A { typedef map<map<double, long>, long> M; };"},
			want:  golang.CodeNotSupported, text: "error: a map with keys of type map<double, long>",
		},
		"component": {
			files: idl.FilesOf{"test.idl": "module A { component C {}; };"},
			want:  golang.CodeComponents, text: "test.idl:1:22: error: what stands for C in Go cannot be made",
		},
		"port by an inherited name": {
			files: idl.FilesOf{"test.idl": "#include <Components.idl>\nmodule A { interface F {}; component C { provides F facet; }; };"},
			want:  golang.CodeEquivalent, text: "test.idl:2:38: error: C has two operations provide_facet for its clients, Components::Navigation::provide_facet and A::C::provide_facet",
		},
		"port by a supported name": {
			files: idl.FilesOf{"test.idl": "#include <Components.idl>\nmodule A { interface F { long provide_p(); }; component C supports F { provides F p; }; };"},
			want:  golang.CodeEquivalent, text: "A::F::provide_p and A::C::provide_p",
		},
		"port renamed in Go": {
			files: idl.FilesOf{"test.idl": "#include <Components.idl>\nmodule A { interface F { long provide_p();\n#pragma go_name provide_p Other\n}; component C supports F { provides F p; }; };"},
			want:  golang.CodeEquivalent, text: "A::F::provide_p and A::C::provide_p",
		},
		"home that creates": {
			files: idl.FilesOf{"test.idl": "#include <Components.idl>\nmodule A { component C {}; home H manages C { C create(); }; };"},
			want:  golang.CodeEquivalent, text: "A::HExplicit::create and A::HImplicit::create",
		},
		"name of a home's interface": {
			files: idl.FilesOf{"test.idl": "#include <Components.idl>\nmodule A { component C {}; home H manages C {}; interface HExplicit {}; };"},
			want:  golang.CodeEquivalent, text: "test.idl:2:59: error: A::HExplicit is the name of an interface that stands for A::H",
		},
		"name of a consumer": {
			files: idl.FilesOf{"test.idl": "#include <Components.idl>\nmodule A { eventtype E {}; interface EConsumer {}; component C { consumes E in_; }; };"},
			want:  golang.CodeEquivalent, text: "A::EConsumer is the name of an interface that stands for A::E",
		},
		"path of dots": {
			files: idl.FilesOf{"test.idl": "module A { struct P { long x; }; };"},
			opt:   golang.Options{Modules: map[string]string{"A": "x/../y"}},
			want:  golang.CodeBadPath, text: "x/../y",
		},
		"pragma without path": {
			files: idl.FilesOf{"test.idl": "module A {\n#pragma go_package\nstruct P { long x; }; };"},
			want:  golang.CodeBadPath, text: "import path",
		},
		"attribute and operation inherited": {
			files: idl.FilesOf{"test.idl": "module A { interface X { attribute long size; }; interface Y : X { void set_size(); }; };"},
			want:  golang.CodeInherited, text: "SetSize",
		},
		"pointers": {
			files: idl.FilesOf{"test.idl": "module A {\ntypedef long *P;\nstruct S { P p; }; };"},
			want:  golang.CodeNotSupported, text: "pointers of SOM IDL",
		},
		"class of SOM": {
			files: idl.FilesOf{"test.idl": "#include <somobj.idl>\nmodule A { interface C : SOMObject { implementation { filestem = c; }; }; };"},
			want:  golang.CodeNotSupported, text: "somToken",
		},
		"corrupt manifest": {
			files: idl.FilesOf{"test.idl": "module A { struct P { long x; }; };"},
			opt:   golang.Options{Existing: fstest.MapFS{"a/" + golang.ManifestName: {Data: []byte("{")}}},
			want:  golang.CodeManifest, text: "JSON",
		},
		"newer manifest": {
			files: idl.FilesOf{"test.idl": "module A { struct P { long x; }; };"},
			opt:   golang.Options{Existing: fstest.MapFS{"a/" + golang.ManifestName: {Data: []byte(`{"manifest":99}`)}}},
			want:  golang.CodeManifest, text: "version 99",
		},
		"hollow manifest": {
			files: idl.FilesOf{"test.idl": "module A { struct P { long x; }; };"},
			opt:   golang.Options{Existing: fstest.MapFS{"a/" + golang.ManifestName: {Data: []byte(`{"manifest":1,"package":"a","files":{"x.go":{"declarations":{"A::Q":null}}}}`)}}},
			want:  golang.CodeManifest, text: "A::Q",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, report := golang.Emit(compile(t, c.files, "test.idl"), c.opt)
			if got := codes(report); !slices.Contains(got, c.want) || files.Len() != 0 {
				t.Fatalf("got %v and %d files, want %s", report.All(), files.Len(), c.want)
			}
			if !strings.Contains(report.Err().Error(), c.text) {
				t.Errorf("got %v, want it to name %q", report.Err(), c.text)
			}
		})
	}
}

// TestAnnotationsMakeNothing holds that the declaration of an annotation becomes no Go, nor do the
// types inside it.
func TestAnnotationsMakeNothing(t *testing.T) {
	t.Parallel()
	text := "@annotation outside { enum Kind { ONE, TWO }; Kind value default ONE; };\n" +
		"@outside(TWO) module A { @annotation inside { long what; }; @inside(3) struct P { @outside long x; }; };"
	files, report := golang.Emit(compileText(t, text), golang.Options{})
	if len(report.All()) > 0 {
		t.Fatalf("got %v", report.All())
	}
	for name, data := range files.All() {
		for _, no := range []string{"Kind", "ONE", "Inside", "Outside"} {
			if strings.Contains(string(data), no) {
				t.Errorf("%s has %s", name, no)
			}
		}
	}
}

// A model that was not compiled from IDL here can lack definitions.
func TestUndefined(t *testing.T) {
	t.Parallel()
	const text = `{"model":1,"files":[{"path":"a.idl","main":true}],"decls":[{"kind":"module","name":"A",
		"span":{"file":"a.idl","start":[1,1,0],"end":[9,1,99]},"decls":[
		{"kind":"forward","name":"X","of":"struct","span":{"file":"a.idl","start":[2,1,0],"end":[2,9,8]}},
		{"kind":"typedef","name":"Xs","type":{"kind":"sequence","elem":{"kind":"named","decl":"::A::X"}},
		 "span":{"file":"a.idl","start":[3,1,0],"end":[3,9,8]},"nameSpan":{"file":"a.idl","start":[3,5,0],"end":[3,7,8]}}]}]}`
	spec, err := model.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	_, report := golang.Emit(spec, golang.Options{})
	if got := codes(report); !slices.Equal(got, []diag.Code{golang.CodeUndefined}) || !strings.HasPrefix(report.Err().Error(), "a.idl:3:5") {
		t.Errorf("got %v", report.All())
	}
}

// entangled returns n structures each of which holds sequences of all.
func entangled(n int) string {
	var b strings.Builder
	b.WriteString("module M {")
	for i := range n {
		fmt.Fprintf(&b, "struct S%d;", i)
	}
	for i := range n {
		fmt.Fprintf(&b, "struct S%d {", i)
		for j := range n {
			fmt.Fprintf(&b, "sequence<S%d> m%d;", j, j)
		}
		b.WriteString("};")
	}
	b.WriteString("};")
	return b.String()
}
