package lsp

import (
	"cmp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
)

// The legend of semantic tokens, in the order of their numbers.
var (
	tokenTypes = []string{
		"namespace", "interface", "struct", "enum", "enumMember", "class", "type", "variable", "method", "property", "parameter",
		"keyword", "number", "string", "macro", "decorator",
	}
	tokenModifiers = []string{"declaration", "readonly"}
)

var typeOfKind = map[string]string{
	"module": "namespace", "interface": "interface", "structure": "struct", "union": "struct", "enumeration": "enum", "enumerator": "enumMember",
	"exception": "class", "typedef": "type", "constant": "variable", "native type": "type", "operation": "method", "attribute": "property",
	"member": "property", "parameter": "parameter", "state member": "property", "factory": "method", "finder": "method", "port": "property",
	"boxed value": "type", "bitset": "struct", "bit field": "property", "bitmask": "enum", "flag": "enumMember", "annotation": "decorator",
	"component": "interface", "home": "interface", "connector": "interface", "port type": "interface", "template module": "namespace",
	"formal parameter": "type",
}

// A painted is a piece of text with its colour.
type painted struct {
	from, to, kind, modifiers int
}

// semanticTokens colours the document: names by what they denote, the rest by its form.
func (q *query) semanticTokens() (any, error) {
	number := func(name string) int { return slices.Index(tokenTypes, name) }
	var list []painted
	for _, u := range q.index.In(q.doc.path) {
		p := painted{from: q.behind(u.Span.Start.Offset), to: q.before(u.Span.End.Offset), kind: number(cmp.Or(typeOfKind[u.Symbol.Kind], "class"))}
		if u.Made {
			p.kind = number("macro")
		}
		if u.Declares {
			p.modifiers |= 1
		}
		if u.Symbol.Kind == "constant" || u.Symbol.Kind == "enumerator" {
			p.modifiers |= 2
		}
		list = append(list, p)
	}
	lexemes := syntax.Lexemes("", q.doc.text)
	for i, l := range lexemes {
		p := painted{from: l.Span.Start.Offset, to: l.Span.End.Offset}
		switch {
		case l.Is == syntax.DirectiveLexeme:
			p.to = p.from + strings.Index(l.Text, directiveName(l.Text)) + len(directiveName(l.Text))
			p.kind = number("macro")
		case l.Kind == syntax.Keyword:
			p.kind = number("keyword")
		case l.Kind == syntax.Number:
			p.kind = number("number")
		case l.Kind == syntax.String || l.Kind == syntax.Char:
			p.kind = number("string")
		case l.Kind == syntax.At && i+1 < len(lexemes) && lexemes[i+1].Is == syntax.TokenLexeme:
			p.kind, p.to = number("decorator"), lexemes[i+1].Span.End.Offset
		default:
			continue
		}
		list = append(list, p)
	}
	slices.SortStableFunc(list, func(a, b painted) int { return cmp.Compare(a.from, b.from) })
	data := []int{}
	line, char, end := 0, 0, 0
	for _, p := range list {
		if p.from < end || p.to > len(q.doc.text) || strings.Contains(q.doc.text[p.from:p.to], "\n") {
			continue // one colour for each place, and no token of two lines
		}
		end = p.to
		at, to := q.doc.position(p.from), q.doc.position(p.to)
		delta := at.Character
		if at.Line == line {
			delta -= char
		}
		data = append(data, at.Line-line, delta, to.Character-at.Character, p.kind, p.modifiers)
		line, char = at.Line, at.Character
	}
	return map[string][]int{"data": data}, nil
}
