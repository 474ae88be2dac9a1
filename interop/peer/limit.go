package peer

import (
	"os"
	"strings"
	"testing"
)

// Promised returns what a minimal reproduction of something that a peer cannot do says that it shows: the rest of its first line,
// which begins so.
func Promised(t testing.TB, file, begin string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(string(text), "\n")
	words, ok := strings.CutPrefix(head, begin)
	if !ok {
		t.Fatalf("%s says not how it fails, behind %q: %q", file, begin, head)
	}
	return words
}
