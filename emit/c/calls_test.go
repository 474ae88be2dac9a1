package c_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
	"github.com/opendsom/dsom/internal/absent"
)

// An instruction is what objdump says of one.
type instruction struct{ at, op, args string }

// loads reports whether an instruction reads memory, other than to call what it read.
func (i instruction) loads() bool {
	return strings.Contains(i.args, "(") && i.op != "lea" && !strings.HasPrefix(i.op, "call") && i.op != "jmp"
}

var disassembled = regexp.MustCompile(`^\s+([0-9a-f]+):\t(\w+)\s*(.*)`)

// disassemble compiles a file for x86-64 and returns the instructions of its functions.
func disassemble(t *testing.T, args ...string) map[string][]instruction {
	t.Helper()
	object := filepath.Join(t.TempDir(), "calls.o")
	run(t, nil, args[0], append(slices.Clone(args[1:]), "-O2", "-fno-asynchronous-unwind-tables", "-fcf-protection=none", "-c", "-o", object)...)
	out := run(t, nil, "objdump", "-d", "-r", "--no-show-raw-insn", object)
	if !strings.Contains(out, "x86-64") {
		t.Skip("not x86-64")
	}
	all := map[string][]instruction{}
	name := ""
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		if strings.HasSuffix(line, ">:") {
			name = line[strings.Index(line, "<")+1 : len(line)-2]
		} else if m := disassembled.FindStringSubmatch(line); m != nil && !strings.HasPrefix(m[2], "nop") && m[2] != "cs" && m[2] != "data16" && m[2] != "xchg" {
			all[name] = append(all[name], instruction{m[1], m[2], strings.TrimSpace(strings.Split(m[3], "#")[0])})
		}
	}
	return all
}

// straight returns the instructions that run where no jump to other code is taken: those of a class that is bound. It
// fails if the kernel is called on the way, or if what jumps is more than the one test whether the class is bound.
func straight(t *testing.T, name string, is []instruction) (path []instruction, tests int) {
	t.Helper()
	at := map[string]int{}
	for i, x := range is {
		at[x.at] = i
	}
	for i := 0; i < len(is); i++ {
		x := is[i]
		switch {
		case x.op == "ret":
			return path, tests
		case x.op == "jmp" && !strings.HasPrefix(x.args, "*"):
			to, ok := at[strings.Fields(x.args)[0]]
			if !ok || to <= i {
				t.Fatalf("%s jumps to %s:\n%v", name, x.args, is)
			}
			i = to - 1
			continue
		case strings.HasPrefix(x.op, "j") && x.op != "jmp":
			tests++
		case strings.HasPrefix(x.op, "call") && !strings.HasPrefix(x.args, "*"):
			t.Errorf("%s calls %s:\n%v", name, x.args, is)
		}
		path = append(path, x)
		if x.op == "jmp" {
			return path, tests
		}
	}
	return path, tests
}

func countLoads(is []instruction) (loads, others int) {
	for _, i := range is {
		if i.loads() {
			loads++
		} else {
			others++
		}
	}
	return loads, others
}

// TestCalls compares what a call is compiled to with a virtual call in C++: the same instructions and one load more. Where a
// unit does not say (SOM_BOUND) that its classes are bound, there is a test, and a jump that is not taken. The kernel is not called.
func TestCalls(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"gcc", "clang", "objdump"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	dir := t.TempDir()
	write(t, dir, mustEmit(t, compile(t, "testdata/idl", "animal.idl"), c.Options{}))
	for _, cc := range []string{"gcc", "clang"} {
		t.Run(cc, func(t *testing.T) {
			t.Parallel()
			flags := []string{cc, "-std=c11", "-DSOM_CALLS", "-I" + dir, "-I" + root + "/libsom/include", "-I" + root + "/bind/c", "-w"}
			checked := disassemble(t, append(slices.Clone(flags), "testdata/run/calls.c")...)
			bound := disassemble(t, append(slices.Clone(flags), "-DSOM_BOUND", "testdata/run/calls.c")...)
			cxx := disassemble(t, cc, "-x", "c++", "-std=c++17", "testdata/run/calls.cc")
			virtual, _ := straight(t, "cxx_call", cxx["cxx_call"])
			wantLoads, wantOthers := countLoads(virtual)
			if len(virtual) == 0 {
				t.Fatalf("no virtual call: %v", cxx)
			}
			field, _ := straight(t, "cxx_field", cxx["cxx_field"])
			fieldLoads, fieldOthers := countLoads(field)
			for _, f := range []struct {
				name          string
				code          map[string][]instruction
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
