package model

import (
	"strings"

	"github.com/opendsom/dsom/diag"
)

// A Comment is a comment of the source.
type Comment struct {
	// Text is the comment as written, with // or /* and */.
	Text string    `json:"text"`
	Span diag.Span `json:"span,omitzero"`
}

// Comments are comments that belong together, in order.
type Comments []Comment

// Text returns what the comments say: without the slashes and stars, without the indent they
// share, without blank lines at the ends; lines are separated by "\n".
func (cs Comments) Text() string {
	var lines, slashed []string
	flush := func() {
		lines = append(lines, dedent(slashed)...)
		slashed = nil
	}
	for _, c := range cs {
		if rest, ok := strings.CutPrefix(c.Text, "//"); ok {
			rest = strings.TrimPrefix(rest, "/")                     // ///
			slashed = append(slashed, strings.TrimPrefix(rest, " ")) // the blank that most put there is no indent of what those say who do not
			continue
		}
		flush()
		lines = append(lines, blockLines(c.Text)...)
	}
	flush()
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// blockLines returns what a /* */ comment says. Its first line has its own indent.
func blockLines(text string) []string {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "/*"), "*/")
	text = strings.TrimPrefix(text, "*") // /**
	lines := strings.Split(text, "\n")
	first, rest := strings.TrimSpace(lines[0]), lines[1:]
	starred := len(rest) > 0
	for i, l := range rest {
		if t := strings.TrimSpace(l); t != "" && t[0] != '*' || t == "" && i < len(rest)-1 {
			starred = false
		}
	}
	if starred {
		for i, l := range rest {
			rest[i] = strings.TrimLeft(strings.TrimLeft(l, " \t"), "*")
		}
	}
	return append([]string{first}, dedent(rest)...)
}

// dedent removes the blanks with which all lines begin, and those at their ends; a tab is four.
func dedent(lines []string) []string {
	indent := -1
	for i, l := range lines {
		l = strings.TrimRight(strings.ReplaceAll(l, "\t", "    "), " \r")
		lines[i] = l
		if t := strings.TrimLeft(l, " "); t != "" {
			if n := len(l) - len(t); indent < 0 || n < indent {
				indent = n
			}
		}
	}
	for i, l := range lines {
		lines[i] = l[min(max(indent, 0), len(l)):]
	}
	return lines
}

// An Annotation is an annotation, kept whether it is known or not: @name or @name(…).
type Annotation struct {
	// Name is the name as written, without the @: "id", "my::note".
	Name   string            `json:"name"`
	Params []AnnotationParam `json:"params,omitempty"`
	// Decl is what declares it: the name of a standardized annotation, "key", the fully scoped
	// name of another, "my::@note"; empty if it is not known.
	Decl string    `json:"decl,omitempty"`
	Span diag.Span `json:"span,omitzero"`
}

// Param returns the value of the parameter of that name, or of the only one where it is given
// without its name. It is nil if it is not given, whatever the declaration's default, or not known.
func (a *Annotation) Param(name string) *Value {
	for i := range a.Params {
		if p := &a.Params[i]; p.Name == name || p.Name == "" && len(a.Params) == 1 {
			return p.Value
		}
	}
	return nil
}

// An AnnotationParam is a parameter of an annotation.
type AnnotationParam struct {
	// Name is empty where the value is given without one, @id(5).
	Name string `json:"name,omitempty"`
	// Text is the value's expression as written.
	Text string `json:"text"`
	// Value is the value of the expression where it is a constant one, else nil. An enumerator
	// of an enumeration that the annotation itself declares is a string, its name.
	Value *Value `json:"value,omitempty"`
}
