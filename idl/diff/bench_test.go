package diff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/diff"
)

// BenchmarkLarge compares two releases of 20,000 lines, of which the second renames every tenth
// operation and adds a member to every tenth structure.
func BenchmarkLarge(b *testing.B) {
	text := func(second bool) string {
		var t strings.Builder
		for i := range 2500 {
			op, more := "put", ""
			if second && i%10 == 0 {
				op, more = "store", "  long extra;\n"
			}
			fmt.Fprintf(&t, "// Entry %d.\nstruct Entry%d {\n  long id;\n%s  string name;\n};\ninterface Book%d {\n  void %s(in Entry%d e);\n};\n", i, i, more, i, op, i)
		}
		return t.String()
	}
	old, new := compile(b, "old.idl", text(false)), compile(b, "new.idl", text(true))
	for b.Loop() {
		if r := diff.Compare(old, new, diff.Options{Binary: true}); len(r.Changes) != 500 {
			b.Fatalf("%d changes", len(r.Changes))
		}
	}
}
