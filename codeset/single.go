package codeset

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// singleSet is a code set of one octet a character.
type singleSet struct {
	id     uint32
	name   string
	decode [256]rune // -1: no character
	encode map[rune]byte
	ascii  bool // the first half is ASCII
}

func newSingle(id uint32, name string, decode func(byte) rune) *singleSet {
	s := &singleSet{id: id, name: name, encode: make(map[rune]byte, 256), ascii: true}
	for i := range s.decode {
		r := decode(byte(i))
		s.decode[i] = r
		if _, twice := s.encode[r]; r >= 0 && !twice {
			s.encode[r] = byte(i)
		}
		if i < utf8.RuneSelf && r != rune(i) {
			s.ascii = false
		}
	}
	return s
}

// of returns what the octets of a table stand for.
func of(m *charmap.Charmap) func(byte) rune {
	return func(c byte) rune {
		if r := m.DecodeByte(c); r != utf8.RuneError {
			return r
		}
		return -1
	}
}

// latin is of with the control characters that ISO 8859 has beside its graphic ones.
func latin(m *charmap.Charmap) func(byte) rune {
	return func(c byte) rune {
		if c >= 0x80 && c < 0xa0 {
			return rune(c)
		}
		return of(m)(c)
	}
}

// ascii646 is ISO 646's international reference version, which is ASCII.
func ascii646(c byte) rune {
	if c >= utf8.RuneSelf {
		return -1
	}
	return rune(c)
}

// thai is ISO 8859-11 and, but for its space, TIS 620: a code page of Windows without its additions.
func thai(c byte) rune {
	switch {
	case c <= 0xa0:
		return rune(c)
	}
	return of(charmap.Windows874)(c)
}

// ibm500 is IBM-037 with seven signs in other places.
func ibm500(c byte) rune {
	switch c {
	case 0x4a:
		return '['
	case 0x4f:
		return '!'
	case 0x5a:
		return ']'
	case 0x5f:
		return '^'
	case 0xb0:
		return '¢'
	case 0xba:
		return '¬'
	case 0xbb:
		return '|'
	}
	return of(charmap.CodePage037)(c)
}

func (s *singleSet) ID() uint32 { return s.id }

func (s *singleSet) AppendString(dst []byte, text string) ([]byte, error) {
	n := 0
	if s.ascii {
		n = ascii(text)
		dst = append(dst, text[:n]...)
	}
	for i, r := range text[n:] {
		c, ok := s.encode[r]
		if !ok {
			return dst, unmapped(s.name, r, n+i)
		}
		dst = append(dst, c)
	}
	return dst, nil
}

func (s *singleSet) ParseString(src []byte) (string, error) {
	b := make([]byte, 0, len(src)+len(src)/2)
	for _, c := range src {
		r := s.decode[c]
		if r < 0 {
			return "", invalid(s.name, src)
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b), nil
}

func (s *singleSet) Plain(src []byte) bool { return s.ascii && ascii(src) == len(src) || len(src) == 0 }

func (s *singleSet) ASCII() bool { return s.ascii }

func (s *singleSet) Char(c byte) (byte, error) {
	w, ok := s.encode[rune(c)]
	if !ok {
		return 0, notOneOctet(s.name, c)
	}
	return w, nil
}

func (s *singleSet) ParseChar(c byte) (byte, error) {
	r := s.decode[c]
	if r < 0 || r > 0xff {
		return 0, notNative(s.name, c, "ISO 8859-1")
	}
	return byte(r), nil
}
