package idl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/idl"
)

// TestSOMIndex holds what the names in an implementation section denote, so that an editor
// which renames a method renames it in the release order too.
func TestSOMIndex(t *testing.T) {
	t.Parallel()
	const text = `interface SOMObject { void init(in long ctrl); };
interface M_C;
typedef long Foreign;
interface C : SOMObject {
  void f(in Foreign x);
  attribute long a;
  implementation {
    releaseorder: f, _get_a, _set_a, total, gone;
    metaclass = "M_C";
    f: nooverride, caller_owns_parameters = "x";
    override: init;
    init: select = SOMObject;
    a: nodata;
    _get_a: nocall;
    Foreign total, *more[2];
    total: staticdata;
    ::Foreign: impctx = C;
    mine: f, a;
    directinitclasses = "SOMObject";
    abstractparents = SOMObject;
    init: suppress_inout_free = "ctrl , ctrl";
    f: pass_by_copy_parameters = "" "x";
  };
};
`
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"a.idl": text}, Index: true}, "a.idl")
	if err != nil {
		t.Fatal(show(t, r))
	}
	lines := strings.Split(text, "\n")
	var got []string
	for _, u := range r.Index.In("a.idl") {
		if u.Span.Start.Line < 7 {
			continue
		}
		written := lines[u.Span.Start.Line-1][u.Span.Start.Column-1 : u.Span.End.Column-1]
		s := fmt.Sprintf("%d %s: %s %s", u.Span.Start.Line, written, u.Symbol.Kind, u.Symbol.Qualified())
		if u.Declares {
			s += ", declared"
		}
		got = append(got, s)
	}
	want := []string{
		"8 f: operation C::f", "8 a: attribute C::a", "8 a: attribute C::a", "8 total: member C::total",
		"9 M_C: interface M_C",
		"10 f: operation C::f", "10 x: parameter C::f::x",
		"11 init: operation SOMObject::init",
		"12 init: operation SOMObject::init", "12 SOMObject: interface SOMObject",
		"13 a: attribute C::a",
		"14 a: attribute C::a",
		"15 Foreign: typedef Foreign", "15 total: member C::total, declared", "15 more: member C::more, declared",
		"16 total: member C::total",
		"17 Foreign: typedef Foreign",
		"18 f: operation C::f", "18 a: attribute C::a",
		"19 SOMObject: interface SOMObject",
		"20 SOMObject: interface SOMObject",
		"21 init: operation SOMObject::init", "21 ctrl: parameter SOMObject::init::ctrl", "21 ctrl: parameter SOMObject::init::ctrl",
		"22 f: operation C::f",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
