package smalltalk_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/smalltalk"
	"github.com/opendsom/dsom/idl"
)

// TestEmit: each kind of declaration, what is reached from other files, and what has no form.
func TestEmit(t *testing.T) {
	t.Parallel()
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf(map[string]string{
		"a.idl": `#include "b.idl"
module A {
  enum E { x, y_z };
  struct S { E kind; sequence<S> more; B::P p; long grid[2][3]; };
  union U switch (char) { case 'a': case 'b': short s; default: string<4> t; };
  exception Bad { fixed<5,2> f; };
  const double D = -1.5;
  const string W = "it's!";
  const E C = y_z;
  valuetype V { public long n; };
  interface I { attribute string name; readonly attribute long size; oneway void tell(in V it); S op(in U a_b, inout E kind, out any o) raises (Bad) context ("c"); };
  interface J : I {};
};`,
		"b.idl": `module B { typedef long P; const long unused = 1; };`,
	})}, "a.idl")
	if err != nil {
		t.Fatal(err)
	}
	files, err := smalltalk.Emit(r.Spec)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := files.Get("a.st")
	want := `"Types of a.idl, made by dsom: data, no code."
DsomTypes read: #(
(enum 'IDL:A/E:1.0' 'A::E' 'x' 'y_z')
(struct 'IDL:A/S:1.0' 'A::S' ('kind' 'IDL:A/E:1.0') ('more' (sequence 'IDL:A/S:1.0' 0)) ('p' 'IDL:B/P:1.0') ('grid' (array (array long 3) 2)))
(alias 'IDL:B/P:1.0' 'B::P' long)
(union 'IDL:A/U:1.0' 'A::U' char ('s' short 97 98) ('t' (string 4) default))
(exception 'IDL:A/Bad:1.0' 'A::Bad' ('f' (fixed 5 2)))
(const 'A::D' (float 3220701184 0))
(const 'A::W' 'it''s!!')
(const 'A::C' (enum 'IDL:A/E:1.0' 1))
(interface 'IDL:A/I:1.0' 'A::I' ()
  (operation '_get_name' (string 0) () ())
  (operation '_set_name' void ((in 'value' (string 0))) ())
  (operation '_get_size' long () ())
  (oneway 'tell' void ((in 'it' (left '::A::V'))) ())
  (operation 'op' 'IDL:A/S:1.0' ((in 'a_b' 'IDL:A/U:1.0') (inout 'kind' 'IDL:A/E:1.0') (out 'o' any)) ('IDL:A/Bad:1.0') context))
(interface 'IDL:A/J:1.0' 'A::J' ('IDL:A/I:1.0'))
)!
`
	if string(got) != want || files.Len() != 1 {
		t.Errorf("got %d files\n%s\nwant\n%s", files.Len(), got, want)
	}
	if strings.Contains(string(got), "unused") {
		t.Error("what nothing refers to is there")
	}
}
