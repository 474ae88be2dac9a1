package java_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var block = regexp.MustCompile("(?ms)^```(\\w+) ?([\\w.]*)\n(.*?)^```$")

// TestPage does what docs/som-java.md says, and README.md after it, in a folder with what of the repository they need, and compares what is printed. So what make
// builds is held as well: a jar that finds its libraries.
func TestPage(t *testing.T) {
	t.Parallel()
	need(t)
	dir := t.TempDir()
	for _, part := range []string{"libsom/src", "libsom/include", "libsom/meta", "bind/host", "bind/c/typelib", "bind/cxx", "bind/java/src/main"} {
		if err := os.CopyFS(filepath.Join(dir, "dsom", part), os.DirFS(filepath.Join("../..", part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, makefile := range []string{"libsom/Makefile", "bind/java/Makefile"} {
		text, err := os.ReadFile(filepath.Join("../..", makefile))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "dsom", makefile), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run(t, nil, "go", "build", "-o", filepath.Join(dir, "bin", "dsom"), "../../cmd/dsom")
	env := []string{"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "LD_LIBRARY_PATH="}
	for _, c := range []struct {
		page     string
		commands int
	}{{"../../docs/som-java.md", 10}, {"README.md", 3}} {
		page, err := os.ReadFile(c.page)
		if err != nil {
			t.Fatal(err)
		}
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
					t.Fatalf("%s: %s: %v\n%s\nand on the page\n%s", c.page, command, err, tail(got), want)
				}
				commands++
			}
		}
		if commands != c.commands {
			t.Errorf("%s: %d commands", c.page, commands)
		}
	}
}
