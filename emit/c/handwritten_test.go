package c_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// The class as a client's IDL has it.
const handIDL = `#include <somobj.idl>
struct Box { long w, h; };
exception Bad { long code; };
interface Dog : SOMObject {
	long bark(in long n) raises (Bad); long fit(in Box b); long run(in long n); long bare(in long n);
	implementation {
		releaseorder: bark, fit, run, bare, total;
		run: procedure; bare: procedure, noself, noenv; long total; total: staticdata;
	};
};
`

// The class as somebody has written it by hand.
const handClass = `#include <som.hpp>
struct Dog : som::impl<Dog> {
	std::int32_t bark(std::int32_t n) { return n + 1; }
	std::int32_t fit(const void *b) { return static_cast<const std::int32_t *>(b)[1]; }
	static std::int32_t run(std::int32_t n) { return n + 2; }
	double other(double d) { return d; }
	static inline std::int32_t total = 30;
};
static std::int32_t bare(std::int32_t n) { return n + 3; }
extern "C" SOM_EXPORT int som_library_entry(std::uint32_t abi, som_env *ev) {
	return som::library(abi, ev, [] {
		auto where = static_cast<void *(*)()>([]() -> void * { return &Dog::total; });
		(void)where, (void)bare;
		som::define<Dog>("Dog"%s);
	});
}
`

const handClient = `#include "dog.h"
#include <stdio.h>
static void say(const char *what, int32_t v, som_env *ev) {
	if (ev->major)
		printf("%s: %s\n", what, ev->text ? ev->text : ev->id);
	else
		printf("%s: %d\n", what, (int)v);
	som_env_clear(ev);
}
int main(void) {
	som_env ev = {0};
	Box b = {3, 4};
	som_ref o = Dog_new(&ev);
	say("new", 0, &ev);
	if (!o) return 0;
	say("bark", Dog_bark(o, &ev, 10), &ev);
	say("fit", Dog_fit(o, &ev, &b), &ev);
	say("run", Dog_run(o, &ev, 10), &ev);
	printf("bare: %d\n", (int)Dog_bare(10));
	int32_t *total = Dog_total();
	printf("total: %d\n", total ? (int)*total : 0);
	som_release(o);
	return 0;
}
`

// TestHandWritten has a generated client meet classes that are written by hand, whose signatures have letters alone: they are called
// where the letters are right, and refused where they are not. None ends the client.
func TestHandWritten(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compileFiles(t, idl.FilesOf{"dog.idl": handIDL}, "dog.idl"), c.Options{Parts: c.Usage}))
	program := filepath.Join(dir, "client")
	run(t, nil, "gcc", slices.Concat([]string{"-std=c11", "-o", program, "-I" + dir}, strict, []string{put(t, dir, "client.c", handClient)}, linking(k))...)
	const (
		methods = `, som::method<&Dog::bark>("bark"), som::method<&Dog::fit>("fit")`
		raw     = `, som::raw_procedure{"bare", reinterpret_cast<som_proc *>(bare)}, som::raw_procedure{"total", reinterpret_cast<som_proc *>(where)}`
		right   = "new: 0\nbark: 11\nfit: 4\nrun: 12\nbare: 13\ntotal: 30\n"
		other   = ", of another release\n"
	)
	for entries, want := range map[string]string{
		methods + `, som::procedure<&Dog::run>("run")` + raw: right,
		// a method in place of a procedure is called as it is in the class
		methods + `, som::method<&Dog::run>("run")` + raw: right,
		// functions of something else in place of what has neither receiver nor environment
		methods + `, som::procedure<&Dog::run>("run"), som::procedure<&Dog::run>("bare"), som::procedure<&Dog::run>("total")`: "som: method: class Dog: Dog::bare has the signature i:i, and a client calls it as /procedure noself noenv long(long)" + other +
			"som: method: class Dog: Dog::total has the signature i:i, and a client calls it as /data long" + other + "new: 0\nbark: 11\nfit: 4\nrun: 12\nbare: 0\ntotal: 0\n",
		methods + `, som::method<&Dog::other>("run")`:                         "new: 0\nbark: 11\nfit: 4\nrun: class Dog: Dog::run has the signature d:d, and a client calls it as i:i/procedure long(long)" + other + "bare: 0\ntotal: 0\n",
		`, som::method<&Dog::other>("bark"), som::method<&Dog::fit>("fit")`:   "new: class Dog: bark has the signature d:d, and a client calls it as i:i/long(long)!IDL:Bad:1.0{long;" + other,
		`, som::method<&Dog::bark>("bark"), som::method<&Dog::bark>("fit")`:   "new: class Dog: fit has the signature i:i, and a client calls it as i:p/long({long,long})" + other,
		`, som::method<&Dog::bark>("bark"), som::procedure<&Dog::run>("fit")`: "new: class Dog: fit has no place in the table\n",
		`, som::method<&Dog::bark>("bark")`:                                   "new: class Dog has no method fit\n",
	} {
		at := t.TempDir()
		source := put(t, at, "dog.cpp", strings.Replace(handClass, "%s", entries, 1))
		run(t, nil, "g++", slices.Concat([]string{"-std=c++17", "-shared", "-fPIC", "-I" + root + "/bind/cxx", "-o", filepath.Join(at, "libdog.so")}, strict, []string{source}, linking(k))...)
		if got := run(t, []string{"SOM_PATH=" + at}, program); got != want {
			t.Errorf("%s:\ngot\n%swant\n%s", entries, got, want)
		}
	}
}
