package cabi_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

func compile(t *testing.T, files idl.FilesOf, names ...string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: files, Dialect: idl.SOM}, names...)
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

func TestTypes(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]struct {
		form   cabi.Form
		letter byte
	}{
		"boolean": {cabi.Scalar, 'b'}, "octet": {cabi.Scalar, 'b'}, "char": {cabi.Scalar, 'b'}, "wchar": {cabi.Scalar, 'H'},
		"short": {cabi.Scalar, 'h'}, "unsigned short": {cabi.Scalar, 'H'}, "long": {cabi.Scalar, 'i'}, "unsigned long": {cabi.Scalar, 'I'},
		"long long": {cabi.Scalar, 'l'}, "unsigned long long": {cabi.Scalar, 'L'}, "float": {cabi.Scalar, 'f'}, "double": {cabi.Scalar, 'd'},
		"Colour": {cabi.Scalar, 'I'}, "string": {cabi.Text, 's'}, "somId": {cabi.Text, 's'}, "wstring": {cabi.Wide, 'p'},
		"SOMObject": {cabi.Object, 'o'}, "Object": {cabi.Object, 'o'}, "Cat": {cabi.Object, 'o'}, "Later": {cabi.Object, 'o'},
		"Point": {cabi.Aggregate, 'p'}, "sequence<long>": {cabi.Aggregate, 'p'}, "Grid": {cabi.Array, 'p'}, "Alias": {cabi.Aggregate, 'p'},
		"somInitCtrl": {cabi.Making, 'p'}, "long*": {cabi.Pointer, 'p'}, "any": {cabi.Unknown, 'p'}, "long double": {cabi.Unknown, 'p'},
	} {
		spec := compile(t, idl.FilesOf{"a.idl": "#include <somobj.idl>\ninterface Later; enum Colour { red }; struct Point { long x; }; typedef long Grid[2][3];" +
			"typedef Point Alias; interface Cat : SOMObject { void f(in " + typ + " x); implementation { releaseorder: f; }; }; interface Later : SOMObject {};"}, "a.idl")
		x := spec.Lookup("Cat").(*model.Interface).FindMethod("f").Operation.Params[0].Type
		if form, letter := cabi.FormOf(x), cabi.Letter(x); form != want.form || letter != want.letter {
			t.Errorf("%s: form %d, letter %c; want %d, %c", typ, form, letter, want.form, want.letter)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what      string
		got, want string
	}{
		{"word", cabi.Word("a-b::c9 é"), "a_b__c9__"},
		{"pointer", cabi.Spaced("char *") + "x", "char *x"},
		{"number", cabi.Spaced("int") + "x", "int x"},
		{"list", cabi.List([]int{1, 2}, func(n int) string { return fmt.Sprint(n) }), "1, 2"},
		{"empty list", cabi.List(nil, func(n int) string { return fmt.Sprint(n) }), ""},
		{"octets", cabi.Quoted("a\"\\\n\x00é?"), `"a\"\\\012\000\303\251?"`},
		{"trigraph", cabi.Quoted("??/??"), `"?\077/?\077"`},
		{"comment", cabi.OneLine("a */ b /* c\r\nd \xff \\ \\"), "a * / b / * c  d ?"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.what, c.got, c.want)
		}
	}
	words := cabi.Set(cabi.Keywords, "more")
	for _, w := range strings.Fields("while nullptr linux more") {
		if !words[w] {
			t.Errorf("%s is not among the words", w)
		}
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	spec := compile(t, idl.FilesOf{
		"a.idl":     "#include <somobj.idl>\n#include \"dir/b.idl\"\nmodule M { interface Dog : Cat { implementation { releaseorder:; }; }; };\n",
		"dir/b.idl": "#include <somobj.idl>\ninterface Cat : SOMObject { /* purrs */ void purr(); implementation { filestem = tom; releaseorder: purr; }; };\nstruct Paw { long n; };\n",
	}, "a.idl")
	units := cabi.Units(spec)
	if len(units) != 1 || units[0].Stem != "a" || len(units[0].Classes) != 1 || len(units[0].Decls) != 0 {
		t.Fatalf("got %v", units)
	}
	u := units[0]
	if got := u.Includes(spec, func(f *model.File) bool { return !cabi.IsGivenFile(f) }); !slices.Equal(got, []string{"tom"}) {
		t.Errorf("it includes %v", got)
	}
	for key, want := range map[string]bool{"M::Dog::bark": true, "M::Dog::Cat::bark": false, "M::Dogs::bark": false, "Cat::purr": false, "": false} {
		if u.Mine(key) != want {
			t.Errorf("whether %q is the unit's: %v", key, !want)
		}
	}
	cat := spec.Lookup("Cat").(*model.Interface)
	if got := cabi.DocLines(&cat.FindMethod("purr").Operation.Node); !slices.Equal(got, []string{"purrs"}) {
		t.Errorf("said of purr: %q", got)
	}
	if cabi.IsSystem(cat) || !cabi.IsSystem(spec.Lookup("SOMObject")) || cabi.Outermost(u.Classes[0]).About().Name != "M" {
		t.Error("whose declarations are whose")
	}
}
