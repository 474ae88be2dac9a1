// Package golden compares what a test makes with a file under testdata. With the
// environment variable DSOM_UPDATE_GOLDEN set the file is written anew, and the test fails,
// so that a refresh cannot pass unseen.
package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Check fails the test unless got is what testdata/name holds.
func Check(t testing.TB, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s was written anew: look at it, and run again without DSOM_UPDATE_GOLDEN", file)
		return
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (DSOM_UPDATE_GOLDEN=1 writes it)", err)
	}
	if want := string(b); got != want {
		t.Errorf("%s differs (DSOM_UPDATE_GOLDEN=1 writes it anew):\n%s", file, diff(want, got))
	}
}

// diff shows the first lines that differ.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	i := 0
	for i < len(w) && i < len(g) && w[i] == g[i] {
		i++
	}
	var b strings.Builder
	show := func(sign string, lines []string) {
		for _, l := range lines[min(i, len(lines)):min(i+6, len(lines))] {
			b.WriteString(sign + l + "\n")
		}
	}
	show("- ", w)
	show("+ ", g)
	return b.String()
}
