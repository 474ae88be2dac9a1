package dyn_test

import (
	"strings"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/typecode"
)

// TestAmbiguousJSON: a text of which readers make different things is refused.
func TestAmbiguousJSON(t *testing.T) {
	t.Parallel()
	two := typecode.Struct("IDL:X:1.0", "X", typecode.Member{Name: "x", Type: typecode.Long}, typecode.Member{Name: "s", Type: typecode.String})
	for _, c := range []struct{ text, want string }{
		{`{"x": 1, "s": "a\"b\\"}`, ""},
		{`{"x": 1, "s": "x\ud83d\ude00\u00e9"}`, ""},
		{`{"s": "x", "x": 1}`, ""},
		{"{\"s\": \"\U0001F600\", \"x\": 1}", ""},
		{`{"x": 1, "s": "\ud800"}`, `half a surrogate pair, \ud800`},
		{`{"x": 1, "s": "\ud900"}`, `half a surrogate pair, \ud900`},
		{`{"x": 1, "s": "\uD83Dx"}`, "half a surrogate pair"},
		{`{"x": 1, "s": "\ude00\ud83d"}`, "half a surrogate pair"},
		{`{"x": 1, "s": "\ud83d\u0041"}`, "half a surrogate pair"},
		{`{"x": 1, "\udc00": "s"}`, "half a surrogate pair"},
		{`{"x": 1, "s": "", "x" : 2}`, `two members "x"`},
		{`{"x": 1, "s": "", "\u0078": 2}`, `two members "x"`},
		{"{\"x\": 1, \"s\": \"\xff\"}", "not UTF-8"},
	} {
		_, err := dyn.UnmarshalJSON(two, []byte(c.text), dyn.JSONOptions{})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
		}
	}
	if _, err := dyn.UnmarshalJSON(typecode.Sequence(two, 0), []byte(`[{"x": 1, "s": "x"}, {"x": 1, "s": "x"}]`), dyn.JSONOptions{}); err != nil {
		t.Error(err)
	}
}
