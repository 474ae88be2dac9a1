// Package format lays out IDL text: one look for all files, as gofmt has for Go. It works on
// the tokens of a single file, without opening what that includes or expanding its macros, so
// that any file can be formatted, also one that does not compile.
//
// What it decides: indent, line breaks, blanks, at most one blank line in a row, comments
// behind lines aligned. What it keeps: every token, comment and directive, in order;
// preprocessor lines and calls of macros as they are written; blank lines between
// declarations; whether an annotation, the member behind a label, or a short enumeration
// stands on a line of its own. Formatting twice changes nothing more.
package format

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
)

// Options are few, so that files look alike. The zero value is the house style.
type Options struct {
	// Indent is the number of blanks a level is indented by; 0 is DefaultIndent.
	Indent int
}

// The layout's measures, in characters.
const (
	DefaultIndent = 2
	MaxIndent     = 8
	// Width is where a line is broken if it can be.
	Width = 100
)

// An Error says why a text is left as it is.
type Error struct {
	At      diag.Position
	Message string
}

// Error returns "file:line:column: message".
func (e *Error) Error() string { return e.At.String() + ": " + e.Message }

// Source returns the text of a file in its canonical layout. The name is for messages. The
// error is an *Error; it says where the text cannot be taken apart into tokens, or is too
// large or nested too deep (limits idl-file-size and idl-nesting), and then nothing is returned.
func Source(name string, src []byte, o Options) ([]byte, error) {
	if n := syntax.DefaultLimits.FileSize; len(src) > n {
		return nil, &Error{diag.Position{File: name, Line: 1, Column: 1}, fmt.Sprintf("the file is too large to format: more than %d octets (limit idl-file-size)", n)}
	}
	if o.Indent < 0 || o.Indent > MaxIndent {
		return nil, fmt.Errorf("an indent of %d blanks: from 1 to %d are possible", o.Indent, MaxIndent)
	}
	o.Indent = cmp.Or(o.Indent, DefaultIndent)
	mark := ""
	text := string(src)
	if rest, ok := strings.CutPrefix(text, "\ufeff"); ok {
		mark, text = "\ufeff", rest
	}
	end := "\n"
	if i := strings.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' || i < 0 && strings.Contains(text, "\r") {
		end = "\r\n"
	}
	if i := strings.IndexByte(text, '\x1a'); i >= 0 && i == len(text)-1 { // the end of an old DOS file
		text = text[:i]
	}
	text = newlines(text)
	lexemes := syntax.Lexemes(name, text)
	for _, l := range lexemes {
		if l.Is == syntax.BadLexeme {
			return nil, &Error{l.Span.Start, "cannot format: " + l.Wrong}
		}
	}
	f := &formatter{unit: o.Indent, pieces: pieces(text, lexemes)}
	if !f.run() {
		return nil, &Error{diag.Position{File: name}, fmt.Sprintf("cannot format: blocks are nested too deep: more than %d (limit idl-nesting)", syntax.DefaultLimits.Nesting)}
	}
	out := f.out.render()
	if l, ok := differs(lexemes, syntax.Lexemes(name, out)); ok {
		return nil, &Error{l.Span.Start, "cannot format: what follows would be read otherwise in another layout; put it on a line of its own, or tell its parts apart with blanks"}
	}
	if end != "\n" {
		out = strings.ReplaceAll(out, "\n", end)
	}
	return []byte(mark + out), nil
}

// newlines makes all line ends "\n".
func newlines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}

// Formatted reports whether a text is in its canonical layout.
func Formatted(name string, src []byte, o Options) (bool, error) {
	out, err := Source(name, src, o)
	return err == nil && bytes.Equal(out, src), err
}

// differs returns the first lexeme that another layout of the text does not have. The
// layout of comments is free but for the order of their lines.
func differs(a, b []syntax.Lexeme) (syntax.Lexeme, bool) {
	for i, l := range a {
		if i >= len(b) || l.Is != b[i].Is || l.Kind != b[i].Kind || essence(l) != essence(b[i]) {
			return l, true
		}
	}
	if len(b) > len(a) {
		return b[len(a)], true
	}
	return syntax.Lexeme{}, false
}

// essence is what a lexeme says, without its layout.
func essence(l syntax.Lexeme) string {
	if l.Is == syntax.TokenLexeme {
		return l.Text
	}
	if !strings.Contains(l.Text, "\n") {
		return strings.TrimRight(l.Text, " \t\v\f")
	}
	lines := strings.Split(strings.TrimSpace(l.Text), "\n")
	for i, s := range lines {
		lines[i] = strings.TrimSpace(s)
	}
	return strings.Join(lines, "\n")
}
