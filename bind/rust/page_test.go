package rust_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var block = regexp.MustCompile("(?ms)^```(\\w+) ?([\\w./]*)\n(.*?)^```$")

// parts are what of the repository the crate is built of.
var parts = []string{"libsom/src", "libsom/include", "libsom/meta", "bind/host", "bind/c/typelib", "bind/cxx", "bind/rust"}

// TestPage does what docs/som-rust.md says, in a folder with what of the repository it needs, and compares what is printed. So what Cargo builds
// is held as well: a crate with libsom of its own.
func TestPage(t *testing.T) {
	host(t)
	page, err := os.ReadFile("../../docs/som-rust.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, part := range parts {
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
	run(t, "", nil, "go", "build", "-o", filepath.Join(dir, "bin", "dsom"), "../../cmd/dsom")
	// A program finds the class library by SOM_PATH, and libsom since Cargo says where it is.
	env := []string{"PATH=" + filepath.Join(dir, "bin") + ":" + os.Getenv("PATH"), "CARGO_NET_OFFLINE=true", "LD_LIBRARY_PATH=", "CARGO_TARGET_DIR="}
	commands := 0
	for _, b := range block.FindAllStringSubmatch(string(page), -1) {
		language, name, text := b[1], b[2], b[3]
		if language == "rs" {
			continue
		}
		if language != "console" {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		for _, step := range strings.Split(strings.TrimPrefix(text, "$ "), "\n$ ") {
			command, want, _ := strings.Cut(strings.TrimSuffix(step, "\n")+"\n", "\n")
			got, err := output(dir, append(env, "CARGO_TARGET_DIR="+filepath.Join(dir, "target")), "sh", "-c", command)
			if err != nil || got != want {
				t.Fatalf("%s: %v\n%s\nand on the page\n%s", command, err, tail(got), want)
			}
			commands++
		}
	}
	if commands != 6 {
		t.Errorf("%d commands", commands)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range block.FindAllStringSubmatch(string(readme), -1) {
		if b[1] == "rust" && !strings.Contains(string(page), b[3]) {
			t.Errorf("README.md has what the page has not:\n%s", b[3])
		}
	}
}
