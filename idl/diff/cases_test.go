package diff_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/diff"
	"github.com/opendsom/dsom/internal/golden"
	"github.com/opendsom/dsom/model"
)

// compile compiles a text as the file of that name.
func compile(t testing.TB, name, text string) *model.Spec {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: idl.FilesOf{name: text}}, name)
	if err != nil {
		var b strings.Builder
		_ = diag.Render(&b, r.Report.All(), diag.Style{Source: r.Source})
		t.Fatal(b.String())
	}
	return r.Spec
}

// rows returns a line for each change: its code and numbers, what it is about, its verdicts, the places.
func rows(r *diff.Result) string {
	var b strings.Builder
	for _, c := range r.Changes {
		at := func(s diag.Span) string {
			if !s.IsValid() {
				return "-"
			}
			return fmt.Sprintf("%d:%d", s.Start.Line, s.Start.Column)
		}
		binary := c.Binary.String()
		if c.Silent {
			binary += " in silence"
		}
		fmt.Fprintf(&b, "%s %s: wire %s, source %s/%s/%s, binary %s, %s -> %s: %s\n", strings.Join(append([]string{c.Code}, c.Numbers...), " "),
			c.Name, c.Wire, c.Client, c.Servant, c.Subclass, binary, at(c.Old), at(c.New), c.Message)
	}
	if b.Len() == 0 {
		return "no changes\n"
	}
	return b.String()
}

type testCase struct{ name, old, new string }

func readCases(t testing.TB, file string) []testCase {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []testCase
	for chunk := range strings.SplitSeq(strings.TrimPrefix(string(text), "=== "), "\n=== ") {
		name, body, _ := strings.Cut(chunk, "\n")
		old, new, ok := strings.Cut(body, "---\n")
		if !ok {
			t.Fatalf("case %q has no second release", name)
		}
		all = append(all, testCase{name, old, new})
	}
	return all
}

// TestCases holds each kind of change with its verdicts: corba.txt those of interfaces that are
// no classes, classes.txt those of SOM classes beside the pairs of TestRRBC.
func TestCases(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"corba", "classes"} {
		var b strings.Builder
		for _, c := range readCases(t, "testdata/"+name+".txt") {
			r := diff.Compare(compile(t, "old.idl", c.old), compile(t, "new.idl", c.new), diff.Options{})
			b.WriteString("=== " + c.name + "\n" + rows(r))
		}
		golden.Check(t, name+".golden", b.String())
	}
}

// TestMirror holds that the way back tells of each thing that came that it goes, and the other
// way round.
func TestMirror(t *testing.T) {
	t.Parallel()
	mirror := map[string]string{} // of the codes that are each other's way back
	for _, r := range diff.Rules() {
		mirror[r.Code] = r.Mirror
	}
	for code, m := range mirror {
		if mirror[m] != code {
			delete(mirror, code)
		}
	}
	if len(mirror) < 20 {
		t.Fatalf("%d codes have a way back", len(mirror))
	}
	for _, c := range readCases(t, "testdata/corba.txt") {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			old, new := compile(t, "old.idl", c.old), compile(t, "new.idl", c.new)
			there, back := diff.Compare(old, new, diff.Options{}), diff.Compare(new, old, diff.Options{})
			for _, c := range there.Changes {
				m, ok := mirror[c.Code]
				if ok && !slices.ContainsFunc(back.Changes, func(b diff.Change) bool { return b.Code == m && last(b.Name) == last(c.Name) }) {
					t.Errorf("the way back does not say %s of %s\nthere:\n%sback:\n%s", m, c.Name, rows(there), rows(back))
				}
			}
			if (len(there.Changes) == 0) != (len(back.Changes) == 0) {
				t.Errorf("there:\n%sback:\n%s", rows(there), rows(back))
			}
		})
	}
}

func last(scoped string) string { return scoped[strings.LastIndexByte(scoped, ':')+1:] }

// TestSame holds that nothing changes between a release and itself, over all the IDL there is.
func TestSame(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../testdata/golden/*/main.idl")
	cos, _ := filepath.Glob("/usr/share/idl/omniORB/COS/*.idl") // Debian's package omniorb-idl, where it is installed
	if len(files) < 5 {
		t.Fatalf("%d files", len(files))
	}
	for _, f := range append(files, cos...) {
		t.Run(f, func(t *testing.T) {
			t.Parallel()
			o := idl.Options{Include: []string{filepath.Dir(f), filepath.Join(filepath.Dir(f), "include")}}
			r, err := idl.Compile(context.Background(), o, f)
			if err != nil {
				t.Skip("it is not meant to compile")
			}
			again, _ := idl.Compile(context.Background(), o, f)
			if d := diff.Compare(r.Spec, again.Spec, diff.Options{Binary: true}); len(d.Changes) > 0 {
				t.Errorf("got %s", rows(d))
			}
		})
	}
}

// TestEveryRule holds that the rules are whole, and each is in a golden file.
func TestEveryRule(t *testing.T) {
	t.Parallel()
	var seen strings.Builder
	for _, f := range []string{"testdata/corba.golden", "testdata/classes.golden", "testdata/rrbc.golden"} {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(b)
	}
	codes := map[string]bool{}
	for _, r := range diff.Rules() {
		if codes[r.Code] {
			t.Errorf("%s is in the tables twice", r.Code)
		}
		codes[r.Code] = true
		if r.Title == "" || r.Why == "" {
			t.Errorf("%s is not explained", r.Code)
		}
		if !strings.Contains(seen.String(), r.Code+" ") {
			t.Errorf("no case has %s", r.Code)
		}
	}
}

// TestTakenForClass holds that interfaces with types that no class has can be taken for classes.
func TestTakenForClass(t *testing.T) {
	t.Parallel()
	const text = `enum Col { %s };
valuetype Val { public Col c; };
valuetype Boxed Col;
union Either switch (Col) { case red: long r; case green: Val v; };
typedef fixed<9, 2> Money;
typedef sequence<Either> Eithers;
interface I {
  exception Bad { any a; Either u; };
  any f(in Val v, in Boxed w, in Money n, in Object o, in wchar c, in long double d) raises (Bad);
  readonly attribute Eithers all raises (Bad);
  void nothing();
};
interface J { void g(in ValueBase v, in Col c); };
`
	old, new := compile(t, "a.idl", fmt.Sprintf(text, "red, green")), compile(t, "b.idl", fmt.Sprintf(text, "green, red"))
	got := rows(diff.Compare(old, new, diff.Options{Binary: true}))
	if !strings.Contains(got, "enumerator-renumbered Col: wire break, source compatible/compatible/compatible, binary break in silence") {
		t.Errorf("J has it and no union, and nothing tells; got\n%s", got)
	}
}
