package c_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

const overrideTypes = `#include <somobj.idl>
#include <somcls.idl>
#include <somcm.idl>
interface Goat;
typedef sequence<Goat> Goats;
typedef sequence<long> Longs;
enum Gait { walk, trot };
typedef long Row[4];
typedef Goat Pair[2];
struct Pen { long n; string label; Goat keeper; Goats all; Row grid; };
union Either switch (long) { case 1: Goat who; case 2: string name; };
`

// overriddenIDL draws a class with methods of all kinds of parameters and results, and classes that override all of them.
func overriddenIDL(rnd *rand.Rand) string {
	results := strings.Fields("void long ulong short octet boolean char double string Goat SOMObject SOMClass Goats Longs Gait Row Pen Either")
	types := append(slices.Clone(results[1:]), "Pair")
	name := func(t string) string { return strings.Replace(t, "ulong", "unsigned long", 1) }
	var ops, order, over strings.Builder
	ops.WriteString("  attribute Goat friend;\n  attribute Pen pen;\n  attribute string tag;\n")
	for n := range 3 * len(results) {
		var ps []string
		for i := range rnd.IntN(4) {
			how := []string{"in", "out", "inout"}[rnd.IntN(3)]
			t := types[rnd.IntN(len(types))]
			if how == "in" && rnd.IntN(8) == 0 {
				t = "somId"
			}
			ps = append(ps, fmt.Sprintf("%s %s p%d", how, name(t), i))
		}
		fmt.Fprintf(&ops, "  %s m%d(%s);\n", name(results[n%len(results)]), n, strings.Join(ps, ", "))
		fmt.Fprintf(&order, "m%d, ", n)
		fmt.Fprintf(&over, " m%d: override;", n)
	}
	accessors := "_get_friend, _set_friend, _get_pen, _set_pen, _get_tag, _set_tag"
	for a := range strings.SplitSeq(accessors, ", ") {
		over.WriteString(" " + a + ": override;")
	}
	return overrideTypes + "interface Goat : SOMObject {\n" + ops.String() + "  implementation { functionprefix = g_; releaseorder: " + order.String() + accessors + "; };\n};\n" +
		"interface Alpine : Goat {\n  implementation { functionprefix = a_;" + over.String() + " long age; somPrintSelf: override; somGetClass: override; somIsA: override; };\n};\n" +
		"interface Hinny : Goat, SOMClassMgr {\n  implementation { functionprefix = h_;" + over.String() + " somFindClass: override; somLocateClassFile: override; };\n};\n" +
		"interface Mint : SOMClass {\n  implementation { functionprefix = mi_; somNew: override; somGetName: override; somSupportsMethod: override; somCheckVersion: override; somDescendedFrom: override; };\n};\n"
}

// TestOverridesCompile holds that new implementations of overrides, whatever their types, compile as they are, in both of IBM's styles of C and in its C++: each
// calls its parent's.
func TestOverridesCompile(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	text := overriddenIDL(rand.New(rand.NewPCG(seed, 0)))
	spec := compileFiles(t, idl.FilesOf{"goat.idl": text}, "goat.idl")
	for _, style := range []struct {
		opt       c.Options
		file      string
		compilers [][]string
	}{
		{c.Options{Parts: c.Usage | c.Implementation | c.Template, Compat: true}, "goat.c", [][]string{{"gcc", "-std=gnu11", "-Werror"}, {"clang", "-std=gnu11", "-Werror"}, {"g++", "-x", "c++", "-std=gnu++17"}}},
		{c.Options{Parts: c.Usage | c.Implementation | c.Template, Pointers: true}, "goat.c", [][]string{{"gcc", "-std=gnu11", "-Werror"}}},
		{c.Options{Parts: c.Usage | c.Implementation | c.Classes | c.CxxTemplate}, "goat.cpp", [][]string{{"g++", "-std=gnu++98"}, {"g++", "-std=gnu++17"}, {"clang++", "-std=gnu++98"}, {"clang++", "-std=gnu++17"}}},
	} {
		dir := t.TempDir()
		write(t, dir, mustEmit(t, spec, style.opt))
		for _, cc := range style.compilers {
			run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, tolerant, []string{filepath.Join(dir, style.file)})...)
		}
		if style.file == "goat.cpp" {
			client := put(t, dir, "client.cpp", "#include \"goat.xh\"\nSOMClass *found(Hinny *h) { return h->somFindClass(somIdFromString((char *)\"Goat\"), 0, 0); }\n")
			for _, cc := range style.compilers {
				run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, tolerant, []string{client})...)
			}
		}
	}
}
