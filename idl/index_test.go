package idl_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl"
)

// TestIndex holds what each name of a text denotes, also where there are errors in it.
func TestIndex(t *testing.T) {
	t.Parallel()
	const text = `module M {
  interface B;
  typedef B C;
  interface B { exception E { string why; }; };
};
#define T M::B
module M {
  interface D : C { void f(in ::M::B x) raises (E); Missing g(); };
  const long N = 1;
  struct S { T b; long a[N]; };
  typedef E2 X;
};
`
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{"a.idl": text}, Index: true}, "a.idl")
	if err == nil || r.Index == nil {
		t.Fatalf("got %v, index %v", err, r.Index)
	}
	var b strings.Builder
	for _, u := range r.Index.In("a.idl") {
		fmt.Fprintf(&b, "%d:%d %s %s", u.Span.Start.Line, u.Span.Start.Column, u.Symbol.Kind, u.Symbol.Qualified())
		if u.Declares {
			b.WriteString(" declared")
		}
		if u.Made {
			b.WriteString(" made")
		}
		b.WriteByte('\n')
	}
	const want = `1:8 module M declared
2:13 interface M::B declared
3:11 interface M::B
3:13 typedef M::C declared
4:13 interface M::B declared
4:27 exception M::B::E declared
4:38 member M::B::E::why declared
7:8 module M declared
8:13 interface M::D declared
8:17 typedef M::C
8:26 operation M::D::f declared
8:33 module M
8:36 interface M::B
8:38 parameter M::D::f::x declared
8:49 exception M::B::E
8:61 operation M::D::g declared
9:14 constant M::N declared
10:10 structure M::S declared
10:14 interface M::B made
10:14 module M made
10:16 member M::S::b declared
10:24 member M::S::a declared
10:26 constant M::N
11:14 typedef M::X declared
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s", got)
	}
	if u := r.Index.At("a.idl", strings.Index(text, "C {")); u == nil || u.Symbol.Name != "C" {
		t.Errorf("got %+v", u)
	}
	if d := r.Index.Lookup("M::D"); len(d) != 1 || len(d[0].Ancestors()) != 1 || d[0].ID != "IDL:M/D:1.0" {
		t.Errorf("got %+v", d)
	}
}
