package cabi_test

import (
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/idl"
)

// TestDefined holds that a library defines metaclasses before their classes, wherever they stand, and nothing that is another file's.
func TestDefined(t *testing.T) {
	t.Parallel()
	spec := compile(t, idl.FilesOf{"a.idl": `#include <somobj.idl>
#include <somcls.idl>
#include "b.idl"
interface Pot : Cat { implementation { metaclass = N; }; };
interface Pan : Pot { implementation { metaclass = M; }; };
interface M : Far { implementation { releaseorder:; }; };
interface N : M { implementation { releaseorder:; }; };
`, "b.idl": `#ifndef B
#define B
#include <somobj.idl>
#include <somcls.idl>
interface Far : SOMClass { implementation { releaseorder:; }; };
interface Cat : SOMObject { implementation { metaclass = Far; }; };
#endif
`}, "a.idl")
	var got []string
	for _, i := range cabi.Defined(spec) {
		got = append(got, i.Name)
	}
	if want := []string{"M", "N", "Pot", "Pan"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
