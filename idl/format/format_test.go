package format_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/format"
	"github.com/opendsom/dsom/internal/golden"
)

// source formats a text and holds that formatting the result changes nothing.
func source(t testing.TB, name, text string) string {
	t.Helper()
	once, err := format.Source(name, []byte(text), format.Options{})
	if err != nil {
		t.Fatal(err)
	}
	twice, err := format.Source(name, once, format.Options{})
	if err != nil {
		t.Fatalf("the second time: %v\n%s", err, once)
	}
	if string(twice) != string(once) {
		t.Errorf("formatted again:\n%s\nformatted once:\n%s", twice, once)
	}
	return string(once)
}

// TestGolden holds the look: testdata/x.idl becomes testdata/x.golden.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.idl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, strings.TrimSuffix(filepath.Base(f), ".idl")+".golden", source(t, f, string(b)))
		})
	}
}
