package rrbc_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/diff"
)

const docPage = "../docs/compatibility.md"

const docHead = `# What a new release of a class library may change

Programs and subclasses that were compiled with one release of a class library go on with the next, with nothing compiled anew, if
the next changes only what the first table below lists. What the second lists is refused, with the reason, before any wrong code runs,
but for another release order (N2), which no program of DSOM's bindings notices.

That rests on what is compiled into a client: names. A client binds the methods that it knows of a class by name, when it first
uses the class, and asks for the version that it was compiled with. Where a method stands in tables, how large an
instance is and where a class's variables lie in it is found out at run time, for subclasses too.

For authors of class libraries:

- Write a ` + "`releaseorder`" + `, append what is new, and leave in it what is gone: that is the promise of a release. Raise ` + "`minorversion`" + ` with each.
- Before a release, compare: ` + "`dsom idl diff --binary old.idl new.idl`" + ` says which row a change is, and exits with 1 if something breaks
  ([idl-diff.md](idl-diff.md)). Its verdict for each row is in the tables.
- What a change means may still surprise: an override that does something else is compatible, and breaks whoever relied on the old behaviour.

The rows are those of SOM's own list. Each is held by ` + "`go test ./rrbc`" + `: of each row two releases of a library are built in C and in C++, a client, and a
subclass in the other language with variables, overrides, parent calls and next calls of its own. The client runs, the library
is replaced, and the client runs again; hashes of client and subclass stay what they were. So it goes once more with a subclass in Go, which is a shared
library with a Go runtime in the client's process, but for the rows that are named below the tables. All results, traces of initializers,
sizes, layouts, orders, metaclasses and versions have to be those that the other kernel, package som, gives for the same classes. Names,
numbers and sizes are drawn anew in each run (` + "`DSOM_SEED`" + ` repeats one). That the suite can fail is tested, too: most rows name
ways to build their second release wrongly, each of which has to be found.
`

// TestDoc holds docs/compatibility.md against the rows. DSOM_UPDATE_GOLDEN=1 writes it.
func TestDoc(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(docHead)
	for _, part := range []struct{ letter, title, first string }{
		{"R", "What old programs live with", "the next release"}, {"N", "What is not to be done", "the next release"},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| | %s | what is promised | `dsom idl diff` |\n|---|---|---|---|\n", part.title, part.first)
		for _, r := range rows {
			if strings.HasPrefix(r.id, part.letter) {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.id, r.change, r.promise, r.prediction())
			}
		}
	}
	b.WriteString("\n## Where no subclass is in Go\n\n")
	for _, r := range rows {
		if r.outOfGo != "" {
			fmt.Fprintf(&b, "- %s: %s.\n", r.id, r.outOfGo)
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
		t.Errorf("%s is not what the rows say; DSOM_UPDATE_GOLDEN=1 writes it anew", docPage)
	}
}

func (r *row) prediction() string {
	switch {
	case r.refused != "":
		return "the compiler refuses it: " + r.refused
	case r.code == "":
		return "nothing: IDL shows no change"
	}
	return fmt.Sprintf("`%s`: %s", r.code, max(r.verdict, diff.OK))
}

// TestWhole holds that every row of SOM's list is here, with a change or a reason to have none, and that many can be seen to fail.
func TestWhole(t *testing.T) {
	t.Parallel()
	has := map[string]bool{}
	mutants := 0
	for _, r := range rows {
		if has[r.id] {
			t.Errorf("%s is here twice", r.id)
		}
		has[r.id] = true
		if r.change == "" || r.promise == "" {
			t.Errorf("%s is not explained", r.id)
		}
		if len(r.mutants) > 0 {
			mutants++
		}
	}
	for n := 1; n <= 34; n++ {
		if id := fmt.Sprint("R", n); !has[id] {
			t.Errorf("%s is missing", id)
		}
		if id := fmt.Sprint("N", n); n <= 12 && !has[id] {
			t.Errorf("%s is missing", id)
		}
	}
	if mutants < 30 {
		t.Errorf("only %d rows have mutants", mutants)
	}
}
