package syntax

import (
	"math/big"
	"strings"
	"unicode/utf8"
)

// LiteralKind is what a literal is.
type LiteralKind uint8

// The kinds of literals (CORBA 3.0, 3.2.5).
const (
	IntegerLiteral LiteralKind = iota
	FloatLiteral
	FixedLiteral
	CharLiteral
	WCharLiteral
	StringLiteral
	WStringLiteral
	BooleanLiteral
	BadLiteral // was reported
)

var literalKinds = [...]string{
	"integer", "floating-point", "fixed-point", "character", "wide character", "string", "wide string", "boolean", "malformed",
}

// String returns the kind as messages name it.
func (k LiteralKind) String() string { return literalKinds[k] }

// maxNumber bounds the digits of a number: 31 of a fixed and their surroundings, or a long
// double, with room for leading zeros.
const maxNumber = 200

// numberKind tells what a number is. The reason is empty if it is one.
func numberKind(text string) (k LiteralKind, reason string) {
	if len(text) > maxNumber {
		return 0, "a number of so many digits fits no type"
	}
	lower := strings.ToLower(text)
	if hex, ok := strings.CutPrefix(lower, "0x"); ok {
		switch {
		case hex == "":
			return 0, "0x needs digits"
		case strings.Trim(hex, "0123456789abcdef") != "":
			return 0, "that is no hexadecimal number"
		}
		return IntegerLiteral, ""
	}
	mantissa, isFixed := strings.CutSuffix(lower, "d")
	mantissa, exponent, hasExp := strings.Cut(mantissa, "e")
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	switch {
	case !digits(whole) || !digits(fraction) || whole+fraction == "":
		if tail := strings.TrimLeft(lower, "0123456789.e+-"); strings.Trim(tail, "ulf") == "" {
			return 0, "IDL has no suffix " + quote(tail)
		}
		return 0, "that is no number"
	case hasExp && (strings.TrimLeft(exponent, "+-") == "" || !digits(strings.TrimLeft(exponent, "+-")) || isFixed):
		return 0, "that is no number"
	case isFixed:
		return FixedLiteral, ""
	case hasExp || hasPoint:
		return FloatLiteral, ""
	case len(whole) > 1 && whole[0] == '0' && strings.Trim(whole, "01234567") != "":
		return 0, "a number that begins with 0 is octal and has no digit above 7"
	}
	return IntegerLiteral, ""
}

// IntegerValue returns the value of an integer literal.
func IntegerValue(text string) *big.Int {
	base := 10
	switch {
	case len(text) > 2 && (text[1] == 'x' || text[1] == 'X'):
		text, base = text[2:], 16
	case len(text) > 1 && text[0] == '0':
		base = 8
	}
	n, ok := new(big.Int).SetString(text, base)
	if !ok {
		return new(big.Int)
	}
	return n
}

// charValue returns the character of a character literal, or what is wrong with it.
func charValue(text string) (rune, string) {
	wide := text[0] == 'L'
	body := text[1 : len(text)-1]
	if wide {
		body = text[2 : len(text)-1]
	}
	s, reason := unescape(body, wide)
	switch {
	case reason != "" && !isOdd(reason):
		return 0, reason
	case s == "":
		return 0, "a character literal is empty"
	}
	r, n := utf8.DecodeRuneInString(s)
	if n != len(s) {
		return 0, "a character literal holds more than one character"
	}
	if !wide && r > 0xff {
		return 0, "a char holds characters of ISO 8859-1 only; a wider one is written L'…'"
	}
	return r, reason
}

// stringValue returns the text of a string literal, or what is wrong with it.
func stringValue(text string) (string, string) {
	wide := text[0] == 'L'
	if wide {
		text = text[1:]
	}
	s, reason := unescape(text[1:len(text)-1], wide)
	if (reason == "" || isOdd(reason)) && strings.IndexByte(s, 0) >= 0 {
		return "", "a string cannot hold the character with value 0"
	}
	return s, reason
}

// odd begins a reason that is none to refuse the literal.
const odd = "unknown escape sequence "

func isOdd(reason string) bool { return strings.HasPrefix(reason, odd) }

// unescape replaces escape sequences (CORBA 3.0, table 3-9). An unknown one stands for the
// character behind the backslash, as compilers commonly take it.
func unescape(s string, wide bool) (text, reason string) {
	if strings.IndexByte(s, '\\') < 0 {
		return s, ""
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			i++
			continue
		}
		if i++; i == len(s) {
			return "", "a backslash stands at the end"
		}
		c := s[i]
		i++
		if k := strings.IndexByte(`ntvbrfa\?'"`, c); k >= 0 {
			b.WriteByte("\n\t\v\b\r\f\a\\?'\""[k])
			continue
		}
		base, most := rune(16), 2
		switch {
		case c >= '0' && c <= '7':
			i--
			base, most = 8, 3
		case c == 'x':
		case c == 'u' && wide:
			most = 4
		case c == 'u':
			return "", `the escape \u belongs into wide literals only`
		default:
			i--
			r, n := utf8.DecodeRuneInString(s[i:])
			reason = odd + `\` + string(r)
			b.WriteRune(r)
			i += n
			continue
		}
		var r rune
		n := 0
		for ; n < most && i < len(s); n++ {
			d := digit(s[i])
			if d >= base {
				break
			}
			r = r*base + d
			i++
		}
		switch {
		case n == 0:
			return "", `the escape \` + string(rune(c)) + " needs hexadecimal digits"
		case r > 0xff && c != 'u':
			return "", "an octal escape is at most \\377"
		case r >= 0xd800 && r < 0xe000:
			return "", "a wide character is not half of a surrogate pair"
		}
		b.WriteRune(r)
	}
	return b.String(), reason
}

func digit(c byte) rune {
	switch {
	case isDigit(c):
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return 99
}

// StringOf returns the text of a string literal, as a token of a pragma is one.
func StringOf(t Token) (string, bool) {
	if t.Kind != String {
		return "", false
	}
	s, reason := stringValue(t.Text)
	return s, reason == "" || isOdd(reason)
}
