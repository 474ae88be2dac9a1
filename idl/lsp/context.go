package lsp

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/syntax"
)

// A cursor is where something is typed: what stands before it, told by the tokens alone, so
// that it holds in a text that is broken there.
type cursor struct {
	prefix string // the part of a word that is typed already
	from   int    // where that begins
	// before are the tokens before that, back to the begin of the statement.
	before []syntax.Lexeme
	// scopes are the names of the scopes around it, and blocks the words that began their blocks.
	scopes, blocks []string
	// directive is the preprocessor line up to the cursor; in says that it is in a comment or literal.
	directive string
	in        bool
}

// A mark is a place between statements, with the blocks that are open there: from it a text can
// be read as well as from its begin.
type mark struct {
	offset         int
	scopes, blocks []string
}

// markEvery is how far apart marks are, in octets.
const markEvery = 4 << 10

// marksOf returns the marks of a text.
func marksOf(text string) []mark {
	var c cursor
	var marks []mark
	last := 0
	for l := range syntax.EachLexeme("", text) {
		if at := l.Span.Start.Offset; l.OwnLine && len(c.before) == 0 && at-last >= markEvery {
			marks = append(marks, mark{at, slices.Clone(c.scopes), slices.Clone(c.blocks)})
			last = at
		}
		c.read(l)
	}
	return marks
}

// cursorAt reads the text of the document up to an offset, from the last mark of the analysis
// up to which the text is the same.
func (q *query) cursorAt(offset int) cursor {
	text := q.doc.text
	var from mark
	if q.view != nil {
		i, _ := slices.BinarySearchFunc(q.marks, min(q.begin(), offset), func(m mark, at int) int { return m.offset - at })
		for ; i > 0; i-- {
			// The word at the cursor does not go back over the mark.
			if m := q.marks[i-1]; !wordByte(text[m.offset-1]) {
				from = m
				break
			}
		}
	}
	return cursorFrom(text, from, offset)
}

// cursorFrom reads a text from a mark up to an offset.
func cursorFrom(text string, m mark, offset int) cursor {
	c := cursor{from: offset, scopes: slices.Clone(m.scopes), blocks: slices.Clone(m.blocks)}
	for c.from > 0 && wordByte(text[c.from-1]) {
		c.from--
	}
	c.prefix = text[c.from:offset]
	var last syntax.Lexeme
	for l := range syntax.EachLexeme("", text[m.offset:c.from]) {
		l.Span.Start.Offset += m.offset
		l.Span.End.Offset += m.offset
		c.read(l)
		last = l
	}
	rest := text[max(last.Span.End.Offset, m.offset):c.from] // blanks
	switch {
	case last.Is == syntax.BadLexeme, last.Is == syntax.CommentLexeme && strings.HasPrefix(last.Text, "//") && !strings.Contains(rest, "\n"):
		c.in = true
	case last.Is == syntax.DirectiveLexeme && !strings.Contains(rest, "\n"):
		c.directive = strings.TrimLeft(text[last.Span.Start.Offset:c.from], "# \t")
		if c.directive == "" {
			c.directive = " "
		}
	}
	return c
}

