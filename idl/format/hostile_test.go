package format_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/opendsom/dsom/idl/format"
)

// TestHostile holds that texts made to cost time or memory cost what their size does.
func TestHostile(t *testing.T) {
	t.Parallel()
	const size = 1 << 15
	for name, piece := range map[string]string{
		"words": "a ", "lines": "a\n", "semicolons": ";", "comments": "/**/", "comment lines": "//\n", "calls": "f(", "parentheses": "(",
		"labels": "case :", "label colons": "case ( : ", "annotations": "@a::\n", "annotation calls": "@a( \n", "lists": "enum{a}", "list items": "a,",
		"open lists": "enum{ enum ", "closing braces": "}", "strings": "\"\"\n", "directives": "#x\n", "conditions": "#if 0\n", "templates": "a<", "angles": "a>>",
		"mixed": "a /* \n */ , // \n", "commas": "void f(a,\n", "raises": "raises (",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := []byte(strings.Repeat(piece, size/len(piece)))
			out, err := format.Source("a.idl", text, format.Options{})
			if bad := (*format.Error)(nil); err != nil && !errors.As(err, &bad) {
				t.Error(err)
			}
			if len(out) > 100*size {
				t.Errorf("%d octets became %d", len(text), len(out))
			}
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for limit, text := range map[string]string{
		"idl-nesting":   strings.Repeat("module M {", 1000),
		"idl-file-size": strings.Repeat(" ", 64<<20+1),
	} {
		if _, err := format.Source("a.idl", []byte(text), format.Options{}); err == nil || !strings.Contains(err.Error(), limit) {
			t.Errorf("%s: got %v", limit, err)
		}
	}
	if _, err := format.Source("a.idl", nil, format.Options{Indent: 9}); err == nil {
		t.Error("an indent of 9 is taken")
	}
}
