package c_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// potIDL is a class whose release is told by its replacements: of each pair the first is replaced by the second.
func potIDL(t testing.TB, with ...string) idl.FilesOf {
	t.Helper()
	text := `#include <somobj.idl>
enum Grain { fine, coarse };
struct Dose { long grams; };
exception Burnt { long degrees; };
interface Thing : SOMObject { implementation { majorversion = 2; minorversion = 0; }; };
interface Vessel : Thing { implementation { majorversion = 3; minorversion = 0; }; };
interface Pot : Vessel {
	long stir(in long n) raises (Burnt);
	long fill(in Dose d);
	long count(in long n);
	long seek(in long n);
	void filled(inout somInitCtrl ctrl, in string what);
	implementation {
		releaseorder: stir, fill, count, seek, made, filled; majorversion = 1; minorversion = 0;
		count: procedure; seek: namelookup; filled: init;
		long made; made: staticdata;
	};
};
`
	for n := 0; n < len(with); n += 2 {
		was := regexp.MustCompile(regexp.QuoteMeta(with[n]))
		if !was.MatchString(text) {
			t.Fatalf("there is no %s", with[n])
		}
		text = was.ReplaceAllLiteralString(text, with[n+1])
	}
	return idl.FilesOf{"pot.idl": text}
}

// otherReleases are ways in which a client's headers may say something else of a class that the kernel looks at when it is bound.
var otherReleases = map[string][]string{
	"a parameter":           {"stir(in long n)", "stir(in string n)"},
	"a result":              {"long stir", "short stir"},
	"a structure":           {"long grams", "double grams"},
	"a direction":           {"fill(in Dose", "fill(inout Dose"},
	"an exception":          {"long degrees", "string degrees"},
	"a parameter more":      {"stir(in long n)", "stir(in long n, in long m)"},
	"a procedure":           {"count(in long n)", "count(in double n)"},
	"one that was one":      {"count: procedure;", ""},
	"a method by name":      {"seek(in long n)", "seek(in double n)"},
	"one that is by offset": {"seek: namelookup;", ""},
	"static data":           {"long made;", "double made;"},
	"its version":           {"majorversion = 1; minorversion = 0", "majorversion = 1; minorversion = 1"},
	"a parent's version":    {"majorversion = 3; minorversion = 0", "majorversion = 3; minorversion = 4"},
	"an ancestor's version": {"majorversion = 2; minorversion = 0", "majorversion = 2; minorversion = 1"},
	"an ancestor less":      {"Vessel : Thing", "Vessel : SOMObject"},
	"a parent less":         {"Pot : Vessel", "Pot : Thing"},
	"another style":         {"count: procedure;", "count: procedure; callstyle = oidl;"},
	"a class of a method":   {"fill(in Dose d)", "fill(in Thing d)"},
	"a method less":         {"long fill(in Dose d);", "", "fill, ", ""},
	"the other order":       {"stir, fill", "fill, stir"},
}

var (
	bindingName     = regexp.MustCompile(`\bPot_binding_\w+`)
	descriptionName = regexp.MustCompile(`\bPot_class_\w+`)
)

// TestUnitsOfReleases says that units of one client share what they know of a class only if they know the same.
func TestUnitsOfReleases(t *testing.T) {
	t.Parallel()
	inC := func(spec *model.Spec) string {
		header, _ := mustEmit(t, spec, c.Options{Parts: c.Usage}).Get("pot.h")
		return bindingName.FindString(string(header))
	}
	inCxx := func(spec *model.Spec) string {
		files, _ := cxx.Emit(spec, cxx.Options{Parts: cxx.Usage})
		header, _ := files.Get("pot.hpp")
		return descriptionName.FindString(string(header))
	}
	for in, nameOf := range map[string]func(*model.Spec) string{"C": inC, "C++": inCxx} {
		name := func(with ...string) string { return nameOf(compileFiles(t, potIDL(t, with...), "pot.idl")) }
		is := map[string]string{name(): "the release"}
		for what, with := range otherReleases {
			if in == "C++" && (what == "one that is by offset" || what == "another style") {
				continue // which C++ has no other of
			}
			n := name(with...)
			if is[n] != "" || n == "" {
				t.Errorf("%s: %s and %s are both %s", in, what, is[n], n)
			}
			is[n] = what
		}
		for what, with := range map[string][]string{"a name": {"in long n", "in long times"}, "a comment": {"long fill", "// As full as can be.\n long fill"}, "an enumerator": {"coarse", "coarse, rough"}} {
			if n := name(with...); is[n] != "the release" {
				t.Errorf("%s: %s makes it %s", in, what, n)
			}
		}
	}
}

