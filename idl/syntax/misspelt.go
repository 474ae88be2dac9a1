package syntax

import (
	"slices"

	"github.com/opendsom/dsom/diag"
)

// typeWords are the keywords that name types, or begin their names.
var typeWords = []string{
	"any", "boolean", "char", "double", "fixed", "float", "long", "map", "Object", "octet", "sequence", "short", "string", "unsigned", "void", "wchar", "wstring",
	"ValueBase", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
}

// TypeWord returns the keyword that begins the name of a type for which a name probably was
// written, "" if it is near none.
func TypeWord(name string) string { return diag.Closest(name, typeWords) }

// beforeTypes are keywords behind which a type or another keyword stands, so that the name of a
// type which is none is a keyword gone wrong: "attrbute long x".
var beforeTypes = []string{"attribute", "const", "in", "inout", "oneway", "out", "private", "public", "readonly", "typedef", "unsigned"}

// misspelt returns a question where the word before the token, which was taken for a type, is
// near a keyword behind which the token could stand.
func (p *parser) misspelt() string {
	if p.before == "" {
		return ""
	}
	words := beforeTypes
	if p.op("<") || p.tok.Text == "<" {
		words = []string{"fixed", "map", "sequence", "string", "wstring", "bitfield"}
	}
	if slices.Contains(words, p.before) {
		return ""
	}
	if near := diag.Closest(p.before, words); near != "" {
		return "did you mean " + quote(near) + " before it?"
	}
	return ""
}
