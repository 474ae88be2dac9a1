package golang_test

import (
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
)

func TestPackages(t *testing.T) {
	t.Parallel()
	const two = "module One { struct S { long x; }; };\nmodule Two { struct T { One::S s2; }; };"
	for name, c := range map[string]struct {
		text string
		opt  golang.Options
		want []string
		in   map[string]string // file, a piece of it
	}{
		"prefix": {
			text: two, opt: golang.Options{PackagePrefix: "example.com/gen"},
			want: []string{"one/dsom-manifest.json", "one/test.go", "two/dsom-manifest.json", "two/test.go"},
			in:   map[string]string{"two/test.go": `"example.com/gen/one"`},
		},
		"prefix with a slash": {
			text: two, opt: golang.Options{PackagePrefix: "example.com/gen/"},
			want: []string{"one/dsom-manifest.json", "one/test.go", "two/dsom-manifest.json", "two/test.go"},
			in:   map[string]string{"two/test.go": `"example.com/gen/one"`},
		},
		"mapped": {
			text: two, opt: golang.Options{PackagePrefix: "example.com/gen", Modules: map[string]string{"One": "other.org/x/first-one"}},
			want: []string{"first-one/dsom-manifest.json", "first-one/test.go", "two/dsom-manifest.json", "two/test.go"},
			in: map[string]string{
				"first-one/test.go": "package firstone\n",
				"two/test.go":       `firstone "other.org/x/first-one"`,
			},
		},
		"mapped below the prefix": {
			text: two, opt: golang.Options{PackagePrefix: "example.com/gen", Modules: map[string]string{"One": "example.com/gen/deep/one", "Two": "example.com/gen"}},
			want: []string{"deep/one/dsom-manifest.json", "deep/one/test.go", "dsom-manifest.json", "test.go"},
			in:   map[string]string{"test.go": "package gen\n"},
		},
		"mapped together": {
			text: two, opt: golang.Options{Modules: map[string]string{"One": "example.com/both", "Two": "example.com/both"}},
			want: []string{"both/dsom-manifest.json", "both/test.go"},
			in:   map[string]string{"both/test.go": "// Package both is the IDL modules One, Two.\npackage both\n"},
		},
		"pragma": {
			text: "module One {\n#pragma go_package \"example.com/p\"\nstruct S { long x; }; };",
			want: []string{"p/dsom-manifest.json", "p/test.go"},
		},
		"option over pragma": {
			text: "module One {\n#pragma go_package \"example.com/p\"\nstruct S { long x; }; };",
			opt:  golang.Options{Modules: map[string]string{"One": "example.com/q"}},
			want: []string{"q/dsom-manifest.json", "q/test.go"},
		},
		"pragma in a later part": {
			text: "module One { struct S { long x; }; };\nmodule One {\n#pragma go_package \"example.com/p\"\nstruct T { long x; }; };",
			want: []string{"p/dsom-manifest.json", "p/test.go"},
		},
		"outside": {
			text: "struct S { long x; };\nmodule One { struct T { S s2; }; };",
			opt:  golang.Options{PackagePrefix: "example.com/gen", Package: "example.com/gen/top"},
			want: []string{"one/dsom-manifest.json", "one/test.go", "top/dsom-manifest.json", "top/test.go"},
			in:   map[string]string{"top/test.go": "// Package top is what test.idl declares outside of modules.\npackage top\n", "one/test.go": "S2 top.S"},
		},
		"circle": {
			text: "module One { interface A {}; };\nmodule Two { interface B : One::A {}; };\nmodule One { interface C : Two::B {}; };\nmodule Three { interface D : Two::B {}; };",
			opt:  golang.Options{PackagePrefix: "example.com/gen"},
			want: []string{"one/dsom-manifest.json", "one/test.go", "three/dsom-manifest.json", "three/test.go"},
			in:   map[string]string{"one/test.go": "type Two_B interface", "three/test.go": "one.Two_B"},
		},
		"circle by a map": { // the modules have none, but their packages would
			text: "module One { interface A {}; };\nmodule Two { interface B : One::A {}; };\nmodule Three { interface C : Two::B {}; };",
			opt:  golang.Options{PackagePrefix: "example.com/gen", Modules: map[string]string{"One": "example.com/gen/ends", "Three": "example.com/gen/ends"}},
			want: []string{"ends/dsom-manifest.json", "ends/test.go"},
			in:   map[string]string{"ends/test.go": "type Two_B interface"},
		},
		"reserved": {
			text: "module Type { struct S { long x; }; };",
			want: []string{"typeidl/dsom-manifest.json", "typeidl/test.go"},
			in:   map[string]string{"typeidl/test.go": "package typeidl\n"},
		},
		"verbatim names": {
			text: "module One { struct one_two { long a_b; }; interface my_i { void do_it(in long A_b); }; };",
			opt:  golang.Options{Names: golang.Verbatim},
			want: []string{"one/dsom-manifest.json", "one/test.go"},
			in:   map[string]string{"one/test.go": "Do_it(ctx context.Context, A_b int32) error"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := mustEmit(t, compileText(t, c.text), c.opt)
			if got := files.Paths(); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			for name, piece := range c.in {
				contains(t, files, name, piece)
			}
		})
	}
}

// Included files are generated when asked for; what the compiler carries comes from this
// module unless that is not wanted.
func TestIncluded(t *testing.T) {
	t.Parallel()
	files := idl.FilesOf{
		"test.idl": "#include <orb.idl>\n#include \"b.idl\"\nmodule A { struct P { B::Q q2; CORBA::PolicyType t; }; };",
		"b.idl":    "module B { struct Q { long x; }; };",
	}
	spec := compile(t, files, "test.idl")
	for name, c := range map[string]struct {
		opt  golang.Options
		want []string
		path string
	}{
		"main only": {golang.Options{}, []string{"a/test.go"}, `"github.com/opendsom/dsom/std/corba"`},
		"included":  {golang.Options{Included: true}, []string{"a/test.go", "b/b.go"}, `"github.com/opendsom/dsom/std/corba"`},
		"all":       {golang.Options{Included: true, NoStandard: true}, []string{"a/test.go", "b/b.go", "corba/orb.go"}, `"example.com/corba"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.opt.PackagePrefix = "example.com"
			made := mustEmit(t, spec, c.opt)
			var got []string
			for _, p := range made.Paths() {
				if p[len(p)-3:] == ".go" {
					got = append(got, p)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			contains(t, made, "a/test.go", c.path)
		})
	}
}

// Names in this module's own packages are as those were generated, whatever the options say.
func TestStandardNames(t *testing.T) {
	t.Parallel()
	spec := compileText(t, "#include <orb.idl>\nmodule A { local interface my_policy : CORBA::Policy { void do_it(); }; interface i : CORBA::Policy { void do_it(); }; };")
	made := mustEmit(t, spec, golang.Options{Names: golang.Verbatim})
	contains(t, made, "a/test.go", "type My_policy interface", "Do_it(ctx", "func (IBase) PolicyType(context.Context)", "impl.PolicyType(")
}

// A file that is included inside a module belongs to the file with the module.
func TestIncludedInside(t *testing.T) {
	t.Parallel()
	files := idl.FilesOf{"test.idl": "module A {\n#include \"part.inc\"\n};", "part.inc": "struct P { long x; };"}
	made := mustEmit(t, compile(t, files, "test.idl"), golang.Options{})
	contains(t, made, "a/test.go", "type P struct")
}
