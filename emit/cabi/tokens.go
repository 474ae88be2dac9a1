package cabi

import "strings"

// A token is a word of generated C or C++: an identifier, a number, a literal or a sign.
type token struct {
	text  string
	at    int    // offset
	guard string // the macro whose absence it needs, other than what keeps a header from being read twice; or ""
}

func (t token) isWord() bool { return len(t.text) > 0 && wordByte(t.text[0]) }

func wordByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// tokens splits text that a generator made: comments and what is for the preprocessor are left out, but for what stands under #ifndef,
// which is a name's guard.
func tokens(text string) []token {
	var all []token
	var guards []string
	for at := 0; at < len(text); {
		c, rest := text[at], text[at:]
		n := 1
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		case strings.HasPrefix(rest, "//"):
			n = until(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			n = until(rest, "*/")
		case c == '#':
			n = until(rest, "\n")
			words := strings.Fields(rest[1:n])
			switch {
			case len(words) == 0:
			case words[0] == "ifndef" && len(words) > 1 && !strings.HasSuffix(words[1], "_INCLUDED"):
				guards = append(guards, words[1])
			case strings.HasPrefix(words[0], "if"):
				guards = append(guards, "")
			case words[0] == "endif" && len(guards) > 0:
				guards = guards[:len(guards)-1]
			}
		default:
			switch {
			case c == '"' || c == '\'':
				n = literalEnd(rest)
			case wordByte(c):
				for n < len(rest) && wordByte(rest[n]) {
					n++
				}
			case strings.HasPrefix(rest, "::"):
				n = 2
			}
			t := token{text: rest[:n], at: at}
			if len(guards) > 0 {
				t.guard = guards[len(guards)-1]
			}
			all = append(all, t)
		}
		at += n
	}
	return all
}

// until returns how long text is up to the end of mark, or all of it.
func until(text, mark string) int {
	if n := strings.Index(text, mark); n >= 0 {
		return n + len(mark)
	}
	return len(text)
}

// literalEnd returns how long the literal is that text begins with.
func literalEnd(text string) int {
	for n := 1; n < len(text); n++ {
		switch text[n] {
		case '\\':
			n++
		case text[0], '\n':
			return n + 1
		}
	}
	return len(text)
}
