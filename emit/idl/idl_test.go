package idl_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	printer "github.com/opendsom/dsom/emit/idl"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/model"
)

// meaning returns a specification as JSON values without what printing changes: places, the
// layout of comments, and the text of pragmas and expressions.
func meaning(t testing.TB, s *model.Spec) any {
	t.Helper()
	own := &model.Spec{Files: s.Files} // what the compiler carries is the same, and much
	for _, d := range s.Decls {
		if f := d.About().File(); f == nil || !f.Standard {
			own.Decls = append(own.Decls, d)
		}
	}
	j, err := json.Marshal(own)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(j, &v); err != nil {
		t.Fatal(err)
	}
	strip(v)
	return v
}

func strip(v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range []string{"span", "nameSpan", "expr", "text"} {
			if _, comment := v["text"]; k != "text" || comment && v["args"] != nil {
				delete(v, k)
			}
		}
		if v["kind"] == "named" { // the name as written; what it denotes is in decl
			delete(v, "name")
		}
		for _, x := range v {
			strip(x)
		}
	case []any:
		for _, x := range v {
			strip(x)
		}
	}
}

// replaced is a Resolver in which one file has another text.
type replaced struct {
	idl.Resolver
	path, text string
}

func (r replaced) Open(name string) ([]byte, error) {
	if name == r.path {
		return []byte(r.text), nil
	}
	return r.Resolver.Open(name)
}

// check holds that a file which is printed from its model has the same model.
func check(t *testing.T, o idl.Options, path string, whole bool) {
	t.Helper()
	r, err := idl.Compile(context.Background(), o, path)
	if err != nil {
		t.Skipf("it is not meant to compile: %v", err)
	}
	opt := printer.Options{Whole: whole}
	printed := printer.Print(r.Spec, r.Spec.File(path), opt)
	o.Resolver = replaced{o.Resolver, path, printed}
	again, err := idl.Compile(context.Background(), o, path)
	if err != nil {
		t.Fatalf("what was printed does not compile: %v\n%s", err, printed)
	}
	a, b := meaning(t, r.Spec), meaning(t, again.Spec)
	if whole { // there is one file less for each that was included
		delete(a.(map[string]any), "files")
		delete(b.(map[string]any), "files")
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("what was printed means something else (-was +is):\n%s\n%s", diff, printed)
	}
	if twice := printer.Print(again.Spec, again.Spec.File(path), opt); twice != printed {
		t.Errorf("printing twice differs:\n%s", cmp.Diff(printed, twice))
	}
}

// folder is a Resolver over a folder of the corpus.
type folder string

func (f folder) Open(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), filepath.FromSlash(name)))
}

