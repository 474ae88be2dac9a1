package c_test

import (
	"fmt"
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
	int32_t n = 0;
	memset(&ev, 0, sizeof ev);
	som_ref o = Dog_new(&ev);
	say("new", &ev);
	Dog_count(o, &ev, &n);
	say("count", &ev);
	Dog_trick(o, &ev, &n);
	say("trick", &ev);
	som_release(o);
	return 0;
}
`

// TestOtherSignatures runs a client with a later release of a class whose procedure, and whose method that is found by name, have other
// types than it was compiled with: calls of them are refused, for it would not be seen when the class is bound.
func TestOtherSignatures(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	build := func(direction string) string {
		text := fmt.Sprintf("#include <somobj.idl>\ninterface Dog : SOMObject { void sit(); long count(%[1]s long n); long trick(%[1]s long n);\n"+
			"implementation { releaseorder: sit, count, trick; count: procedure; trick: namelookup; majorversion = 1; }; };\n", direction)
		dir := t.TempDir()
		write(t, dir, mustEmit(t, compileFiles(t, idl.FilesOf{"dog.idl": text}, "dog.idl"), c.Options{Parts: everything, Library: "dog"}))
		library(t, k, dir, "-O1", "dog", filepath.Join(dir, "dog.c"), filepath.Join(dir, "dog_library.c"))
		return dir
	}
	one, two := build("out"), build("inout")
	source := filepath.Join(one, "client.c")
	if err := os.WriteFile(source, []byte(callsOtherwise), 0o666); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(one, "client")
	run(t, nil, "gcc", slices.Concat([]string{"-std=c11", "-o", program, "-I" + one}, strict, []string{source}, linking(k))...)
	const other = "its signature is another than this program was compiled with, which is of another release: "
	for dir, want := range map[string]string{
		one: "new: called\ncount: Dog::count\ntrick: Dog::trick\n", // which nobody has written
		two: "new: called\ncount: " + other + "Dog::count\ntrick: " + other + "Dog::trick\n",
	} {
		if got := run(t, []string{"SOM_PATH=" + dir}, program); strings.ReplaceAll(got, " is not written yet", "") != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
}
