package libsom_test

import (
	"slices"
	"testing"

	"github.com/opendsom/dsom/internal/disasm"
)

// TestCalls compares what a call by offset from C is compiled to with a virtual call in C++: the same instructions and at
// most one load more; is-a and data likewise; nothing calls the kernel.
func TestCalls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cc, cxx string }{{"gcc", "g++"}, {"clang", "clang++"}} {
		t.Run(c.cc, func(t *testing.T) {
			t.Parallel()
			som := disasm.Compile(t, c.cc, "-std=c11", "-Iinclude", "test/calls.c")
			cxx := disasm.Compile(t, c.cxx, "-std=c++17", "test/calls.cc")
			for _, f := range []struct {
				som, cxx       string
				loads, calls   int // how many more there may be, how many there must be
				others         int // more than in C++
				wantCallByName bool
			}{
				{som: "som_call", cxx: "cxx_call", loads: 1, calls: 1},
				{som: "som_field", cxx: "cxx_field", loads: 1},
				{som: "som_test", loads: 4, others: 4},                 // row, token, id, compare: C++ has a function for it
				{som: "som_its_class", loads: 2, others: 1},            // row, class
				{som: "bind_animal", others: 99, wantCallByName: true}, // shows that a call of the kernel is seen
			} {
				is := som[f.som]
				if len(is) == 0 {
					t.Errorf("%s is not there: %v", f.som, som)
					continue
				}
				loads, calls, others := disasm.Count(is)
				wantLoads, wantCalls, wantOthers := disasm.Count(cxx[f.cxx])
				if f.cxx != "" && len(cxx[f.cxx]) == 0 {
					t.Errorf("%s is not there", f.cxx)
				}
				byName := slices.ContainsFunc(is, func(i disasm.Instruction) bool { return (i.Calls() || i.Op == "jmp") && i.Direct() })
				if loads > wantLoads+f.loads || calls != wantCalls && !f.wantCallByName || others > wantOthers+f.others || byName != f.wantCallByName {
					t.Errorf("%s: %d loads, %d calls, %d others, a call by name: %v; in C++ %d, %d, %d\n%v\n%v", f.som, loads, calls, others, byName, wantLoads, wantCalls, wantOthers, is, cxx[f.cxx])
				}
				t.Logf("%s: %v", f.som, is)
			}
		})
	}
}
