package libsom_test

import "testing"

// TestThreads runs threads that do all things at once, where races and lost memory are looked for.
func TestThreads(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{gcc, tsan, asan, s390x} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, err := c.command(t, c.build(t, "threads")).CombinedOutput()
			if err != nil || string(out) != "ok\n" {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
