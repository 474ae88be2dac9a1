package libsom_test

import (
	"strings"
	"testing"
)

// TestTurns runs what metaclasses of the library call while threads need each other's classes, and while processes fork.
func TestTurns(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{gcc, asan, tsan} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			program := c.build(t, "turns")
			for _, kind := range strings.Fields(`single single-by-itself traced traced-by-itself traced-by-many
				forked-weak forked-single forked-traced forked-by-reader forked-extents forked-stamped`) {
				t.Run(kind, func(t *testing.T) {
					cmd := c.command(t, program, kind)
					cmd.Env = append(cmd.Env, "SOM_CHECK=0", "ASAN_OPTIONS=detect_leaks=0") // classes live as long as the process
					if out, err := cmd.CombinedOutput(); err != nil || string(out) != "ok\n" {
						t.Errorf("%v\n%s", err, out)
					}
				})
			}
		})
	}
}
