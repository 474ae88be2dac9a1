package syntax_test

import (
	"context"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// preprocess returns the tokens of a.idl with blanks between them; the begin and the end of a
// file are <name and >, a pragma is #text.
func preprocess(t testing.TB, files syntax.FilesOf, define ...string) (string, *diag.Report) {
	t.Helper()
	var r diag.Report
	pp := syntax.NewPreprocessor(context.Background(), syntax.Config{Resolver: files, Include: []string{"inc"}, Define: define, Report: &r}, "a.idl")
	var out []string
	for {
		switch tok := pp.Next(); tok.Kind {
		case syntax.EOF:
			return strings.Join(out, " "), &r
		case syntax.FileBegin:
			out = append(out, "<"+tok.File.Path)
		case syntax.FileEnd:
			out = append(out, ">")
		case syntax.PragmaLine:
			out = append(out, "#"+tok.Text)
		default:
			out = append(out, tok.Text)
		}
	}
}

func TestMacros(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"object":           {"#define N 1 + 2\nN * N", "1 + 2 * 1 + 2"},
		"function":         {"#define F(a,b) b a\nF(1, (2,3)) F\n(x,y) F", "( 2 , 3 ) 1 y x F"},
		"empty argument":   {"#define F(a) <a>\nF() F( )", "< > < >"},
		"no argument":      {"#define F() 1\nF() F( ) F x", "1 1 F x"},
		"not at once":      {"#define F (a)\nF", "( a )"},
		"recursive":        {"#define A A B\n#define B A\nA B", "A A A B"},
		"argument twice":   {"#define F(x) x x\nF(F(1))", "1 1 1 1"},
		"C99 example":      {"#define x 3\n#define f(a) f(x * (a))\n#undef x\n#define x 2\n#define g f\n#define z z[0]\n#define h g(~\n#define m(a) a(w)\n#define w 0,1\n#define t(a) a\nf(y+1) + f(f(z)) % t(t(g)(0) + t)(1);", "f ( 2 * ( y + 1 ) ) + f ( 2 * ( f ( 2 * ( z [ 0 ] ) ) ) ) % f ( 2 * ( 0 ) ) + t ( 1 ) ;"},
		"stringify":        {"#define S(x) #x\nS(a  b \"c\\n\" 'd') S()", `"a b \"c\\n\" 'd'" ""`},
		"paste":            {"#define P(a,b) a##b x##a##b\nP(1,2) P(,2) P(a,)", "12 x12 2 x2 a xa"},
		"paste of no one":  {"#define P(a,b) a##b\nP(+,1)", "+ 1"},
		"variadic":         {"#define V(a,...) a:__VA_ARGS__\nV(1,2,3) V(1)", "1 : 2 , 3 1 :"},
		"named variadic":   {"#define V(a,b...) a:b\nV(1,2,3) V(1)", "1 : 2 , 3 1 :"},
		"comma goes":       {"#define V(a,...) f(a, ##__VA_ARGS__)\nV(1,2,3) V(1)", "f ( 1 , 2 , 3 ) f ( 1 )"},
		"defined by macro": {"#define X 1\n#define HAS defined(X) && defined OPTION && !defined(Y)\n#if HAS\nyes\n#endif", "yes"},
		"date and time":    {"__DATE__ __TIME__", `"Jan  1 1970" "00:00:00"`},
		"pragma operator":  {"a _Pragma(\"b \\\"c d\\\"\") e", `a #b "c d" e`},
		"pragma by macro":  {"#define P(x) _Pragma(#x) x\nP(prefix \"a\") _Pragma", `#prefix "a" prefix "a" _Pragma`},
		"has_include":      {"#if defined(__has_include) && __has_include(\"a.idl\") && !__has_include(<none.idl>)\nyes\n#endif\n#define H __has_include(<none.idl>)\n#if H\nno\n#elif __has_include(\"b.idl\")\nno\n#else\nyes\n#endif", "yes yes"},
		"has_include else": {"#ifdef __has_include\nyes\n#endif\n#ifndef __has_include\nno\n#endif", "yes"},
		"nested paste":     {"#define C(a,b) C2(a,b)\n#define C2(a,b) a##b\n#define X 1\nC(X,X) C2(X,X)", "11 XX"},
		"stringify macro":  {"#define S(x) S2(x)\n#define S2(x) #x\n#define X 1\nS(X) S2(X)", `"1" "X"`},
		"across lines":     {"#define F(a) a\nF(1\n2)", "1 2"},
		"line and file":    {"__LINE__\n__FILE__ __LINE__", `1 "a.idl" 2`},
		"line of a macro":  {"#define L __LINE__\n\nL", "3"},
		"undefined":        {"#define X 1\nX\n#undef X\nX", "1 X"},
		"comments":         {"#define X 1 /* a\n b */ + 2 // c\nX/**/X", "1 + 2 1 + 2"},
		"continued":        {"#define X 1 \\\n + 2\nX de\\\r\nf", "1 + 2 def"},
		"predefined":       {"OPTION VALUE", "1 2 + 3"},
		"operators":        {"<<>>::<=>=&&||==!=...#", "<< >> :: <= >= && || == != ... #"},
		"literals":         {`L"a" L'b' 'c' "d\"e" 0x1F 1.5e-3d .5 1e+5 0x1e+5 L`, `L"a" L'b' 'c' "d\"e" 0x1F 1.5e-3d .5 1e+5 0x1e + 5 L`},
		"pragma in middle": {"a\n#pragma b \"c d\"\ne", `a #b "c d" e`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, r := preprocess(t, syntax.FilesOf{"a.idl": c.text}, "OPTION", "VALUE=2 + 3")
			if r.HasErrors() {
				t.Errorf("got errors\n%s", messages(r))
			}
			if want := "<a.idl " + c.want + " >"; got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestIncludes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files syntax.FilesOf
		want  string
	}{
		"beside and along": {syntax.FilesOf{"a.idl": `#include "b.idl"` + "\n#include <b.idl>\nx", "b.idl": "here", "inc/b.idl": "there"}, "<a.idl <b.idl here > <inc/b.idl there > x >"},
		"relative":         {syntax.FilesOf{"a.idl": `#include "sub/b.idl"`, "sub/b.idl": `#include "c.idl"` + "\n" + `#include "../d.idl"`, "sub/c.idl": "c", "d.idl": "d"}, "<a.idl <sub/b.idl <sub/c.idl c > <d.idl d > > >"},
		"guarded":          {syntax.FilesOf{"a.idl": "#include <g.idl>\n#include <g.idl>\n", "inc/g.idl": "// comment\n#ifndef G\n#define G\ng\n#endif // G\n"}, "<a.idl <inc/g.idl g > <inc/g.idl > >"},
		"guarded by if":    {syntax.FilesOf{"a.idl": "#include <g.idl>\n#include <g.idl>\n", "inc/g.idl": "#if !defined(G)\n#define G\ng\n#endif\n"}, "<a.idl <inc/g.idl g > <inc/g.idl > >"},
		"once by operator": {syntax.FilesOf{"a.idl": "#include <g.idl>\n#include <g.idl>\n", "inc/g.idl": "_Pragma(\"once\")\ng"}, "<a.idl <inc/g.idl g > <inc/g.idl > >"},
		"asked for first":  {syntax.FilesOf{"a.idl": "#if __has_include(<g.idl>)\n#include <g.idl>\n#endif\n", "inc/g.idl": "g"}, "<a.idl <inc/g.idl g > >"},
		"no guard":         {syntax.FilesOf{"a.idl": "#include <g.idl>\n#include <g.idl>\n", "inc/g.idl": "#ifndef G\n#define G\ng\n#endif\nh"}, "<a.idl <inc/g.idl g h > <inc/g.idl h > >"},
		"guard with else":  {syntax.FilesOf{"a.idl": "#include <g.idl>\n#include <g.idl>\n", "inc/g.idl": "#ifndef G\n#define G\ng\n#else\nh\n#endif\n"}, "<a.idl <inc/g.idl g > <inc/g.idl h > >"},
		"once":             {syntax.FilesOf{"a.idl": "#include <g.idl>\n#include <g.idl>\n", "inc/g.idl": "#pragma once\ng"}, "<a.idl <inc/g.idl g > <inc/g.idl > >"},
		"in a macro":       {syntax.FilesOf{"a.idl": "#define F(x) [x]\nF(1\n#include <b.idl>\n)", "inc/b.idl": "2"}, "<a.idl <inc/b.idl > [ 1 2 ] >"},
		"backslash":        {syntax.FilesOf{"a.idl": `#include "sub\b.idl"`, "sub/b.idl": "b"}, "<a.idl <sub/b.idl b > >"},
		"macro name":       {syntax.FilesOf{"a.idl": "#define N <b.idl>\n#include N\n#define Q \"b.idl\"\n#include Q", "inc/b.idl": "b"}, "<a.idl <inc/b.idl b > <inc/b.idl b > >"},
		"not taken":        {syntax.FilesOf{"a.idl": "#ifdef NO\n#include <none>\n#endif\nx"}, "<a.idl x >"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, r := preprocess(t, c.files)
			if (c.want == "") != r.HasErrors() {
				t.Errorf("got errors\n%s", messages(r))
			}
			if c.want != "" && got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestPlaces holds that tokens know where they stand: in included files, behind continuations
// and #line, and that what a macro makes stands where the macro is used.
func TestPlaces(t *testing.T) {
	t.Parallel()
	var r diag.Report
	files := syntax.FilesOf{
		"a.idl": "x\n\ty\\\nz é ü\n#include \"b.idl\"\n#define M 1 2\n  M\n#line 50 \"c.idl\"\nw",
		"b.idl": "\r\nb",
	}
	pp := syntax.NewPreprocessor(context.Background(), syntax.Config{Resolver: files, Report: &r}, "a.idl")
	var got []string
	for tok := pp.Next(); tok.Kind != syntax.EOF; tok = pp.Next() {
		if tok.Kind != syntax.FileBegin && tok.Kind != syntax.FileEnd {
			got = append(got, tok.Text+"@"+tok.Span.String())
		}
	}
	want := "x@a.idl:1:1 yz@a.idl:2:2 b@b.idl:2:1 1@a.idl:6:3 2@a.idl:6:3 w@c.idl:50:1"
	if strings.Join(got, " ") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, " "), want)
	}
	if n := r.Count(diag.Error); n != 2 {
		t.Errorf("got %d errors, want one for each stray letter\n%s", n, messages(&r))
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"UTF-8":      "const string S = \"é\";",
		"ISO 8859-1": "const string S = \"\xe9\";",
		"marked":     "\ufeffconst string S = \"é\";",
		"escaped":    "const string S = \"\\xe9\";",
		"octal":      "const string S = \"\\351\";",
		"old DOS":    "const string S = \"\xe9\";\r\n\x1a",
		"old Mac":    "// comment\rconst string S = \"\xe9\";\r",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree, r := parseText(t, text)
			if len(r.All()) > 0 {
				t.Fatal(messages(r))
			}
			for _, d := range tree.Decls {
				if c, ok := d.(*syntax.Const); ok {
					if got := c.Value.(*syntax.Literal).Text; got != "é" {
						t.Errorf("got %q", got)
					}
					return
				}
			}
			t.Error("the constant is lost")
		})
	}
}
