package sombuild

import (
	"os"
	"os/exec"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

// Need skips the test where there is no program of the toolchain, which a package of Debian's has.
func Need(t testing.TB, program, pkg string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		absent.Skip(t, "no %s: apt-get install %s", program, pkg)
	}
}

// Run runs a program of the toolchain, or one that was built, and returns what it says on both of its outputs. env is added to the environment.
func Run(t testing.TB, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return string(out)
}
