package c_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/idl"
)

// TestSequencesOfNames has sequences of types whose names look like those that sequences get, in files that include each other: each has
// elements of its own type, which the C compiler says.
func TestSequencesOfNames(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	plain := strings.Fields("boolean octet short long float double string somId Object")
	words := strings.Fields("seq ptr named long longlong ulonglong string name object octet void wstring defined helped DEFINED som")
	names := strings.Fields("clear long_clear octet_resize_ string_copy longlong seq_long name object named_long named_longlong seq_name seq_named_name SOM_DEFINED_som_seq_name SOM_API som_ref som_seq_long long_defined name_helped")
	for range 20 {
		name := words[r.IntN(len(words))]
		for range r.IntN(4) {
			name += "_" + words[r.IntN(len(words))]
		}
		if !slices.ContainsFunc(slices.Concat(names, plain, []string{"void", "wstring", "DEFINED"}), func(n string) bool { return strings.EqualFold(n, name) }) {
			names = append(names, name)
		}
	}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	files := [2]strings.Builder{}
	files[0].WriteString("#include <somobj.idl>\n")
	files[1].WriteString("#include \"a.idl\"\n")
	var checks, holder strings.Builder
	for n, name := range names {
		b := &files[n*2/len(names)]
		switch r.IntN(3) {
		case 0:
			fmt.Fprintf(b, "typedef %s %s;\n", plain[r.IntN(len(plain))], name)
		default:
			fmt.Fprintf(b, "struct %s { string s; sequence<%s> below; long a[%d]; };\n", name, name, n+1)
		}
		depth := 1 + r.IntN(3)
		fmt.Fprintf(b, "struct Holder%d { %s%s%s all; };\n", n, strings.Repeat("sequence<", depth), name, strings.Repeat(" >", depth))
		typ := name
		if strings.HasPrefix(strings.ToLower(name+"_"), "som_") {
			typ += "_"
		}
		if strings.Contains(b.String(), "typedef Object "+name+";") {
			typ = "som_ref"
		}
		fmt.Fprintf(&checks, "\t{ Holder%d h; %s *p = h.all%s; (void)p; Holder%d_clear(&h); }\n", n, typ, "._buffer"+strings.Repeat("->_buffer", depth-1), n)
	}
	for n, p := range plain {
		fmt.Fprintf(&holder, "struct Plain%d { sequence<%s> one; sequence<sequence<%s> > two; };\n", n, p, p)
	}
	files[1].WriteString(holder.String())
	sources := idl.FilesOf{"a.idl": files[0].String(), "b.idl": files[1].String()}
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compileFiles(t, sources, "a.idl", "b.idl"), c.Options{}))
	program := put(t, dir, "program.c", "#include \"b.h\"\nvoid all(void);\nvoid all(void) {\n"+checks.String()+"}\n")
	for _, cc := range [][]string{{"gcc", "-std=c11"}, {"g++", "-x", "c++", "-std=c++17"}} {
		run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-Wno-uninitialized", "-Wno-maybe-uninitialized", "-I" + dir}, strict, []string{program})...)
	}
}