func wordByte(b byte) bool {
	return b == '_' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

// read follows blocks and statements.
func (c *cursor) read(l syntax.Lexeme) {
	if l.Is != syntax.TokenLexeme {
		return
	}
	switch l.Kind {
	case syntax.LBrace:
		name, word := heading(c.before)
		c.scopes, c.blocks = append(c.scopes, name), append(c.blocks, word)
		c.before = c.before[:0]
	case syntax.RBrace:
		if n := len(c.blocks); n > 0 {
			c.scopes, c.blocks = c.scopes[:n-1], c.blocks[:n-1]
		}
		c.before = c.before[:0]
	case syntax.Semicolon:
		c.before = c.before[:0]
	default:
		c.before = append(c.before, l)
	}
}

// heading returns the name and the keyword of what a block belongs to.
func heading(ts []syntax.Lexeme) (name, word string) {
	for i, t := range ts {
		switch t.Text {
		case "module", "interface", "struct", "union", "enum", "exception", "valuetype", "eventtype", "component", "home", "bitset", "bitmask", "porttype", "connector", "implementation":
			if word = t.Text; i+1 < len(ts) {
				name = strings.TrimPrefix(ts[i+1].Text, "_")
			}
			return name, word
		}
	}
	return "", ""
}

// block returns the word that began the block around the cursor; "" is outside of all.
func (c *cursor) block() string {
	if len(c.blocks) == 0 {
		return ""
	}
	return c.blocks[len(c.blocks)-1]
}

// last returns the token before the cursor; its text is empty if none is in the statement.
func (c *cursor) last() syntax.Lexeme {
	if len(c.before) == 0 {
		return syntax.Lexeme{}
	}
	return c.before[len(c.before)-1]
}

// qualifier returns the scopes that are written before the cursor, "A", "B" in A::B::, and
// whether :: is the first of it; ok is false if no :: stands there.
func (c *cursor) qualifier() (parts []string, absolute, ok bool) {
	i := len(c.before) - 1
	for i >= 0 && c.before[i].Kind == syntax.Scope {
		ok, absolute = true, true
		if i--; i >= 0 && c.before[i].Kind == syntax.Ident {
			parts = append([]string{strings.TrimPrefix(c.before[i].Text, "_")}, parts...)
			absolute = false
			i--
		}
	}
	return parts, absolute, ok
}

// list returns the word before the parenthesis that is open at the cursor, "" if none is.
func (c *cursor) list() string {
	depth := 0
	for i := len(c.before) - 1; i >= 0; i-- {
		switch c.before[i].Kind {
		case syntax.RParen:
			depth++
		case syntax.LParen:
			if depth--; depth < 0 {
				if i > 0 {
					return c.before[i-1].Text
				}
				return "("
			}
		}
	}
	return ""
}

// has reports whether the statement has a token with that text so far.
func (c *cursor) has(text string) bool {
	for _, t := range c.before {
		if t.Text == text {
			return true
		}
	}
	return false
}

// scope returns the innermost scope around the cursor that the index knows.
func (c *cursor) scope(x *check.Index) *check.Symbol {
	for n := len(c.scopes); n > 0; n-- {
		if found := x.Lookup(strings.Join(c.scopes[:n], "::")); len(found) > 0 {
			return found[0]
		}
	}
	return nil
}

// visible calls see for all that can be named in a scope without ::, the nearest first, until
// see returns false. What hides something else is seen before it.
func visible(x *check.Index, scope *check.Symbol, see func(*check.Symbol) bool) {
	for s := scope; s != nil; s = s.Scope {
		for _, in := range append([]*check.Symbol{s}, s.Ancestors()...) {
			for _, m := range in.Members {
				if !see(m) {
					return
				}
			}
		}
	}
	for _, s := range x.Symbols {
		if s.Scope == nil && !see(s) {
			return
		}
	}
}

// lookup finds a name with its scopes, as written in a scope.
func lookup(x *check.Index, scope *check.Symbol, parts []string) *check.Symbol {
	if len(parts) == 0 {
		return nil
	}
	var found *check.Symbol
	visible(x, scope, func(s *check.Symbol) bool {
		if s.Name == parts[0] && !s.Annotation() {
			found = s
		}
		return found == nil
	})
	for _, p := range parts[1:] {
		if found == nil {
			return nil
		}
		found = memberNamed(found, p)
	}
	return found
}

func memberNamed(s *check.Symbol, name string) *check.Symbol {
	for _, in := range append([]*check.Symbol{s}, s.Ancestors()...) {
		for _, m := range in.Members {
			if m.Name == name && !m.Annotation() {
				return m
			}
		}
	}
	return nil
}
