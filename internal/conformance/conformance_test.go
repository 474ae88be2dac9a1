// Package conformance holds docs/conformance.md to the tests that it names.
package conformance_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const page = "../../docs/conformance.md"

// TestPage holds that each row of a clause names what shows it, and that each test which a row names is there. A row names
// tests as `folder.TestName`, or in cells after that as `TestName` of the same folder; one without tests says what is left out.
func TestPage(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(?:([a-z/0-9]+)\\.)?((?:Test|Fuzz|Benchmark)[A-Za-z0-9_]+)`")
	clause := regexp.MustCompile(`^[0-9A-Z][0-9.]*$`)
	rows := 0
	for i, line := range strings.Split(string(data), "\n") {
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), "|")
		if !strings.HasPrefix(line, "| ") || !clause.MatchString(strings.TrimSpace(cells[0])) {
			continue
		}
		rows++
		if len(cells) != 4 {
			t.Errorf("line %d: %d cells, want clause, what, shown by, left out", i+1, len(cells))
			continue
		}
		tests := named.FindAllStringSubmatch(cells[2], -1)
		if len(tests) == 0 && strings.TrimSpace(cells[3]) == "" {
			t.Errorf("line %d: clause %s has no test, and nothing is said to be left out", i+1, cells[0])
		}
		folder := ""
		for _, m := range tests {
			if m[1] != "" {
				folder = m[1]
			}
			if !exists(t, folder, m[2]) {
				t.Errorf("line %d: there is no %s in %s", i+1, m[2], folder)
			}
		}
	}
	if rows < 40 {
		t.Errorf("only %d rows are read", rows)
	}
}

// exists reports whether a folder of the repository has a test of a name.
func exists(t *testing.T, folder, name string) bool {
	files, err := filepath.Glob(filepath.Join("../..", folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
