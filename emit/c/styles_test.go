package c_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

const styledIDL = `#include <somobj.idl>
interface Goat : SOMObject { Goat kid(in long n, inout Goat other); implementation { functionprefix = g_; releaseorder: kid; }; };
interface Alpine : Goat { void climb(); implementation { functionprefix = a_; releaseorder: climb; kid: override; }; };
`

// TestStylesStayApart holds that an implementation in one of IBM's two styles of C is brought up to date in that style, and left as it is, with an error, in the other.
func TestStylesStayApart(t *testing.T) {
	t.Parallel()
	spec := compileFiles(t, idl.FilesOf{"goat.idl": styledIDL}, "goat.idl")
	for _, pointers := range []bool{false, true} {
		made, _ := mustEmit(t, spec, c.Options{Parts: c.Template, Compat: true, Pointers: pointers}).Get("goat.c")
		there := fstest.MapFS{"goat.c": {Data: append([]byte("/* Goat *somSelf, and Goat somSelf */\n"), made...)}}
		again, report := c.Emit(spec, c.Options{Parts: c.Template, Compat: true, Pointers: pointers, Existing: there})
		if text, _ := again.Get("goat.c"); report.Err() != nil || string(text) != string(there["goat.c"].Data) {
			t.Errorf("pointers %v: %v\n%s", pointers, report.Err(), text)
		}
		other, report := c.Emit(spec, c.Options{Parts: c.Template, Compat: true, Pointers: !pointers, Existing: there})
		if text, ok := other.Get("goat.c"); report.Err() == nil || !strings.Contains(report.Err().Error(), "other of IBM's two styles") || ok && string(text) != string(there["goat.c"].Data) {
			t.Errorf("pointers %v, then not: %v\n%s", pointers, report.Err(), text)
		}
	}
}

// TestPrefixIsTheRemedy holds that classes of one file with an override of one name are told what helps.
func TestPrefixIsTheRemedy(t *testing.T) {
	t.Parallel()
	text := strings.ReplaceAll(strings.ReplaceAll(styledIDL, "functionprefix = g_;", ""), "functionprefix = a_;", "")
	_, report := c.Emit(compileFiles(t, idl.FilesOf{"goat.idl": text}, "goat.idl"), c.Options{Parts: c.Template | c.Implementation | c.Usage, Compat: true})
	found := false
	for _, d := range report.All() {
		found = found || d.Code == c.CodeName && strings.Contains(fmt.Sprint(d.Message, d.Help), "functionprefix")
	}
	if !found {
		t.Errorf("it says %v", report.Err())
	}
}

const idIDL = `#include <somobj.idl>
interface Asker : SOMObject { string what(in somId id, in long n); implementation { releaseorder: what; }; };
`

const idClient = `#include "asker.h"
#include <stdio.h>
#ifdef SOM_STRICT_IDL
#define STAR
#else
#define STAR *
#endif
extern int Asker_make(void);
int main(void) {
	Environment *ev = somGetGlobalEnvironment();
	somId id = somIdFromString("hello");
	Asker STAR a;
	Asker_make();
	a = AskerNew();
	printf("%s %s\n", _what(a, ev, id, 2), Asker_what(a, ev, id, 3));
	_somFree(a);
	return 0;
}
`

// TestSomIdGoesIn has a class of IBM's names, and a client, in either style, say somId where the IDL does: a text goes over. In C++ likewise.
func TestSomIdGoesIn(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	spec := compileFiles(t, idl.FilesOf{"asker.idl": idIDL}, "asker.idl")
	const body = "{\n\tchar *s = (char *)SOMMalloc(40);\n\t(void)somSelf, (void)ev;\n\tsprintf(s, \"%s %ld\", somStringFromId(id), n);\n\treturn s;\n}\nint Asker_make(void) { som_env e = {0}; return Asker_define(&e) != NULL; }\n"
	for _, pointers := range []bool{false, true} {
		dir := t.TempDir()
		files := mustEmit(t, spec, c.Options{Parts: everything, Compat: true, Pointers: pointers})
		write(t, dir, files)
		made, _ := files.Get("asker.c")
		if !strings.Contains(string(made), "Environment *ev, somId id, long n)") {
			t.Fatalf("it has\n%s", made)
		}
		put(t, dir, "asker.c", "#include <stdio.h>\n"+string(made[:strings.LastIndex(string(made), "{\n")])+body)
		put(t, dir, "client.c", idClient)
		args := append([]string{"-std=gnu11", "-Wextra", "-I" + dir, "-o", dir + "/client"}, tolerant...)
		run(t, nil, "gcc", append(append(args, dir+"/client.c", dir+"/asker.c"), linking(k)...)...)
		if got := run(t, nil, dir+"/client"); got != "hello 2 hello 3\n" {
			t.Errorf("pointers %v: got %q", pointers, got)
		}
	}
	dir := t.TempDir()
	write(t, dir, mustEmit(t, spec, c.Options{Parts: c.Usage | c.Implementation | c.Classes}))
	put(t, dir, "client.cpp", "#include \"asker.xh\"\nstring asked(Asker *a, Environment *ev, somId id) { return a->what(ev, id, 1); }\n")
	for _, cc := range books {
		run(t, nil, cc[0], append(append(append([]string{}, cc[1:]...), "-fsyntax-only", "-I"+dir, dir+"/client.cpp"), tolerant...)...)
	}
}

// TestSomIdRefused holds that a somId which comes out, or is within another value, is an error with IBM's names, and none without.
func TestSomIdRefused(t *testing.T) {
	t.Parallel()
	for _, decl := range []string{"somId f();", "void f(out somId a);", "void f(inout somId a);", "attribute somId f;", "void f(in Ids a);", "Ids f();", "void f(in Box b);"} {
		order := "f"
		if strings.HasPrefix(decl, "attribute") {
			order = "_get_f, _set_f"
		}
		spec := compileFiles(t, idl.FilesOf{"a.idl": "#include <somobj.idl>\ntypedef sequence<somId> Ids;\nstruct Box { somId id; };\ninterface Asker : SOMObject { " + decl + " implementation { releaseorder: " + order + "; }; };\n"}, "a.idl")
		if _, report := c.Emit(spec, c.Options{Compat: true}); report.Err() == nil || !strings.Contains(report.Err().Error(), "somId") {
			t.Errorf("%s: %v", decl, report.Err())
		}
		if _, report := c.Emit(spec, c.Options{}); report.Err() != nil {
			t.Errorf("%s, without IBM's names: %v", decl, report.Err())
		}
	}
}
