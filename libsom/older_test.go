package libsom_test

import (
	"bytes"
	"testing"
)

// TestOlder has somInit and somUninit run at their classes' places among initializers and destructors, and where what begins fails.
func TestOlder(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{gcc, asan, valgrind, tsan, i686} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			program := c.build(t, "older")
			for _, check := range []string{"places", "failures", "later", "metaclass"} {
				t.Run(check, func(t *testing.T) {
					cmd := c.command(t, program, check)
					cmd.Env = append(cmd.Env, "ASAN_OPTIONS=detect_leaks=0")
					if out, err := cmd.CombinedOutput(); err != nil || !bytes.HasSuffix(out, []byte("ok\n")) {
						t.Errorf("%v\n%s", err, out)
					}
				})
			}
		})
	}
}
