package lua_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild/classlib"
)

var block = regexp.MustCompile("(?ms)^```(\\w+) ?([\\w.]*)\n(.*?)^```$")

// TestReadme runs the example of README.md.
func TestReadme(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	example := filepath.Join(t.TempDir(), "example.lua")
	if err := os.WriteFile(example, []byte(block.FindStringSubmatch(string(page))[3]), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, e := range engines {
		out, err := e.run(t, classlib.Plain, example)
		if want := "Rex\t1007\t1007\nTooLoud{volume = 1000, why = \"Rex is too loud\"}\n"; err != nil || out != want {
			t.Errorf("%s: %v\n%s", e.name, err, out)
		}
	}
}

// TestPage does what docs/som-lua.md says, in a folder with what of the repository it needs, and compares what is printed. So what make installs
// is held as well: a module that has libsom in it.
func TestPage(t *testing.T) {
	t.Parallel()
	for _, e := range engines {
		e.need(t)
	}
	page, err := os.ReadFile("../../docs/som-lua.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, part := range []string{"libsom/src", "libsom/include", "libsom/meta", "bind/host", "bind/c/typelib", "bind/cxx", "bind/lua"} {
		if err := os.CopyFS(filepath.Join(dir, "dsom", part), os.DirFS(filepath.Join("../..", part))); err != nil {
			t.Fatal(err)
		}
	}
	makefile, err := os.ReadFile("../../libsom/Makefile")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dsom/libsom/Makefile"), makefile, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := compile("go", "build", "-o", filepath.Join(dir, "bin", "dsom"), "../../cmd/dsom"); err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "LD_LIBRARY_PATH=", "HOME=" + dir}
	commands := 0
	for _, b := range block.FindAllStringSubmatch(string(page), -1) {
		language, name, text := b[1], b[2], b[3]
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
				t.Fatalf("%s: %v\n%s\nand on the page\n%s", command, err, got, want)
			}
			commands++
		}
	}
	if commands != 8 {
		t.Errorf("%d commands", commands)
	}
}
