package codeset

import (
	"unicode/utf8"

	"github.com/opendsom/dsom/cdr"
)

// The narrow code sets.
var (
	Latin1 cdr.CodeSet = latin1{} // ISO 8859-1, the default of the specification
	UTF8   cdr.CodeSet = utf8Set{}
)

// ascii returns how many octets at the start of s are ASCII.
func ascii[T string | []byte](s T) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}

type latin1 struct{}

func (latin1) ID() uint32 { return IDLatin1 }

func (latin1) AppendString(dst []byte, s string) ([]byte, error) {
	n := ascii(s)
	dst = append(dst, s[:n]...)
	for i, r := range s[n:] {
		if r > 0xff {
			return dst, unmapped("ISO 8859-1", r, n+i)
		}
		dst = append(dst, byte(r))
	}
	return dst, nil
}

func (latin1) ParseString(src []byte) (string, error) {
	n := ascii(src)
	b := make([]byte, n, 2*len(src)-n)
	copy(b, src)
	for _, c := range src[n:] {
		b = utf8.AppendRune(b, rune(c))
	}
	return string(b), nil
}

func (latin1) Plain(src []byte) bool { return ascii(src) == len(src) }

func (latin1) ASCII() bool { return true }

// A char in memory is a code point of ISO 8859-1.
func (latin1) Char(c byte) (byte, error)      { return c, nil }
func (latin1) ParseChar(c byte) (byte, error) { return c, nil }

type utf8Set struct{}

func (utf8Set) ID() uint32 { return IDUTF8 }

func (utf8Set) AppendString(dst []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return dst, conversion("a string that is not valid UTF-8 cannot be sent: %s", shorten(s))
	}
	return append(dst, s...), nil
}

func (utf8Set) ParseString(src []byte) (string, error) {
	if !utf8.Valid(src) {
		return "", invalid("UTF-8", src)
	}
	return string(src), nil
}

func (utf8Set) Plain(src []byte) bool { return utf8.Valid(src) }

func (utf8Set) ASCII() bool { return true }

func (utf8Set) Char(c byte) (byte, error)      { return utf8Char(c) }
func (utf8Set) ParseChar(c byte) (byte, error) { return utf8Char(c) }

// utf8Char lets ASCII through: UTF-8 has no other characters of one octet.
func utf8Char(c byte) (byte, error) {
	if c >= utf8.RuneSelf {
		return 0, notOneOctet("UTF-8", c)
	}
	return c, nil
}
