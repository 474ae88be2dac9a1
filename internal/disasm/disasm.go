// Package disasm reads what compilers make of functions on x86-64, for tests that hold how many instructions a call takes.
package disasm

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

// An Instruction is what objdump says of one, in AT&T's order: what is read before what is written.
type Instruction struct{ At, Op, Args string }

// Calls reports whether it is a call.
func (i Instruction) Calls() bool { return strings.HasPrefix(i.Op, "call") }

// Jumps reports whether it is a jump, conditional or not.
func (i Instruction) Jumps() bool { return strings.HasPrefix(i.Op, "j") }

// Direct reports whether it calls, or jumps to, what it names: where it goes through memory or a register there is a star.
func (i Instruction) Direct() bool {
	return (i.Calls() || i.Jumps()) && !strings.HasPrefix(i.Args, "*")
}

// Loads reports whether it reads memory, other than to go to what it read.
func (i Instruction) Loads() bool {
	if !strings.Contains(i.Args, "(") || i.Op == "lea" || i.Calls() || i.Jumps() {
		return false
	}
	stores := strings.HasSuffix(i.Args, ")") && (strings.HasPrefix(i.Op, "mov") || strings.HasPrefix(i.Op, "set"))
	return !stores
}

// Count returns how many of each kind there are.
func Count(is []Instruction) (loads, calls, others int) {
	for _, i := range is {
		switch {
		case i.Calls():
			calls++
		case i.Loads():
			loads++
		default:
			others++
		}
	}
	return loads, calls, others
}

var line = regexp.MustCompile(`^\s+([0-9a-f]+):\t(\w+)\s*(.*)`)

// Parse returns the instructions of each function in what objdump -d --no-show-raw-insn prints, without those that do nothing.
func Parse(text string) map[string][]Instruction {
	all := map[string][]Instruction{}
	name := ""
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\n")
		if begin := strings.Index(l, "<"); begin >= 0 && strings.HasSuffix(l, ">:") {
			name = l[begin+1 : len(l)-2]
			continue
		}
		m := line.FindStringSubmatch(l)
		if m == nil || strings.HasPrefix(m[2], "nop") || slices.Contains([]string{"endbr64", "cs", "data16", "xchg"}, m[2]) {
			continue
		}
		args, _, _ := strings.Cut(m[3], "#")
		all[name] = append(all[name], Instruction{m[1], m[2], strings.TrimSpace(args)})
	}
	return all
}

// Compile compiles a file with arguments and -O2, without what compilers put into functions to guard and unwind them, and
// returns the instructions of its functions. The test is skipped where it cannot be done, or is not of x86-64.
func Compile(t *testing.T, compiler string, args ...string) map[string][]Instruction {
	t.Helper()
	for _, tool := range []string{compiler, "objdump"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	object := filepath.Join(t.TempDir(), "calls.o")
	all := append([]string{"-O2", "-fno-asynchronous-unwind-tables", "-fcf-protection=none", "-fno-stack-protector", "-c", "-o", object}, args...)
	cmd := exec.CommandContext(t.Context(), compiler, all...)
	if out, err := cmd.CombinedOutput(); err != nil {
		if machine, _ := exec.Command(compiler, "-dumpmachine").Output(); !strings.HasPrefix(string(machine), "x86_64") {
			t.Skipf("%s is not for x86-64", compiler)
		}
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	out, err := exec.CommandContext(t.Context(), "objdump", "-d", "--no-show-raw-insn", object).Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "x86-64") {
		t.Skip("not x86-64")
	}
	return Parse(string(out))
}
