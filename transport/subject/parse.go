package subject

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// special are the characters that stand in a value only behind a backslash (RFC 4514, 2.4).
const special = `,+"\<>;`

// Parse reads a name in the form of RFC 4514, 3, as [Name.String] and openssl x509 -subject -nameopt RFC2253 write it. Types are names, in whatever case, or numbers. Spaces around
// commas, plus and equals signs are taken for none, as RFC 2253, 4 has it, unless they are escaped. An error says at which octet, from 1, what is wrong; an empty text is one.
func Parse(s string) (Name, error) {
	p := parser{all: s}
	if p.spaces(); p.rest() == "" {
		return Name{}, errors.New("the name is empty: it is written as CN=teller,O=Bank")
	}
	var sets [][]attribute
	for more := byte(','); more != 0; more = p.next() {
		a, err := p.attribute()
		if err != nil {
			return Name{}, err
		}
		if last := len(sets) - 1; more == '+' {
			sets[last] = append(sets[last], a)
		} else {
			sets = append(sets, []attribute{a})
		}
	}
	slices.Reverse(sets)
	return named(sets), nil
}

// A parser is at an octet of a text.
type parser struct {
	all string
	at  int
}

func (p *parser) rest() string { return p.all[p.at:] }

// next returns the octet where it is, and goes on; 0 at the end.
func (p *parser) next() byte {
	if p.at == len(p.all) {
		return 0
	}
	p.at++
	return p.all[p.at-1]
}

func (p *parser) spaces() { p.at = len(p.all) - len(strings.TrimLeft(p.rest(), " ")) }

func (p *parser) wrong(at int, format string, args ...any) error {
	return fmt.Errorf("%q, octet %d: %w", p.all, at+1, fmt.Errorf(format, args...))
}

// attribute reads a type and a value, to the comma or plus behind it or the end.
func (p *parser) attribute() (attribute, error) {
	p.spaces()
	from := p.at
	name, _, is := strings.Cut(p.rest(), "=")
	if end := strings.IndexAny(name, special); !is || end >= 0 {
		return attribute{}, p.wrong(from, "a part of a name is TYPE=VALUE; a comma or plus within a value is written \\, or \\+")
	}
	p.at += len(name) + 1
	name = strings.TrimRight(name, " ")
	oid := oidOf(name)
	if oid == "" {
		numbers := name
		if len(name) > 4 && strings.EqualFold(name[:4], "OID.") { // as RFC 2253, 4 wants it read
			numbers = name[4:]
		}
		id, err := x509.ParseOID(numbers)
		if err != nil {
			return attribute{}, p.wrong(from, "%q is no type that is known by this name; write its numbers, as 2.5.4.3 for CN", name)
		}
		oid = id.String()
	}
	p.spaces()
	if strings.HasPrefix(p.rest(), "#") {
		return p.octets(oid)
	}
	text, err := p.text()
	return attribute{oid: oid, text: text}, err
}

// octets reads a value in hexadecimal.
func (p *parser) octets(oid string) (attribute, error) {
	from := p.at
	end := strings.IndexAny(p.rest(), ",+")
	if end < 0 {
		end = len(p.rest())
	}
	digits := strings.TrimRight(p.rest()[1:end], " ")
	p.at += end
	der, err := hex.DecodeString(digits)
	if err != nil {
		return attribute{}, p.wrong(from, "%w; a # that begins a text is written \\#", err)
	}
	var v asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &v); err != nil || len(rest) > 0 {
		return attribute{}, p.wrong(from, "these octets are not one value in DER; a # that begins a text is written \\#")
	}
	return valued(oid, v), nil
}

// text reads a value that is a string.
func (p *parser) text() (string, error) {
	from, kept := p.at, 0 // kept: what is no space at the end
	var out []byte
	for ; p.at < len(p.all); p.at++ {
		switch c := p.all[p.at]; {
		case c == ',', c == '+':
			return p.whole(from, out[:kept])
		case c == '\\':
			o, n := unescaped(p.rest()[1:])
			if n == 0 {
				return "", p.wrong(p.at, "a backslash is before one of %s = # or a space, or before two hexadecimal digits", special)
			}
			p.at += n
			out = append(out, o)
			kept = len(out)
		case c == 0, strings.IndexByte(special, c) >= 0:
			return "", p.wrong(p.at, "%q is written \\%02X in a value", c, c)
		default:
			if out = append(out, c); c != ' ' {
				kept = len(out)
			}
		}
	}
	return p.whole(from, out[:kept])
}

func (p *parser) whole(from int, text []byte) (string, error) {
	if !utf8.Valid(text) {
		return "", p.wrong(from, "the value is not in UTF-8")
	}
	return string(text), nil
}

// unescaped returns what the text behind a backslash stands for, and how long that is; 0: for nothing.
func unescaped(s string) (o byte, n int) {
	if s != "" && strings.IndexByte(special+" #=", s[0]) >= 0 {
		return s[0], 1
	}
	if len(s) >= 2 {
		if b, err := hex.DecodeString(s[:2]); err == nil {
			return b[0], 2
		}
	}
	return 0, 0
}
