package dyn

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// unambiguous says what is wrong with a text that is JSON by its grammar, and of which readers make different things: octets that are not
// UTF-8, half a surrogate pair, an object with a member twice (RFC 8259, 8.1, 8.2 and 4).
func unambiguous(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("the JSON text is not UTF-8")
	}
	var open []map[string]bool // the members of each object, nil of an array
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			open = append(open, map[string]bool{})
		case '[':
			open = append(open, nil)
		case '}', ']':
			open = open[:len(open)-1]
		case '"':
			end, err := stringEnd(text, i)
			if err != nil {
				return err
			}
			if n := len(open); n > 0 && open[n-1] != nil && named(text[end:]) {
				var name string
				if err := json.Unmarshal(text[i:end], &name); err != nil {
					return err
				}
				if open[n-1][name] {
					return fmt.Errorf("an object has two members %.120q", name)
				}
				open[n-1][name] = true
			}
			i = end - 1
		}
	}
	return nil
}

// named reports whether what is before is the name of a member.
func named(behind []byte) bool {
	for _, c := range behind {
		switch c {
		case ' ', '\t', '\n', '\r':
		default:
			return c == ':'
		}
	}
	return false
}

// stringEnd returns where the string that begins at i ends.
func stringEnd(text []byte, i int) (int, error) {
	for i++; text[i] != '"'; i++ {
		if text[i] != '\\' {
			continue
		}
		if i++; text[i] != 'u' {
			continue
		}
		if c := unit(text[i+1:]); utf16.IsSurrogate(c) {
			second := rune(-1)
			if text[i+5] == '\\' && text[i+6] == 'u' {
				second = unit(text[i+7:])
			}
			if utf16.DecodeRune(c, second) == utf8.RuneError {
				return 0, fmt.Errorf("half a surrogate pair, \\u%04x, is no character", c)
			}
			i += 6
		}
		i += 4
	}
	return i + 1, nil
}

// unit returns the number of four hexadecimal digits.
func unit(digits []byte) (n rune) {
	for _, c := range digits[:4] {
		switch n <<= 4; {
		case c <= '9':
			n += rune(c - '0')
		default:
			n += rune(c|0x20-'a') + 10
		}
	}
	return n
}
