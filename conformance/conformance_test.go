package conformance_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/conformance"
)

// TestCases holds that the files can be read, that names of cases are their own, and that each
// code of docs/som.md which needs no library to arise is the answer to some step.
func TestCases(t *testing.T) {
	t.Parallel()
	cases, err := conformance.Cases()
	if err != nil {
		t.Fatal(err)
	}
	seen, codes := map[string]bool{}, map[string]bool{}
	for _, c := range append(cases, conformance.Limits()...) {
		if seen[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		seen[c.Name] = true
		for _, s := range c.Steps {
			codes[s.Error] = true
		}
	}
	for code := range strings.FieldsSeq("name parents cycle order metaclass version method init type size methods depth ambiguous unknown abstract busy freed raised") {
		if !codes[code] {
			t.Errorf("no case has the code %q", code)
		}
	}
}

// TestParse holds that a text which is not in the format is refused.
func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"field":  {`[{"name": "a", "step": []}]`, "unknown field"},
		"verb":   {`[{"name": "a", "steps": [{"do": "order"}, {"do": "dance"}]}]`, `there is no "dance"`},
		"code":   {`[{"name": "a", "steps": [{"do": "order", "class": "A", "error": "oops"}]}]`, `no code "oops"`},
		"class":  {`[{"name": "a", "steps": [{"do": "define", "class": "A"}]}]`, "no such class"},
		"answer": {`[{"name": "a", "steps": [{"do": "uncast", "object": "a", "is": 1}]}]`, "answers nothing"},
		"says":   {`[{"name": "a", "steps": [{"do": "order", "class": "A", "says": ["A"]}]}]`, "only an error"},
		"name":   {`[{"steps": []}]`, "no name"},
	} {
		if _, err := conformance.Parse(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

// TestString holds that a printed case is read again as what it was.
func TestString(t *testing.T) {
	t.Parallel()
	cases, err := conformance.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		again, err := conformance.Parse("[" + c.String() + "]")
		if err != nil {
			t.Fatalf("%v\n%s", err, c)
		}
		if got := again[0].String(); got != c.String() {
			t.Errorf("got %s\nwant %s", got, c)
		}
	}
}

// kernel answers each step with the same.
type kernel struct {
	is  any
	err error
}

func (k kernel) Do(*conformance.Case, conformance.Step) (any, error) { return k.is, k.err }

// TestCompare holds that what differs is told.
func TestCompare(t *testing.T) {
	t.Parallel()
	cases, err := conformance.Parse(`[
{"name": "is", "steps": [{"do": "order", "class": "A", "is": ["A", "B"]}]},
{"name": "error", "steps": [{"do": "order", "class": "A", "error": "unknown"}]},
{"name": "both", "steps": [{"do": "new", "class": "A", "is": [], "error": "raised"}]},
{"name": "says", "steps": [{"do": "order", "class": "A", "error": "order", "says": ["A", "R::m"]}]}]`)
	if err != nil {
		t.Fatal(err)
	}
	unknown := &conformance.Failure{Code: "unknown", Text: "no class A"}
	raised := &conformance.Failure{Code: "raised", Text: "so"}
	for _, c := range []struct {
		on   int
		k    kernel
		good bool
	}{
		{0, kernel{[]string{"A", "B"}, nil}, true},
		{0, kernel{[]string{"B", "A"}, nil}, false},
		{0, kernel{nil, unknown}, false},
		{1, kernel{nil, unknown}, true},
		{1, kernel{nil, &conformance.Failure{Code: "unknown"}}, false},
		{1, kernel{nil, raised}, false},
		{1, kernel{"A", nil}, false},
		{2, kernel{nil, raised}, true},
		{3, kernel{nil, &conformance.Failure{Code: "order", Text: "class E: B and A, which both have R::m: no"}}, true},
		{3, kernel{nil, &conformance.Failure{Code: "order", Text: "class A: B and A::A both have R::m2"}}, false},
		{3, kernel{nil, &conformance.Failure{Code: "order", Text: "class Apple: B has R::m"}}, false},
		{2, kernel{[]string{"A"}, raised}, false},
	} {
		if err := conformance.Compare(c.k, &cases[c.on]); (err == nil) != c.good {
			t.Errorf("%s with %v: got %v", cases[c.on].Name, c.k, err)
		}
	}
}
