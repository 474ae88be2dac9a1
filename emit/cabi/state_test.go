package cabi_test

import (
	"fmt"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// TestKeepsState holds which classes have data that they begin or end.
func TestKeepsState(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		attribute, more string
		want            bool
	}{
		{"", "", false},
		{"", "somDefaultInit: override, init;", false},
		{"", "somDestruct: override; long n;", true},
		{"", "somDefaultInit: override, init; long n;", true},
		{"", "somDefaultCopyInit: override, init; somInit: override; long n;", false},
		{"", "long n;", false},
		{"attribute long a;", "", false},
		{"attribute somId a;", "", false},
		{"attribute string a;", "", true},
		{"attribute wstring a;", "", true},
		{"attribute string a;", "a: nodata;", false},
		{"attribute sequence<long> a;", "", true},
		{"attribute SOMObject a;", "", true},
		{"attribute Names a;", "", true},
		{"attribute Numbers a;", "", false},
		{"attribute Node a;", "", true},
		{"attribute Either a;", "", true},
		{"attribute long a;", "somDestruct: override;", true},
	} {
		text := fmt.Sprintf(`#include <somobj.idl>
typedef string Names[4];
typedef long Numbers[4];
struct Node;
typedef sequence<Node> Nodes;
struct Node { long value; Nodes next; };
union Either switch (long) { case 1: long n; case 2: string s; };
interface Cat : SOMObject { %s implementation { %s }; };
`, c.attribute, c.more)
		cat := compile(t, idl.FilesOf{"a.idl": text}, "a.idl").Lookup("Cat").(*model.Interface)
		if got := cabi.KeepsState(cat); got != c.want {
			t.Errorf("%s %s: got %v", c.attribute, c.more, got)
		}
	}
}
