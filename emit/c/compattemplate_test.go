package c_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/c"
)

// TestCompatTemplate holds that implementations in IBM's names, as books have them, are found right, and that new ones can be compiled.
func TestCompatTemplate(t *testing.T) {
	t.Parallel()
	const from = "testdata/textbook"
	for _, name := range []string{"car", "fly", "hello", "init", "pet", "cat", "dog", "release1/stack", "gate", "herd", "beast", "hound"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join(from, filepath.Dir(name))
			stem := filepath.Base(name)
			spec := compile(t, folder, stem+".idl")
			opt := c.Options{Parts: c.Template, Compat: true, Existing: os.DirFS(folder)}
			old, err := os.ReadFile(filepath.Join(folder, stem+".c"))
			if err != nil {
				t.Fatal(err)
			}
			if made, _ := mustEmit(t, spec, opt).Get(stem + ".c"); !bytes.Equal(made, old) {
				t.Errorf("it became\n%s", made)
			}
			dir := t.TempDir()
			write(t, dir, mustEmit(t, spec, c.Options{Parts: everything, Compat: true}))
			text, err := os.ReadFile(filepath.Join(dir, stem+".c"))
			if err != nil || !strings.Contains(string(text), "\nSOM_Scope ") {
				t.Errorf("%v: made anew it is\n%s", err, text)
			}
			for _, included := range []string{"pet.idl", "beast.idl"} {
				write(t, dir, mustEmit(t, compile(t, from, included), c.Options{Compat: true}))
			}
			for _, cc := range compilers {
				run(t, nil, cc[0], slices.Concat(cc[1:], []string{"-fsyntax-only", "-I" + dir}, tolerant, []string{filepath.Join(dir, stem+".c")})...)
			}
		})
	}
}
