package syntax_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// parse parses a.idl among files.
func parse(t testing.TB, files syntax.FilesOf, define ...string) (*syntax.Tree, *diag.Report) {
	t.Helper()
	var r diag.Report
	cfg := syntax.Config{Resolver: files, Include: []string{"inc"}, Define: define, Report: &r}
	return syntax.Parse(context.Background(), cfg, "a.idl"), &r
}

func parseText(t testing.TB, text string) (*syntax.Tree, *diag.Report) {
	t.Helper()
	return parse(t, syntax.FilesOf{"a.idl": text})
}

// messages returns the diagnostics, one a line, without the file.
func messages(r *diag.Report) string {
	var b strings.Builder
	for _, d := range r.All() {
		b.WriteString(strings.TrimPrefix(d.String(), "a.idl:") + "\n")
	}
	return b.String()
}

// ignorePlaces compares trees by what they say, not by where it stands.
var ignorePlaces = cmp.Options{
	cmpopts.IgnoreTypes(diag.Span{}, diag.Position{}),
	cmpopts.IgnoreFields(syntax.Comment{}, "OwnLine"),
	cmpopts.IgnoreFields(syntax.Token{}, "Comments", "First"),
	cmpopts.IgnoreFields(syntax.Name{}, "Macro"),
	cmpopts.IgnoreFields(syntax.SourceFile{}, "Text"),
	cmpopts.IgnoreUnexported(syntax.SourceFile{}, syntax.Macro{}),
	cmp.Transformer("Trim", func(c syntax.Comment) string { return strings.Join(strings.Fields(c.Text), " ") }),
	cmpopts.EquateEmpty(),
	cmp.Exporter(func(reflect.Type) bool { return false }),
}

func mainFile(t testing.TB, tree *syntax.Tree) *syntax.SourceFile {
	t.Helper()
	for _, f := range tree.Files {
		if f.Main {
			return f
		}
	}
	t.Fatal("no main file")
	return nil
}

// checkRoundTrip holds parse(print(x)) = x and print(parse(print(x))) = print(x).
func checkRoundTrip(t testing.TB, files syntax.FilesOf) string {
	t.Helper()
	tree, r := parse(t, files)
	if r.HasErrors() {
		t.Fatalf("does not parse:\n%s", messages(r))
	}
	printed := syntax.Print(tree, mainFile(t, tree))
	again := syntax.FilesOf{}
	for name, text := range files {
		again[name] = text
	}
	again["a.idl"] = printed
	tree2, r2 := parse(t, again)
	if r2.HasErrors() {
		t.Fatalf("what was printed does not parse:\n%s\n%s", messages(r2), printed)
	}
	if diff := cmp.Diff(tree.Decls, tree2.Decls, ignorePlaces); diff != "" {
		t.Errorf("parse(print(x)) is not x (-x +print):\n%s\n%s", diff, printed)
	}
	if again := syntax.Print(tree2, mainFile(t, tree2)); again != printed {
		t.Errorf("printing is not idempotent:\n%s", cmp.Diff(printed, again))
	}
	return printed
}

// everything uses each construct of the grammar.
const everything = `// The head of the file.

#include <inc.idl>
#pragma prefix "acme.com"

/* A module
   with two lines. */
module M {
  // first
  const long N = -(1 + 2) * 3 | ~4 & 0x1F << 2 ^ 010 >> 1 % 7 / 2 - +1; // trailing
  const unsigned long long BIG = 18446744073709551615;
  const double D = 1.5e-3; const float F = .5; const long double LD = 1e400;
  const fixed X = 12.50d;
  const char C = '\''; const char NL = '\n'; const char HEX = '\xe9'; const char OCT = '\0';
  const wchar W = L'\u20ac';
  const string S = "a\"b\\" "joined\tz";
  const wstring WS = L"w\u00e9" L"ide";
  const boolean B = TRUE; const octet O = 255;
  const Color FAVOURITE = M::RED;

  enum Color { RED /* r */, GREEN, // g
    BLUE };
  struct Node; // forward
  union Any2; interface Peer; local interface L; abstract interface A;
  typedef sequence<Node> Nodes;
  typedef sequence<sequence<string<8>, 4> > Deep, Flat[2][N + 1];
  typedef fixed<9, 2> Money;
  @key @range(min=1, max=10) typedef long Annotated;
  typedef struct Inline { long a, b[3]; } Alias;
  struct Node {
    long id; // the id
    Nodes kids;
    struct Inner { any a; } inner;
    // last words
  };
  union U switch (enum Kind { K1, K2, K3 }) {
    case K1: case K2: long l;
    // the rest
    default: sequence<octet> rest[2];
  };
  union V switch (long long) { case -5: short s; };
  exception Empty {};
  exception Oops { wstring<5> why; Object who; };
  native Handle;
  interface Base {};
  typeid Base "IDL:acme/Base:1.0";
  typeprefix Base "acme.com";
  interface I : Base, ::M::A {
    attribute long a, b;
    readonly attribute string r raises (Oops);
    attribute wchar w getraises (Oops) setraises (Oops, Empty);
    oneway void fire(in long n);
    void nothing();
    // with comments
    Node op(in string<3> s, // the s
            inout long io,
            /* and out */ out unsigned short o) raises (Oops, M::Empty) context ("a", "b*");
    typedef long Local;
#pragma version Local 1.3
    ValueBase v(in boolean b, in octet c, in wstring d, in long long e, in long double f);
    // the end of I
  };
  struct component { long home; };
  interface _interface { void _module(in long _in); };
};
import ::M;
#pragma ID M "IDL:m:1.0"
#pragma go_package "x/y"
// The end.
`

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	printed := checkRoundTrip(t, syntax.FilesOf{"a.idl": everything, "inc/inc.idl": "#pragma once\nmodule Inc { typedef long T; };\n"})
	for _, c := range []string{"The head of the file", "with two lines", "// trailing", "// forward", "/* r */", "// g", "// the id", "last words", "// the rest", "// with comments", "// the s", "/* and out */", "the end of I", "The end."} {
		if !strings.Contains(printed, c) {
			t.Errorf("comment %q is lost in\n%s", c, printed)
		}
	}
}

func TestIncludeInsideModule(t *testing.T) {
	t.Parallel()
	printed := checkRoundTrip(t, syntax.FilesOf{
		"a.idl":    "module M {\n#include \"part.idl\"\n  interface J {};\n};\n#include \"part.idl\"\n",
		"part.idl": "interface I { void f(); };\n",
	})
	want := "module M {\n#include \"part.idl\"\n\n  interface J {};\n};\n\n#include \"part.idl\"\n"
	if printed != want {
		t.Errorf("got\n%s\nwant\n%s", printed, want)
	}
}
