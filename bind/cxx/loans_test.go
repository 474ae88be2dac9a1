package cxx_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/emit/cxx"
	"github.com/opendsom/dsom/idl"
)

const keeperIDL = `#include <somobj.idl>
struct Tag { string text; long n; };
struct Point { long x; long y; };
typedef sequence<string> Names;
typedef sequence<long> Numbers;
typedef string Pair[2];
interface Keeper : SOMObject {
  attribute string name;
  attribute wstring wide;
  attribute Keeper mate;
  attribute Tag label;
  attribute Point at;
  attribute Names names;
  attribute Numbers numbers;
  attribute Pair both;
  attribute long count;
  readonly attribute string motto;
  string proverb(in long n);
  implementation {
    releaseorder: _get_name, _set_name, _get_wide, _set_wide, _get_mate, _set_mate, _get_label, _set_label, _get_at, _set_at,
      _get_names, _set_names, _get_numbers, _set_numbers, _get_both, _set_both, _get_count, _set_count, _get_motto, proverb;
    motto: noget, nodata;
    proverb: object_owns_result;
  };
};
`

const heirIDL = `#include "keeper.idl"
interface Heir : Keeper {
  implementation {
    _get_name: override; _get_wide: override; _get_mate: override; _get_label: override; _get_at: override; _get_names: override;
    _get_numbers: override; _get_both: override; _get_count: override; _get_motto: override; proverb: override;
  };
};
`

const keeperInC = `#include "keeper.ih.h"
static const char *Keeper_do_get_motto(som_ref self, som_env *ev) { (void)self, (void)ev; return "keep"; }
static const char *Keeper_do_proverb(som_ref self, som_env *ev, int32_t n) { (void)self, (void)ev; return n ? "some" : NULL; }
`

const keeperInCxx = `#include "keeper.ih.hpp"
class Keeper_impl : public Keeper_part<Keeper_impl> {
	std::string motto_ = "keep", proverb_ = "some", none_;
public:
	const std::string &get_motto() { return motto_; }
	const std::string &proverb(std::int32_t n) { return n ? proverb_ : none_; }
};
som::class_object Keeper_define() { return Keeper_impl::som_define(); }
`

const heirMain = `#include "heir.hpp"
#include <cstdio>
#define HOLDS(what) if (!(what)) return std::printf("line %d: %s\n", __LINE__, #what), 1
static std::uint32_t refs(const Keeper &k) { return som::ref(k)->refs; }
int main() {
	{
		Keeper h = Heir::create(), m = Keeper::create();
		HOLDS(h.get_name() == "" && !h.get_mate() && h.get_names().empty() && h.get_motto() == "keep" && h.proverb(1) == "some" && h.proverb(0) == "");
		h.set_name("Ida"), h.set_wide(u"Zo\u00eb"), h.set_mate(m), h.set_label(Tag{"left", 3}), h.set_at(Point{4, 5}), h.set_names({"a", "bc"}), h.set_numbers({1, 2, 3});
		h.set_both({"on", "off"}), h.set_count(7);
		for (int n = 0; n < 3; n++) {
			HOLDS(h.get_name() == "Ida" && h.get_wide() == u"Zo\u00eb" && h.get_mate() == m && h.get_label() == (Tag{"left", 3}) && h.get_at() == (Point{4, 5}));
			HOLDS(h.get_names() == (Names{"a", "bc"}) && h.get_numbers() == (Numbers{1, 2, 3}) && h.get_both() == (Pair{"on", "off"}) && h.get_count() == 7);
			HOLDS(refs(m) == 2);
		}
		Keeper got = h.get_mate();
		HOLDS(refs(m) == 3);
		h.set_mate(Keeper());
		HOLDS(refs(m) == 2 && !h.get_mate());
		got = Keeper();
		h.set_mate(h.get_mate());
		HOLDS(refs(m) == 1);
	}
	HOLDS(Heir::create().get_name() == "");
	return 0;
}
`

// TestLoans has a class override everything that stays the object's with what its template begins with: the parent's is lent as it is, whichever
// language the parent is in, and nothing is left over or ended twice.
func TestLoans(t *testing.T) {
	t.Parallel()
	asan.need(t)
	asan.kernel(t)
	generated(t)
	dir := t.TempDir()
	put := putting(t, dir)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keeper, heir := put("keeper.idl", keeperIDL), put("heir.idl", heirIDL)
	must(generate(keeper, dir, cxx.Options{Parts: cxx.Usage | cxx.Implementation}))
	must(generate(heir, dir, cxx.Options{Parts: cxx.Usage | cxx.Implementation | cxx.Template}))
	made, err := os.ReadFile(filepath.Join(dir, "heir.cpp"))
	must(err)
	if strings.Contains(string(made), "NO_IMPLEMENT") {
		t.Errorf("something has to be written:\n%s", made)
	}
	r, err := idl.Compile(t.Context(), idl.Options{}, keeper)
	must(err)
	files, report := c.Emit(r.Spec, c.Options{Library: "keeper"})
	must(report.Err())
	for name, data := range files.All() {
		put(name, string(data))
	}
	const entry = "extern \"C\" SOM_EXPORT int som_library_entry(std::uint32_t abi, som_env *ev);\n" +
		"extern \"C\" SOM_EXPORT int som_library_entry(std::uint32_t abi, som_env *ev) { return som::library(abi, ev, [] { NAME_define(); }); }\n"
	program := filepath.Join(dir, "client")
	must(asan.compile(t, program, put("client.cc", heirMain)))
	inHeir := put("libheir.cc", "#include \"heir.cpp\"\n"+strings.ReplaceAll(entry, "NAME", "Heir"))
	for _, l := range []string{"c", "cxx"} {
		must(os.Mkdir(filepath.Join(dir, l), 0o777))
		must(asan.compile(t, filepath.Join(dir, l, "libheir.so"), "-shared", inHeir))
	}
	must(asan.compile(t, filepath.Join(dir, "c", "libkeeper.so"), "-shared", "-I"+absolute("../c"), put("keeper.c", keeperInC), filepath.Join(dir, "keeper_library.c")))
	must(asan.compile(t, filepath.Join(dir, "cxx", "libkeeper.so"), "-shared", put("keeper.cc", keeperInCxx+strings.ReplaceAll(entry, "NAME", "Keeper"))))
	for _, l := range []string{"c", "cxx"} {
		with := asan
		with.env = []string{"SOM_PATH=" + filepath.Join(dir, l)}
		with.output(t, program)
	}
}
