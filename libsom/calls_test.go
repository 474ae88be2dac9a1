package libsom_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

// An instruction is what objdump says of one: the operation and its operands.
type instruction struct{ op, args string }

// loads reports whether an instruction reads memory, other than to call what it read.
func (i instruction) loads() bool {
	return strings.Contains(i.args, "(") && i.op != "lea" && !strings.HasPrefix(i.op, "call") && !strings.HasPrefix(i.op, "nop")
}

var disassembled = regexp.MustCompile(`^\s+[0-9a-f]+:\t(\w+)\s*(.*)`)

// disassemble compiles a file for x86-64 and returns the instructions of its functions.
func disassemble(t *testing.T, cc, file string, flags ...string) map[string][]instruction {
	t.Helper()
	if _, err := exec.LookPath(cc); err != nil {
		absent.Skip(t, "no %s", cc)
	}
	if _, err := exec.LookPath("objdump"); err != nil {
		absent.Skip(t, "no objdump: apt-get install binutils")
	}
	object := t.TempDir() + "/calls.o"
	args := append([]string{"-O2", "-Iinclude", "-c", "-o", object, file}, flags...)
	if out, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
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
		} else if m := disassembled.FindStringSubmatch(line); m != nil && !strings.HasPrefix(m[1], "nop") && m[1] != "endbr64" && m[1] != "cs" && m[1] != "data16" && m[1] != "xchg" {
			all[name] = append(all[name], instruction{m[1], strings.TrimSpace(strings.Split(m[2], "#")[0])})
		}
	}
	return all
}

// count returns how many instructions of each kind there are: loads, calls, all others.
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

// TestCalls compares what a call by offset from C is compiled to with a virtual call in C++: the same instructions and at
// most one load more; is-a and data likewise; nothing calls the kernel.
func TestCalls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cc, cxx string }{{"gcc", "g++"}, {"clang", "clang++"}} {
		t.Run(c.cc, func(t *testing.T) {
			t.Parallel()
			som := disassemble(t, c.cc, "test/calls.c", "-std=c11")
			cxx := disassemble(t, c.cxx, "test/calls.cc", "-std=c++17")
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
				loads, calls, others := count(is)
				wantLoads, wantCalls, wantOthers := count(cxx[f.cxx])
				if f.cxx != "" && len(cxx[f.cxx]) == 0 {
					t.Errorf("%s is not there", f.cxx)
				}
				byName := false
				for _, i := range is { // a call through memory or a register has a star
					byName = byName || (strings.HasPrefix(i.op, "call") || strings.HasPrefix(i.op, "jmp")) && !strings.HasPrefix(i.args, "*")
				}
				if loads > wantLoads+f.loads || calls != wantCalls && !f.wantCallByName || others > wantOthers+f.others || byName != f.wantCallByName {
					t.Errorf("%s: %d loads, %d calls, %d others, a call by name: %v; in C++ %d, %d, %d\n%v\n%v", f.som, loads, calls, others, byName, wantLoads, wantCalls, wantOthers, is, cxx[f.cxx])
				}
				t.Logf("%s: %v", f.som, is)
			}
		})
	}
}
