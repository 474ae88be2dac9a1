package sombuild

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

// Modules is a folder for NODE_PATH with packages of npm's of just these versions, "@ambers/lang@0.30.0", which are fetched once. Where npm cannot the test is skipped.
func Modules(t testing.TB, packages ...string) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		absent.Skip(t, "no npm: interop/install-peers has it")
	}
	name := "npm-" + strings.NewReplacer("/", "_", "@", "_").Replace(strings.Join(packages, "-"))
	var out []byte
	dir, err := Kept(name, func(dir string) error {
		if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte("{\"private\": true}\n"), 0o600); err != nil {
			return err
		}
		cmd := exec.Command("npm", append([]string{"install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"}, packages...)...)
		cmd.Dir = dir
		var err error
		out, err = cmd.CombinedOutput()
		return err
	})
	if err != nil {
		absent.Skip(t, "npm does not install %v: %v\n%s", packages, err, out)
	}
	return filepath.Join(dir, "node_modules")
}

// Ambers are the packages of npm's that Amber, Smalltalk in JavaScript, is run with.
var Ambers = []string{"@ambers/lang@0.30.0", "requirejs@2.3.7"}
