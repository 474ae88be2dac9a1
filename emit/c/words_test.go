package c_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/hardwords"
)

// TestHardWords compiles what is generated from names that are keywords and macros, behind all headers that have them, in C and C++.
func TestHardWords(t *testing.T) {
	t.Parallel()
	text := hardwords.Everything()
	for _, x := range []struct {
		name   string
		compat bool
		change func(string) string
	}{
		{"own names", false, func(s string) string { return s }},
		{"no prefix", false, func(s string) string {
			return strings.ReplaceAll(s, "implementation { };", "implementation { functionprefix = \"\"; };")
		}},
		{"names of IBM", true, func(s string) string { return s }},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			spec := compileFiles(t, idl.FilesOf{"words.idl": x.change(text)}, "words.idl")
			write(t, dir, mustEmit(t, spec, c.Options{Parts: everything, Compat: x.compat}))
			flags := strict
			if x.compat {
				flags = tolerant
			}
			put(t, dir, "program.c", hardwords.Program()+"#include <words.c>\n")
			for _, cc := range [][]string{{"gcc", "-std=gnu11"}, {"g++", "-x", "c++", "-std=gnu++17"}} {
				run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, flags, []string{filepath.Join(dir, "program.c")})...)
			}
		})
	}
}

// TestDeclaredByHeaders compiles names that headers declare, which generated headers include, in all that compilers may be told to be strict about.
func TestDeclaredByHeaders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "#include <somobj.idl>\nstruct index { long strlen; };\ntypedef long ffs;\nenum memccpy { strdup, stpcpy };\nexception strtok { string index; };\nunion uint8_t switch (long) { case 0: string x; };\n" +
		"typedef sequence<index> strings;\ninterface strchr : SOMObject { index memset(in ffs memcpy, in index strcmp) raises (strtok); implementation { releaseorder: memset; }; };\n"
	write(t, dir, mustEmit(t, compileFiles(t, idl.FilesOf{"words.idl": text}, "words.idl"), c.Options{Parts: everything}))
	for _, cc := range [][]string{{"gcc", "-std=c11"}, {"gcc", "-std=gnu11", "-D_GNU_SOURCE"}, {"g++", "-x", "c++", "-std=gnu++17"}} {
		run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, strict, []string{filepath.Join(dir, "words.c")})...)
	}
}
