package libsom_test

import (
	"bytes"
	"testing"
)

// TestEdges gives functions nothing, lets things fail half-way, and ends objects that another thread looks at.
func TestEdges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		toolchain
		kinds []string
	}{
		{gcc, []string{"nothing", "no-class", "halfway", "undone", "last-reference"}}, {asan, []string{"nothing", "no-class", "halfway", "undone"}}, {tsan, []string{"undone", "last-reference"}},
		{i686, []string{"halfway", "undone"}}, {s390x, []string{"halfway", "undone"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			program := c.build(t, "edges")
			for _, kind := range c.kinds {
				t.Run(kind, func(t *testing.T) {
					cmd := c.command(t, program, kind)
					cmd.Env = append(cmd.Env, "SOM_CHECK=0", "ASAN_OPTIONS=detect_leaks=0")
					if out, err := cmd.CombinedOutput(); err != nil || !bytes.HasSuffix(out, []byte("ok\n")) {
						t.Errorf("%v\n%s", err, out)
					}
				})
			}
		})
	}
}