const (
	oldUnit = `#include "pot.h"
#include <stdio.h>
void old_unit(som_ref o);
void old_unit(som_ref o) {
	som_env ev = {0};
	int n = (int)Pot_stir(o, &ev, 3);
	printf("old %d %s\n", n, ev.text);
	som_env_clear(&ev);
}
`
	newUnit = `#include "pot.h"
#include <stdio.h>
void old_unit(som_ref o);
int main(int argc, char **argv) {
	som_env ev = {0};
	som_class *c = som_class_named("Pot", &ev);
	som_ref o = som_new(c, &ev);
	(void)argv;
	if (argc > 1) printf("new %d\n", (int)Pot_stir(o, &ev, "seven"));
	old_unit(o);
	if (argc == 1) printf("new %d\n", (int)Pot_stir(o, &ev, "seven"));
	som_release(o);
	som_release((som_ref)c);
	return ev.major != 0;
}
`
	oldUnitCxx = `#include "pot.hpp"
#include <cstdio>
void old_unit(som_ref o) {
	try {
		std::printf("old %d\n", int(som::borrowed<Pot>(o).stir(3)));
	} catch (const som::exception &e) {
		std::printf("old 0 %s\n", e.what());
	}
}
`
	newUnitCxx = `#include "pot.hpp"
#include <cstdio>
void old_unit(som_ref o);
int main(int argc, char **) {
	som::object o = som::class_object::named("Pot").somNew();
	if (argc > 1) std::printf("new %d\n", int(Pot::narrow(o).stir("seven")));
	old_unit(som::ref(o));
	if (argc == 1) std::printf("new %d\n", int(Pot::narrow(o).stir("seven")));
}
`
	// What there is of a class for those who use it, whatever the types are.
	everyUse = `#include "pot.hpp"
template <class R, class... A> void use(R (Pot_methods<Pot>::*f)(A...) const) { (Pot().*f)(std::remove_cv_t<std::remove_reference_t<A>>()...); }
void unit(som_ref o);
void unit(som_ref o) {
	const Pot p = som::borrowed<Pot>(o);
	som::weak<Pot>(p).lock();
	som::is<Pot>(p), Pot::narrow(p), som::create<Pot>(), Pot::create(), Pot::bind(), Pot::unbind();
	use(&Pot_methods<Pot>::stir), use(&Pot_methods<Pot>::seek), use(&Pot_methods<Pot>::count);
	Pot::filled("full");
	(void)Pot::made();
}
`
)

// TestUnitsOfReleasesRun has a unit that was compiled with an old header refused, whichever unit of its client comes first.
func TestUnitsOfReleasesRun(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	before, after := t.TempDir(), t.TempDir()
	write(t, before, mustEmit(t, compileFiles(t, potIDL(t), "pot.idl"), c.Options{Parts: c.Usage}))
	write(t, after, mustEmit(t, compileFiles(t, potIDL(t, "stir(in long n)", "stir(in string n)"), "pot.idl"), c.Options{Library: "pot"}))
	lib := put(t, after, "pot.c", `#include "pot.ih.h"
static int32_t Pot_static_made = 1;
static int32_t Pot_do_stir(som_ref self, som_env *ev, const char *n) { (void)self, (void)ev; return (int32_t)strlen(n); }
static int32_t Pot_do_fill(som_ref self, som_env *ev, const Dose *d) { (void)self, (void)ev; return d->grams; }
static int32_t Pot_do_count(som_ref self, som_env *ev, int32_t n) { (void)self, (void)ev; return n; }
static int32_t Pot_do_seek(som_ref self, som_env *ev, int32_t n) { (void)self, (void)ev; return n; }
static void Pot_do_filled(som_ref self, som_env *ev, som_making *making, const char *what) { (void)self, (void)what; Pot_enter_parents(making, ev); }
`)
	library(t, k, after, "-O1", "pot", lib, filepath.Join(after, "pot_library.c"))
	header := func(dir string, with ...string) {
		files, report := cxx.Emit(compileFiles(t, potIDL(t, with...), "pot.idl"), cxx.Options{Parts: cxx.Usage})
		if err := report.Err(); err != nil {
			t.Fatal(err)
		}
		write(t, dir, files)
	}
	header(before)
	header(after, "stir(in long n)", "stir(in string n)")
	object := func(cc []string, dir, name, text string) string {
		out := filepath.Join(dir, name+".o")
		run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-c", "-I" + dir, "-I" + root + "/bind/cxx", "-o", out}, strict, []string{put(t, dir, name, text)})...)
		return out
	}
	program := func(name string, cc []string, before, after string) string {
		out := filepath.Join(t.TempDir(), name)
		run(t, nil, cc[0], slices.Concat([]string{"-o", out, after, before}, linking(k))...)
		return out
	}
	plain, with := []string{"gcc", "-std=c11", "-O1"}, []string{"g++", "-std=c++17", "-O0"}
	programs := []string{
		program("c", plain, object(plain, before, "a.c", oldUnit), object(plain, after, "b.c", newUnit)),
		program("cxx", with, object(with, before, "a.cc", oldUnitCxx), object(with, after, "b.cc", newUnitCxx)),
	}
	const refused = "old 0 class Pot: stir has the signature i:s/long(string)!IDL:Burnt:1.0{long;, and a client calls it as i:i/long(long)!IDL:Burnt:1.0{long;, of another release\n"
	for _, c := range []struct {
		args []string
		want string
	}{{nil, refused + "new 5\n"}, {[]string{"first"}, "new 5\n" + refused}} {
		for _, p := range programs {
			if got := run(t, []string{"SOM_PATH=" + after}, p, c.args...); got != c.want {
				t.Errorf("%s %s: got\n%swant\n%s", filepath.Base(p), c.args, got, c.want)
			}
		}
	}
}

