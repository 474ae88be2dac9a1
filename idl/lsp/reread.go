package lsp

import (
	"iter"
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
)

// Changes are what edits did to the words of texts, comments without annotations left out.
type changes struct {
	// any says that words differ; unknown that names may mean anything: blocks, inheritance,
	// directives or annotations differ, or too much to be read.
	any, unknown bool
	// names are those that may be declared now, or may have been.
	names map[string]bool
	// gone are the octets of the older document in which words differ.
	gone pieces
}

// maxReread bounds the octets of each text that are read to find which words differ.
const maxReread = 64 << 10

// add notes in what two texts differ, whose pieces these are. Own says that they are of the
// document itself, and the marks are of the older.
func (c *changes) add(was, is string, marks []mark, ps pieces, own bool) {
	known := 0 // where a word begins, behind the pieces before
	for len(ps) > 0 {
		from := known
		for _, m := range marks {
			if m.offset >= ps[0].wasFrom {
				break
			}
			from = max(from, m.offset)
		}
		a, b := newReread(was, from), newReread(is, ps[0].isFrom-(ps[0].wasFrom-from))
		n, ok := a.together(b, ps)
		a.stop()
		b.stop()
		if !ok {
			c.any, c.unknown = true, true
			return
		}
		c.compare(a.words, b.words, own)
		known, ps = a.begin, ps[n:]
	}
}

// together reads on behind the first pieces, to a word that is the same in both texts and
// before the next piece. It returns how many pieces are behind; ok is false where that is too far away.
func (r *reread) together(b *reread, ps pieces) (n int, ok bool) {
	for n = 1; ; n++ {
		p, next := ps[n-1], piece{wasFrom: r.length + 1, isFrom: b.length + 1}
		if n < len(ps) {
			next = ps[n]
		}
		ok = r.until(p.wasTo) && b.until(p.isTo)
		for ok && r.end < next.wasFrom && b.end < next.isFrom && r.begin-p.wasTo != b.begin-p.isTo {
			if r.begin-p.wasTo < b.begin-p.isTo {
				ok = r.step()
			} else {
				ok = b.step()
			}
		}
		if !ok || r.end < next.wasFrom && b.end < next.isFrom {
			return n, ok
		}
	}
}

// compare notes the differences of two rows of words.
func (c *changes) compare(was, is []syntax.Lexeme, own bool) {
	same := func(a, b syntax.Lexeme) bool { return a.Is == b.Is && a.Text == b.Text && a.OwnLine == b.OwnLine }
	head := 0
	for head < len(was) && head < len(is) && same(was[head], is[head]) {
		head++
	}
	tail := 0
	for tail < min(len(was), len(is))-head && same(was[len(was)-1-tail], is[len(is)-1-tail]) {
		tail++
	}
	c.note(was, head, len(was)-tail)
	c.note(is, head, len(is)-tail)
	if last := len(was) - tail; own && last > head {
		c.gone = append(c.gone, piece{wasFrom: was[head].Span.Start.Offset, wasTo: was[last-1].Span.End.Offset})
	}
}

// note notes words that came or went.
func (c *changes) note(words []syntax.Lexeme, from, to int) {
	for i := from; i < to; i++ {
		c.any = true
		l := words[i]
		if l.Is != syntax.TokenLexeme {
			c.unknown = true
			continue
		}
		var last, next syntax.Lexeme
		if i > 0 {
			last = words[i-1]
		}
		if i+1 < len(words) {
			next = words[i+1]
		}
		switch l.Kind {
		case syntax.LBrace, syntax.RBrace, syntax.Colon, syntax.Scope, syntax.At, syntax.String:
			c.unknown = true
		case syntax.Ident:
			if next.Kind == syntax.Ident && next.Is == syntax.TokenLexeme { // the type of what has the next name
				continue
			}
			switch last.Text {
			case ":", ",", "::", "module", "interface", "valuetype", "eventtype", "component", "home", "porttype", "connector", "supports", "import":
				c.unknown = true
			}
			if c.names == nil {
				c.names = map[string]bool{}
			}
			c.names[strings.TrimPrefix(l.Text, "_")] = true
		}
	}
}

// A reread reads the words of a text from an offset on.
type reread struct {
	next       func() (syntax.Lexeme, bool)
	stop       func()
	from       int
	length     int
	words      []syntax.Lexeme
	begin, end int // of the last word
	over       bool
}

func newReread(text string, from int) *reread {
	r := &reread{from: from, length: len(text), begin: from, end: from}
	r.next, r.stop = iter.Pull(syntax.EachLexeme("", text[from:]))
	return r
}

// step reads a word. It returns false if that is too far away.
func (r *reread) step() bool {
	for {
		l, ok := r.next()
		if !ok {
			r.over, r.begin, r.end = true, r.length, r.length
			return true
		}
		if l.Is == syntax.CommentLexeme && !strings.Contains(l.Text, "@") {
			continue
		}
		l.Span.Start.Offset += r.from
		l.Span.End.Offset += r.from
		r.words = append(r.words, l)
		r.begin, r.end = l.Span.Start.Offset, l.Span.End.Offset
		return r.begin-r.from <= maxReread
	}
}

// until reads to the first word that begins at an offset or behind.
func (r *reread) until(offset int) bool {
	for (r.begin < offset || len(r.words) == 0) && !r.over {
		if !r.step() {
			return false
		}
	}
	return true
}
