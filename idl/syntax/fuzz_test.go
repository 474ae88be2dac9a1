package syntax_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// seeds are texts that reach far into the code.
var seeds = []string{
	everything,
	"#define F(x, ...) #x x##__VA_ARGS__ F(x)\nF(a, b c) F\n(1) F(F(2, 3), 4)\n#undef F\n#include \"b.idl\"\n#include <b.idl>\n",
	"#if defined(X) || (1 << 3) % 5 == 3 ? 'a' : ~0u\n#elif X\n#else\n#endif\n#ifdef Y\n#ifndef Z\n#endif\n#endif\n#line 7 \"z\"\n# 3 \"y\" 1\n# 4 \"z\" 2\n",
	"module M { interface I : A, ::B { void f(in long a; attribute }; } struct S { sequence<sequence<long>> a[3]; union",
	"enum E { A = 1, B, }; valuetype V : truncatable W { public long a; }; typedef map<string, long> D; \"unterminated\nL'x /* end",
	"@a(b=1) @c struct S { @d(\"x\") long e; }; fixed<9,2> \\\n const fixed F = 1.5d; const wchar W = L'\\u00e9';",
}

// small are limits that a fuzzer meets.
var small = syntax.Limits{FileSize: 1 << 16, IncludeDepth: 5, Includes: 50, Expansion: 2000, Nesting: 40, Operators: 100, Tokens: 50_000}

// watch ends the process if a text takes too long: a hang is a find like any other.
func watch(t *testing.T, text string) {
	t.Helper()
	timer := time.AfterFunc(20*time.Second, func() { panic(fmt.Sprintf("hangs on %q", text)) })
	t.Cleanup(func() { timer.Stop() })
}

func fuzzFiles(text string) syntax.FilesOf {
	return syntax.FilesOf{"a.idl": text, "b.idl": "#ifndef B\n#define B\nmodule B { typedef long T; };\n#endif\n", "inc/b.idl": "#include \"a.idl\"\ninterface inc {};"}
}

func FuzzPreprocess(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		watch(t, text)
		var r diag.Report
		pp := syntax.NewPreprocessor(context.Background(), syntax.Config{Resolver: fuzzFiles(text), Include: []string{"inc"}, Limits: small, Report: &r}, "a.idl")
		open := 0
		for n := 0; ; n++ {
			tok := pp.Next()
			switch tok.Kind {
			case syntax.FileBegin:
				open++
			case syntax.FileEnd:
				open--
			}
			if tok.Kind == syntax.EOF {
				break
			}
			if n > 10*small.Tokens {
				t.Fatalf("more than %d tokens", n)
			}
			if tok.Text == "" && tok.Kind != syntax.FileBegin {
				t.Fatalf("a token of kind %d without text at %s", tok.Kind, tok.Span)
			}
			if !tok.Span.IsValid() && tok.Kind != syntax.FileBegin && tok.Kind != syntax.FileEnd {
				t.Fatalf("token %q stands nowhere", tok.Text)
			}
		}
		if open != 0 && !r.HasErrors() {
			t.Errorf("%d files were begun and not ended", open)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		watch(t, text)
		var r diag.Report
		cfg := syntax.Config{Resolver: fuzzFiles(text), Include: []string{"inc"}, Limits: small, Report: &r}
		tree := syntax.Parse(context.Background(), cfg, "a.idl")
		printed := syntax.Print(tree, tree.Files[0])
		if r.HasErrors() || presumes(tree) {
			return
		}
		if tree.Broken {
			t.Fatalf("the tree is broken, but nothing was reported:\n%s", text)
		}
		// What parses is printed so that it parses again, and prints the same.
		var r2 diag.Report
		cfg.Resolver, cfg.Report = fuzzFiles(printed), &r2
		cfg.Limits = syntax.Limits{}
		again := syntax.Parse(context.Background(), cfg, "a.idl")
		if r2.HasErrors() {
			t.Fatalf("%s\nprinted as\n%s\nwhich does not parse:\n%s", text, printed, messages(&r2))
		}
		if p := syntax.Print(again, again.Files[0]); p != printed {
			t.Fatalf("%q\nprinted as\n%s\nand then as\n%s", text, printed, p)
		}
	})
}

// presumes reports whether #line made up a file, whose text cannot be printed apart, or the
// file includes itself, which then is another text.
func presumes(t *syntax.Tree) bool {
	for _, f := range t.Files {
		if f.Text == "" && f.Path != "a.idl" {
			return true
		}
		for _, i := range f.Includes {
			if i == "a.idl" {
				return true
			}
		}
	}
	return false
}
