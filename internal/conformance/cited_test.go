package conformance_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A citation is what a package says that it is written after.
type citation struct {
	folder string
	part   int
	clause []int
}

var (
	cites   = regexp.MustCompile(`(?:part ([0-9]), |[^,] |\()clauses? ([0-9]+(?:\.[0-9]+)*(?:(?:, | and | to )[0-9]+(?:\.[0-9]+)+)*)`)
	clauses = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)*`)
	folded  = regexp.MustCompile(`\n\s*//\s?`)
	doc     = regexp.MustCompile(`(?s)^.*?\npackage `)
)

// cited returns the citations in the files of a package. Those that name no part are of the part that the comment of
// the package names; without one they are of another specification.
func cited(folder string, files []string) (all []citation) {
	of := 0
	for i, text := range files {
		if !strings.Contains(text, "clause") {
			files[i] = ""
			continue
		}
		files[i] = folded.ReplaceAllString(text, " ")
		for _, m := range cites.FindAllStringSubmatch(folded.ReplaceAllString(doc.FindString(text), " "), -1) {
			if of == 0 && m[1] != "" {
				of, _ = strconv.Atoi(m[1])
			}
		}
	}
	for _, text := range files {
		for _, m := range cites.FindAllStringSubmatch(text, -1) {
			p := of
			if m[1] != "" {
				p, _ = strconv.Atoi(m[1])
			}
			if last[p] == 0 {
				continue
			}
			for _, c := range clauses.FindAllString(m[2], -1) {
				all = append(all, citation{folder, p, split(c)})
			}
		}
	}
	return all
}

// heldBy tells of what has no effect of its own by which package's tests it is held.
var heldBy = map[string]string{"model": "emit/golang"}

// shown reports whether a row of a citation's clause, of what it is part of, or of its parts, names a test of its folder, or of one below.
func shown(rows []row, c citation) bool {
	if by, is := heldBy[c.folder]; is {
		c.folder = by
	}
	return slices.ContainsFunc(rows, func(r row) bool {
		return r.part == c.part && slices.ContainsFunc(r.sections, func(s []int) bool {
			n := min(len(s), len(c.clause))
			return slices.Equal(s[:n], c.clause[:n])
		}) && slices.ContainsFunc(r.tests, func(x test) bool { return x.folder == c.folder || strings.HasPrefix(x.folder, c.folder+"/") })
	})
}

// citations reads those of the module, without its aids and generated stubs.
func citations(t *testing.T) (all []citation) {
	t.Helper()
	packages := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		folder, _ := filepath.Rel(root, filepath.Dir(path))
		switch {
		case err != nil:
			return err
		case d.IsDir() && (slices.Contains([]string{"testdata", "interop", "bench", "examples", "std", "build", "bin"}, d.Name()) || path == filepath.Join(root, "internal") || strings.HasPrefix(d.Name(), ".") && path != root):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		packages[filepath.ToSlash(folder)] = append(packages[filepath.ToSlash(folder)], string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for folder, files := range packages {
		all = append(all, cited(folder, files)...)
	}
	return all
}

// TestCited holds that what a package says it is written after has a row, which names a test of that package.
func TestCited(t *testing.T) {
	t.Parallel()
	rows, all := report(t), citations(t)
	folders := map[string]bool{}
	for _, c := range all {
		folders[c.folder] = true
		if !shown(rows, c) {
			t.Errorf("%s is written after part %d, clause %v: no row of that names a test of it", c.folder, c.part, c.clause)
		}
	}
	for _, must := range []string{"cdr", "codeset", "dyn", "dyn/dynany", "exc", "giop", "ior", "orb", "orb/dii", "orb/internal/conn", "orb/pi", "orb/poa", "orb/stub", "transport/tcp", "typecode"} {
		if !folders[must] {
			t.Errorf("%s does not say what it is written after", must)
		}
	}
}

// TestCitedBites holds that citations are read, and that a row must name a test of the folder.
func TestCitedBites(t *testing.T) {
	t.Parallel()
	got := cited("a", []string{
		"// Package a is a (CORBA 3.3 part 2, clauses 9.4\n// to 9.6).\npackage a\n// f (clause 9.3.1)\n// g (part 1,\n// clause 8.2 and annex A)\n// h (part 3, clause 6)\n",
		"// see clause 9.7, and of something else, clause 3.4\npackage a\n",
	})
	want := []citation{{"a", 2, []int{9, 4}}, {"a", 2, []int{9, 6}}, {"a", 2, []int{9, 3, 1}}, {"a", 1, []int{8, 2}}, {"a", 2, []int{9, 7}}}
	if !slices.EqualFunc(got, want, func(a, b citation) bool {
		return a.folder == b.folder && a.part == b.part && slices.Equal(a.clause, b.clause)
	}) {
		t.Errorf("got %v", got)
	}
	if other := cited("b", []string{"package b\n// see clause 2.4\n"}); len(other) != 0 {
		t.Errorf("of another specification: %v", other)
	}
	rows, _ := parse("## Part 1\n| 8.2.1 | | `a.TestA` | |\n| 9.1 | | `a.TestA` `b.TestB` | |\n| 9.2 | | `b/c.TestC` | |\n")
	for c, is := range map[*citation]bool{
		{"a", 1, []int{8}}: true, {"a", 1, []int{8, 2}}: true, {"a", 1, []int{8, 2, 1, 7}}: true, {"b", 1, []int{9, 1}}: true, {"b", 1, []int{9, 2}}: true,
		{"a", 1, []int{8, 3}}: false, {"b", 1, []int{8, 2}}: false, {"a", 2, []int{8, 2}}: false, {"a", 1, []int{8, 2, 2}}: false,
	} {
		if shown(rows, *c) != is {
			t.Errorf("%v: %v", *c, !is)
		}
	}
}
