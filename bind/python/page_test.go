package python_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/absent"
)

var block = regexp.MustCompile("(?ms)^```(\\w+) ?([\\w.]*)\n(.*?)^```$")

// repository copies what the package is built from to a folder.
func repository(t *testing.T, dir string) {
	t.Helper()
	for _, part := range []string{"libsom/src", "libsom/include", "libsom/meta", "bind/host", "bind/c/typelib", "bind/cxx", "bind/python"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("../..", part))); err != nil {
			t.Fatal(err)
		}
	}
	makefile, err := os.ReadFile("../../libsom/Makefile")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "libsom/Makefile"), makefile, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestEditable has the package installed to be edited: what is changed in the repository is what a program gets from then on, by either implementation.
func TestEditable(t *testing.T) {
	t.Parallel()
	interpreter(t)
	for _, tool := range []string{"make", "pip"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	dir := t.TempDir()
	repository(t, filepath.Join(dir, "dsom"))
	own := filepath.Join(dir, "own")
	run(t, nil, "python3", "-m", "venv", own) // pip refuses -e with --target
	pip := []string{"-m", "pip", "install", "-q", "--no-index", "--disable-pip-version-check", "-e", filepath.Join(dir, "dsom/bind/python")}
	python := filepath.Join(own, "bin/python3")
	if out, err := output(dir, []string{"PYTHONPATH="}, python, pip...); err != nil {
		t.Fatalf("%v\n%s", err, tail(out))
	}
	calls := func(how, want string) {
		t.Helper()
		const program = "import dsom; print(dsom.load('Zoo::Dog')().speak(3), dsom.implementation, getattr(dsom, 'EDITED', 0), dsom.stubs.__name__)"
		out, err := output(dir, []string{"PYTHONPATH=", "SOM_PATH=" + plain.zoo(t), "DSOM_PYTHON=" + how}, python, "-c", "import dsom.stubs; "+program)
		if err != nil || out != want {
			t.Errorf("%s: %v, got %s", how, err, tail(out))
		}
	}
	calls("extension", "7 _core 0 dsom.stubs\n")
	calls("ctypes", "7 _foreign 0 dsom.stubs\n")
	f, err := os.OpenFile(filepath.Join(dir, "dsom/bind/python/dsom/__init__.py"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("\nEDITED = 1\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	calls("extension", "7 _core 1 dsom.stubs\n")
}

// TestPage does what docs/som-python.md says, in a folder with what of the repository it needs, and compares what is printed. So what pip installs
// is held as well: a package that has libsom in it.
func TestPage(t *testing.T) {
	t.Parallel()
	interpreter(t)
	for _, tool := range []string{"make", "pip"} {
		if _, err := exec.LookPath(tool); err != nil {
			absent.Skip(t, "no %s: interop/install-peers has it", tool)
		}
	}
	page, err := os.ReadFile("../../docs/som-python.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	repository(t, filepath.Join(dir, "dsom"))
	run(t, nil, "go", "build", "-o", filepath.Join(dir, "bin", "dsom"), "../../cmd/dsom")
	site := filepath.Join(dir, "site")
	env := []string{"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "PYTHONPATH=" + site, "PIP_TARGET=" + site, "PIP_NO_INDEX=1",
		"PIP_DISABLE_PIP_VERSION_CHECK=1", "PIP_ROOT_USER_ACTION=ignore", "DSOM_PYTHON=extension", "LD_LIBRARY_PATH="}
	commands := 0
	for _, b := range block.FindAllStringSubmatch(string(page), -1) {
		language, name, text := b[1], b[2], b[3]
		if language == "py" { // needs another machine: test_remote.py does it
			continue
		}
		if language != "console" {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, step := range strings.Split(strings.TrimPrefix(text, "$ "), "\n$ ") {
			command, want, _ := strings.Cut(strings.TrimSuffix(step, "\n")+"\n", "\n")
			got, err := output(dir, env, "sh", "-c", command)
			if err != nil || got != want {
				t.Fatalf("%s: %v\n%s\nand on the page\n%s", command, err, tail(got), want)
			}
			commands++
		}
	}
	if commands != 7 {
		t.Errorf("%d commands", commands)
	}
}
