package languages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var javascript = &Host{Name: "JavaScript", Page: "som-javascript.md", Limits: []Limit{
	{"exceptions/own-again", "UserException: IDL:opendsom/JavaScriptError:1.0", "methods in C++ hand the exception on, and it comes back as a plain UserException of that id"},
}}

// javascriptPackages is a folder for NODE_PATH: the package as npm installs it, linked to the libsom that the class libraries are.
func javascriptPackages(t testing.TB) string {
	t.Helper()
	sombuild.Need(t, "node", "nodejs")
	sombuild.Need(t, "make", "make")
	const usable = "const fs = require('fs'); process.exit(parseInt(process.versions.node) >= 18 && [require('path').join(fs.realpathSync(process.execPath), '../../include/node'), '/usr/include/node'].some((p) => fs.existsSync(p + '/node_api.h')) ? 0 : 1)"
	if exec.Command("node", "-e", usable).Run() != nil {
		absent.Skip(t, "no Node from 18 on with its headers: interop/install-peers has it, in libnode-dev")
	}
	kernel := sombuild.Kernel(t, "gcc", classlib.Plain)
	return shelf.Once(t, "javascript", func(dir string) error {
		for _, part := range []string{"libsom/include", "bind/host/src", "bind/c/typelib", "bind/javascript/src", "bind/javascript/lib", "bind/javascript/amber"} {
			if err := os.CopyFS(filepath.Join(dir, "repository", part), os.DirFS(filepath.Join("../..", part))); err != nil {
				return err
			}
		}
		for _, file := range []string{"bind/host/somhost.h", "bind/javascript/build.js", "bind/javascript/index.js", "bind/javascript/package.json"} {
			text, err := os.ReadFile(filepath.Join("../..", file))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, "repository", file), text, 0o600); err != nil {
				return err
			}
		}
		if _, err := output(t, []string{"DSOM_LIBSOM=" + kernel, "CC=gcc"}, "node", filepath.Join(dir, "repository/bind/javascript/build.js")); err != nil {
			return fmt.Errorf("the addon: %w", err)
		}
		return os.Symlink("repository/bind/javascript", filepath.Join(dir, "dsom"))
	})
}

func TestJavaScript(t *testing.T) {
	t.Parallel()
	packages := javascriptPackages(t)
	conform(t, javascript, func(t *testing.T, env []string, rows ...string) (string, error) {
		return output(t, append(env, "NODE_PATH="+packages, "NODE_OPTIONS="), "node", append([]string{"--expose-gc", "javascript/suite.js"}, rows...)...)
	})
}
