package idl_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// golden compares a text with a file of the corpus. With DSOM_UPDATE_GOLDEN set the file is
// written instead, and the test fails so that a refresh cannot pass unseen.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s was written", path)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (set DSOM_UPDATE_GOLDEN to write it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// folder is a Resolver over a folder of the corpus.
type folder string

func (f folder) Open(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), filepath.FromSlash(name)))
}

// TestGolden compiles each folder of testdata/golden: main.idl, with what it includes there.
// diagnostics.txt is what a person sees, printed.idl the text printed again, ids.txt the
// declarations with their repository ids, and model.json, where there is one, the model.
func TestGolden(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob("testdata/golden/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			r, _ := idl.Compile(context.Background(), idl.Options{Resolver: folder(dir), Include: []string{"include"}}, "main.idl")
			golden(t, filepath.Join(dir, "diagnostics.txt"), show(t, r))
			if r.Spec == nil {
				return
			}
			golden(t, filepath.Join(dir, "printed.idl"), syntax.Print(r.Tree, r.Tree.Files[0]))
			golden(t, filepath.Join(dir, "ids.txt"), ids(r.Spec))
			if path := filepath.Join(dir, "model.json"); exists(path) {
				j, err := json.MarshalIndent(r.Spec, "", " ")
				if err != nil {
					t.Fatal(err)
				}
				golden(t, path, string(j)+"\n")
			}
			checkSerialises(t, r.Spec)
		})
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// ids lists declarations, one a line, with repository id and, for a constant, type and value.
func ids(s *model.Spec) string {
	var b strings.Builder
	line := func(d model.Decl) {
		i := d.About()
		fmt.Fprintf(&b, "%s %s %s", d.Kind(), i.QualifiedName(), i.ID)
		if c, ok := d.(*model.Const); ok {
			fmt.Fprintf(&b, " %s = %s", c.Type.Qualified(), c.Value)
		}
		b.WriteString("\n")
	}
	for d := range s.All() {
		if f := d.About().File(); f != nil && f.Standard {
			continue
		}
		line(d)
		if e, ok := d.(*model.Enum); ok {
			for _, v := range e.Enumerators {
				line(v)
			}
		}
	}
	return b.String()
}

// checkSerialises holds that a model survives JSON.
func checkSerialises(t testing.TB, s *model.Spec) {
	t.Helper()
	j, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	back, err := model.Read(strings.NewReader(string(j)))
	if err != nil {
		t.Fatal(err)
	}
	j2, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(j), string(j2)); diff != "" {
		t.Errorf("the model changed on its way through JSON:\n%s", diff)
	}
	if a, b := ids(s), ids(back); a != b {
		t.Errorf("the model changed on its way through JSON:\n%s", cmp.Diff(a, b))
	}
}
