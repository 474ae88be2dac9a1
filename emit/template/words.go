package template

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// An Error is why a file cannot be read.
type Error struct {
	File string // another one than that which is updated, or empty
	Line int
	What string
}

func (e *Error) Error() string {
	if e.File != "" {
		return fmt.Sprintf("%s: line %d: %s", e.File, e.Line, e.What)
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.What)
}

type wordKind uint8

const (
	name wordKind = iota
	number
	literal   // a string or a character
	remark    // a comment
	directive // a preprocessor line, with what continues it
	sign
)

// A word is a token, or a comment or preprocessor line.
type word struct {
	kind     wordKind
	from, to int
	text     string
}

// A reader takes a text apart into words.
type reader struct {
	src       []byte
	at        int
	lineEmpty bool // nothing but blanks and comments so far on this line
}

func (r *reader) line(at int) int { return 1 + bytes.Count(r.src[:at], []byte("\n")) }

// next returns the next word; false at the end.
func (r *reader) next() (word, bool, error) {
	if r.at == 0 && bytes.HasPrefix(r.src, []byte(byteOrderMark)) {
		r.at = len(byteOrderMark)
	}
	for r.at < len(r.src) && strings.IndexByte(" \t\r\n\f\v\\", r.src[r.at]) >= 0 {
		if r.src[r.at] == '\n' && (r.at == 0 || !continued(r.src, r.at)) {
			r.lineEmpty = true
		}
		r.at++
	}
	if r.at >= len(r.src) {
		return word{}, false, nil
	}
	from := r.at
	kind, err := r.take()
	if err != nil {
		return word{}, false, err
	}
	if kind != remark {
		r.lineEmpty = kind == directive
	}
	text := string(r.src[from:r.at])
	if kind == name {
		text = splices.Replace(text)
	}
	if plain, ok := digraphs[text]; ok && kind == sign {
		text = plain
	}
	return word{kind, from, r.at, text}, true, nil
}

// byteOrderMark may stand at the begin of a text in UTF-8.
const byteOrderMark = "\ufeff"

// digraphs are other spellings of signs.
var digraphs = map[string]string{"<%": "{", "%>": "}", "<:": "[", ":>": "]"}

// continued reports whether the newline at a position is taken back by a backslash.
func continued(src []byte, at int) bool {
	at--
	if at >= 0 && src[at] == '\r' {
		at--
	}
	return at >= 0 && src[at] == '\\'
}

func (r *reader) peek(n int) byte {
	if r.at+n < len(r.src) {
		return r.src[r.at+n]
	}
	return 0
}

func (r *reader) take() (wordKind, error) {
	c := r.src[r.at]
	switch {
	case c == '/' && r.peek(1) == '*':
		return remark, r.block()
	case c == '/' && r.peek(1) == '/':
		r.restOfLine()
		return remark, nil
	case (c == '#' || c == '%' && r.peek(1) == ':') && r.lineEmpty:
		return directive, r.directive()
	case c == '"' || c == '\'':
		if !r.quoted(c) {
			r.at++ // an apostrophe in a text that nobody compiles
			return sign, nil
		}
		return literal, nil
	case isLetter(c):
		from := r.at
		for r.at < len(r.src) && (isLetter(r.src[r.at]) || isDigit(r.src[r.at])) {
			r.at++
			r.at += r.spliceLength()
		}
		if r.peek(0) == '"' && slices.Contains([]string{"R", "LR", "uR", "UR", "u8R"}, string(r.src[from:r.at])) {
			return literal, r.raw()
		}
		return name, nil
	case isDigit(c):
		for r.at < len(r.src) && (isLetter(r.src[r.at]) || isDigit(r.src[r.at]) || r.src[r.at] == '.' || r.src[r.at] == '\'' && (isLetter(r.peek(1)) || isDigit(r.peek(1)))) {
			r.at++
		}
		return number, nil
	}
	r.at += r.signLength()
	return sign, nil
}

// splices are what a backslash takes back: the end of a line within a word.
var splices = strings.NewReplacer("\\\r\n", "", "\\\n", "")

// spliceLength returns how long the ends of lines are that backslashes take back here, if a word goes on behind them.
func (r *reader) spliceLength() int {
	n := 0
	for {
		switch rest := r.src[r.at+n:]; {
		case bytes.HasPrefix(rest, []byte("\\\n")):
			n += 2
		case bytes.HasPrefix(rest, []byte("\\\r\n")):
			n += 3
		case n > 0 && len(rest) > 0 && (isLetter(rest[0]) || isDigit(rest[0])):
			return n
		default:
			return 0
		}
	}
}

// signLength returns how long the sign is that begins here. Two octets matter where one of them would mislead.
func (r *reader) signLength() int {
	pair := string(r.src[r.at:min(len(r.src), r.at+2)])
	switch {
	case pair == "<:" && r.peek(2) == ':' && r.peek(3) != ':' && r.peek(3) != '>':
		return 1 // as in vector<::Dog>
	case pair == "::" || pair == "->" || digraphs[pair] != "":
		return 2
	}
	return 1
}

func (r *reader) block() error {
	end := bytes.Index(r.src[r.at+2:], []byte("*/"))
	if end < 0 {
		return &Error{Line: r.line(r.at), What: "a comment is not closed"}
	}
	r.at += end + 4
	return nil
}

func (r *reader) restOfLine() {
	for r.at < len(r.src) && (r.src[r.at] != '\n' || continued(r.src, r.at)) {
		r.at++
	}
}

func (r *reader) directive() error {
	for r.at < len(r.src) {
		switch c := r.src[r.at]; {
		case c == '\n' && !continued(r.src, r.at):
			return nil
		case c == '/' && r.peek(1) == '*':
			if err := r.block(); err != nil {
				return err
			}
			continue
		case c == '/' && r.peek(1) == '/':
			r.restOfLine()
			return nil
		case c == '"' && r.quoted(c):
			continue
		}
		r.at++
	}
	return nil
}

// quoted takes a string or character, and reports whether it ends on its line.
func (r *reader) quoted(quote byte) bool {
	for i := r.at + 1; i < len(r.src); i++ {
		switch r.src[i] {
		case '\\':
			if i+2 < len(r.src) && r.src[i+1] == '\r' && r.src[i+2] == '\n' {
				i++
			}
			i++
		case '\n':
			return false
		case quote:
			r.at = i + 1
			return true
		}
	}
	return false
}

// raw takes a raw string of C++, from its quote on.
func (r *reader) raw() error {
	from := r.at
	open := strings.IndexByte(string(r.src[from:min(len(r.src), from+20)]), '(')
	if open < 0 {
		return &Error{Line: r.line(from), What: "a raw string is not closed"}
	}
	end := ")" + string(r.src[from+1:from+open]) + `"`
	n := bytes.Index(r.src[from:], []byte(end))
	if n < 0 {
		return &Error{Line: r.line(from), What: "a raw string is not closed"}
	}
	r.at = from + n + len(end)
	return nil
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c >= 0x80
}
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
