package libsom_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// properties are the checks of test/meta.c.
var properties = []string{"composes", "once", "life", "guesses", "no-signature", "single", "traced", "proxies", "instantiable", "redispatched", "extents", "churned", "many", "nobody", "invariants", "cost", "fronts", "mirrors", "ways",
	"ends", "complaints", "prevention", "cooperation", "cooperation-around"}

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
			t.Run("variable", func(t *testing.T) { tracedByVariable(t, c, program) })
		})
	}
}

// TestMetaclassesWithoutClosures runs what the library has without libffi, on machines for which there is none here, and holds that the rest is refused.
func TestMetaclassesWithoutClosures(t *testing.T) {
	t.Parallel()
	for _, c := range []toolchain{musl, i686, s390x} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			program := c.build(t, "meta")
			for _, property := range []string{"single", "instantiable", "cooperation", "nobody", "closures"} {
				if out, err := c.command(t, program, property).CombinedOutput(); err != nil || string(out) != "ok\n" {
					t.Errorf("%s: %v\n%s", property, err, out)
				}
			}
		})
	}
}

// tracedByVariable holds which classes SOMM_TRACED has traced.
func tracedByVariable(t *testing.T, c toolchain, program string) {
	lines := func(class string) string {
		var b strings.Builder
		for _, call := range []struct{ method, args, result string }{{"SOMObject::somDefaultInit", "", ""}, {"Animal::speak", "1", "11"}, {"SOMObject::somDestruct", "", ""}} {
			fmt.Fprintf(&b, "a %s.%s(%s)\na %[1]s.%[2]s: %[4]s\n", class, call.method, call.args, call.result)
		}
		return b.String()
	}
	for _, of := range []struct{ variable, want string }{
		{"", lines("Unnamed") + lines("NamedB")}, {"NamedA, NamedB", lines("NamedB")}, {"NamedBB Named", ""}, {" Unnamed", lines("Unnamed")},
	} {
		cmd := c.command(t, program, "variable")
		cmd.Env = append(cmd.Env, "SOMM_TRACED="+of.variable, "ASAN_OPTIONS=detect_leaks=0")
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != of.want+"ok\n" {
			t.Errorf("SOMM_TRACED=%q: %v\n%s", of.variable, err, out)
		}
	}
}
