//go:build amd64 && !race

package som_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestExactStub holds what a generated stub is compiled to: it finds the implementation with no call, and calls it. What
// is reached by a jump alone, where the stack grows or the object is of another class, is left out.
func TestExactStub(t *testing.T) {
	t.Parallel()
	run := func(args ...string) string {
		out, err := exec.CommandContext(t.Context(), "go", args...).Output()
		if err != nil {
			t.Fatalf("go %v: %v", args, err)
		}
		return string(out)
	}
	compiled := run("list", "-export", "-f", "{{.Export}}", "./internal/zoo/animal") // which this program has in it
	out := run("tool", "objdump", "-s", `Ref\.Speak$`, strings.TrimSpace(compiled))
	var calls []string
	instructions := 0
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if len(f) < 4 || !strings.HasPrefix(f[1], "0x") {
			continue
		}
		op := f[3]
		if strings.HasPrefix(op, "NOP") {
			continue
		}
		instructions++
		if op == "CALL" {
			calls = append(calls, strings.Join(f[4:], " "))
		}
		if op == "RET" {
			break
		}
	}
	const most = 24
	if len(calls) != 1 || strings.Contains(calls[0], "SB") || instructions == 0 || instructions > most {
		t.Errorf("%d instructions, %d are the limit; it calls %q, and should call what it found alone:\n%s", instructions, most, calls, out)
	}
	t.Logf("%d instructions", instructions)
}
