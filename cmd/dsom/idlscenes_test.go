package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/opendsom/dsom/diag"
)

// TestScenes acts out the scenes of codes that are commands: the last command says the code, and
// no other does.
func TestScenes(t *testing.T) {
	t.Parallel()
	n := 0
	for _, e := range codeTable() {
		if !strings.HasPrefix(e.Scene, "$ ") {
			continue
		}
		n++
		t.Run(string(e.Code), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			a := txtar.Parse([]byte(e.Scene + "\n"))
			for _, f := range a.Files {
				name := filepath.Join(dir, filepath.FromSlash(f.Name))
				if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name, f.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			lines := strings.Split(strings.TrimSpace(string(a.Comment)), "\n")
			for i, line := range lines {
				words := strings.Fields(strings.TrimPrefix(line, "$ dsom "))
				for i, w := range words { // files and folders of the scene
					if w == "gen" || strings.HasSuffix(w, ".idl") {
						words[i] = filepath.Join(dir, w)
					}
				}
				r := dsom(t, "", words...)
				if last := i == len(lines)-1; strings.Contains(r.err, "["+string(e.Code)+"]") != last || (r.status != 0) != (last && e.Severity == diag.Error) {
					t.Errorf("%s: status %d, %s", line, r.status, r.err)
				}
			}
		})
	}
	if n < 2 {
		t.Errorf("got %d scenes", n)
	}
}
