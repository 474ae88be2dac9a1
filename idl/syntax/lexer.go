package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/opendsom/dsom/diag"
)

// rawKind is the kind of a preprocessing token.
type rawKind uint8

const (
	rawEOF rawKind = iota
	rawIdent
	rawNumber
	rawChar
	rawString
	rawPunct
	rawBad  // a character or a literal that is none; an error only where it is used
	rawMark // no token: something happened between two
)

// A raw is a preprocessing token.
type raw struct {
	kind     rawKind
	text     string // as written, without line continuations
	span     diag.Span
	space    bool // blanks before it
	first    bool // first on its line
	painted  bool // names a macro that must not be expanded again (C99 6.10.3.4)
	macro    *Macro
	comments []Comment // that stand before it
	bad      string    // what is wrong with a rawBad
}

func (t raw) is(punct string) bool { return t.kind == rawPunct && t.text == punct }

// A Comment is a comment, as written.
type Comment struct {
	Text string
	Span diag.Span
	// OwnLine says that nothing but blanks stands before it on its line.
	OwnLine bool
}

// lexer makes preprocessing tokens of a text. It never fails: what is no token is a rawBad.
type lexer struct {
	text  string
	i     int    // next character
	file  string // as #line says
	line  int    // as #line says
	begin int    // where the line begins
	first bool   // nothing but blanks so far on the line

	unterminated *diag.Span // of a comment that has no end
}

func newLexer(f *SourceFile) *lexer {
	return &lexer{text: f.Text, file: f.Path, line: 1, first: true}
}

func (lx *lexer) pos() diag.Position {
	return diag.Position{File: lx.file, Line: lx.line, Column: lx.i - lx.begin + 1, Offset: lx.i}
}

// splice returns the length of a line continuation at i, 0 if there is none.
func (lx *lexer) splice(i int) int {
	if i >= len(lx.text) || lx.text[i] != '\\' {
		return 0
	}
	n := 1
	if i+n < len(lx.text) && lx.text[i+n] == '\r' {
		n++
	}
	if i+n < len(lx.text) && lx.text[i+n] == '\n' {
		return n + 1
	}
	return 0
}

// peek returns the next character, behind line continuations; 0 at the end.
func (lx *lexer) peek() byte {
	for n := lx.splice(lx.i); n > 0; n = lx.splice(lx.i) {
		lx.i += n
		lx.newline()
	}
	if lx.i >= len(lx.text) {
		return 0
	}
	return lx.text[lx.i]
}

func (lx *lexer) newline() {
	lx.line++
	lx.begin = lx.i
}

// after returns the character behind the next one; 0 at the end. It may stand behind a continuation.
func (lx *lexer) after() byte {
	i := lx.i + 1
	for n := lx.splice(i); n > 0; n = lx.splice(i) {
		i += n
	}
	if i >= len(lx.text) {
		return 0
	}
	return lx.text[i]
}

// endOfLine reports whether the next character ends the line.
func (lx *lexer) endOfLine() bool {
	c := lx.peek()
	return lx.i >= len(lx.text) || c == '\n' || c == '\r'
}

// blanks skips blanks and comments, across lines if lines is set; a comment counts as a blank
// even where it spans lines. Comments are appended to cs.
func (lx *lexer) blanks(lines bool, cs []Comment) ([]Comment, bool) {
	skipped := false
	for lx.i < len(lx.text) {
		switch c := lx.peek(); {
		case lx.i >= len(lx.text):
		case c == '\n' || c == '\r':
			if !lines {
				return cs, skipped
			}
			lx.i++
			if c == '\r' && lx.i < len(lx.text) && lx.text[lx.i] == '\n' {
				lx.i++
			}
			lx.newline()
			lx.first = true
		case c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == 0x1a && lx.i == len(lx.text)-1: // ^Z ends an old DOS file
			lx.i++
		case c == '/' && (lx.after() == '/' || lx.after() == '*'):
			cs = append(cs, lx.comment())
		default:
			return cs, skipped
		}
		skipped = true
	}
	return cs, skipped
}

func (lx *lexer) comment() Comment {
	start, from := lx.pos(), lx.i
	c := Comment{OwnLine: lx.first}
	lx.i++
	block := lx.peek() == '*'
	lx.i++
	for {
		switch {
		case lx.i >= len(lx.text):
			c.Text = unsplice(lx.text[from:])
			c.Span = diag.Span{Start: start, End: lx.pos()}
			if block {
				lx.unterminated = &c.Span
			}
			return c
		case block && lx.text[lx.i] == '*' && lx.after() == '/':
			lx.i++
			lx.peek()
			lx.i++
			c.Text = lx.text[from:lx.i]
			c.Span = diag.Span{Start: start, End: lx.pos()}
			return c
		case !block && lx.endOfLine():
			c.Text = unsplice(lx.text[from:lx.i])
			c.Span = diag.Span{Start: start, End: lx.pos()}
			return c
		case lx.i < len(lx.text) && lx.text[lx.i] == '\n':
			lx.i++
			lx.newline()
		case lx.i < len(lx.text):
			lx.i++
		}
	}
}

// unsplice removes line continuations.
func unsplice(s string) string {
	if !strings.Contains(s, "\\\n") && !strings.Contains(s, "\\\r\n") {
		return s
	}
	return strings.NewReplacer("\\\r\n", "", "\\\n", "").Replace(s)
}

