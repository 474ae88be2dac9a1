package smalltalk_test

import (
	"os"
	"strings"
	"testing"
)

// TestPage: the programs of docs/som-smalltalk.md print what it says.
func TestPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/som-smalltalk.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rest := string(page); ; n++ {
		_, after, ok := strings.Cut(rest, "```smalltalk\n")
		if !ok {
			break
		}
		text, after, _ := strings.Cut(after, "```")
		_, after, _ = strings.Cut(after, "```text\n")
		want, after, _ := strings.Cut(after, "```")
		rest = after
		if got := runSOM(t, text); got != want {
			t.Errorf("it prints\n%s\nand the page says\n%s", got, want)
		}
	}
	if n != 2 {
		t.Errorf("%d programs", n)
	}
}
