package c_test

import (
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// TestCodeExamples holds the table of codes: each example provokes its code and no other.
func TestCodeExamples(t *testing.T) {
	t.Parallel()
	for _, e := range c.Codes {
		t.Run(string(e.Code), func(t *testing.T) {
			t.Parallel()
			if e.Title == "" || e.Explanation == "" || (e.Example == "") == (e.Scene == "") {
				t.Error("the code is not explained, or needs an example or a scene")
			}
			if e.Example == "" { // TestScenes of cmd/dsom acts out those that are commands
				return
			}
			files, report := c.Emit(compileFiles(t, idl.FilesOf{"test.idl": e.Example}, "test.idl"), c.Options{Parts: everything})
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
	page, err := os.ReadFile("../../docs/som-c.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range c.Codes {
		if row := "| `" + string(e.Code) + "` | " + e.Title + " |"; !strings.Contains(string(page), row) {
			t.Errorf("docs/som-c.md lacks %s", row)
		}
	}
}

// TestRefused names the construct of what cannot be said in C.
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
		{members: "void Dog_new();", want: ""},
		{members: "void a(in long c);", modifiers: "a: procedure; a: namelookup;", want: "a procedure with namelookup"},
		{members: "long f();", modifiers: "override: somJoin;", want: "somJoin"},
	} {
		text := "#include <somcls.idl>\n" + x.decls + "\ninterface Dog : SOMClass { " + x.members + " implementation { minorversion = 1; " + x.modifiers + " }; };"
		_, report := c.Emit(compileFiles(t, idl.FilesOf{"test.idl": text}, "test.idl"), c.Options{Parts: everything})
		switch all := report.All(); {
		case x.want == "" && len(all) > 0:
			t.Errorf("%s: got %v", text, all)
		case x.want != "" && (len(all) == 0 || !strings.Contains(all[0].Message, x.want)):
			t.Errorf("%s: got %v, want %q", text, all, x.want)
		}
	}
}
