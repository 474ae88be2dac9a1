// Package proxytable reads the table of docs/somd.md that says where a proxy's methods run, which the tests of each language hold.
package proxytable

import (
	"os"
	"strings"
	"testing"
)

// Where it runs, as the table has it.
const (
	Target = "at the target"
	Here   = "here"
	Both   = "both"
)

// Read returns where each method runs, by the page in a file.
func Read(t testing.TB, file string) map[string]string {
	t.Helper()
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "<!-- table: held by somd.TestProxyTable")
	where := map[string]string{}
	for line := range strings.SplitSeq(table, "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 4 {
			if len(where) > 0 {
				break
			}
			continue
		}
		for i, word := range strings.Split(cells[2], "`") {
			if i%2 == 1 {
				where[word] = strings.TrimSpace(cells[1])
			}
		}
	}
	if len(where) < 20 {
		t.Fatalf("the table of %s has %v", file, where)
	}
	return where
}
