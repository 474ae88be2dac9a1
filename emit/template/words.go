package template

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// An Error is why a file cannot be read.
type Error struct {
	Line int
	What string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.What) }

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
	return word{kind, from, r.at, string(r.src[from:r.at])}, true, nil
}

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
	case c == '#' && r.lineEmpty:
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
	r.at++
	if c == ':' && r.peek(0) == ':' {
		r.at++
	}
	return sign, nil
}

func (r *reader) block() error {
	end := bytes.Index(r.src[r.at+2:], []byte("*/"))
	if end < 0 {
		return &Error{r.line(r.at), "a comment is not closed"}
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
		return &Error{r.line(from), "a raw string is not closed"}
	}
	end := ")" + string(r.src[from+1:from+open]) + `"`
	n := bytes.Index(r.src[from:], []byte(end))
	if n < 0 {
		return &Error{r.line(from), "a raw string is not closed"}
	}
	r.at = from + n + len(end)
	return nil
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$' || c >= 0x80
}
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// words returns the words of a head, without comments.
func words(text string) []word {
	r := &reader{src: []byte(text)}
	var ws []word
	for {
		w, ok, err := r.next()
		if !ok || err != nil {
			return ws
		}
		if w.kind != remark {
			ws = append(ws, w)
		}
	}
}

// sameHead reports whether a head says what another does: what stands before the name has all that is wanted, the name is
// the same, and so are the types of the parameters. Names of parameters are the author's.
func sameHead(have, want []word) bool {
	h, hok := parameters(have)
	w, wok := parameters(want)
	if !hok || !wok || nameAt(have, h) != nameAt(want, w) {
		return false
	}
	i := 0
	for _, x := range have[:h-1] {
		if i < w-1 && x.text == want[i].text {
			i++
		}
	}
	return i == w-1 && slices.Equal(parameterTypes(have[h:]), parameterTypes(want[w:]))
}

func nameAt(ws []word, open int) string { return ws[open-1].text }

// notNames stand in front of parentheses and are no functions.
var notNames = []string{"__attribute__", "__declspec", "alignas", "_Alignas", "decltype", "noexcept", "throw", "requires", "asm", "__asm__", "if", "while", "for", "switch", "return", "sizeof"}

// parameters returns where the parentheses with the parameters open.
func parameters(ws []word) (int, bool) {
	depth := 0
	for i, w := range ws {
		switch w.text {
		case "(", "[":
			if w.kind != sign {
				continue
			}
			if w.text == "(" && depth == 0 && i > 0 && ws[i-1].kind == name && !slices.Contains(notNames, ws[i-1].text) {
				return i, true
			}
			depth++
		case ")", "]":
			if w.kind == sign {
				depth--
			}
		case "=":
			if depth == 0 {
				return 0, false
			}
		}
	}
	return 0, false
}

// parametersEnd returns the place behind the parentheses with the parameters, 0 where there are none.
func parametersEnd(head []word) int {
	open, ok := parameters(head)
	if !ok {
		return 0
	}
	depth := 0
	for _, w := range head[open:] {
		switch w.text {
		case "(":
			depth++
		case ")":
			if depth--; depth == 0 {
				return w.to
			}
		}
	}
	return 0
}

// parameterTypes returns the types of the parameters that begin with a parenthesis.
func parameterTypes(ws []word) []string {
	var types []string
	var current []string
	depth := 0
	end := func() {
		if n := len(current); n > 1 && isLetter(current[n-1][0]) && current[n-2] != "struct" && current[n-2] != "union" && current[n-2] != "enum" && current[n-2] != "const" {
			current = current[:n-1] // the name
		}
		if len(current) > 0 {
			types = append(types, strings.Join(current, " "))
		}
		current = nil
	}
	for _, w := range ws {
		if w.kind == sign {
			switch w.text {
			case "(", "[", "<":
				if depth++; depth == 1 {
					continue
				}
			case ")", "]", ">":
				if depth--; depth == 0 {
					end()
					return types
				}
			case ",":
				if depth == 1 {
					end()
					continue
				}
			}
		}
		current = append(current, w.text)
	}
	return types
}
