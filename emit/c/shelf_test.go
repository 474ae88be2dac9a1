package c_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/sombuild"
)

// shelfIDL has classes that hand out another class's objects in all ways. Of the release that it has of these, the units of a client may
// have different headers.
func shelfIDL(minor int) idl.FilesOf {
	return idl.FilesOf{"shelf.idl": fmt.Sprintf(`#include <somobj.idl>
interface Lid : SOMObject { long turn(in long n); implementation { releaseorder: turn; }; };
interface Pot : SOMObject { long stir(in long n); implementation { releaseorder: stir; majorversion = 1; minorversion = %d; }; };
interface Jar : Lid, Pot { implementation { releaseorder:; }; };
struct Row { Pot front; sequence<Pot> behind; Pot beside[2]; };
union Either switch (boolean) { case TRUE: Row row; case FALSE: Pot one; };
exception Chipped { Pot pot; Either either; };
interface Shelf : SOMObject {
	attribute Pot best;
	Pot top();
	Row row();
	Either either(in boolean many);
	void each(out sequence<Pot> all);
	long exchange(inout Pot p);
	long keep(in Pot p);
	long weigh(in Row r, in Either e);
	void fall() raises (Chipped);
	Pot lifted();
	void filled(inout somInitCtrl ctrl, in Pot p);
	implementation {
		releaseorder: _get_best, _set_best, top, row, either, each, exchange, keep, weigh, fall, lifted, filled;
		keep: object_owns_parameters = "p"; lifted: procedure; filled: init;
	};
};
`, minor)}
}

const shelfClass = `#include "shelf.ih.hpp"
class Lid_impl : public Lid_part<Lid_impl> {
public:
	std::int32_t turn(std::int32_t n) { return n; }
};
som::class_object Lid_define() { return Lid_impl::som_define(); }
class Pot_impl : public Pot_part<Pot_impl> {
public:
	std::int32_t stir(std::int32_t n) { return n + 1; }
};
som::class_object Pot_define() { return Pot_impl::som_define(); }
class Jar_impl : public Jar_part<Jar_impl> {};
som::class_object Jar_define() { return Jar_impl::som_define(); }
class Shelf_impl : public Shelf_part<Shelf_impl> {
	Pot kept_;
	static Row made() {
		Row r;
		r.front = Pot::create();
		r.behind.assign(2, Pot::create());
		r.beside[0] = r.beside[1] = Jar::create();
		return r;
	}

public:
	Shelf_impl() { best = Pot::create(); }
	Shelf_impl(filled, const Pot &p) { best = p; }
	Pot top() { return Jar::create(); }
	Row row() { return made(); }
	Either either(bool many) {
		Either e;
		many ? e.row(made()) : e.one(Pot::create());
		return e;
	}
	void each(std::vector<Pot> &all) { all.assign(3, Pot::create()); }
	std::int32_t exchange(Pot &p) {
		p = Pot::create();
		return 1;
	}
	std::int32_t keep(const Pot &p) {
		kept_ = p;
		return 2;
	}
	std::int32_t weigh(const Row &r, const Either &e) { return r.front.stir(1) + e.one().stir(2); }
	void fall() { throw Chipped(Pot::create(), either(true)); }
	static Pot lifted() { return Pot::create(); }
};
som::class_object Shelf_define() { return Shelf_impl::som_define(); }
`

// A unit that gets pots in all ways. What it is told goes to the standard output.
const shelfUnit = `#include "shelf.hpp"
#include <cstdio>
void UNIT(som_ref shelf, som_ref pot);
void UNIT(som_ref shelf, som_ref pot) {
	const Shelf s = som::borrowed<Shelf>(shelf);
	const auto use = [](const char *what, auto f) {
		try {
			std::printf("%s %d\n", what, int(f()));
		} catch (const som::system_exception &e) {
			std::printf("%s refused %s\n", what, std::strstr(e.what(), "Pot") ? "Pot" : e.what());
		}
	};
	use("borrowed", [&] { return som::borrowed<Pot>(pot).stir(1); });
	use("narrowed", [&] { return Pot::narrow(som::borrowed<som::object>(pot)).stir(1); });
	use("attribute", [&] { return s.get_best().stir(2); });
	use("result", [&] { return s.top().stir(3); });
	use("structure", [&] {
		const Row r = s.row();
		return r.front.stir(1) + r.behind.at(1).stir(2) + r.beside[1].stir(3);
	});
	use("union", [&] { return s.either(true).row().front.stir(1) + s.either(false).one().stir(2); });
	use("out", [&] {
		std::vector<Pot> all;
		s.each(all);
		return all.at(2).stir(4);
	});
	use("inout", [&] {
		Pot p;
		return s.exchange(p) + p.stir(5);
	});
	use("in", [&] {
		Row r = s.row();
		Either e;
		e.one(r.front);
		return s.weigh(r, e) + s.keep(r.front);
	});
	use("exception", [&] {
		try {
			s.fall();
		} catch (const Chipped &e) {
			som_env ev = som_env();
			e.raise(&ev); // as a method that passes it on does
			const bool same = ev.major == SOM_USER_EXCEPTION && std::strcmp(ev.id, "IDL:Chipped:1.0") == 0;
			som_env_clear(&ev);
			Chipped other = e;
			other.pot = nullptr;
			other.raise(&ev);
			som_env_clear(&ev);
			return same ? e.pot.stir(6) + e.either.row().front.stir(7) : 0;
		}
		return 0;
	});
	use("procedure", [&] { return s.lifted().stir(8); });
	use("initializer", [&] { return Shelf::filled(som::borrowed<Pot>(pot)).get_best().stir(9); });
	use("parent", [&] { return static_cast<Pot>(Jar::create()).stir(10); });
	use("kept", [&] { return som::weak<Pot>(som::borrowed<Pot>(pot)).lock() ? 11 : 0; });
}
`

