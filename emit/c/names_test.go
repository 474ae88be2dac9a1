package c_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// TestTemplateNames compiles templates of methods whose names, and whose parameters' names, generated code could take for its own.
func TestTemplateNames(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, text string
		compat     bool
	}{
		{"data", "void put(in string data); void get(in long data, in long data_); implementation { releaseorder: put, get; long n; };", false},
		{"keywords", "void extern(in long a); long return(in long b); attribute long int; void for(); " +
			"implementation { releaseorder: extern, return, _get_int, _set_int, for; for: procedure; long n; };", true},
		{"locals of what calls", "struct Box { long n; }; enum Kind { small }; Box f(in long given, in Box nothing, inout long n, inout long n_, in Kind kind); long g(out long given, in long value); " +
			"implementation { releaseorder: f, g; };", true},
		{"keyword behind a prefix", "void tern(); implementation { functionprefix = ex; releaseorder: tern; };", true},
		{"keyword behind a prefix, without IBM's names", "void tern(); implementation { functionprefix = ex; releaseorder: tern; };", false},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			spec := compileFiles(t, idl.FilesOf{"store.idl": "#include <somobj.idl>\ninterface Store : SOMObject { " + x.text + " };\n"}, "store.idl")
			write(t, dir, mustEmit(t, spec, c.Options{Parts: everything, Compat: x.compat}))
			flags, all := strict, [][]string{{"gcc", "-std=c11"}}
			if x.compat {
				flags, all = tolerant, compilers
			}
			for _, cc := range all {
				run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, flags, []string{filepath.Join(dir, "store.c")})...)
			}
		})
	}
}

// TestMacroNames compiles what is made of names that headers of C have for macros, in a program that includes these before.
func TestMacroNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "#include <somobj.idl>\nenum Code { EINTR, ENODATA, EOF };\nstruct Stream { long errno; string NULL; long stdin; long INT_MAX; long linux; long assert; };\n" +
		"exception Lost { Code errno; };\ninterface Store : SOMObject { attribute Code stdout; Stream open(in long errno, in string NULL, in Code EOF) raises (Lost); void assert(in Stream stdin); " +
		"implementation { releaseorder: _get_stdout, _set_stdout, open, assert; }; };\n"
	write(t, dir, mustEmit(t, compileFiles(t, idl.FilesOf{"store.idl": text}, "store.idl"), c.Options{Parts: everything}))
	program := "#include <assert.h>\n#include <errno.h>\n#include <limits.h>\n#include <stdio.h>\n#include <store.c>\n" +
		"int codes(const Stream *s); int codes(const Stream *s) { return ENODATA_ + (int)s->errno_ + (int)Store_get_stdout(NULL, NULL); }\n"
	source := filepath.Join(dir, "program.c")
	if err := os.WriteFile(source, []byte(program), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, cc := range [][]string{{"gcc", "-std=gnu11"}, {"g++", "-x", "c++", "-std=gnu++17"}} {
		run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, strict, []string{source})...)
	}
}
