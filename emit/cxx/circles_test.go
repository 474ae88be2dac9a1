package cxx_test

import "testing"

// TestCircles compiles structures and unions that refer to what is defined behind them, by sequences and by pointers, and names pointers in front of all structures.
func TestCircles(t *testing.T) {
	t.Parallel()
	need(t, "g++", "clang++")
	dir := t.TempDir()
	write(t, dir, build(t, "ring.idl", `#include <somobj.idl>
struct Flat { long a; };
struct Deep { string s; };
typedef Flat *FlatP;
typedef Deep *DeepP;
struct Link { string s; Link *next; };
struct Q;
struct P { string n; Q *q; sequence<Q> qs; };
struct Q { string n; P *p; sequence<P> ps; };
struct A;
typedef sequence<A> As;
union U switch (boolean) { case TRUE: As as_; case FALSE: string s; };
struct B { As a; sequence<U> u; };
struct C { As twice[2]; };
struct A { sequence<B> b; sequence<C> c; long n; };
interface K : SOMObject {
  Flat *f(in Flat *a, in FlatP b);
  Deep *g(in Deep *a, in DeepP b);
  A h(in B b, out U u, inout C c);
  implementation { releaseorder: f, g, h; };
};
`, everything("")))
	for _, compiler := range [][]string{{"g++", "-std=c++17"}, {"clang++", "-std=c++20"}} {
		if out, err := check(t, dir, "ring.cpp", compiler, "-Werror"); err != nil {
			t.Errorf("%v: %v\n%s", compiler, err, out)
		}
	}
}
