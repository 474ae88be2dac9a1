package syntax

import (
	"iter"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
)

// A Lexeme is a piece of the text of one file as it is written, before includes, macros and
// conditions: what a formatter, a highlighter or an editor sees.
type Lexeme struct {
	Is LexemeKind
	// Kind is the kind of a token; EOF for what is none.
	Kind Kind
	// Text is a token without line continuations, anything else as it stands in the text.
	Text string
	Span diag.Span
	// OwnLine says that nothing but blanks stands before it on its line.
	OwnLine bool
	// Wrong says why a BadLexeme is none.
	Wrong string
}

// LexemeKind tells what a Lexeme is.
type LexemeKind uint8

// The kinds of lexemes.
const (
	TokenLexeme LexemeKind = iota
	CommentLexeme
	// DirectiveLexeme is a line that begins with #, with its continuations and comments.
	DirectiveLexeme
	// SkippedLexeme is what stands between #if 0 and its end, which may be any text.
	SkippedLexeme
	// BadLexeme is no token: a stray character, or a literal or comment without its end.
	BadLexeme
)

// Lexemes takes a text apart. All that is not blank is in one of the lexemes, in order; it
// never fails. Positions name the given file.
func Lexemes(file, text string) []Lexeme {
	return slices.AppendSeq(make([]Lexeme, 0, len(text)/8), EachLexeme(file, text))
}

// EachLexeme is Lexemes for those who need one after the other.
func EachLexeme(file, text string) iter.Seq[Lexeme] {
	return func(yield func(Lexeme) bool) {
		lx := newLexer(&SourceFile{Path: file, Text: text})
		for lx.lexemes(yield) {
		}
	}
}

// lexemes delivers the next token with the comments before it, or a directive. It returns false
// at the end.
func (lx *lexer) lexemes(yield func(Lexeme) bool) bool {
	t := lx.next(true)
	for _, c := range t.comments {
		l := Lexeme{Is: CommentLexeme, Text: lx.text[c.Span.Start.Offset:c.Span.End.Offset], Span: c.Span, OwnLine: c.OwnLine}
		if lx.unterminated != nil && *lx.unterminated == c.Span {
			l.Is, l.Wrong = BadLexeme, noCommentEnd
		}
		if !yield(l) {
			return false
		}
	}
	switch {
	case t.kind == rawEOF:
		return false
	case t.first && t.is("#"):
		zero := lx.directiveIsIfZero()
		lx.skipLine()
		span := diag.Span{Start: t.span.Start, End: lx.pos()}
		l := Lexeme{Is: DirectiveLexeme, Text: lx.text[span.Start.Offset:span.End.Offset], Span: span, OwnLine: true}
		if lx.unterminated != nil {
			l.Is, l.Wrong = BadLexeme, noCommentEnd
		}
		return yield(l) && (!zero || lx.skipBranch(yield))
	case t.kind == rawBad:
		return yield(Lexeme{Is: BadLexeme, Text: t.text, Span: t.span, OwnLine: t.first, Wrong: t.bad})
	}
	return yield(Lexeme{Kind: scan(t).Kind, Text: t.text, Span: t.span, OwnLine: t.first})
}

const noCommentEnd = "a comment without its closing */"

// directiveIsIfZero looks ahead, behind a #, for "if 0".
func (lx *lexer) directiveIsIfZero() bool {
	save := *lx
	defer func() { *lx = save }()
	return lx.next(false).text == "if" && lx.next(false).text == "0" && lx.next(false).kind == rawEOF
}

// skipBranch delivers what stands before the directive that ends the branch as one lexeme.
func (lx *lexer) skipBranch(yield func(Lexeme) bool) bool {
	start, depth := lx.pos(), 0
	for found := lx.skipToDirective(); ; found = lx.skipToDirective() {
		at := *lx
		if found {
			lx.next(false)
			switch lx.next(false).text {
			case "if", "ifdef", "ifndef":
				depth++
			case "endif", "else", "elif":
				if depth == 0 {
					*lx = at
					found = false
				} else if at.directiveName() == "endif" {
					depth--
				}
			}
		}
		if found {
			lx.skipLine()
			continue
		}
		lx.unterminated = nil
		text := lx.text[start.Offset:lx.i]
		if strings.TrimSpace(text) == "" {
			return true
		}
		return yield(Lexeme{Is: SkippedLexeme, Text: text, Span: diag.Span{Start: start, End: lx.pos()}, OwnLine: true})
	}
}

// directiveName returns the name of the directive whose # comes next.
func (lx *lexer) directiveName() string {
	look := *lx
	look.next(false)
	return look.next(false).text
}