var (
	sectionOf = regexp.MustCompile(`^RELOCATION RECORDS FOR \[(\.text\._Z\w+)\]`)
	ofRelease = regexp.MustCompile(`\w+_class_[0-9a-f]{8}|B9r[0-9a-f]{8}`)
	// What makes empty handles, copies, moves and ends them does the same in all releases, and so does what makes one that is bound already or never.
	ofAll = regexp.MustCompile(`^_ZN3som6handle\w+(C2|D2|aS)E(v|RKS\w*_|OS\w*_|Dn)$|CI[12]N3som6handle\w+(Dn|11som_trusted\w+)$`)
)

// TestUnitsShareNoCode says that what units of different releases have by one symbol, of which the linker takes one for both, refers to
// nothing of a release but where both have the same: whether compilers inline it or not does not matter then.
func TestUnitsShareNoCode(t *testing.T) {
	t.Parallel()
	functions := func(out string) map[string][]string { // what each function refers to of a release
		all, in := map[string][]string{}, ""
		for l := range strings.Lines(run(t, nil, "objdump", "-r", out)) {
			if m := sectionOf.FindStringSubmatch(l); m != nil {
				in = m[1]
				all[in] = nil
			} else if strings.HasPrefix(l, "RELOCATION") {
				in = ""
			} else if to := strings.Fields(l); len(to) == 3 && in != "" {
				if to, _, _ := strings.Cut(to[2], "-0x"); ofRelease.MatchString(to) && !ofAll.MatchString(to) {
					all[in] = append(all[in], to)
				}
			}
		}
		return all
	}
	pot := func(cc string, files idl.FilesOf) string {
		dir := t.TempDir()
		made, report := cxx.Emit(compileFiles(t, files, "pot.idl"), cxx.Options{Parts: cxx.Usage})
		if err := report.Err(); err != nil {
			t.Fatal(err)
		}
		write(t, dir, made)
		out := filepath.Join(dir, "unit.o")
		run(t, nil, cc, slices.Concat([]string{"-std=c++17", "-O0", "-c", "-I" + dir, "-I" + root + "/bind/cxx", "-o", out}, strict, []string{put(t, dir, "unit.cc", everyUse)})...)
		return out
	}
	later := potIDL(t, slices.Concat(otherReleases["static data"], otherReleases["a result"])...)
	for _, cc := range []string{"g++", "clang++"} {
		for _, objects := range [][2]string{{pot(cc, potIDL(t)), pot(cc, later)}, {shelfObject(t, cc, "-O0", 0), shelfObject(t, cc, "-O0", 1)}} {
			was := functions(objects[0])
			if len(was) < 30 {
				t.Fatalf("%s: only %v", cc, was)
			}
			for name, is := range functions(objects[1]) {
				if was, both := was[name]; both && !slices.Equal(was, is) {
					t.Errorf("%s: %s is of both releases, and refers to %v in one and %v in the other", cc, name, was, is)
				}
			}
		}
	}
}
