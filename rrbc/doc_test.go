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
but for another release order (N2), which no program of DSOM's bindings notices. What the third lists nothing refuses: only ` + "`dsom idl diff`" + `
tells it.

That rests on what is compiled into a client: names. A client binds the methods that it knows of a class by name, when it first
uses the class, and asks for the version that it was compiled with. Where a method stands in tables, how large an
instance is and where a class's variables lie in it is found out at run time, for subclasses too.

For authors of class libraries:

- Write a ` + "`releaseorder`" + `, append what is new, and leave in it what is gone: that is the promise of a release. Raise ` + "`minorversion`" + ` with each.
- Before a release, compare: ` + "`dsom idl diff --binary old.idl new.idl`" + ` says which row a change is, and exits with 1 if something breaks
  ([idl-diff.md](idl-diff.md)). Its verdict for each row is in the tables.
- What a change means may still surprise: an override that does something else is compatible, and breaks whoever relied on the old behaviour.
- A subclass whose parents disagree on the order of two ancestors is built where nothing depends on that order ([som.md](som.md), "Linearisation").
  An override that both have, or data that both begin, makes something depend on it (R12, R24): then the subclass is refused. That is the one refusal
  that dsom idl diff does not predict, for it does not see the subclass; keep to one order.

The rows of R and N are those of SOM's own list, and more of their kinds; those of D are what that list has not. Each is held by ` + "`go test ./rrbc`" + `: of each row two releases of a library are built in C, a client, and a
subclass in C++ with variables, overrides, parent calls and next calls of its own; and of every second row, in each run of others, library and client in C++, and the subclass in C
(` + "`make soak`" + ` builds all). The client runs, the library
is replaced, and the client runs again; hashes of client and subclass stay what they were. So it goes once more with a subclass in Go, which is a shared
library with a Go runtime in the client's process, but for the rows that are named below the tables; and, where a row changes what a name means (R10, R32, D36, N1), twice more above the Go code that
dsom idl build --go --native makes of release 1, with a subclass that is generated from its IDL, and with one that declares methods alone, and once with a subclass in C++ that is written
by hand, which overrides methods by their bare names. A library in Go asks for all that it was compiled for when its classes are defined: with N1f, N3k and R22c it is refused then, where clients in C are when they call. All results, traces of initializers,
sizes, layouts, orders, metaclasses and versions have to be those that the other kernel, package som, gives for the same classes. Names,
numbers and sizes are drawn anew in each run (` + "`DSOM_SEED`" + ` repeats one). That the suite can fail is tested, too: most rows name
ways to build their second release wrongly, each of which has to be found.
Beside the rows, releases with several changes at once are drawn by chance, and what ` + "`dsom idl diff`" + ` predicts of their clients has to happen
(` + "`make soak`" + ` draws many). And whole libraries are drawn, with types of all kinds, metaclasses and several parents, and changed twice by whatever IDL allows: of each
class of a release a client and a subclass, and subclasses of several classes, are tried with the next release and the one after that in the kernel in Go, and some of
them in C. Whatever is refused, lost, exchanged in silence or to be freed by another has to be predicted. The other way round a prediction may be a false alarm, seldom
(more than two in 250 fail the test): a structure that only an object's own variables have gains a member, a member moves between a structure and its base,
or a structure becomes another name of one that is alike, and dsom idl diff says that it breaks, though no old program has anything of it.

