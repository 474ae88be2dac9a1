package constraint

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A token is a sort of word.
type token uint8

const (
	tokenEnd token = iota
	tokenName
	tokenText
	tokenNumber
	tokenOpen
	tokenClose
	tokenAnd
	tokenOr
	tokenNot
	tokenExist
	tokenTrue
	tokenFalse
	tokenEqual
	tokenUnequal
	tokenLess
	tokenAtMost
	tokenMore
	tokenAtLeast
	tokenContains
)

// words are the names that are none.
var words = map[string]token{
	"and": tokenAnd, "or": tokenOr, "not": tokenNot, "exist": tokenExist, "TRUE": tokenTrue, "FALSE": tokenFalse,
}

// signs are what else stands for itself; the longer before what they begin with.
var signs = []struct {
	sign string
	is   token
}{
	{"==", tokenEqual}, {"!=", tokenUnequal}, {"<=", tokenAtMost}, {">=", tokenAtLeast},
	{"<", tokenLess}, {">", tokenMore}, {"~", tokenContains}, {"(", tokenOpen}, {")", tokenClose},
}

// meant are mistakes of those who know other languages, and what is to be written.
var meant = []struct{ sign, write string }{
	{"&&", "and"}, {"||", "or"}, {"=", "=="}, {"!", "not"}, {"&", "and"}, {"|", "or"},
}

// A lexer reads words. The parser looks at one at a time.
type lexer struct {
	text  string
	at    int // behind the present word
	start int // of the present word

	is    token
	name  string // of tokenName
	value Value  // of tokenText and tokenNumber
}

// next goes on to the next word.
func (l *lexer) next() error {
	for l.at < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.at]) >= 0 {
		l.at++
	}
	l.start = l.at
	rest := l.text[l.at:]
	if rest == "" {
		l.is = tokenEnd
		return nil
	}
	switch c := rest[0]; {
	case c == '\'' || c == '"':
		return l.quoted(c)
	case letter(c):
		end := 1
		for end < len(rest) && (letter(rest[end]) || digit(rest[end]) || rest[end] == '.') {
			end++
		}
		l.at += end
		l.name = rest[:end]
		if l.is = words[l.name]; l.is == 0 {
			l.is = tokenName
		}
		return nil
	case digit(c) || c == '.' || c == '-' || c == '+':
		return l.number()
	}
	for _, s := range signs {
		if strings.HasPrefix(rest, s.sign) {
			l.at, l.is = l.at+len(s.sign), s.is
			return nil
		}
	}
	for _, m := range meant {
		if strings.HasPrefix(rest, m.sign) {
			return l.wrong("%s is not of this language: write %s", m.sign, m.write)
		}
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return l.wrong("%q can begin nothing here: names are of letters, digits, _ and ., texts stand in quotes", r)
}

// quoted reads a text.
func (l *lexer) quoted(quote byte) error {
	var b strings.Builder
	for i := l.at + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == quote:
			l.at, l.is, l.value = i+1, tokenText, TextOf(b.String())
			return nil
		case c == '\\' && i+1 < len(l.text):
			i++
			b.WriteByte(l.text[i])
		default:
			b.WriteByte(c)
		}
	}
	return l.wrong("the text that begins here does not end: %c is missing", quote)
}

// number reads a number: a whole one, or one with a point or an exponent, which is the nearest double to doubles and itself to the others.
func (l *lexer) number() error {
	end := l.at + 1
	for end < len(l.text) {
		c, before := l.text[end], l.text[end-1]
		if !digit(c) && c != '.' && c != 'e' && c != 'E' && ((c != '-' && c != '+') || before != 'e' && before != 'E') {
			break
		}
		end++
	}
	written := l.text[l.at:end]
	l.at, l.is = end, tokenNumber
	if n, err := strconv.ParseInt(written, 10, 64); err == nil {
		l.value = IntegerOf(n)
		return nil
	}
	if !strings.ContainsAny(written, ".eE") {
		n, ok := new(big.Int).SetString(written, 10)
		if !ok {
			return l.wrong("%.40q is no number", written)
		}
		l.value = ExactOf(new(big.Rat).SetInt(n))
		return nil
	}
	f, err := strconv.ParseFloat(written, 64)
	if err != nil {
		return l.wrong("%.40q is no number", written)
	}
	l.value = RealOf(f)                                // what a double that is written so is
	if f != 0 || !strings.ContainsAny(written, "eE") { // an exponent without bound takes as much memory
		l.value.exact, _ = new(big.Rat).SetString(written)
	}
	return nil
}

// wrong is the error about the present word.
func (l *lexer) wrong(format string, args ...any) error {
	return &SyntaxError{Text: l.text, At: l.start, Problem: fmt.Sprintf(format, args...)}
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' }

func digit(c byte) bool { return '0' <= c && c <= '9' }
