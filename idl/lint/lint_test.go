package lint_test

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/lint"
)

// filesOf takes an example apart that holds several files.
func filesOf(text string) (idl.FilesOf, string) {
	if !strings.HasPrefix(text, "-- ") {
		return idl.FilesOf{"example.idl": text}, "example.idl"
	}
	files, first := idl.FilesOf{}, ""
	for part := range strings.SplitSeq(text, "-- ") {
		name, body, ok := strings.Cut(part, " --\n")
		if !ok {
			continue
		}
		if first == "" {
			first = name
		}
		files[name] = body
	}
	return files, first
}

func run(t testing.TB, text string, c lint.Config) *diag.Report {
	t.Helper()
	files, first := filesOf(text)
	r, err := idl.Compile(context.Background(), idl.Options{Resolver: files}, first)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	report, err := lint.Lint(r, c)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func summary(r *diag.Report) string {
	var s []string
	for _, d := range r.All() {
		s = append(s, fmt.Sprintf("%s:%d", d.Code, d.Span.Start.Line))
	}
	return strings.Join(s, " ")
}

// TestExamples holds that each rule finds something in its bad example, at a place, and nothing
// in its good one.
func TestExamples(t *testing.T) {
	t.Parallel()
	names, codes := map[string]bool{}, map[diag.Code]bool{}
	for _, r := range lint.Rules() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			if r.Title == "" || r.Explanation == "" || r.Bad == "" || r.Good == "" || !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(r.Name) {
				t.Error("the rule is not whole")
			}
			only := lint.Config{Only: []string{r.Name}}
			bad := run(t, r.Bad, only)
			if len(bad.All()) == 0 {
				t.Errorf("nothing is found in\n%s", r.Bad)
			}
			for _, d := range bad.All() {
				if d.Code != r.Code || d.Severity != r.Severity || !d.Span.IsValid() || d.Message == "" {
					t.Errorf("got %v", d)
				}
			}
			if good := run(t, r.Good, only); len(good.All()) > 0 {
				t.Errorf("got %v in\n%s", good.All(), r.Good)
			}
			off := "#pragma dsom lint off " + r.Name + "\n"
			muted := off + r.Bad
			if strings.HasPrefix(r.Bad, "-- ") {
				muted = strings.Replace(r.Bad, " --\n", " --\n"+off, 1)
			}
			if got := run(t, muted, only); len(got.All()) > 0 && r.Name != "include-guard" {
				t.Errorf("got %v although the text switches it off", got.All())
			}
		})
		if names[r.Name] || codes[r.Code] {
			t.Errorf("%s %s is there twice", r.Name, r.Code)
		}
		names[r.Name], codes[r.Code] = true, true
	}
}

const several = `module Bank {
  struct money { long a; };
  interface Account { void Close(); };
};
`

