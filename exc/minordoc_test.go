package exc_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/exc"
)

// TestMinorCodesPage holds docs/minor-codes.md against the table that it is made of. With
// DSOM_UPDATE_GOLDEN set it writes the page, and fails so that nobody takes that for a pass.
func TestMinorCodesPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Minor codes of system exceptions\n\n" +
		"What this ORB means by the minor code of a system exception that it raises, and what to do about it. Codes that begin\n" +
		"with 0x4f4d are the specification's (CORBA 3.3 part 1, annex A), those that begin with 0x4453 are this ORB's own. Codes of\n" +
		"other ORBs are theirs. This page is made from the table in `exc/minor.go`.\n\n" +
		"| exception | minor | what happened | what to do |\n|---|---|---|---|\n")
	for _, m := range exc.Minors() {
		fmt.Fprintf(&b, "| %s | 0x%08x | %s | %s |\n", m.Kind.Name(), m.Code, m.Meaning, m.Cure)
	}
	const page = "../docs/minor-codes.md"
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Fatal("the page was written; run again without DSOM_UPDATE_GOLDEN")
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Errorf("%s is not what the table says; run the test with DSOM_UPDATE_GOLDEN=1", page)
	}
	seen := map[string]bool{}
	for _, m := range exc.Minors() {
		k := fmt.Sprint(m.Kind, m.Code)
		if seen[k] {
			t.Errorf("%v with minor 0x%08x is in the table twice", m.Kind, m.Code)
		}
		seen[k] = true
	}
}
