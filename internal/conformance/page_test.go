// Package conformance holds docs/conformance.md, the report on the CORBA specification, to the tests that it names and to what
// the code says of itself.
package conformance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// A row is one of the report's.
type row struct {
	line     int
	part     int
	sections [][]int
	tests    []test
	left     string // what is left out
}

// A test is one that a row names.
type test struct{ folder, name string }

var (
	number = regexp.MustCompile(`^[0-9]+(\.[0-9]+)+$`)
	named  = regexp.MustCompile("`(?:([a-z/0-9]+)\\.)?((?:Test|Fuzz)[A-Za-z0-9_]+)`")
	part   = regexp.MustCompile(`^## Part ([0-9])`)
)

// first and last are the clauses of each part that have to do with an ORB.
var first, last = map[int]int{1: 7, 2: 6}, map[int]int{1: 17, 2: 11}

// parse reads the rows of a page. A row names tests as `folder.TestName`, or after that as `TestName` of the same folder.
func parse(page string) (rows []row, bad []string) {
	at := 0
	for i, line := range strings.Split(page, "\n") {
		if m := part.FindStringSubmatch(line); m != nil {
			at, _ = strconv.Atoi(m[1])
		}
		cells := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "|"), "|"), "|")
		if !strings.HasPrefix(line, "| ") || strings.TrimSpace(cells[0]) == "section" {
			continue
		}
		if len(cells) != 4 {
			bad = append(bad, fmt.Sprintf("line %d: %d cells, want section, what, shown by, left out", i+1, len(cells)))
			continue
		}
		r := row{line: i + 1, part: at, left: strings.TrimSpace(cells[3])}
		var err error
		if r.sections, err = sections(strings.TrimSpace(cells[0])); err != nil {
			bad = append(bad, fmt.Sprintf("line %d: %v", i+1, err))
		}
		folder := ""
		for _, m := range named.FindAllStringSubmatch(cells[2], -1) {
			if m[1] != "" {
				folder = m[1]
			}
			r.tests = append(r.tests, test{folder, m[2]})
		}
		if len(r.tests) != strings.Count(cells[2], "`")/2 {
			bad = append(bad, fmt.Sprintf("line %d: %q is not all names of tests", i+1, cells[2]))
		}
		if len(r.tests) == 0 && r.left == "" {
			bad = append(bad, fmt.Sprintf("line %d: no test, and nothing is said to be left out", i+1))
		}
		rows = append(rows, r)
	}
	return rows, bad
}

// sections reads numbers of sections, such as 16.1, 16.3.1–16.3.4.
func sections(cell string) (all [][]int, err error) {
	for _, s := range strings.Split(cell, ", ") {
		from, to, isRange := strings.Cut(s, "–")
		if !isRange {
			to = from
		}
		if !number.MatchString(from) || !number.MatchString(to) {
			return nil, fmt.Errorf("%q is no number of a section", s)
		}
		a, b := split(from), split(to)
		n := len(a) - 1
		if len(b)-1 != n || !slices.Equal(a[:n], b[:n]) || b[n] < a[n] {
			return nil, fmt.Errorf("%q is no range of sections", s)
		}
		for ; a[n] <= b[n]; a[n]++ {
			all = append(all, slices.Clone(a))
		}
	}
	return all, nil
}

func split(s string) (all []int) {
	for _, n := range strings.Split(s, ".") {
		v, _ := strconv.Atoi(n)
		all = append(all, v)
	}
	return all
}

// gaps says which sections are passed over, and which are out of order.
func gaps(rows []row) (bad []string) {
	for p := range first {
		children := map[string]map[int]bool{} // by the number above
		var before []int
		for _, r := range rows {
			if r.part != p {
				continue
			}
			for _, s := range r.sections {
				if slices.Compare(s, before) < 0 {
					bad = append(bad, fmt.Sprintf("line %d: %v comes after %v", r.line, s, before))
				}
				before = s
				for n := range s {
					above := fmt.Sprint(s[:n])
					if children[above] == nil {
						children[above] = map[int]bool{}
					}
					children[above][s[n]] = true
				}
			}
		}
		for above, numbers := range children {
			from, to := 1, slices.Max(keys(numbers))
			if above == "[]" {
				from, to = first[p], last[p]
			}
			for n := from; n <= to; n++ {
				if !numbers[n] {
					bad = append(bad, fmt.Sprintf("part %d: no row for section %d of %s", p, n, above))
				}
			}
		}
	}
	return bad
}

func keys(m map[int]bool) (all []int) {
	for k := range m {
		all = append(all, k)
	}
	return all
}

// report reads the page.
func report(t *testing.T) []row {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs/conformance.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows, bad := parse(string(page))
	for _, b := range bad {
		t.Error(b)
	}
	return rows
}

// TestSections holds that each section has a row, in order.
func TestSections(t *testing.T) {
	t.Parallel()
	rows := report(t)
	for _, b := range gaps(rows) {
		t.Error(b)
	}
	if len(rows) < 150 {
		t.Errorf("only %d rows are read", len(rows))
	}
}

// TestSectionsBite holds that a page with what must not be is refused.
func TestSectionsBite(t *testing.T) {
	t.Parallel()
	whole := "## Part 1\n| 7.1–7.2 | | `a.TestA` | |\n| 8.1, 8.2 | | | no |\n"
	for n := 9; n <= 17; n++ {
		whole += fmt.Sprintf("| %d.1 | | | no |\n", n)
	}
	whole += "## Part 2\n"
	for n := 6; n <= 11; n++ {
		whole += fmt.Sprintf("| %d.1 | | | no |\n", n)
	}
	rows, bad := parse(whole)
	if bad = append(bad, gaps(rows)...); len(bad) != 0 {
		t.Fatalf("a good page: %q", bad)
	}
	for old, with := range map[string]string{
		"| 8.1, 8.2 |":          "| 8.2 |",
		"| 7.1–7.2 |":           "| 7.1, 7.3 |",
		"| 9.1 | | | no |\n":    "",
		"| 17.1 | | | no |":     "| 17.1 | | | |",
		"| 10.1 | | | no |":     "| 10.1 | | no |",
		"| 11.1 |":              "| 11 |",
		"`a.TestA`":             "`a.TestA` `a.Nothing`",
		"| 12.1 | | | no |":     "| 12.2 | | | no |\n| 12.1 | | | no |",
		"| 13.1 | | | no |":     "| 13.2–13.1 | | | no |",
		"| 14.1 | | | no |":     "| 14.1–15.1 | | | no |",
		"| 15.1 | | | no |\n":   "| 15.1 | | | no |\n| 15.1.2 | | | no |\n",
		"| 16.1 | | | no |\n| ": "| 16.1 | | | no |\n| 16.1 | `a.TestA` |\n| ",
	} {
		page := strings.Replace(whole, old, with, 1)
		rows, bad := parse(page)
		if bad = append(bad, gaps(rows)...); page == whole || len(bad) == 0 {
			t.Errorf("with %q nothing is the matter", with)
		}
	}
}