const shelfMain = `#include <som.hpp>
void old_unit(som_ref shelf, som_ref pot);
void new_unit(som_ref shelf, som_ref pot);
int main(int argc, char **) {
	const som::object shelf = som::class_object::named("Shelf").somNew(), pot = som::class_object::named("Pot").somNew();
	if (argc > 1) new_unit(shelf.get(), pot.get());
	old_unit(shelf.get(), pot.get());
	if (argc == 1) new_unit(shelf.get(), pot.get());
}
`

// shelfHeaders is a folder with what is made of shelfIDL.
func shelfHeaders(t *testing.T, minor int) string {
	t.Helper()
	spec := compileFiles(t, shelfIDL(minor), "shelf.idl")
	return built.Once(t, fmt.Sprintf("shelf%d", minor), func(dir string) error {
		files, report := cxx.Emit(spec, cxx.Options{Parts: cxx.Usage | cxx.Implementation, Library: "shelf"})
		if err := report.Err(); err != nil {
			return err
		}
		if err := os.Mkdir(dir, 0o777); err != nil {
			return err
		}
		write(t, dir, files)
		return nil
	})
}

// shelfObject is shelfUnit, as the function unit, compiled with the headers of a release.
func shelfObject(t *testing.T, cc, o string, minor int) string {
	t.Helper()
	return shelfCompiled(t, cc, o, fmt.Sprintf("unit%d", minor), shelfHeaders(t, minor), shelfUnit)
}

// shelfCompiled is a text compiled with headers, once for all tests.
func shelfCompiled(t *testing.T, cc, o, name, headers, text string) string {
	t.Helper()
	sombuild.Need(t, cc, map[string]string{"g++": "g++", "clang++": "clang"}[cc]) // here: what builds must not end its test
	source := put(t, t.TempDir(), name+".cc", text)
	return built.Once(t, cc+o+"-"+name+".o", func(out string) error {
		// -w: g++ 12 suspects std::variant of what it has not.
		_, err := output(t, nil, cc, slices.Concat([]string{"-std=c++17", o, "-DUNIT=unit", "-c", "-o", out, "-I" + headers, "-I" + root + "/bind/cxx"}, strict, []string{"-w", source})...)
		return err
	})
}

// TestUnitsOfReleasesGet has units of two releases of a class get its objects from another class, which is the same to both: the one whose
// release is there goes on with all of them, and the other is refused all, whichever the linker takes functions from that both have,
// and whether the compiler inlines those or not.
func TestUnitsOfReleasesGet(t *testing.T) {
	t.Parallel()
	k := kernel(t, "-O1")
	dirs := [2]string{shelfHeaders(t, 0), shelfHeaders(t, 1)}
	with := slices.Concat(strict, []string{"-I" + root + "/bind/cxx", "-I" + dirs[0]})
	classes := t.TempDir()
	lib := filepath.Join(classes, "libshelf.so")
	run(t, nil, "g++", slices.Concat([]string{"-std=c++17", "-O0", "-shared", "-o", lib}, with, []string{put(t, t.TempDir(), "shelf.cc", shelfClass), filepath.Join(dirs[0], "shelf_library.cpp")}, linking(k))...)
	var want []string
	for _, w := range []string{"borrowed 2", "narrowed 2", "attribute 3", "result 4", "structure 9", "union 5", "out 5", "inout 7", "in 7", "exception 15", "procedure 9", "initializer 10", "parent 11", "kept 11"} {
		name, _, _ := strings.Cut(w, " ")
		want = append(want, w, name+" refused Pot")
	}
	slices.Sort(want)
	for _, cc := range []string{"g++", "clang++"} {
		for _, o := range []string{"-O0", "-O2"} {
			t.Run(cc+o, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				named := func(unit, name string) string { // one of two units that have one name when they are compiled
					out := filepath.Join(dir, name+".o")
					run(t, nil, "objcopy", "--redefine-sym", "_Z4unitP10som_objectS0_=_Z8"+name+"P10som_objectS0_", unit, out)
					return out
				}
				first, second := named(shelfObject(t, cc, o, 0), "old_unit"), named(shelfObject(t, cc, o, 1), "new_unit")
				main := shelfCompiled(t, "g++", "-O0", "main", dirs[0], shelfMain)
				for n, objects := range [][]string{{main, first, second}, {main, second, first}} {
					program := filepath.Join(dir, fmt.Sprintf("program%d", n))
					run(t, nil, cc, slices.Concat([]string{"-o", program}, objects, linking(k))...)
					for _, args := range [][]string{nil, {"first"}} {
						got := strings.Split(strings.TrimSpace(run(t, []string{"SOM_PATH=" + classes, "SOM_CHECK=1"}, program, args...)), "\n")
						slices.Sort(got)
						if !slices.Equal(got, want) {
							t.Errorf("linked as %v, %v: got\n%s\nwant\n%s", objects, args, strings.Join(got, "\n"), strings.Join(want, "\n"))
						}
					}
				}
			})
		}
	}
}
