package typecode

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxQuoted is how many octets of a text an error repeats.
const maxQuoted = 120

// clip returns the beginning of a text.
func clip(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	return strings.ToValidUTF8(s[:maxQuoted], "") + "…"
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		at := max(p.pos-len(p.tok), 0)
		found := "the end"
		if p.tok != "" {
			found = strconv.Quote(clip(p.tok))
		}
		for i := range args {
			if s, ok := args[i].(string); ok {
				args[i] = clip(s)
			}
		}
		p.err = fmt.Errorf("%s at offset %d, before %s", fmt.Sprintf(format, args...), at, found)
	}
	p.tok, p.pos = "", len(p.in)
}

func (p *parser) next() {
	if p.err != nil {
		return
	}
	for p.pos < len(p.in) && strings.IndexByte(" \t\r\n", p.in[p.pos]) >= 0 {
		p.pos++
	}
	rest := p.in[p.pos:]
	n := 0
	switch {
	case rest == "":
		p.tok = ""
		return
	case rest[0] == '"' || rest[0] == '\'':
		q, err := strconv.QuotedPrefix(rest)
		if err != nil {
			p.fail("malformed quotes")
			return
		}
		n = len(q)
	case strings.HasPrefix(rest, "::"):
		n = 2
	case isIdent(rest[:1]):
		for n < len(rest) && (isIdent(rest[n:n+1]) || rest[n] >= '0' && rest[n] <= '9') {
			n++
		}
	case rest[0] == '-' || rest[0] >= '0' && rest[0] <= '9':
		n = 1
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
	default:
		_, n = utf8.DecodeRuneInString(rest)
	}
	p.tok = rest[:n]
	p.pos += n
}

// take reports whether the token is tok, and steps over it.
func (p *parser) take(tok string) bool {
	if p.tok != tok || p.err != nil {
		return false
	}
	p.next()
	return true
}

func (p *parser) want(tok string) {
	if !p.take(tok) {
		p.fail("%q is missing", tok)
	}
}

func (p *parser) number(most uint64) uint64 {
	n, err := strconv.ParseUint(p.tok, 10, 64)
	if err != nil || n > most {
		p.fail("a number up to %d is missing", most)
		return 0
	}
	p.next()
	return n
}

// text reads an identifier or a quoted string.
func (p *parser) text() string {
	s := p.tok
	switch {
	case isIdent(s):
	case strings.HasPrefix(s, `"`):
		s, _ = strconv.Unquote(s)
		if strings.IndexByte(s, 0) >= 0 {
			p.fail("a name cannot hold a zero octet")
		}
	default:
		p.fail("a name is missing")
		return ""
	}
	p.next()
	return s
}
