package javascript_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/opendsom/dsom/internal/sombuild"
)

var block = regexp.MustCompile("(?ms)^```(\\w+) ?([\\w.]*)\n(.*?)^```$")

// TestPage does what docs/som-javascript.md says, in a folder with what of the repository it needs, and compares what is printed. So what npm installs
// is held as well: a package that has libsom in it, and is built without a network.
func TestPage(t *testing.T) {
	t.Parallel()
	need(t, "npm", "npx")
	page, err := os.ReadFile("../../docs/som-javascript.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := repository(filepath.Join(dir, "dsom")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "dsom/bind/cxx"), os.DirFS("../cxx")); err != nil {
		t.Fatal(err)
	}
	if out, err := output("", nil, "go", "build", "-o", filepath.Join(dir, "bin", "dsom"), "../../cmd/dsom"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	env := []string{"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "LD_LIBRARY_PATH=", "npm_config_offline=true", "npm_config_update_notifier=false", "npm_config_cache=" + filepath.Join(dir, "cache")}
	commands := 0
	for _, b := range block.FindAllStringSubmatch(string(page), -1) {
		language, name, text := b[1], b[2], b[3]
		if language == "ts" { // needs another machine: remote.test.js does it
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
	got, err := output(dir, append(env, "SOM_PATH=.", "NODE_PATH="+sombuild.Modules(t, sombuild.Ambers...)), "node", "amber.js")
	if want := "30\nTired is hoarse\n"; err != nil || got != want {
		t.Errorf("amber.js: %v\n%s", err, tail(got))
	}
}

// TestReadme runs the example of the package's README.
func TestReadme(t *testing.T) {
	t.Parallel()
	site := plain.site(t)
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	example := block.FindStringSubmatch(string(page))
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "node_modules"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(site, filepath.Join(dir, "node_modules/dsom")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "example.js"), []byte(example[3]), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := output(dir, plain.env(t), "node", "example.js")
	if want := "Rex 1003n\n1005n\n"; err != nil || out != want {
		t.Errorf("%v\n%s", err, out)
	}
}
