package c_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// TestMaskedFunctions has methods, variables and a class whose short names are those of functions that are written: the function has the name,
// whether it is the class's own or an inherited one, and the implementation compiles and calls it.
func TestMaskedFunctions(t *testing.T) {
	t.Parallel()
	text := `#include <somobj.idl>
interface get_size : SOMObject {};
interface Box : SOMObject {
	long get_init(in long a, in string b); attribute long init; attribute long size; void wag();
	implementation { functionprefix = a_; releaseorder: get_init, _get_init, _set_init, _get_size, _set_size, wag; };
};
interface Crate : Box {
	void lookup_wag(); void parent_Box_wag(); void parents_wag(); void parent_wag();
	readonly attribute long own; readonly attribute short rest; attribute long get_rest;
	implementation {
		releaseorder: lookup_wag, parent_Box_wag, parents_wag, parent_wag, _get_own, _get_rest, _get_get_rest, _set_get_rest;
		get_init: override; _get_init: override; _set_init: override; _get_size: override; wag: override; own: noget; rest: noget; long get_own;
	};
};
`
	for _, pointers := range []bool{false, true} {
		dir := t.TempDir()
		write(t, dir, mustEmit(t, compileFiles(t, idl.FilesOf{"main.idl": text}, "main.idl"), c.Options{Parts: everything, Compat: true, Pointers: pointers}))
		put(t, dir, "calls.c", `#include "main.c"
long calls(Crate SOMSTAR c, Environment *ev);
long calls(Crate SOMSTAR c, Environment *ev) {
	lookup_wag(c, ev), parent_Box_wag(c, ev), parents_wag(c, ev), parent_wag(c, ev);
	return _get_init(c, ev) + _get_size(c, ev) + _get_own(c, ev) + _get_rest(c, ev);
}
`)
		for _, cc := range compilers {
			run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, tolerant, []string{filepath.Join(dir, "calls.c")})...)
		}
	}
}
