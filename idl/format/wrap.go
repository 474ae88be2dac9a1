package format

import (
	"strings"
	"unicode/utf8"

	"github.com/opendsom/dsom/idl/syntax"
)

// layout is a statement with a decision for each piece: a blank before it, or a new line.
type layout struct {
	ps     []piece
	spaces []bool
	breaks []bool
	depth  []int // brackets open before the piece
	indent int
	more   int // the indent of lines that continue the statement
}

// write writes a statement: on one line if it fits and no comment is in the way; else with its
// raises clauses on lines of their own; else with a line for each parameter.
func (f *formatter) write(ps []piece, indent int) {
	l := newLayout(ps)
	l.indent, l.more = indent, indent+2*f.unit
	if l.force(f.next()); l.broken() {
		l.clauses()
		from := 0
		for to := 1; to <= len(ps); to++ {
			if to == len(ps) || l.breaks[to] && clause(&ps[to]) {
				if l.brokenIn(from, to) {
					l.explode(from, to)
				}
				from = to
			}
		}
	}
	l.emit(f)
}

func newLayout(ps []piece) *layout {
	l := &layout{ps: ps, spaces: make([]bool, len(ps)), breaks: make([]bool, len(ps)+1), depth: make([]int, len(ps)+1)}
	s := spacer{label: labels(ps)}
	end := piece{}
	var prev *piece
	for i := range ps {
		next := &end
		if i+1 < len(ps) {
			next = &ps[i+1]
		}
		l.spaces[i] = s.space(prev, &ps[i], next)
		prev = &ps[i]
		l.depth[i+1] = len(s.open)
	}
	return l
}

// flatWidth returns how wide the pieces are on one line.
func flatWidth(ps []piece) int {
	l := newLayout(ps)
	w := 0
	for i := range ps {
		w += l.width(i)
	}
	return w
}

func (l *layout) width(i int) int {
	w := utf8.RuneCountInString(l.ps[i].text)
	if l.spaces[i] {
		w++
	}
	return w
}

// force breaks lines where there is no choice: around comments that end with their line, and
// around directives. Strings one below the other stay so.
func (l *layout) force(after *piece) {
	for i := range l.ps {
		p, next := &l.ps[i], after
		if i+1 < len(l.ps) {
			next = &l.ps[i+1]
		}
		switch {
		case p.is == syntax.DirectiveLexeme:
			l.breaks[i], l.breaks[i+1] = true, true
		case p.comment() && (p.slashed() || next.before > 0 || strings.Contains(p.text, "\n")):
			l.breaks[i+1] = true
			if p.before > 0 {
				l.breaks[i] = true
			}
		case p.kind == syntax.String && i > 0 && l.ps[i-1].kind == syntax.String && p.before > 0:
			l.breaks[i] = true
		}
	}
	l.breaks[0] = false
}

// broken reports whether there is a line that is too long, or one that ends within brackets.
func (l *layout) broken() bool { return l.brokenIn(0, len(l.ps)) }

func (l *layout) brokenIn(from, to int) bool {
	at := l.indent
	if from > 0 {
		at = l.more
	}
	for i := from; i < to; i++ {
		if i > from && l.breaks[i] {
			if l.depth[i] > 0 {
				return true
			}
			at = l.more
		}
		p := &l.ps[i]
		if p.is == syntax.DirectiveLexeme || p.comment() && l.breaks[i+1] {
			continue
		}
		if at += l.width(i); at > Width {
			return true
		}
		if p.verbatim && strings.Contains(p.text, "\n") {
			at = 0
		}
	}
	return false
}

// clause reports whether a piece begins a clause that may have a line of its own.
func clause(p *piece) bool {
	return p.isKeyword("raises", "getraises", "setraises", "context", "supports")
}

func (l *layout) clauses() {
	for i := 1; i < len(l.ps); i++ {
		if clause(&l.ps[i]) && l.depth[i] == 0 && l.ps[i-1].kind != syntax.Scope {
			l.breaks[i] = true
		}
	}
}

// explode gives each element of a list a line: of the longest one in parentheses, or of the
// one that is in none.
func (l *layout) explode(from, to int) {
	begin, end, longest := -1, -1, 0
	open, w := -1, 0
	for i := from; i < to; i++ {
		switch {
		case l.depth[i] == 0 && l.depth[i+1] == 1 && l.ps[i].kind == syntax.LParen:
			open, w = i, 0
		case open >= 0 && l.depth[i+1] == 0:
			if w >= longest {
				begin, end, longest = open, i, w
			}
			open = -1
		}
		w += l.width(i)
	}
	level := 0
	if begin >= 0 && longest > 0 {
		level = 1
		l.breakAfter(begin, to)
	} else {
		begin, end = from, to
		l.breakAfterLabel(from, to)
	}
	for i := begin; i < end; i++ {
		if l.ps[i].kind == syntax.Comma && l.depth[i] == level {
			l.breakAfter(i, to)
		}
	}
}

// breakAfterLabel gives the first element behind a label a line of its own as well.
func (l *layout) breakAfterLabel(from, to int) {
	if !labels(l.ps) {
		return
	}
	for i := from; i < to; i++ {
		if l.ps[i].kind == syntax.Colon && l.depth[i] == 0 {
			l.breakAfter(i, to)
			return
		}
	}
}

// breakAfter breaks the line behind piece i and the comment that belongs to it.
func (l *layout) breakAfter(i, to int) {
	for i++; i < to && l.ps[i].comment() && l.breaks[i+1] && !l.breaks[i]; i++ {
	}
	if i < to {
		l.breaks[i] = true
	}
}

// emit writes the lines.
func (l *layout) emit(f *formatter) {
	var code strings.Builder
	cur := line{indent: l.indent}
	column := func(text string) int { // in which what is written next begins, where that matters
		if !strings.Contains(text, "\n") {
			return 0
		}
		cur.code = code.String()
		return cur.width()
	}
	flush := func() {
		if code.Len() > 0 {
			cur.code = code.String()
			f.out = append(f.out, cur)
		}
		code.Reset()
		cur = line{indent: l.more}
	}
	head := l.headEnd()
	for i := range l.ps {
		p := &l.ps[i]
		if l.breaks[i] {
			flush()
		}
		if code.Len() == 0 && (i >= head || p.kind == syntax.RBrace) {
			cur.indent = l.indent
		}
		switch {
		case p.is == syntax.DirectiveLexeme:
			f.out.raw(trimEnd(p.text))
		case p.comment() && code.Len() > 0 && l.breaks[i+1]:
			if cur.comment != "" {
				cur.comment += " "
			}
			cur.comment += moved(p.text, p.column, column(p.text)+1+len(cur.comment))
		default:
			if l.spaces[i] && code.Len() > 0 {
				code.WriteByte(' ')
			}
			if p.comment() {
				code.WriteString(moved(p.text, p.column, column(p.text)))
			} else {
				code.WriteString(p.text)
			}
		}
	}
	flush()
}

// headEnd returns where the brace that opens a block is, with the comments right before it:
// they are indented as the head is. It is len(l.ps) where there is none.
func (l *layout) headEnd() int {
	i := len(l.ps) - 1
	if l.ps[i].kind != syntax.LBrace {
		return len(l.ps)
	}
	for i > 0 && l.ps[i-1].comment() {
		i--
	}
	return i
}
