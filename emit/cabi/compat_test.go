package cabi_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/model"
)

// TestCompatNames holds that all names which the headers in IBM's names declare or define are among those that IDL's globals keep away
// from, but for those of SOM's root classes, which IDL does not name otherwise.
func TestCompatNames(t *testing.T) {
	t.Parallel()
	headers, err := filepath.Glob("../../bind/c/som_compat*.h")
	if err != nil || len(headers) < 4 {
		t.Fatal(headers, err)
	}
	apart := regexp.MustCompile(`(?s)/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\\\n`)
	soms := regexp.MustCompile(`\b(?:som|SOM)[A-Za-z]\w*`)
	declared := []*regexp.Regexp{
		regexp.MustCompile(`(?m)^#define\s+([A-Za-z]\w*)`), regexp.MustCompile(`(?m)^typedef\b.*?(\w+)(?:\[\w*\])?;`),
		regexp.MustCompile(`(?m)^\} (\w+);`), regexp.MustCompile(`(?m)^static inline [^(;={\n]*?(\w+)\s*\(`),
		regexp.MustCompile(`(?m)^typedef enum \{ (?:\w+(?: = \w+)?, )*(\w+)(?: = \w+)? \}`),
	}
	var names []string
	for _, h := range headers {
		b, err := os.ReadFile(h)
		if err != nil {
			t.Fatal(err)
		}
		text := apart.ReplaceAllString(string(b), " ")
		names = append(names, soms.FindAllString(text, -1)...)
		for _, d := range declared {
			for _, m := range d.FindAllStringSubmatch(text, -1) {
				names = append(names, m[1])
			}
		}
	}
	r, err := idl.Compile(t.Context(), idl.Options{Resolver: idl.FilesOf{"a.idl": "typedef long T;"}}, "a.idl")
	if err != nil {
		t.Fatal(err)
	}
	var d model.Decl
	for d = range r.Spec.All() {
		break
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) < 100 {
		t.Fatalf("only %d names", len(names))
	}
	for _, n := range names {
		root := n == "SOMObject" || strings.HasPrefix(n, "SOMClass") && n != "SOMClassMgrObject" && n != "SOMClassInitFuncName" || strings.HasPrefix(n, "SOMObject_")
		if !root && !cabi.IsOwn(n) && !strings.HasPrefix(n, "_") && !cabi.IsCompat(d, n) {
			t.Errorf("%s is not in compat.txt", n)
		}
	}
}
