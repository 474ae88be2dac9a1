package languages

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
	"github.com/opendsom/dsom/internal/sombuild"
)

var (
	python = &Host{Name: "Python", Page: "som-python.md"}
	ctypes = &Host{Name: "Python, ctypes", Page: "som-python.md"}
)

// pythonPackage is a folder for PYTHONPATH: the package as its wheel has it, linked to the libsom that the class libraries are.
func pythonPackage(t testing.TB) string {
	t.Helper()
	sombuild.Need(t, "python3", "python3")
	sombuild.Need(t, "make", "make")
	if exec.Command("python3", "-c", "import sys, os, sysconfig; sys.exit(not (sys.version_info >= (3, 10) and os.path.exists(sysconfig.get_path('include') + '/Python.h')))").Run() != nil {
		absent.Skip(t, "no Python from 3.10 on with its headers: interop/install-peers has it, in python3-dev")
	}
	kernel := sombuild.Kernel(t, "gcc", "-O2")
	return shelf.Once(t, "python", func(dir string) error {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
		const making = "import sys, zipfile, backend; zipfile.ZipFile(sys.argv[1] + '/' + backend.build_wheel(sys.argv[1])).extractall(sys.argv[1])"
		_, err := output(t, []string{"DSOM_LIBSOM=" + kernel, "PYTHONPATH=" + filepath.Join("..", "..", "bind", "python"), "PYTHONDONTWRITEBYTECODE=1"}, "python3", "-c", making, dir)
		return err
	})
}

func TestPython(t *testing.T) {
	t.Parallel()
	site := pythonPackage(t)
	conform(t, python, func(t *testing.T, env []string, rows ...string) (string, error) {
		env = append(env, "PYTHONPATH="+site, "PYTHONDONTWRITEBYTECODE=1")
		return output(t, env, "python3", append([]string{"-X", "faulthandler", "python/suite.py"}, rows...)...)
	})
}

// TestPythonByCtypes is the same where there is no extension.
func TestPythonByCtypes(t *testing.T) {
	t.Parallel()
	site := pythonPackage(t)
	libraries := sombuild.Kernel(t, "gcc", "-O2")
	conform(t, ctypes, func(t *testing.T, env []string, rows ...string) (string, error) {
		env = append(env, "PYTHONPATH="+site, "PYTHONDONTWRITEBYTECODE=1", "DSOM_PYTHON=ctypes", "DSOM_LIBRARIES="+libraries)
		return output(t, env, "python3", append([]string{"-X", "faulthandler", "python/suite.py"}, rows...)...)
	})
}
