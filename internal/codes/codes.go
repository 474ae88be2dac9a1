// Package codes tests an emitter's table of codes: that each is explained, provoked by its example, and documented.
package codes

import (
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit"
)

// File is the name under which texts are to be compiled.
const File = "test.idl"

// An Emitter compiles a text as [File], and generates from it.
type Emitter func(t *testing.T, text string) (*emit.Files, *diag.Report)

// Examples holds that each code of a table is explained, and that its example provokes it and no other. What has a scene is
// not tried: TestScenes of cmd/dsom acts out those that are commands.
func Examples(t *testing.T, table diag.Table, build Emitter) {
	t.Helper()
	for _, e := range table {
		t.Run(string(e.Code), func(t *testing.T) {
			t.Parallel()
			if e.Title == "" || e.Explanation == "" || (e.Example == "") == (e.Scene == "") {
				t.Error("the code is not explained, or needs an example or a scene")
			}
			if e.Example == "" {
				return
			}
			files, report := build(t, e.Example)
			for _, d := range report.All() {
				if d.Code != e.Code || d.Severity != e.Severity || !d.Span.IsValid() || d.Span.Start.File != File {
					t.Errorf("got %v in %s, want code %s", d, d.Span, e.Code)
				}
			}
			if len(report.All()) == 0 || report.HasErrors() != (files.Len() == 0) {
				t.Errorf("got %v and %d files", report.All(), files.Len())
			}
		})
	}
}

// Documented holds that a page has a row for each code of a table.
func Documented(t *testing.T, table diag.Table, page string, row func(diag.Entry) string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range table {
		if want := row(e); !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %s", page, want)
		}
	}
}

// Row is how most pages begin that of a code.
func Row(e diag.Entry) string { return "| `" + string(e.Code) + "` | " + e.Title + " |" }

// A Class is pieces of one in SOM IDL, and what the emitter has to say of them: Want is in its first diagnostic. Where it is
// empty there must be none.
type Class struct{ Decls, Members, Modifiers, Want string }

// Classes holds what an emitter says of classes.
func Classes(t *testing.T, all []Class, build Emitter) {
	t.Helper()
	for _, c := range all {
		text := "#include <somcls.idl>\n" + c.Decls + "\ninterface Dog : SOMClass { " + c.Members + " implementation { minorversion = 1; " + c.Modifiers + " }; };"
		_, report := build(t, text)
		switch all := report.All(); {
		case c.Want == "" && len(all) > 0:
			t.Errorf("%s: got %v", text, all)
		case c.Want != "" && (len(all) == 0 || !strings.Contains(all[0].Message, c.Want)):
			t.Errorf("%s: got %v, want %q", text, all, c.Want)
		}
	}
}

// Unspeakable are what neither C nor C++ has a form for in a class.
var Unspeakable = []Class{
	{Members: "void f(in any x);", Want: "the type any"},
	{Members: "void f(in sequence<long double> x);", Want: "the type long double"},
	{Decls: "typedef fixed<3,1> Money;", Want: "fixed"},
	{Members: "void f() context(\"a\");", Want: "the context of Dog::f"},
	{Members: "attribute long x;", Modifiers: "x: indirect;", Want: "the modifier indirect of Dog::x"},
	{Modifiers: "somallocate = mine;", Want: "the modifier somallocate of Dog"},
	{Decls: "typedef long A[3];", Members: "void f(in sequence<A> x);", Want: "a sequence of arrays"},
}
