// Package peer runs programs of foreign object request brokers from tests: it finds out what is missing, builds them once,
// starts and ends them, reads what they report, and counts the calls they made and answered.
package peer

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A Tool is a program, looked up in PATH, or a file, if the name has a slash; Package is the Debian package that has it.
type Tool struct {
	Name    string
	Package string
}

// Missing returns the Debian packages of those tools that are not there, each once.
func Missing(tools ...Tool) []string {
	var packages []string
	for _, tool := range tools {
		if !tool.there() && !slices.Contains(packages, tool.Package) {
			packages = append(packages, tool.Package)
		}
	}
	return packages
}

func (tool Tool) there() bool {
	if strings.Contains(tool.Name, "/") {
		_, err := os.Stat(tool.Name)
		return err == nil
	}
	_, err := exec.LookPath(tool.Name)
	return err == nil
}

// Need skips the test if tools are missing, and says which packages have them; with CI=true the test fails instead.
func Need(t testing.TB, tools ...Tool) {
	t.Helper()
	if missing := Missing(tools...); missing != nil {
		Lacking(t, "missing packages: "+strings.Join(missing, " "))
	}
}

// Lacking skips the test because of why; with CI=true it fails. "go test" shows skips only if asked to, so the reason also
// goes into the file that DSOM_PEER_CALLS names, as a line "skipped TEST: why".
func Lacking(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI demands the peers: %s", why)
	}
	if name := os.Getenv(CallsFile); name != "" {
		if err := appendLine(name, "skipped "+t.Name()+": "+why); err != nil {
			t.Errorf("%s: %v", CallsFile, err)
		}
	}
	t.Skipf("no peer: %s", why)
}

// Emulator runs programs of an IBM Z, whose byte order is the other one than that of the machines on which the tests are run.
const Emulator = "qemu-s390x-static"
