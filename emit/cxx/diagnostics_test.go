package cxx_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

func compile(t *testing.T, text string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"test.idl": text}}, "test.idl")
	if err != nil {
		t.Fatal(err)
	}
	return r.Spec
}

// TestCodeExamples holds the table of codes: each example provokes its code and no other.
func TestCodeExamples(t *testing.T) {
	t.Parallel()
	for _, e := range cxx.Codes {
		t.Run(string(e.Code), func(t *testing.T) {
			t.Parallel()
			if e.Title == "" || e.Explanation == "" || (e.Example == "") == (e.Scene == "") {
				t.Error("the code is not explained, or needs an example or a scene")
			}
			if e.Example == "" { // TestScenes of cmd/dsom acts out those that are commands
				return
			}
			files, report := cxx.Emit(compile(t, e.Example), everything(""))
			for _, d := range report.All() {
				if d.Code != e.Code || d.Severity != e.Severity || d.Span.Start.File != "test.idl" {
					t.Errorf("got %v in %s, want code %s", d, d.Span, e.Code)
				}
			}
			if len(report.All()) == 0 || files.Len() > 0 {
				t.Errorf("got %v and %d files", report.All(), files.Len())
			}
		})
	}
}

// TestCodesAreDocumented holds the table in the documentation against that of the code.
func TestCodesAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/som-cxx.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range cxx.Codes {
		if row := "| `" + string(e.Code) + "` | " + e.Title + " |"; !strings.Contains(string(page), row) {
			t.Errorf("docs/som-cxx.md lacks %s", row)
		}
	}
}

// TestRefused names the construct of what cannot be said in C++, and takes what can.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ decls, members, modifiers, want string }{
		{members: "void f(in any x);", want: "the type any"},
		{members: "void f(in sequence<long double> x);", want: "the type long double"},
		{decls: "typedef fixed<3,1> Money;", want: "fixed"},
		{members: "void f() context(\"a\");", want: "the context of Dog::f"},
		{members: "attribute long x;", modifiers: "x: indirect;", want: "the modifier indirect of Dog::x"},
		{modifiers: "somallocate = mine;", want: "the modifier somallocate of Dog"},
		{decls: "typedef long A[3];", members: "void f(in sequence<A> x);", want: "a sequence of arrays"},
		{members: "void f();", modifiers: "f: procedure, noself;", want: "the procedure Dog::f without receiver"},
		{members: "void f(in sequence<string> x);", modifiers: "f: object_owns_parameters = \"x\";", want: "to whose object x goes"},
		{members: "sequence<string> f();", modifiers: "f: object_owns_result;", want: "the result of Dog::f"},
		{modifiers: "staticdata: s; string s;", want: "static data of type string"},
		{modifiers: "somRenewNoZero: override;", want: "the override of SOMClass::somRenewNoZero"},
		{members: "void f(in string delete, inout long std);", modifiers: "somClassReady: override;"},
		{members: "attribute string class; long get_class();"},
	} {
		text := "#include <somcls.idl>\n" + x.decls + "\ninterface Dog : SOMClass { " + x.members + " implementation { minorversion = 1; " + x.modifiers + " }; };"
		_, report := cxx.Emit(compile(t, text), everything(""))
		switch all := report.All(); {
		case x.want == "" && len(all) > 0:
			t.Errorf("%s: got %v", text, all)
		case x.want != "" && (len(all) == 0 || !strings.Contains(all[0].Message, x.want)):
			t.Errorf("%s: got %v, want %q", text, all, x.want)
		}
	}
}
