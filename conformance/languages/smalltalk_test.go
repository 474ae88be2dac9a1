package languages

import (
	"bytes"
	"fmt"
	"os/exec"
	"testing"

	"github.com/opendsom/dsom/bind/smalltalk"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var squeak = &Host{Name: "Smalltalk", Page: "som-smalltalk.md", Limits: []Limit{
	{"exceptions/own-again", "IDL:opendsom/SmalltalkError:1.0", "methods in C++ hand the exception on, and it comes back as a `SomException` of that id"},
}}

// squeakPlugin is the folder that the plugin is built in.
func squeakPlugin(t testing.TB) string {
	t.Helper()
	if err := (smalltalk.Program{}).Missing(); err != nil {
		absent.Skip(t, "%v: interop/install-peers has it", err)
	}
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	return shelf.Once(t, "plugin", func(dir string) error {
		if said, err := exec.Command("make", "-s", "-C", "../../bind/smalltalk/plugin", "BUILD="+dir, "KERNEL="+kernel).CombinedOutput(); err != nil {
			return fmt.Errorf("make: %w\n%s", err, said)
		}
		return nil
	})
}

func TestSmalltalk(t *testing.T) {
	t.Parallel()
	plugin := squeakPlugin(t)
	conform(t, squeak, func(t *testing.T, env []string, rows ...string) (string, error) {
		var out, complaints bytes.Buffer
		p := smalltalk.Program{File: "smalltalk/suite.st", Args: rows, Plugin: plugin, Env: env, Time: most, Stdout: &out, Stderr: &complaints}
		status, err := p.Run(t.Context())
		if err == nil && (status != 0 || complaints.Len() > 0) {
			err = fmt.Errorf("exit status %d\n%s", status, complaints.String())
		}
		return out.String(), err
	})
}