// TestPrinted holds parse(print(x)) = x over the compiler's own corpus: each case that compiles,
// and each golden folder.
func TestPrinted(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../../idl/testdata/cases/*.txt")
	if len(files) < 5 {
		t.Fatalf("%d files of cases", len(files))
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		line := 1
		for chunk := range strings.SplitAfterSeq(string(b), "\n---\n") {
			at := filepath.Base(f) + ":" + itoa(line)
			line += strings.Count(chunk, "\n")
			head, text, _ := strings.Cut(strings.TrimSuffix(chunk, "---\n"), "\n")
			if !strings.HasPrefix(head, "//! ok") || strings.Contains(text, "\n-- ") || strings.HasPrefix(text, "-- ") {
				continue
			}
			t.Run(at, func(t *testing.T) {
				t.Parallel()
				check(t, idl.Options{Resolver: idl.FilesOf{"example.idl": text}}, "example.idl", false)
			})
		}
	}
	mains, _ := filepath.Glob("../../idl/testdata/golden/*/main.idl")
	for _, path := range mains {
		for _, whole := range []bool{false, true} {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				check(t, idl.Options{Resolver: folder(filepath.Dir(path)), Include: []string{"include"}}, "main.idl", whole)
			})
		}
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// TestPrintedSOM holds it over the classes with which releases are compared.
func TestPrintedSOM(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../../idl/diff/testdata/*/*.idl")
	if len(files) < 80 {
		t.Fatalf("%d files", len(files))
	}
	standard, _ := filepath.Glob("../../idl/standard/som*.idl")
	for _, f := range append(files, standard...) {
		t.Run(f, func(t *testing.T) {
			t.Parallel()
			check(t, idl.Options{Resolver: idl.Disk{}, Dialect: idl.SOM, Private: true}, f, false)
		})
	}
	for _, c := range somTexts {
		check(t, idl.Options{Resolver: idl.FilesOf{"a.idl": c}, Dialect: idl.SOM, Private: true}, "a.idl", false)
	}
}

// TestPragmasInside holds that pragmas which name what is inside a type are printed behind it.
func TestPragmasInside(t *testing.T) {
	t.Parallel()
	text := `module M {
  struct S { long a; struct T { long b; } inner; enum Q { red, green } q; };
  exception X { long a; };
  union U switch (enum D { one, two }) { case one: long a; case two: struct V { long w; } b; };
  enum E { blue };
  bitmask F { on };
  bitset G { bitfield<3> a; };
  valuetype W { public long a; struct N { long x; }; };
  interface I { struct S { long attribute_; long _attribute; }; void f(); };
#pragma go_name S::a Aa
#pragma go_name S::T::b Bb
#pragma go_name S::T Tt
#pragma go_name S::red Red1
#pragma go_name X::a Aa
#pragma go_name U::a Aa
#pragma go_name U::V::w Ww
#pragma go_name blue Blau
#pragma go_name on On1
#pragma go_name G::a Aa
#pragma go_name W::a Aa
#pragma go_name W::N::x Xx
#pragma go_name I::S::_attribute Aa
#pragma go_name I::f Ff
};
`
	check(t, idl.Options{Resolver: idl.FilesOf{"a.idl": text}}, "a.idl", false)
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"a.idl": text}}, "a.idl")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for d := range r.Spec.All() {
		n += len(d.About().Pragmas)
		switch d := d.(type) {
		case *model.Struct:
			for _, m := range d.Members {
				n += len(m.Pragmas)
			}
		case *model.Exception:
			n += len(d.Members[0].Pragmas)
		case *model.Union:
			for _, c := range d.Cases {
				n += len(c.Pragmas)
			}
		case *model.Enum:
			for _, e := range d.Enumerators {
				n += len(e.Pragmas)
			}
		case *model.Bitmask:
			n += len(d.Flags[0].Pragmas)
		case *model.Bitset:
			n += len(d.Fields[0].Pragmas)
		}
	}
	if want := strings.Count(text, "#pragma"); n != want {
		t.Errorf("the model has %d of %d pragmas", n, want)
	}
}

// somTexts are what SOM IDL has and those files do not.
var somTexts = []string{
	`#include <somobj.idl>
#pragma somemittypes on
typedef long *numbers;
#pragma somemittypes off
typedef void *anything;
struct Link { long n; Link *next; };
typedef long procedure_like;
interface Thing : SOMObject {
  attribute string name;
  readonly attribute numbers all;
  void take(in string s, inout anything p);
  procedure_like f(in long n);
  implementation {
    releaseorder: _get_name, _set_name, take, _get_all, f;
    mine: take, f;
    name: noset, mine2 = "a b";
    _get_all: nocall;
    take: object_owns_parameters = "s", caller_owns_result;
    f: procedure, noself;
    functionprefix = thing_;
    callstyle = oidl;
    long count, *where, grid[2][3];
    long total;
    total: staticdata;
    somDefaultInit: override, init;
    passthru C_h_before = "#include <stdio.h>" "#define X \"y\"";
    passthru C_ih_after = "int z;";
  };
};
`,
}

// TestPrintedCOS holds it over the services that Debian's package omniorb-idl has.
func TestPrintedCOS(t *testing.T) {
	t.Parallel()
	const dir = "/usr/share/idl/omniORB/COS"
	files, _ := filepath.Glob(dir + "/*.idl")
	if len(files) == 0 {
		absent.Skip(t, "the package omniorb-idl is not installed")
	}
	for i, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			check(t, idl.Options{Resolver: idl.Disk{}, Include: []string{dir}}, f, i%4 == 0)
		})
	}
}

// TestEmit holds which files are made.
func TestEmit(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{
		"../a/x.idl": "#include \"y.idl\"\ninterface X : Y {};\n", "../a/y.idl": "interface Y {};\n", "/z.idl": "struct Z { long n; };\n",
	}}, "../a/x.idl", "/z.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, err := printer.Emit(r.Spec, printer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := files.Paths(), []string{"a/x.idl", "z.idl"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if x, _ := files.Get("a/x.idl"); string(x) != "#include \"y.idl\"\ninterface X : Y {\n};\n" {
		t.Errorf("got %s", x)
	}
	files, err = printer.Emit(r.Spec, printer.Options{Whole: true})
	if err != nil {
		t.Fatal(err)
	}
	if x, _ := files.Get("a/x.idl"); files.Len() != 1 || string(x) != "interface Y {\n};\ninterface X : Y {\n};\nstruct Z {\n  long n;\n};\n" {
		t.Errorf("got %d files: %s", files.Len(), x)
	}
}

// TestKeywords holds that each keyword of the grammar is escaped as a name.
func TestKeywords(t *testing.T) {
	t.Parallel()
	for _, k := range syntax.Keywords() {
		s := &model.Spec{Files: []*model.File{{Path: "a.idl", Main: true}}, Decls: model.Decls{&model.Native{Info: model.Info{Node: model.Node{Name: k}}}}}
		if err := s.Link(); err != nil {
			t.Fatal(err)
		}
		if got, want := printer.Print(s, s.Files[0], printer.Options{}), "native _"+k+";\n"; got != want {
			t.Errorf("got %q, want %q: it must be among this package's keywords", got, want)
		}
	}
}

// TestPragmasElsewhere holds that pragmas for what an included file declares are printed behind
// the #include, and those for parameters behind the operation.
func TestPragmasElsewhere(t *testing.T) {
	t.Parallel()
	files := idl.FilesOf{
		"i/inc.idl": "#pragma prefix \"x.org\"\nmodule Inc { struct Q { long a; }; enum E { e1 }; interface in_ { void f(in long p); }; union U switch (long) { case 1: long c; };\n#pragma go_name Q::a Own\n};",
		"a.idl": `#include "i/inc.idl"
#pragma version Inc::Q 7.7
#pragma ID Inc::in_ "IDL:other:2.0"
#pragma go_name Inc::Q QQ
#pragma go_name Inc::e1 First
#pragma go_name Inc::U::c Cc
#pragma go_name Inc::in_::f::p Pp
interface I { void op(in long par);
#pragma go_name op::par Par
};
valuetype V { factory make(in long par);
#pragma go_name make::par Made
};
`,
	}
	check(t, idl.Options{Resolver: files}, "a.idl", false)
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: files}, "a.idl")
	if err != nil {
		t.Fatal(err)
	}
	want := `#include "i/inc.idl"
#pragma version ::Inc::Q 7.7
#pragma go_name ::Inc::Q QQ
#pragma go_name ::Inc::e1 First
#pragma ID ::Inc::in_ "IDL:other:2.0"
#pragma go_name ::Inc::in_::f::p Pp
#pragma go_name ::Inc::U::c Cc
interface I {
  void op (in long par);
#pragma go_name op::par Par
};
valuetype V {
  factory make (in long par);
#pragma go_name make::par Made
};
`
	if got := printer.Print(r.Spec, r.Spec.File("a.idl"), printer.Options{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
