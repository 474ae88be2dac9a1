package c_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// TestTypedefs holds that other names of types that own memory have the same functions, whoever is what they are of.
func TestTypedefs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := idl.FilesOf{
		"beast.idl": "#include <somobj.idl>\ninterface Beast : SOMObject { implementation { }; };\nmodule Farm { typedef sequence<Beast> Beasts; typedef Beasts Herd; typedef sequence<long> Numbers; " +
			"typedef sequence<Herd> Herds; struct Tag { string text; }; typedef Tag Label; typedef sequence<Tag> Tags; struct Plain { long n; }; typedef Plain Bare; typedef Tag Pair[2]; typedef string Name; typedef string Grid[2][3]; typedef Pair Pairs[2]; typedef Beast Pack[2]; typedef long Cells[2]; " +
			"struct Holder { Grid all; }; };\n",
		"user.idl": "#include \"beast.idl\"\ntypedef Farm::Beasts Others;\ntypedef Farm::Label Sign;\n",
	}
	spec := compileFiles(t, files, "beast.idl", "user.idl")
	write(t, dir, mustEmit(t, spec, c.Options{Parts: everything}))
	source := put(t, dir, "program.c", `#include <user.h>
#define TRY(T) do { T a = {0}, b; if (T##_resize(&a, 2) || T##_copy(&b, &a) || b._length != 2) return 1; T##_clear(&a), T##_clear(&b); } while (0)
int main(void) {
	TRY(Farm_Beasts); TRY(Farm_Herd); TRY(Farm_Numbers); TRY(Farm_Herds); TRY(Others);
	Sign s, copy;
	s.text = som_string_copy("x");
	if (Sign_copy(&copy, &s) || copy.text == s.text || *copy.text != 'x') return 2;
	Sign_clear(&s), Farm_Label_clear(&copy);
	if (copy.text != NULL) return 3;
	Farm_Grid grid = {{0}}, other;
	grid[1][2] = som_string_copy("y");
	if (Farm_Grid_copy(other, grid) || other[0][0] || other[1][2] == grid[1][2] || *other[1][2] != 'y') return 4;
	Farm_Grid_clear(grid), Farm_Grid_clear(other);
	if (grid[1][2] || other[1][2]) return 5;
	Farm_Pairs pairs, more;
	memset(pairs, 0, sizeof pairs);
	pairs[1][0].text = som_string_copy("z");
	if (Farm_Pairs_copy(more, pairs) || *more[1][0].text != 'z') return 6;
	Farm_Pair_clear(pairs[1]), Farm_Pairs_clear(more);
	Farm_Pack pack = {0}, same;
	Farm_Tags tags = {0};
	som_seq_string words = {0};
	for (uint32_t n = 1; n < 9; n++) { // what is there stays, and what is new is zero
		if (Farm_Tags_resize(&tags, n) || som_seq_string_resize(&words, n) || tags._length != n || words._length != n || tags._buffer[n - 1].text || words._buffer[n - 1]) return 7;
		tags._buffer[n - 1].text = som_string_copy("t"), words._buffer[n - 1] = som_string_copy("w");
	}
	if (*tags._buffer[0].text != 't' || *words._buffer[0] != 'w') return 8;
	if (Farm_Tags_resize(&tags, 3) || som_seq_string_resize(&words, 3) || Farm_Tags_resize(&tags, 5) || som_seq_string_resize(&words, 5)) return 9;
	if (*tags._buffer[2].text != 't' || tags._buffer[3].text || tags._buffer[4].text || *words._buffer[2] != 'w' || words._buffer[3] || words._buffer[4]) return 10;
	Farm_Tags_resize(&tags, 0), som_seq_string_resize(&words, 0);
	if (tags._buffer || words._buffer) return 11;
	const int bad = Farm_Pack_copy(same, pack);
	Farm_Pack_clear(same), Farm_Pack_clear(pack);
	return bad;
}
`)
	k := kernel(t, "-O1")
	program := filepath.Join(dir, "program")
	for _, cc := range [][]string{{"gcc", "-std=c11", "-fsanitize=address"}, {"g++", "-x", "c++", "-std=c++17", "-Wno-missing-field-initializers"}} {
		run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-o", program, "-I" + dir}, strict, []string{source}, linking(k))...)
		run(t, nil, program)
	}
}
