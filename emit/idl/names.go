package idl

import (
	"strings"

	"github.com/opendsom/dsom/model"
)

// keywords are the words that are escaped as identifiers, in lower case: a name that differs
// from a keyword in case only is taken for it.
var keywords = func() map[string]bool {
	m := map[string]bool{}
	for _, k := range strings.Fields(`
		abstract any attribute boolean case char const context custom default double enum exception factory false
		fixed float in inout interface local long module native object octet oneway out private public raises
		readonly sequence short string struct supports switch true truncatable typedef unsigned union valuebase
		valuetype void wchar wstring
		component consumes emits eventtype finder getraises home import multiple primarykey provides publishes
		setraises typeid typeprefix uses`) {
		m[k] = true
	}
	return m
}()

// name returns an identifier as it is written.
func name(s string) string {
	if keywords[strings.ToLower(s)] {
		return "_" + s
	}
	return s
}

// escaped returns a scoped name as it is written.
func escaped(scoped string) string {
	parts := strings.Split(scoped, "::")
	for i, s := range parts {
		parts[i] = name(s)
	}
	return strings.Join(parts, "::")
}

// quoted returns text as a string literal.
func quoted(s string) string { return (&model.Value{Kind: model.StringValue, Text: s}).String() }
