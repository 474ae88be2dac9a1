package libsom_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/conformance"
	"github.com/opendsom/dsom/internal/absent"
)

// wine is the program that runs those for Windows, or "".
func wine() string {
	for _, name := range []string{"wine64", "wine", "/usr/lib/wine/wine64"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// TestWindows builds the kernel and what runs on it for Windows, and in long runs runs that where there is wine.
func TestWindows(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"driver", "checks", "threads", "hostile"} {
		mingw.build(t, program)
	}
	if os.Getenv("DSOM_SOAK") == "" {
		t.Skip("built; make soak runs it: wine takes minutes on a busy machine, and may wait for itself")
	}
	path := wine()
	if path == "" {
		absent.Skip(t, "built, but there is no wine to run it: interop/install-peers has it")
	}
	c := mingw
	c.run = []string{path}
	c.env = []string{"WINEDEBUG=-all", "WINEPREFIX=" + t.TempDir()}
	run := func(program string, args ...string) {
		t.Helper()
		cmd := c.command(t, c.build(t, program), args...)
		cmd.Env = append(cmd.Env, "SOM_CHECK=0") // checks set the mode themselves
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.HasSuffix(strings.ReplaceAll(string(out), "\r", ""), "ok\n") {
			t.Errorf("%s %v: %v\n%s", program, args, err, out)
		}
	}
	for _, kind := range kinds {
		if kind != "forks" {
			run("checks", kind)
		}
	}
	run("threads", "20")
	run("hostile", "1", "2000")
	t.Run("conformance", func(t *testing.T) {
		conformance.Run(t, byName(t, slices.Concat(cases(t), conformance.Limits())), newDrivers(t, c).open)
	})
}