func TestConfig(t *testing.T) {
	t.Parallel()
	names := []string{"name-type", "name-operation"}
	for name, c := range map[string]struct {
		config lint.Config
		want   string
	}{
		"only":           {lint.Config{Only: names}, "LINT1001:2 LINT1002:3"},
		"disabled":       {lint.Config{Disable: []string{"all"}}, ""},
		"all but":        {lint.Config{Disable: []string{"all"}, Enable: []string{"name-type"}}, "LINT1001:2"},
		"enabled though": {lint.Config{Enable: []string{"missing-doc"}, Disable: []string{"all"}}, "LINT3005:2 LINT3005:3 LINT3005:3"},
		"ignored":        {lint.Config{Only: names, Ignore: []string{"*.idl"}}, ""},
		"ignored folder": {lint.Config{Only: names, Ignore: []string{"vendor/"}}, "LINT1001:2 LINT1002:3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := summary(run(t, several, c.config)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	r := run(t, several, lint.Config{Only: names, Severity: map[string]diag.Severity{"name-type": diag.Error}})
	if r.Count(diag.Error) != 1 {
		t.Errorf("got %v", r.All())
	}
	r = run(t, "module M { interface I { void f(in long a, in long b); }; };", lint.Config{Only: []string{"many-parameters"}, Options: map[string]int{"max-parameters": 1}})
	if len(r.All()) != 1 {
		t.Errorf("got %v", r.All())
	}
}

func TestReadConfig(t *testing.T) {
	t.Parallel()
	c, err := lint.ReadConfig([]byte(`{"include": ["x"], "lint": {"enable": ["oneway"], "severity": {"oneway": "error"}, "options": {"max-parameters": 3}, "ignore": ["a/"]}}`))
	if err != nil || !slices.Equal(c.Enable, []string{"oneway"}) || c.Severity["oneway"] != diag.Error || c.Options["max-parameters"] != 3 {
		t.Errorf("got %+v, %v", c, err)
	}
	if c, err := lint.ReadConfig([]byte(`{}`)); err != nil || len(c.Enable) > 0 {
		t.Errorf("got %+v, %v", c, err)
	}
	for text, want := range map[string]string{
		`{"lint": {"enable": ["onway"]}}`:             `did you mean "oneway"?`,
		`{"lint": {"disable": ["zzzzzzzzz"]}}`:        "there is no rule",
		`{"lint": {"severity": {"oneway": "loud"}}}`:  "unknown severity",
		`{"lint": {"severity": {"nothing": "info"}}}`: "there is no rule",
		`{"lint": {"options": {"max": 3}}}`:           "no rule has an option",
		`{"lint": {"ignore": ["["]}}`:                 "no pattern",
		`{"lint": {"rules": []}}`:                     `unknown field "rules"`,
		`{"lnit": {}}`:                                `no tool on IDL reads the field "lnit"; did you mean "lint"?`,
		`{"lint"`:                                     "unexpected end",
	} {
		if c, err := lint.ReadConfig([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %+v, %v, want an error with %q", text, c, err, want)
		}
	}
}

// TestMute holds what a text can switch off for itself.
func TestMute(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"module M {\n  // dsom:ignore name-type kept for old clients\n  struct a { long n; };\n  struct b { long n; };\n};\n":               "LINT1001:4",
		"module M {\n  /* dsom:ignore name-type */\n  // And more to say.\n  struct a { long n; };\n  struct b { long n; };\n};\n":          "LINT1001:5",
		"module M {\n  struct a { long n; }; // dsom:ignore name-type\n  struct b { long n; };\n};\n":                                       "LINT1001:3",
		"module M {\n  struct a { long n; }; // dsom:ignore name-operation\n};\n":                                                           "LINT1001:2",
		"module M {\n#pragma dsom lint off name-type\n  struct a { long n; };\n#pragma dsom lint on name-type\n  struct b { long n; };\n};": "LINT1001:5",
		"module M {\n#pragma dsom lint off\n  struct a { long n; };\n#pragma dsom lint on\n  struct b { long n; };\n};":                     "LINT1001:5",
		"module M {\n#pragma dsom lint\n  struct a { long n; };\n};":                                                                        "LINT9001:2 LINT1001:3",
		"module M {\n#pragma dsom lint of name-type\n  struct a { long n; };\n};":                                                           "LINT9001:2 LINT1001:3",
		"module M {\n#pragma dsom lint off nope-rule name-type\n  struct a { long n; };\n};":                                                "LINT9001:2",
		"module M {\n  // dsom:ignore nope2\n  struct a { long n; };\n};":                                                                   "LINT9001:2 LINT1001:3",
		"module M {\n  // dsom:ignore\n  struct a { long n; };\n};":                                                                         "LINT9001:2 LINT1001:3",
		"module M {\n  /* dsom:ignore */\n  struct a { long n; };\n};":                                                                      "LINT9001:2 LINT1001:3",
	} {
		if got := summary(run(t, text, lint.Config{Only: []string{"name-type"}})); got != want {
			t.Errorf("got %q, want %q of\n%s", got, want, text)
		}
	}
}

// TestNoRuleExample holds the example of the code that no rule has.
func TestNoRuleExample(t *testing.T) {
	t.Parallel()
	e, _ := lint.Codes().Lookup(lint.CodeNoRule)
	if got := summary(run(t, e.Example, lint.Config{Only: []string{"name-operation"}})); got != "LINT9001:1" {
		t.Errorf("got %q of\n%s", got, e.Example)
	}
}

// TestNothingWrong holds that the project's own IDL passes without a warning.
func TestNothingWrong(t *testing.T) {
	t.Parallel()
	for _, f := range []string{"../../demo/bank/bank.idl", "../../examples/hello/hello.idl", "../../examples/emitter/shop.idl"} {
		if _, err := os.Stat(f); err != nil {
			continue
		}
		r, err := idl.Compile(context.Background(), idl.Options{}, f)
		if err != nil {
			t.Fatal(err)
		}
		report, err := lint.Lint(r, lint.Config{})
		if err != nil || report.Count(diag.Warning)+report.Count(diag.Error) > 0 {
			t.Errorf("%s: got %v, %v", f, report.All(), err)
		}
	}
}
