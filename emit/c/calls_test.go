package c_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/internal/disasm"
)

// straight returns the instructions that run where no jump to other code is taken: those of a class that is bound. It
// fails if the kernel is called on the way, or if what jumps is more than the one test whether the class is bound.
func straight(t *testing.T, name string, is []disasm.Instruction) (path []disasm.Instruction, tests int) {
	t.Helper()
	at := map[string]int{}
	for i, x := range is {
		at[x.At] = i
	}
	for i := 0; i < len(is); i++ {
		x := is[i]
		switch {
		case x.Op == "ret":
			return path, tests
		case x.Op == "jmp" && x.Direct():
			to, ok := at[strings.Fields(x.Args)[0]]
			if !ok || to <= i {
				t.Fatalf("%s jumps to %s:\n%v", name, x.Args, is)
			}
			i = to - 1
			continue
		case x.Jumps() && x.Op != "jmp":
			tests++
		case x.Calls() && x.Direct():
			t.Errorf("%s calls %s:\n%v", name, x.Args, is)
		}
		path = append(path, x)
		if x.Op == "jmp" {
			return path, tests
		}
	}
	return path, tests
}

// countLoads counts calls among the others.
func countLoads(is []disasm.Instruction) (loads, others int) {
	loads, calls, others := disasm.Count(is)
	return loads, calls + others
}

// TestCalls compares what a call is compiled to with a virtual call in C++: the same instructions and one load more. Where a
// unit does not say (SOM_BOUND) that its classes are bound, there is a test, and a jump that is not taken. The kernel is not called.
func TestCalls(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compile(t, "testdata/idl", "animal.idl"), c.Options{}))
	for _, cc := range []string{"gcc", "clang"} {
		t.Run(cc, func(t *testing.T) {
			t.Parallel()
			flags := []string{"-std=c11", "-DSOM_CALLS", "-I" + dir, "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-w"}
			checked := disasm.Compile(t, cc, append(slices.Clone(flags), "testdata/run/calls.c")...)
			bound := disasm.Compile(t, cc, append(slices.Clone(flags), "-DSOM_BOUND", "testdata/run/calls.c")...)
			cxx := disasm.Compile(t, cc, "-x", "c++", "-std=c++17", "testdata/run/calls.cc")
			virtual, _ := straight(t, "cxx_call", cxx["cxx_call"])
			wantLoads, wantOthers := countLoads(virtual)
			if len(virtual) == 0 {
				t.Fatalf("no virtual call: %v", cxx)
			}
			field, _ := straight(t, "cxx_field", cxx["cxx_field"])
			fieldLoads, fieldOthers := countLoads(field)
			for _, f := range []struct {
				name          string
				code          map[string][]disasm.Instruction
				loads, others int
				tests         int
			}{
				{"som_call", bound, wantLoads + 1, wantOthers, 0},
				{"som_call", checked, wantLoads + 1, wantOthers + 2, 1},
				{"som_field", bound, fieldLoads + 1, fieldOthers, 0},
				{"som_field", checked, fieldLoads + 1, fieldOthers, 0},
				{"som_test", bound, 4, 4, 0}, // row, token, id, compare; xor, set: C++ has a function for it
				{"som_test", checked, 4, 6, 1},
			} {
				is := f.code[f.name]
				if len(is) == 0 {
					t.Errorf("no %s", f.name)
					continue
				}
				path, tests := straight(t, f.name, is)
				loads, others := countLoads(path)
				if loads > f.loads || others > f.others || tests > f.tests {
					t.Errorf("%s: %d loads, %d others, %d tests, want at most %d, %d, %d:\n%v", f.name, loads, others, tests, f.loads, f.others, f.tests, path)
				}
				t.Logf("%s: %v", f.name, path)
			}
			t.Logf("virtual: %v, field: %v", virtual, field)
		})
	}
}
