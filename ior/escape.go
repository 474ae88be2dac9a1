package ior

import (
	"fmt"
	"strings"
)

// The octets that stand for themselves in the key of a corbaloc URL (clause 7.6.10.2), in a
// stringified name inside a URL, and in a path that is part of an address. The apostrophe may
// stand for itself too, but is written as %27: a URL in apostrophes is then one word of a shell,
// whatever key it carries.
const (
	keySafe  = ";/:?@&=+$,-_.!~*()"
	nameSafe = ";/:?@&=+$,-_.!~*()"
	pathSafe = "-_.~"
)

const upperHex = "0123456789ABCDEF"

// escape writes all octets but letters, digits and those of safe as %XX.
func escape(s, safe string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(safe, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

// unescape undoes escape. Octets that ought to have been escaped are taken as they are.
func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("%% is not followed by two hexadecimal digits")
		}
		hi, ok1 := nibble(s[i+1])
		lo, ok2 := nibble(s[i+2])
		if !ok1 || !ok2 {
			return "", fmt.Errorf("%% is followed by %q, not by two hexadecimal digits", s[i+1:i+3])
		}
		b.WriteByte(hi<<4 | lo)
		i += 2
	}
	return b.String(), nil
}

func nibble(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
