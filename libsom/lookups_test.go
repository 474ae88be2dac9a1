package libsom_test

import "testing"

// TestLookups runs what som_find remembers where it must not.
func TestLookups(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{gcc, clang} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if out, err := c.command(t, c.build(t, "lookups")).CombinedOutput(); err != nil || string(out) != "ok\n" {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
