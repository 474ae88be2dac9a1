package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestVariables holds that dsom doctor knows each variable of the environment that a source reads or a page names, and no others.
func TestVariables(t *testing.T) {
	t.Parallel()
	others := map[string]string{ // what is none, or not for a machine on which the system runs
		"DSOM_SOAK": "tests", "DSOM_SEED": "tests", "DSOM_UPDATE_GOLDEN": "tests", "DSOM_TEST_ROADS": "tests",
		"DSOM_NAMES":      "a benchmark",
		"DSOM_STRICT_IDL": "a macro of headers in C",
		"DSOM_ABSTRACT":   "a code of errors in JavaScript", "DSOM_CANNOT": "likewise", "DSOM_GONE": "likewise", "DSOM_RELEASED": "likewise", "DSOM_LOADED": "likewise",
	}
	inSource, inPage := regexp.MustCompile(`["'](DSOM_[A-Z][A-Z0-9_]*)["'=]`), regexp.MustCompile(`\bDSOM_[A-Z][A-Z0-9_]*`)
	sources := []string{".go", ".c", ".h", ".hpp", ".cc", ".cpp", ".py", ".st", ".rs", ".java", ".js", ".ts", ".lua", ".tcl"}
	found := map[string]string{} // by name, the file
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			if slices.Contains([]string{".git", "interop", "bench", "internal"}, rel) || slices.Contains([]string{"testdata", "tests", "test", "node_modules", "gen"}, e.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		page := filepath.Ext(rel) == ".md"
		if !page && (!slices.Contains(sources, filepath.Ext(rel)) || strings.HasSuffix(rel, "_test.go")) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if page {
			for _, name := range inPage.FindAllString(string(text), -1) {
				found[name] = rel
			}
			return nil
		}
		for _, m := range inSource.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = rel
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 40 {
		t.Fatalf("there are only %v", found)
	}
	known := knownVariables()()
	for name, file := range found {
		if !known[name] && others[name] == "" && !strings.HasSuffix(name, "_") { // what ends so is the beginning of several
			t.Errorf("%s names %s, which dsom doctor does not know", file, name)
		}
	}
	for name := range variables {
		if found[name] == "" {
			t.Errorf("nothing reads %s", name)
		}
	}
}
