package format

import (
	"regexp"
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
)

// A piece is what the layout moves about: a token, a comment, a directive, or text that stays
// as it is.
type piece struct {
	is   syntax.LexemeKind
	kind syntax.Kind // of a token; EOF for the rest
	text string
	// before is the number of line ends before it, at most 2: a blank line.
	before int
	// spaced says that blanks or line ends stand before it.
	spaced bool
	// column is where it begins on its line, from 0, a tab counting as four.
	column int
	// verbatim says that it is the call of a macro, as written.
	verbatim bool
}

func (p *piece) token() bool   { return p.is == syntax.TokenLexeme }
func (p *piece) comment() bool { return p.is == syntax.CommentLexeme }

// slashed reports whether it is a comment that ends with its line.
func (p *piece) slashed() bool { return p.comment() && strings.HasPrefix(p.text, "//") }

func (p *piece) isKeyword(words ...string) bool {
	if p.kind != syntax.Keyword && p.kind != syntax.Ident {
		return false
	}
	for _, w := range words {
		if p.text == w {
			return true
		}
	}
	return false
}

// pieces makes pieces of lexemes. Each call of a macro becomes one, since a macro may make
// a string of what stands between its parentheses, blanks and all.
func pieces(text string, lexemes []syntax.Lexeme) []piece {
	macros := functionMacros(lexemes)
	ps := make([]piece, 0, len(lexemes)+1)
	end, line := 0, 0 // of the lexeme before; begin of the line
	begin := true     // of a declaration
	for i := 0; i < len(lexemes); i++ {
		l := lexemes[i]
		from, to := l.Span.Start.Offset, l.Span.End.Offset
		if n := strings.LastIndexByte(text[end:from], '\n'); n >= 0 {
			line = end + n + 1
		}
		p := piece{is: l.Is, kind: l.Kind, text: l.Text, column: column(text[line:from])}
		p.before, p.spaced = gapOf(text[end:from])
		if l.Is == syntax.TokenLexeme && l.Kind == syntax.Ident && (begin || macros[l.Text]) {
			if j := closing(lexemes, i+1); j > 0 {
				to = lexemes[j].Span.End.Offset
				p.text, p.verbatim = text[from:to], true
				i = j
			}
		}
		switch l.Is {
		case syntax.TokenLexeme:
			begin = l.Kind == syntax.Semicolon || l.Kind == syntax.LBrace || l.Kind == syntax.RBrace
			if p.verbatim {
				begin = true
			}
		case syntax.DirectiveLexeme:
			begin = begin || len(ps) == 0
		}
		ps = append(ps, p)
		if n := strings.LastIndexByte(text[from:to], '\n'); n >= 0 {
			line = from + n + 1
		}
		end = to
	}
	return append(ps, piece{before: 1, spaced: true}) // the end: a token of kind EOF
}

var functionMacro = regexp.MustCompile(`^#[ \t]*define[ \t]+([A-Za-z_][A-Za-z_0-9]*)\(`)

// functionMacros returns the names of the macros with parameters that the text defines.
func functionMacros(lexemes []syntax.Lexeme) map[string]bool {
	names := map[string]bool{}
	for _, l := range lexemes {
		if l.Is == syntax.DirectiveLexeme {
			if m := functionMacro.FindStringSubmatch(l.Text); m != nil {
				names[m[1]] = true
			}
		}
	}
	return names
}

// maxCall bounds the tokens of the call of a macro that is kept as written.
const maxCall = 1000

// closing returns the index of the parenthesis that closes the one at i, 0 if there is none
// there or it does not look like the call of a macro.
func closing(lexemes []syntax.Lexeme, i int) int {
	depth := 0
	for j := i; j < min(len(lexemes), i+maxCall) && lexemes[j].Is != syntax.DirectiveLexeme; j++ {
		switch lexemes[j].Kind {
		case syntax.LParen:
			depth++
		case syntax.RParen:
			if depth--; depth == 0 {
				return j
			}
		case syntax.Semicolon, syntax.LBrace, syntax.RBrace:
			return 0
		}
		if depth == 0 {
			return 0
		}
	}
	return 0
}

// gapOf counts the line ends between two lexemes, but not those behind a backslash.
func gapOf(blanks string) (lines int, spaced bool) {
	n := strings.Count(blanks, "\n") - strings.Count(blanks, "\\\n")
	return min(n, 2), blanks != ""
}

// column returns how wide the begin of a line is, with tabs as four blanks.
func column(begin string) int {
	if len(begin) > maxColumn {
		return 0
	}
	return len(begin) + 3*strings.Count(begin, "\t")
}

// maxColumn bounds how far to the right the shape of a comment is kept.
const maxColumn = 1000
