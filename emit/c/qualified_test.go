package c_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
)

// qualifiedIDL is a class in one file, and its parent in another.
func qualifiedIDL(animal string) idl.FilesOf {
	return idl.FilesOf{
		"animal.idl": "#include <somobj.idl>\ninterface Animal : SOMObject { " + animal + " };\n",
		"puppy.idl": `#include "animal.idl"
interface Puppy : Animal {
	long tally();
	long seek();
	implementation { releaseorder: tally, seek, total; tally: procedure; seek: namelookup; long total; total: staticdata; };
};
`}
}

const (
	qualifiedClass = `#include "puppy.ih.h"
static int32_t Puppy_static_total = 30;
static int32_t Puppy_do_tally(som_ref self, som_env *ev) { (void)self, (void)ev; return 10; }
static int32_t Puppy_do_seek(som_ref self, som_env *ev) { (void)self, (void)ev; return 20; }
`
	qualifiedClient = `#include "puppy.h"
#include <stdio.h>
int main(void) {
	som_env ev = {0};
	som_ref o = Puppy_new(&ev);
	int32_t *total = Puppy_total();
	printf("%d %d %d\n", (int)Puppy_tally(o, &ev), (int)Puppy_seek(o, &ev), total ? (int)*total : 0);
	if (ev.text) puts(ev.text);
	som_release(o);
	return 0;
}
`
	qualifiedCxx = `#include "puppy.hpp"
#include <cstdio>
int main() {
	Puppy p = Puppy::create();
	std::printf("%d %d %d\n", int(p.tally()), int(p.seek()), int(Puppy::total()));
}
`
)

// TestQualified runs clients in C and C++ with a release of a class's parent that has methods of the names of what the class has by name.
func TestQualified(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	client := t.TempDir()
	const empty = "implementation { releaseorder:; };"
	made := func(dir, animal string, names ...string) {
		t.Helper()
		for _, n := range names {
			spec := compileFiles(t, qualifiedIDL(animal), n+".idl")
			write(t, dir, mustEmit(t, spec, c.Options{Library: n}))
			files, report := cxx.Emit(spec, cxx.Options{})
			if err := report.Err(); err != nil {
				t.Fatal(err)
			}
			write(t, dir, files)
		}
	}
	made(client, empty, "animal", "puppy")
	programs := []string{filepath.Join(client, "c"), filepath.Join(client, "cxx")}
	run(t, nil, "gcc", slices.Concat([]string{"-std=c11", "-I" + client, "-o", programs[0]}, strict, []string{put(t, client, "client.c", qualifiedClient)}, linking(k))...)
	run(t, nil, "g++", slices.Concat([]string{"-std=c++17", "-I" + client, "-I" + root + "/bind/cxx", "-o", programs[1]}, strict, []string{put(t, client, "client.cpp", qualifiedCxx)}, linking(k))...)
	library(t, k, client, "-O1", "puppy", put(t, client, "puppy.c", qualifiedClass), filepath.Join(client, "puppy_library.c"))
	for _, l := range []struct{ animal, code string }{
		{empty, ""},
		{"long tally(); long seek(); long total(); implementation { releaseorder: tally, seek, total; };", `
static int32_t Animal_do_tally(som_ref self, som_env *ev) { (void)self, (void)ev; return 1; }
static int32_t Animal_do_seek(som_ref self, som_env *ev) { (void)self, (void)ev; return 2; }
static int32_t Animal_do_total(som_ref self, som_env *ev) { (void)self, (void)ev; return 3; }
`},
	} {
		dir := t.TempDir()
		made(dir, l.animal, "animal")
		library(t, k, dir, "-O1", "animal", put(t, dir, "animal.c", "#include \"animal.ih.h\"\n"+l.code), filepath.Join(dir, "animal_library.c"))
		for _, p := range programs {
			if got := run(t, []string{"SOM_PATH=" + dir + ":" + client}, p); got != "10 20 30\n" {
				t.Errorf("%s: got %s", l.animal, got)
			}
		}
	}
}
