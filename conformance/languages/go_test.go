package languages

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/golang"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var inGo = &Host{Name: "Go", Page: "som-native.md", Limits: slices.Concat(
	limits("to override Suite::Thing::speak it must be func(", "a class whose override has other types is refused when it is made", "callbacks/wrong-result"),
	limits("initializers with arguments are not known", "initializers of classes in other languages are not called", "class/initializer", "exceptions/initializer"),
	limits("200 objects are left", "references are counted, and Go's collector gives none back: a cycle has to be broken", "lifetime/cycle"),
	limits("turn_thing of [<nil>] is accepted", "nil is passed on as NULL, whether the method allows it or not", "null/refused"),
	limits("turn_colour of [Colour(7)] is accepted", "a number that is no enumerator's is passed on", "wrong/range"),
)}

// goModule is the folder of a module with the programs in testdata/go, and packages of the classes in C++.
func goModule(t testing.TB) string {
	t.Helper()
	if out, err := exec.Command("go", "env", "CGO_ENABLED").Output(); err != nil || strings.TrimSpace(string(out)) != "1" {
		absent.Skip(t, "no cgo: it takes a C compiler, and CGO_ENABLED=1")
	}
	root, err := sombuild.Root()
	if err != nil {
		t.Fatal(err)
	}
	return shelf.Once(t, "gomodule", func(dir string) error {
		if err := os.CopyFS(dir, os.DirFS("testdata/go")); err != nil {
			return err
		}
		for _, source := range []string{"suite/suite.idl", "suite/release1/relay.idl"} {
			r, err := idl.Compile(t.Context(), idl.Options{Dialect: idl.SOM}, source)
			if err != nil {
				return err
			}
			files, report := golang.Emit(r.Spec, golang.Options{PackagePrefix: "example.com/suite/gen", Classes: true, Native: true})
			if report.HasErrors() {
				return report.Err()
			}
			for name, text := range files.All() {
				file := filepath.Join(dir, "gen", filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(file, text, 0o644); err != nil {
					return err
				}
			}
		}
		for _, name := range []string{"go.mod", "go.sum"} {
			text, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				return err
			}
			if name == "go.mod" {
				text = fmt.Appendf([]byte(strings.Replace(string(text), "module github.com/opendsom/dsom", "module example.com/suite", 1)),
					"\nrequire github.com/opendsom/dsom v0.0.0\nreplace github.com/opendsom/dsom => %s\n", root)
			}
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
				return err
			}
		}
		return nil
	})
}

// goBuild builds one of its programs.
func goBuild(t testing.TB, name string, flags ...string) string {
	t.Helper()
	module := goModule(t)
	return shelf.Once(t, "go-"+name, func(file string) error {
		_, err := output(t, []string{"GOFLAGS=-mod=mod -trimpath", "GOPROXY=off", "GOWORK=off"}, "go", append(append([]string{"-C", module, "build", "-o", file}, flags...), "./"+name)...)
		return err
	})
}

func TestGo(t *testing.T) {
	t.Parallel()
	program, kernel := goBuild(t, "suite"), sombuild.Kernel(t, "gcc", classlib.Plain)
	conform(t, inGo, func(t *testing.T, env []string, rows ...string) (string, error) {
		return output(t, append(env, "SOM_LIBRARY="+filepath.Join(kernel, "libsom.so.1")), program, rows...)
	})
}
