package libsom_test

import (
	"os"
	"testing"
)

// properties are the checks of test/meta.c.
var properties = []string{"composes", "once", "life", "no-signature", "single", "traced", "proxies", "instantiable", "redispatched", "extents", "churned", "invariants", "cost"}

// TestMetaclasses runs the library of metaclasses for programs in C as the package som/meta is tested in Go, by gcc and
// with its sanitizers. With DSOM_SOAK it is clang and valgrind, too: a minute.
func TestMetaclasses(t *testing.T) {
	t.Parallel()
	toolchains := []toolchain{gcc, asan}
	if os.Getenv("DSOM_SOAK") != "" {
		toolchains = append(toolchains, clang, valgrind)
	}
	for _, c := range toolchains {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			program := c.build(t, "meta")
			for _, property := range properties {
				t.Run(property, func(t *testing.T) {
					cmd := c.command(t, program, property)
					cmd.Env = append(cmd.Env, "SOM_CHECK=0", "ASAN_OPTIONS=detect_leaks=0") // classes live as long as the process
					if out, err := cmd.CombinedOutput(); err != nil || string(out) != "ok\n" {
						t.Errorf("%v\n%s", err, out)
					}
				})
			}
		})
	}
}
