package c_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

const callsOtherwise = `#include "dog.h"
#include <stdio.h>

static void say(const char *what, som_env *ev) {
	printf("%s: %s\n", what, ev->text ? ev->text : ev->major ? ev->id : "called");
	som_env_clear(ev);
}

int main(void) {
	som_env ev;
	int32_t n = 0, *total;
	memset(&ev, 0, sizeof ev);
	som_ref o = Dog_new(&ev);
	say("new", &ev);
	if (!o) return 0;
	Dog_count(o, &ev, &n);
	say("count", &ev);
	Dog_trick(o, &ev, &n);
	say("trick", &ev);
	Dog_run(o, &ev, 1);
	say("run", &ev);
	Dog_area(7);
	total = Dog_total();
	printf("total: %s\n", total ? "there" : "none");
	som_release(o);
	return 0;
}
`

const otherwise = `#include <somobj.idl>
exception Bad { long code; };
interface Dog : SOMObject {
	void sit() raises (Bad); long count(out long n); long trick(out long n); long run(in long n); long area(in long w);
	implementation {
		releaseorder: sit, count, trick, run, area, total; majorversion = 1;
		count: procedure; trick: namelookup; run: procedure; area: procedure, noself, noenv;
		long total; total: staticdata;
	};
};
`

// TestOtherSignatures runs a client with later releases of a class that it must not call as it was compiled to: what is looked up when it is
// first used is refused then, and the rest when the class is bound. No wrong code runs; where no environment is to be told, the error hook is.
func TestOtherSignatures(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	build := func(edits ...string) string {
		text := otherwise
		for n := 0; n < len(edits); n += 2 {
			if !strings.Contains(text, edits[n]) {
				t.Fatalf("there is no %s", edits[n])
			}
			text = strings.ReplaceAll(text, edits[n], edits[n+1])
		}
		dir := t.TempDir()
		write(t, dir, mustEmit(t, compileFiles(t, idl.FilesOf{"dog.idl": text}, "dog.idl"), c.Options{Parts: everything, Library: "dog"}))
		source, err := os.ReadFile(filepath.Join(dir, "dog.c"))
		if err != nil {
			t.Fatal(err)
		}
		told := "#include <stdio.h>\n" + addAtBody(string(source), "Dog_do_area(", "\tputs(\"area runs\");\n")
		if err := os.WriteFile(filepath.Join(dir, "dog.c"), []byte(told), 0o666); err != nil {
			t.Fatal(err)
		}
		library(t, k, dir, "-O1", "dog", filepath.Join(dir, "dog.c"), filepath.Join(dir, "dog_library.c"))
		return dir
	}
	one := build()
	source := filepath.Join(one, "client.c")
	if err := os.WriteFile(source, []byte(callsOtherwise), 0o666); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(one, "client")
	run(t, nil, "gcc", slices.Concat([]string{"-std=c11", "-o", program, "-I" + one}, strict, []string{source}, linking(k))...)
	other := func(method, its, called string) string {
		return "class Dog: " + method + " has the signature " + its + ", and a client calls it as " + called + ", of another release\n"
	}
	const (
		count = "count: Dog::count\n" // which nobody has written
		trick = "trick: Dog::trick\n"
		last  = "run: Dog::run\narea runs\ntotal: there\n"
	)
	for _, c := range []struct {
		release []string
		want    string
	}{
		{nil, "new: called\n" + count + trick + last},
		{[]string{"(out long n)", "(inout long n)"}, "new: called\ncount: " + other("Dog::count", "i:p/procedure long(inout long)", "i:p/procedure long(out long)") +
			"trick: " + other("Dog::trick", "i:p/long(inout long)", "i:p/long(out long)") + last},
		{[]string{"in long w", "in string w", "long total;", "double total;"}, "som: method: " + other("Dog::area", "/procedure noself noenv long(string)", "/procedure noself noenv long(long)") +
			"som: method: " + other("Dog::total", "/data double", "/data long") + "new: called\n" + count + trick + "run: Dog::run\ntotal: none\n"},
		{[]string{"area: procedure, noself, noenv;", "area: procedure;"}, "som: method: " + other("Dog::area", "i:i/procedure long(long)", "/procedure noself noenv long(long)") + "new: called\n" + count + trick + "run: Dog::run\ntotal: there\n"},
		{[]string{"run: procedure;", ""}, "new: called\n" + count + trick + "run: " + other("Dog::run", "i:i/long(long)", "i:i/procedure long(long)") + "area runs\ntotal: there\n"},
		{[]string{"exception Bad { long code; };", "exception Bad { long code; string why; };"}, "new: called\n" + count + trick + last},
		{[]string{"exception Bad { long code; };", "exception Bad { double when; long code; };"}, "new: " + other("sit", "v:/void()!IDL:Bad:1.0{double;long;", "v:/void()!IDL:Bad:1.0{long;")},
		{[]string{"majorversion = 1;", "majorversion = 1; callstyle = oidl;"}, "new: " + other("sit", "v:/oidl void()!IDL:Bad:1.0{long;", "v:/void()!IDL:Bad:1.0{long;")},
	} {
		dir := one
		if c.release != nil {
			dir = build(c.release...)
		}
		if got := run(t, []string{"SOM_PATH=" + dir}, program); strings.ReplaceAll(got, " is not written yet", "") != c.want {
			t.Errorf("%q:\ngot\n%swant\n%s", c.release, got, c.want)
		}
	}
}

// addAtBody adds a line to the begin of the body of a function.
func addAtBody(source, function, line string) string {
	at := strings.Index(source, function)
	body := at + strings.Index(source[at:], "{\n") + 2
	return source[:body] + line + source[body:]
}
