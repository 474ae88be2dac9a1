package check_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/idl/check"
)

// TestModifierTable holds the table in docs/idl-som.md against the modifiers that are known:
// their names, values and places.
func TestModifierTable(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/idl-som.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented, known []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([^|]+) \\| ([^|]+) \\| [^|]+ \\|[^|]*\\|$").FindAllStringSubmatch(string(b), -1) {
		documented = append(documented, strings.Join(m[1:], " | "))
	}
	slices.Sort(documented)
	for _, m := range check.Modifiers() {
		known = append(known, m.Name+" | "+values(m)+" | "+places(m))
	}
	if diff := cmp.Diff(known, documented); diff != "" {
		t.Errorf("docs/idl-som.md (-known +documented):\n%s", diff)
	}
}

func values(m check.Modifier) string {
	if len(m.OneOf) > 0 {
		return "`" + strings.Join(m.OneOf, "`, `") + "`"
	}
	return m.Value
}

func places(m check.Modifier) string {
	var ps []string
	for _, p := range []struct {
		is   bool
		name string
	}{
		{m.Class, "class"}, {m.Own && m.Inherited, "method"}, {m.Own && !m.Inherited, "own method"}, {!m.Own && m.Inherited, "inherited method"},
		{m.Attribute, "attribute"}, {m.Variable, "variable"}, {m.Type, "type"},
	} {
		if p.is {
			ps = append(ps, p.name)
		}
	}
	if len(ps) == 5 {
		return "anything"
	}
	return strings.Join(ps, ", ")
}
