package lint

import (
	"strings"

	"github.com/opendsom/dsom/diag"
)

// A directive is a line of the preprocessor, as words: "include", "<orb.idl>".
type directive struct {
	words        []string
	line, offset int // where the line begins, and its number
	length       int
}

func (d directive) span(file string) diag.Span {
	return diag.Span{
		Start: diag.Position{File: file, Line: d.line, Column: 1, Offset: d.offset},
		End:   diag.Position{File: file, Line: d.line, Column: 1 + d.length, Offset: d.offset + d.length},
	}
}

// directives returns the directives of a text; those in block comments are none.
func directives(text string) []directive {
	var all []directive
	offset, line, inComment := 0, 0, false
	for l := range strings.SplitAfterSeq(text, "\n") {
		line++
		begin := offset
		offset += len(l)
		l = strings.TrimRight(l, "\r\n")
		was := inComment
		code := l
		code, inComment = uncomment(code, inComment)
		if was {
			continue
		}
		rest, ok := strings.CutPrefix(strings.TrimSpace(code), "#")
		if words := strings.Fields(rest); ok && len(words) > 0 {
			all = append(all, directive{words, line, begin, len(l)})
		}
	}
	return all
}

// uncomment removes comments from a line, and says whether one goes on in the next.
func uncomment(l string, inside bool) (string, bool) {
	var b strings.Builder
	for {
		if inside {
			_, rest, ok := strings.Cut(l, "*/")
			if !ok {
				return b.String(), true
			}
			l, inside = rest, false
		}
		block, line := strings.Index(l, "/*"), strings.Index(l, "//")
		switch {
		case line >= 0 && (block < 0 || line < block):
			return b.String() + l[:line], false
		case block >= 0:
			b.WriteString(l[:block] + " ")
			l, inside = l[block+2:], true
		default:
			return b.String() + l, false
		}
	}
}