// next returns the next token. If lines is not set it stops at the end of the line, with a
// rawEOF there.
func (lx *lexer) next(lines bool) raw {
	var t raw
	t.comments, t.space = lx.blanks(lines, nil)
	t.first = lx.first
	c := lx.peek()
	start, from := lx.pos(), lx.i
	if lx.i >= len(lx.text) || !lines && (c == '\n' || c == '\r') {
		t.span = diag.Span{Start: start, End: start}
		return t
	}
	lx.first = false
	switch {
	case c == 'L' && lx.after() == '"', c == 'L' && lx.after() == '\'':
		lx.i++
		lx.quoted(&t, lx.peek())
	case c == '"' || c == '\'':
		lx.quoted(&t, c)
	case isLetter(c):
		t.kind = rawIdent
		for isLetter(c) || isDigit(c) {
			lx.i++
			c = lx.peek()
		}
	case isDigit(c) || c == '.' && isDigit(lx.after()):
		t.kind = rawNumber
		lx.number(c)
	case c >= utf8.RuneSelf:
		r, n := utf8.DecodeRuneInString(lx.text[lx.i:])
		lx.i += n
		for lx.i < len(lx.text) && (isLetter(lx.text[lx.i]) || isDigit(lx.text[lx.i]) || lx.text[lx.i] >= utf8.RuneSelf) {
			lx.i++ // the rest of the word: one complaint for all of it
		}
		t.kind, t.bad = rawBad, "a character that IDL does not use outside of comments and literals"
		if unicode.IsLetter(r) {
			t.bad = "an identifier with a letter that is not A to Z"
		}
	default:
		lx.punct(&t, c)
	}
	t.text = unsplice(lx.text[from:lx.i])
	t.span = diag.Span{Start: start, End: lx.pos()}
	return t
}

func (lx *lexer) number(c byte) {
	hex := c == '0' && (lx.after() == 'x' || lx.after() == 'X')
	for {
		lx.i++
		switch n := lx.peek(); {
		case (n == '+' || n == '-') && (c == 'e' || c == 'E') && !hex:
		case isLetter(n) || isDigit(n) || n == '.':
		default:
			return
		}
		c = lx.peek()
	}
}

func (lx *lexer) quoted(t *raw, quote byte) {
	t.kind = rawString
	if quote == '\'' {
		t.kind = rawChar
	}
	lx.i++
	for !lx.endOfLine() {
		c := lx.text[lx.i]
		lx.i++
		if c == quote {
			return
		}
		if c == '\\' && !lx.endOfLine() {
			lx.i++
		}
	}
	t.kind, t.bad = rawBad, "a literal without its closing quote"
}

// puncts are the operators of more than one character, longest first.
var puncts = [...]string{"...", "<<", ">>", "::", "##", "&&", "||", "==", "!=", "<=", ">="}

func (lx *lexer) punct(t *raw, c byte) {
	t.kind = rawPunct
	for _, p := range puncts {
		if p[0] == c && lx.hasPunct(p) {
			return
		}
	}
	lx.i++
	if strings.IndexByte("{}()[]<>;:,=|^&+-*/%~@.#!?", c) < 0 {
		t.kind, t.bad = rawBad, "a character that IDL does not use outside of comments and literals"
		for isLetter(lx.peek()) || isDigit(lx.peek()) {
			lx.i++ // the rest of the word: one complaint for all of it
		}
	}
}

// hasPunct moves behind punctuation p if it is there.
func (lx *lexer) hasPunct(p string) bool {
	i := lx.i
	line, begin := lx.line, lx.begin
	for k := range len(p) {
		if lx.peek() != p[k] || lx.i >= len(lx.text) {
			lx.i, lx.line, lx.begin = i, line, begin
			return false
		}
		lx.i++
	}
	return true
}

// rest returns the rest of the line, without comments, as it is written, and where it stands.
func (lx *lexer) rest() (string, diag.Span) {
	lx.blanks(false, nil)
	start, from := lx.pos(), lx.i
	for {
		before := lx.i
		if t := lx.next(false); t.kind == rawEOF {
			return strings.TrimSpace(unsplice(lx.text[from:before])), diag.Span{Start: start, End: lx.pos()}
		}
	}
}

// skipLine moves to the end of the line.
func (lx *lexer) skipLine() {
	for lx.next(false).kind != rawEOF {
	}
}

// skipToDirective moves to the next line that begins with '#', reading no more of the lines
// between than comments need. It returns false at the end of the text.
func (lx *lexer) skipToDirective() bool {
	for {
		lx.blanks(true, nil)
		if lx.i >= len(lx.text) {
			return false
		}
		if lx.first && lx.peek() == '#' {
			return true
		}
		lx.skipLine()
	}
}

// headerName reads <name> or "name"; ok is false if neither follows.
func (lx *lexer) headerName() (name string, angled bool, span diag.Span, ok bool) {
	lx.blanks(false, nil)
	start := lx.pos()
	end := byte('"')
	switch lx.peek() {
	case '<':
		end, angled = '>', true
	case '"':
	default:
		return "", false, diag.Span{Start: start, End: start}, false
	}
	lx.i++
	from := lx.i
	for !lx.endOfLine() && lx.text[lx.i] != end {
		lx.i++
	}
	name = unsplice(lx.text[from:lx.i])
	ok = lx.i < len(lx.text) && lx.text[lx.i] == end && name != ""
	if ok {
		lx.i++
	}
	return name, angled, diag.Span{Start: start, End: lx.pos()}, ok
}

func isLetter(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
