package diag_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
)

func span(src, piece string) diag.Span {
	off := strings.Index(src, piece)
	return diag.Span{Start: position(src, off), End: position(src, off+len(piece))}
}

func position(src string, off int) diag.Position {
	line := 1 + strings.Count(src[:off], "\n")
	return diag.Position{File: "a.idl", Line: line, Column: off - strings.LastIndex(src[:off], "\n"), Offset: off}
}

func render(t *testing.T, src string, colour bool, ds ...diag.Diagnostic) string {
	t.Helper()
	var b strings.Builder
	st := diag.Style{Colour: colour, Source: func(file string) ([]byte, bool) { return []byte(src), file == "a.idl" }}
	if err := diag.Render(&b, ds, st); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRender(t *testing.T) {
	t.Parallel()
	src := "interface Account {};\n\tvoid f(in Acount a); // é\n"
	d := diag.Diagnostic{
		Code: "IDL3001", Span: span(src, "Acount"), Message: `"Acount" is not declared`,
		Notes: []diag.Note{{Span: span(src, "Account"), Message: "declared here"}, {Message: "and nowhere else"}},
		Help:  `did you mean "Account"?`,
	}
	got := render(t, src, false, d)
	want := strings.Join([]string{
		`a.idl:2:12: error: "Acount" is not declared [IDL3001]`,
		`    2 |     void f(in Acount a); // é`,
		`      |               ^~~~~~`,
		`a.idl:1:11: note: declared here`,
		`    1 | interface Account {};`,
		`      |           ^~~~~~~`,
		`note: and nowhere else`,
		`  help: did you mean "Account"?`,
		``,
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := render(t, src, true, d); !strings.Contains(got, "\x1b[1;31merror\x1b[0m") {
		t.Errorf("no colour in %q", got)
	}
}

func TestRenderHostileSource(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 5000)
	for name, src := range map[string]string{
		"escape":    "x\x1b[2Jy bad \x00\xff",
		"long line": long + " bad " + long,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := render(t, src, false, diag.Diagnostic{Span: span(src, "bad"), Message: "m\x1b[2J\nn"})
			if strings.ContainsAny(got, "\x1b\x00") {
				t.Errorf("control character in %q", got)
			}
			if len(got) > 1000 {
				t.Errorf("got %d octets for one diagnostic", len(got))
			}
			if !strings.Contains(got, " bad ") || !strings.Contains(got, "^~~\n") {
				t.Errorf("the place is not shown: %q", got)
			}
		})
	}
	// A place outside of the text, as #line can make it, must not be read.
	far := diag.Span{Start: diag.Position{File: "a.idl", Line: 9, Column: 9, Offset: 99}}
	if got := render(t, "short", false, diag.Diagnostic{Span: far, Message: "m"}); strings.Contains(got, "|") {
		t.Errorf("got an excerpt of nothing: %q", got)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	var r diag.Report
	if r.Err() != nil || r.HasErrors() || len(r.All()) != 0 {
		t.Fatal("a new report is not empty")
	}
	at := func(file string, line int) diag.Span {
		return diag.Span{Start: diag.Position{File: file, Line: line, Column: 1}}
	}
	r.Add(diag.Diagnostic{Code: "W", Severity: diag.Warning, Span: at("z.idl", 3), Message: "third"})
	r.Add(diag.Diagnostic{Code: "E", Span: at("z.idl", 1), Message: "first"})
	r.Add(diag.Diagnostic{Code: "E", Span: at("z.idl", 1), Message: "first"})
	r.Add(diag.Diagnostic{Code: "E", Span: at("a.idl", 1), Message: "last: its file came second"})
	r.Add(diag.Diagnostic{Code: "E", Span: at("z.idl", 2), Message: "second"})
	var got []string
	for _, d := range r.All() {
		got = append(got, d.Message[:4])
	}
	if want := "firs seco thir last"; strings.Join(got, " ") != want {
		t.Errorf("got order %v, want %s", got, want)
	}
	if got, want := r.Count(diag.Error), 3; got != want {
		t.Errorf("got %d errors, want %d", got, want)
	}
	var list *diag.ErrorList
	if !errors.As(r.Err(), &list) || len(list.List) != 3 || !strings.HasPrefix(list.Error(), "z.idl:1:1: error: first [E]\n") {
		t.Errorf("got %v", r.Err())
	}
}

func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	r := diag.Report{Max: 5}
	for i := range 100 {
		if full := r.Full(); full != (i >= 5) {
			t.Fatalf("after %d errors: full is %v", i, full)
		}
		r.Add(diag.Diagnostic{Code: "E", Span: diag.Span{Start: diag.Position{Line: i + 1}}, Message: "again"})
	}
	if len(r.All()) != 5 || r.Count(diag.Error) != 100 || r.Dropped() != 95 {
		t.Errorf("got %d kept, %d counted, %d dropped", len(r.All()), r.Count(diag.Error), r.Dropped())
	}
	if got := r.Err().Error(); !strings.HasSuffix(got, "and 95 more errors") {
		t.Errorf("got %q", got)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	src := "a bad"
	var b strings.Builder
	err := diag.WriteJSON(&b, []diag.Diagnostic{
		{Code: "X1", Severity: diag.Warning, Span: span(src, "bad"), Message: "m", Help: "h", Notes: []diag.Note{{Message: "n"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `[
  {"code":"X1","severity":"warning","message":"m","file":"a.idl","start":{"line":1,"column":3,"offset":2},` +
		`"end":{"line":1,"column":6,"offset":5},"notes":[{"message":"n"}],"help":"h"}
]
`
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, s := range []diag.Span{{}, span(src, "bad"), {Start: position(src, 0), End: diag.Position{File: "b", Line: 2, Column: 1, Offset: 9}}} {
		j, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back diag.Span
		if err := json.Unmarshal(j, &back); err != nil || back != s {
			t.Errorf("%s: got %v (%v), want %v", j, back, err, s)
		}
	}
}

func TestClosest(t *testing.T) {
	t.Parallel()
	names := []string{"Account", "Bank", "deposit", "withdraw", "x"}
	for name, want := range map[string]string{
		"Acount": "Account", "account": "Account", "depsoit": "deposit", "Bnak": "Bank",
		"customer": "", "y": "", "": "", strings.Repeat("a", 500): "",
	} {
		if got := diag.Closest(name, names); got != want {
			t.Errorf("Closest(%.20q): got %q, want %q", name, got, want)
		}
	}
}
