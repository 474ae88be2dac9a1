package idl_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
)

// A testCase is a piece of a file in testdata/cases: a first line that says what is expected,
// "//! ok" or "//! IDL3001:2 IDL3004:3" (codes and lines, warnings too, in order), perhaps a
// line "//! omniidl: accepts, reason" where that compiler decides otherwise, and the text.
// Several files are told apart as in the examples of codes.
type testCase struct {
	name    string // file and line
	want    string
	omniidl string
	text    string
}

func readCases(t testing.TB) []testCase {
	t.Helper()
	files, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var all []testCase
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		line := 1
		for _, chunk := range strings.SplitAfter(string(b), "\n---\n") {
			c := testCase{name: fmt.Sprintf("%s:%d", filepath.Base(f), line)}
			line += strings.Count(chunk, "\n")
			chunk = strings.TrimSuffix(chunk, "---\n")
			for strings.HasPrefix(chunk, "//! ") {
				head, rest, _ := strings.Cut(chunk, "\n")
				if o, ok := strings.CutPrefix(head, "//! omniidl: "); ok {
					c.omniidl = o
				} else {
					c.want = strings.TrimPrefix(head, "//! ")
				}
				chunk = rest
			}
			c.text = chunk
			if strings.TrimSpace(chunk) != "" {
				all = append(all, c)
			}
		}
	}
	return all
}

// filesOf takes a text apart that holds several files; the first, or all, is example.idl.
func filesOf(text string) idl.FilesOf {
	files := idl.FilesOf{}
	name, from, at := "example.idl", 0, 0
	for l := range strings.SplitAfterSeq(text, "\n") {
		n, ok := strings.CutPrefix(strings.TrimSpace(l), "-- ")
		if ok && strings.HasSuffix(n, " --") {
			if at > from {
				files[name] = text[from:at]
			}
			name, from = strings.TrimSuffix(n, " --"), at+len(l)
		}
		at += len(l)
	}
	files[name] = text[from:]
	return files
}

// summary returns codes and lines of the diagnostics, or "ok".
func summary(r *diag.Report) string {
	var s []string
	for _, d := range r.All() {
		s = append(s, fmt.Sprintf("%s:%d", d.Code, d.Span.Start.Line))
	}
	if len(s) == 0 {
		return "ok"
	}
	return strings.Join(s, " ")
}

// show renders the diagnostics of a result.
func show(t testing.TB, r *idl.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := diag.Render(&b, r.Report.All(), diag.Style{Source: r.Source}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func compile(t testing.TB, text string) *idl.Result {
	t.Helper()
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: filesOf(text), Include: []string{"include"}}, "example.idl")
	if (err == nil) != (r.Spec != nil) {
		t.Errorf("error %v, but specification %v", err, r.Spec)
	}
	return r
}

// TestCases holds the compiler against each rule: which codes on which lines, or none.
func TestCases(t *testing.T) {
	t.Parallel()
	cases := readCases(t)
	good := 0
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := compile(t, c.text)
			if got := summary(r.Report); got != c.want {
				t.Errorf("got  %s\nwant %s\n%s\n%s", got, c.want, show(t, r), c.text)
			}
		})
		if c.want == "ok" {
			good++
		}
	}
	t.Logf("%d cases, %d of them without a diagnostic", len(cases), good)
}

// TestExamples compiles the example of each code and demands exactly that code.
func TestExamples(t *testing.T) {
	t.Parallel()
	// What no text provokes: how else it comes about.
	without := map[diag.Code]func() *idl.Result{
		"IDL1007": func() *idl.Result {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			var text strings.Builder
			for i := range 2_000 {
				fmt.Fprintf(&text, "struct S%d { long x; };\n", i)
			}
			r, _ := idl.Compile(ctx, idl.Options{Resolver: idl.FilesOf{"a.idl": text.String()}}, "a.idl")
			return r
		},
		idl.CodeInternal: func() *idl.Result {
			r, _ := idl.Compile(t.Context(), idl.Options{Resolver: panicking{}}, "a.idl")
			return r
		},
	}
	seen := map[diag.Code]bool{}
	for _, e := range idl.Codes() {
		t.Run(string(e.Code), func(t *testing.T) {
			t.Parallel()
			if e.Title == "" || e.Explanation == "" {
				t.Error("the code is not explained")
			}
			scene := without[e.Code]
			if (e.Example == "") != (scene != nil) || (e.Scene != "") != (scene != nil) {
				t.Fatal("the code needs an example, or a scene that this test acts out")
			}
			var r *idl.Result
			if scene != nil {
				r = scene()
			} else {
				r = compile(t, e.Example)
			}
			all := r.Report.All()
			if scene != nil { // a program that goes wrong is told of it in more than one place
				all = slices.CompactFunc(all, func(a, b diag.Diagnostic) bool { return a.Code == b.Code })
			}
			if len(all) != 1 || all[0].Code != e.Code || all[0].Severity != e.Severity {
				t.Errorf("got %s, want only %s\n%s", summary(r.Report), e.Code, show(t, r))
			}
		})
		if seen[e.Code] {
			t.Errorf("code %s is in the table twice", e.Code)
		}
		seen[e.Code] = true
	}
}

// panicking is a Resolver with a defect.
type panicking struct{}

func (panicking) Open(string) ([]byte, error) { panic("a defect") }

// TestCasesUseAllCodes holds the cases against the table: each code has one at least.
func TestCasesUseAllCodes(t *testing.T) {
	t.Parallel()
	var used strings.Builder
	for _, c := range readCases(t) {
		used.WriteString(c.want + " ")
	}
	var missing []string
	for _, e := range idl.Codes() {
		if e.Example != "" && !strings.Contains(used.String(), string(e.Code)+":") {
			missing = append(missing, string(e.Code))
		}
	}
	if diff := cmp.Diff([]string(nil), missing); diff != "" {
		t.Errorf("codes without a case:\n%s", diff)
	}
}
