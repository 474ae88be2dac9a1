package diff_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/diff"
)

// docPage is the page that describes the rules.
const docPage = "../../docs/idl-diff.md"

const docHead = `# What a change of IDL breaks

    dsom idl diff v1/bank.idl v2/bank.idl
    dsom idl diff --wire --brief -I idl v1 v2

compares two releases: files, folders, or several of them with commas between. Each change is told with where it is in
both releases, and with a verdict in each of three views:

- **wire**: programs of the two releases that call each other.
- **source**: programs that are compiled anew and not changed: clients, servants (who implement an interface), subclasses
  (who derive interfaces or classes).
- **binary**: programs and subclasses that are not compiled anew, and find the new class library at their start. It
  applies to SOM classes (interfaces with an implementation section, or that inherit from one that has one) and to the
  types of a specification with classes; ` + "`--binary`" + ` takes every interface for a class, whose release order is
  that of its declarations.

A break of binaries is a refusal: programs and subclasses that are not compiled anew are told what disagrees, before any wrong code
runs ([som.md](som.md) says what signatures tell). Where nothing refuses them, the change is told as one *in silence*: they go on, and
take one thing for another. [compatibility.md](compatibility.md) has rows for both, and says which predictions are not tried.

A verdict is compatible, caution (works as long as nothing new is used, or works differently), break, or n/a. The exit
status is 1 if something breaks in one of the views that ` + "`--wire`, `--source` and `--binary`" + ` ask for, of all three
without them; 0 otherwise; 2 if the command line is wrong. ` + "`--json`" + ` prints everything for programs.

Declarations are matched by their scoped names. One that is gone is taken for renamed if one of its kind has come that
keeps its repository id, or exactly one in its scope that is like it; what is in it is compared all the same. Private
parts of SOM IDL are compared with ` + "`--private`" + ` only.

This page is made from the tables of package idl/diff: ` + "`DSOM_UPDATE_GOLDEN=1 go test ./idl/diff`" + ` writes it anew, and a
test holds it.
`

// TestDoc holds docs/idl-diff.md against the tables.
func TestDoc(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(docHead)
	b.WriteString("\n## The rules\n\n| code | numbers | wire | source: clients, servants, subclasses | binary | |\n|---|---|---|---|---|---|\n")
	for _, r := range diff.Rules() {
		source := fmt.Sprintf("%s, %s, %s", r.Client, r.Servant, r.Subclass)
		if r.Client == r.Servant && r.Servant == r.Subclass {
			source = r.Client.String()
		}
		text := "**" + r.Title + ".** " + r.Why
		if r.Do != "" {
			text += " *" + r.Do + "*"
		}
		binary := r.Binary.String()
		if r.Silent {
			binary += ", in silence"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", r.Code, strings.Join(r.Numbers, " "), r.Wire, source, binary, text)
	}
	b.WriteString("\nWhere a servant or subclass has to implement something new and the interface is a SOM class, only the class's own\n" +
		"implementation has to be completed (caution), and subclasses inherit it (compatible).\n")
	b.WriteString("\n## Release-to-release binary compatibility\n\nThe rows of SOM's own list: R are changes that old binaries must live with, N those that must be told.\n" +
		"Each has a pair of releases in idl/diff/testdata.\n\n| row | |\n|---|---|\n")
	var rows []string
	for row := range rrbc {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b string) int {
		if a[0] != b[0] {
			return int(b[0]) - int(a[0])
		}
		x, _ := strconv.Atoi(a[1:])
		y, _ := strconv.Atoi(b[1:])
		return x - y
	})
	for _, row := range rows {
		switch want := rrbc[row]; {
		case want.why != "":
			fmt.Fprintf(&b, "| %s | no change visible in IDL: %s |\n", row, want.why)
		case want.refused != "":
			fmt.Fprintf(&b, "| %s | the compiler refuses the new release: %s |\n", row, want.refused)
		default:
			fmt.Fprintf(&b, "| %s | `%s`: %s |\n", row, want.code, want.binary)
		}
	}
	if os.Getenv("DSOM_UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(docPage, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s was written anew", docPage)
		return
	}
	page, err := os.ReadFile(docPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != b.String() {
		t.Errorf("%s is not what the tables say; DSOM_UPDATE_GOLDEN=1 writes it anew", docPage)
	}
}