What a client is told of a method it is told when it first uses the class, and of a procedure or static data when it first looks for them: then
the names, the ways of calling, the types and the members of exceptions that it was compiled with are compared with those that there are
([som.md](som.md), "How a method is called"). Classes that are written by hand, in C++ or in Go, without IDL have no types to
compare: there the letters of arguments and results have to be the same, and that is all.
`

// TestDoc holds docs/compatibility.md against the rows. DSOM_UPDATE_GOLDEN=1 writes it.
func TestDoc(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(docHead)
	for n, title := range []string{"What old programs live with", "What is not to be done", "What is not to be done, and nothing refuses"} {
		fmt.Fprintf(&b, "\n## %s\n\n| | the next release | what is promised | `dsom idl diff` |\n|---|---|---|---|\n", title)
		for _, r := range rows {
			if r.table() == n {
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
	b.WriteString("\n## Predictions that no row tries\n\n")
	for _, u := range untried {
		fmt.Fprintf(&b, "- `%s`: %s.\n", strings.Join(u.codes, "`, `"), u.why)
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
	verdict := max(r.verdict, diff.OK).String()
	if r.silent {
		verdict += ", in silence"
	}
	return fmt.Sprintf("`%s`: %s", r.code, verdict)
}

// table is the number of the table that a row is in.
func (r *row) table() int {
	switch {
	case r.silent:
		return 2
	case r.id[0] == 'N' || r.id[0] == 'D' && r.verdict == diff.Break:
		return 1
	}
	return 0
}

// untried are the rules of dsom idl diff about binaries that no row has.
var untried = []struct {
	why   string
	codes []string
}{
	{"as a class that is removed (D8), under its old name", []string{"interface-renamed", "renamed-under-its-id", "definition-removed"}},
	{"what is compiled with a release cannot name what that release lacks", []string{"place-removed"}},
	{"an exception that a caller does not know reaches it as one: R31 tries that", []string{"raises-replaced", "exception-renamed", "exception-id-changed"}},
	{"the name is another thing's: what it was is removed (N1, D8), or has another type (N3u)", []string{"kind-changed"}},
	{"as members that come or go (N3c, N3s): signatures have those of the base in front", []string{"struct-base-changed", "struct-base-folded"}},
	{"signatures say the same of both, and each release takes a label for an arm of its own", []string{"arm-label-moved"}},
	{"nothing of it is in a compiled program, or what was stays as it was", []string{"definition-added", "interface-abstract-changed", "interface-local-changed", "parameter-renamed", "type-added", "type-removed",
		"type-alias-changed", "type-id-changed", "id-changed", "member-renamed", "exception-added", "exception-removed", "enumerator-renamed",
		"arm-renamed", "const-added", "const-removed", "const-type-changed", "doc-changed", "annotation-changed", "annotation-layout-changed", "pragma-changed", "modifier-changed"}},
	{"programs keep the old value, since it is compiled into them", []string{"const-value-changed"}},
	{"as rows R6 and R23, and told in the same change", []string{"data-reordered", "directinit-changed"}},
	{"as a class that may have instances from its first release", []string{"class-made-concrete"}},
	{"as another order of parents (D17): the base is inherited still", []string{"base-redundant-removed"}},
	{"conformance/inheritance.json tries what abstract parents give", []string{"abstract-parents-changed"}},
	{"TestPairs draws them by chance", []string{"type-exchanged-in-transfer", "enumerator-reordered", "enumerator-inserted-beside", "enumerator-value-changed", "arm-label-exchanged",
		"nullable-changed", "selection-without-implementation", "metaclass-hollow", "ancestors-ordered", "ancestors-ordered-cxx", "metaclasses-ordered", "metaclasses-ordered-cxx"}},
	{"no binding of the object model has contexts, bit sets, values, components or homes", []string{"context-changed", "bits-changed", "bits-appended", "bit-bound-changed", "flag-added", "flag-removed",
		"state-added", "state-removed", "state-renamed", "state-reordered", "state-type-changed", "state-access-changed", "value-abstract-changed", "value-custom-changed", "value-truncatable-changed",
		"value-event-changed", "value-base-changed", "supports-changed", "factory-added", "factory-removed", "factory-renamed", "component-added", "component-removed", "component-base-changed",
		"port-added", "port-removed", "port-renamed", "port-changed", "home-added", "home-removed", "home-changed"}},
}

// TestTried holds that each rule of dsom idl diff about binaries is tried by a row, or said not to be.
func TestTried(t *testing.T) {
	t.Parallel()
	has := map[string]int{}
	for _, r := range rows {
		has[r.code] = 1
	}
	for _, u := range untried {
		for _, code := range u.codes {
			if has[code]++; has[code] > 1 {
				t.Errorf("%s is tried, or is said twice not to be", code)
			}
		}
	}
	for _, r := range diff.Rules() {
		if r.Binary != diff.None && has[r.Code] == 0 {
			t.Errorf("no row tries %s", r.Code)
		}
		delete(has, r.Code)
	}
	delete(has, "")
	for code := range has {
		t.Errorf("there is no rule %s", code)
	}
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
