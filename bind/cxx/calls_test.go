package cxx_test

import (
	"testing"

	"github.com/opendsom/dsom/internal/disasm"
)

// straight returns the instructions up to the return: what runs where nothing goes wrong stands first.
func straight(is []disasm.Instruction) []disasm.Instruction {
	for n, i := range is {
		if i.Op == "ret" {
			return is[:n+1]
		}
	}
	return is
}

// TestCalls compares what a call through a handle is compiled to with a virtual call that has an environment too: the same
// instructions and at most one load more; data of the class's own likewise. An is-a that holds is a comparison, and nothing on the way is a
// call of the kernel.
func TestCalls(t *testing.T) {
	t.Parallel()
	for _, compiler := range []string{"g++", "clang++"} {
		t.Run(compiler, func(t *testing.T) {
			t.Parallel()
			all := disasm.Compile(t, compiler, "-std=c++17", "-I.", "-I../../libsom/include", "-I"+generated(t), "test/calls.cc")
			for _, f := range []struct {
				som, cxx      string
				loads, others int // how many more there may be
			}{
				{som: "som_call", cxx: "cxx_call", loads: 1},
				{som: "som_field", cxx: "cxx_field", loads: 1, others: 1},
				{som: "som_test", loads: 4, others: 5}, // row, token, id, compare
			} {
				is := straight(all[f.som])
				if len(is) == 0 || f.cxx != "" && len(all[f.cxx]) == 0 {
					t.Fatalf("%s or %s is not there: %v", f.som, f.cxx, all)
				}
				loads, calls, others := disasm.Count(is)
				wantLoads, wantCalls, wantOthers := disasm.Count(straight(all[f.cxx]))
				if loads > wantLoads+f.loads || calls != wantCalls || others > wantOthers+f.others {
					t.Errorf("%s: %d loads, %d calls, %d others; in C++ %d, %d, %d\n%v\n%v", f.som, loads, calls, others, wantLoads, wantCalls, wantOthers, is, straight(all[f.cxx]))
				}
				for _, i := range is {
					if i.Calls() && i.Direct() {
						t.Errorf("%s calls %s", f.som, i.Args)
					}
				}
			}
		})
	}
}
