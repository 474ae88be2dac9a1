package cxx_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

// An instruction is what objdump says of one: the operation and its operands.
type instruction struct{ op, args string }

// loads reports whether an instruction reads memory, other than to call what it read. What it writes to the stack to clear
// the environment is none.
func (i instruction) loads() bool {
	from, _, _ := strings.Cut(i.args, "),")
	return strings.Contains(i.args, "(") && !strings.HasSuffix(i.args, ")") && i.op != "lea" || strings.HasPrefix(i.op, "cmp") && strings.Contains(from, "(")
}

var disassembled = regexp.MustCompile(`^\s+[0-9a-f]+:\t(\w+)\s*(.*)`)

// disassemble compiles a file for x86-64 and returns the instructions of its functions.
func disassemble(t *testing.T, compiler, file string) map[string][]instruction {
	t.Helper()
	for _, tool := range []string{compiler, "objdump"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s", tool)
		}
	}
	object := filepath.Join(t.TempDir(), "calls.o")
	args := []string{"-std=c++17", "-O2", "-fno-asynchronous-unwind-tables", "-fcf-protection=none", "-fno-stack-protector", "-I.", "-I../../libsom/include", "-I" + generated(t), "-c", "-o", object, file}
	if out, err := exec.Command(compiler, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command("objdump", "-d", "--no-show-raw-insn", object).Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "x86-64") {
		t.Skip("not x86-64")
	}
	all := map[string][]instruction{}
	name := ""
	for line := range strings.Lines(string(out)) {
		line = strings.TrimRight(line, "\n")
		if strings.HasSuffix(line, ">:") {
			name = line[strings.Index(line, "<")+1 : len(line)-2]
		} else if m := disassembled.FindStringSubmatch(line); m != nil && !slices.Contains([]string{"nop", "nopw", "nopl", "cs", "data16", "xchg"}, m[1]) {
			all[name] = append(all[name], instruction{m[1], strings.TrimSpace(strings.Split(m[2], "#")[0])})
		}
	}
	return all
}

// straight returns the instructions up to the return: what runs where nothing goes wrong stands first.
func straight(is []instruction) []instruction {
	for n, i := range is {
		if i.op == "ret" {
			return is[:n+1]
		}
	}
	return is
}

func count(is []instruction) (loads, calls, others int) {
	for _, i := range is {
		switch {
		case strings.HasPrefix(i.op, "call"):
			calls++
		case i.loads():
			loads++
		default:
			others++
		}
	}
	return loads, calls, others
}

// TestCalls compares what a call through a handle is compiled to with a virtual call that has an environment too: the same
// instructions and at most one load more; data of the class's own likewise. An is-a that holds is a comparison, and nothing on the way is a
// call of the kernel.
func TestCalls(t *testing.T) {
	t.Parallel()
	for _, compiler := range []string{"g++", "clang++"} {
		t.Run(compiler, func(t *testing.T) {
			t.Parallel()
			all := disassemble(t, compiler, "test/calls.cc")
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
				loads, calls, others := count(is)
				wantLoads, wantCalls, wantOthers := count(straight(all[f.cxx]))
				if loads > wantLoads+f.loads || calls != wantCalls || others > wantOthers+f.others {
					t.Errorf("%s: %d loads, %d calls, %d others; in C++ %d, %d, %d\n%v\n%v", f.som, loads, calls, others, wantLoads, wantCalls, wantOthers, is, straight(all[f.cxx]))
				}
				for _, i := range is {
					if strings.HasPrefix(i.op, "call") && !strings.HasPrefix(i.args, "*") {
						t.Errorf("%s calls %s", f.som, i.args)
					}
				}
			}
		})
	}
}
