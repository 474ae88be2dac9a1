package check

import (
	"strings"
	"unicode"

	"github.com/opendsom/dsom/idl/syntax"
)

// referList tells tools what the names in a modifier's list denote, in quotes or without:
// caller_owns_parameters = "a, b". Names in a literal that is put together, or has escapes, have
// no place of their own in the text.
func (c *checker) referList(m *syntax.ModifierTerm, of func(name string) *symbol) {
	if c.indexer == nil || m == nil || m.Value == nil || m.Macro != nil {
		return
	}
	v := m.Value
	at := v.Span.Start
	switch {
	case v.Span.End.Offset-at.Offset != len(v.Written) || v.Span.End.File != at.File || v.Span.End.Line != at.Line:
		return
	case v.Written == `"`+v.Text+`"`:
		at.Offset++
		at.Column++
	case v.Written != v.Text:
		return
	}
	text := v.Text
	apart := func(r rune) bool { return r == ',' || unicode.IsSpace(r) }
	for i := 0; i < len(text); {
		n := strings.IndexFunc(text[i:], apart)
		if n < 0 {
			n = len(text) - i
		}
		if name := text[i : i+n]; name != "" {
			span := v.Span
			span.Start, span.End = at, at
			span.Start.Offset, span.Start.Column = at.Offset+i, at.Column+i
			span.End.Offset, span.End.Column = at.Offset+i+n, at.Column+i+n
			c.refer(name, span, nil, of(name))
		}
		i += n + 1
	}
}

// isParameterList reports whether a modifier lists parameters of the method that it is given to.
func isParameterList(name string) bool {
	return name == "suppress_inout_free" || strings.HasSuffix(name, "_parameters") && modifierRules[name].value == listOfNames
}

// paramNamed returns the parameter of an operation, or nil.
func paramNamed(operation *symbol, name string) *symbol {
	if operation == nil || operation.inner == nil {
		return nil
	}
	for _, s := range operation.inner.order {
		if s.kind == kindParam && s.name.Text == name {
			return s
		}
	}
	return nil
}
