package format

import (
	"regexp"
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
)

// formatter goes once over the pieces, statement by statement.
type formatter struct {
	unit   int
	pieces []piece
	i      int // next piece
	out    lines

	blocks []block
	conds  []condition
	stmt   []piece // what was read of the statement
	depth  int     // parentheses and brackets open in it
	first  bool    // nothing stands in the block yet
	looked int     // up to here no closing brace follows the comments
}

// A block is what an open brace began.
type block struct {
	indent   int  // of the line that opened it
	list     bool // its items have commas between them
	labelled bool // a label was written on the line before
}

// A condition is an open #if: the state before it, to which each of its branches goes back.
type condition struct {
	blocks []block
}

func (f *formatter) next() *piece { return &f.pieces[f.i] }

func (f *formatter) take() piece {
	f.i++
	return f.pieces[f.i-1]
}

func (f *formatter) atEnd() bool { return f.i == len(f.pieces)-1 }

// indent returns the indent of a statement of the block, in blanks.
func (f *formatter) indent() int {
	if len(f.blocks) == 0 {
		return 0
	}
	b := f.blocks[len(f.blocks)-1]
	in := b.indent + f.unit
	if b.labelled {
		in += f.unit
	}
	return in
}

// run writes all statements. It returns false where blocks are nested too deep.
func (f *formatter) run() bool {
	f.first = true
	for !f.atEnd() {
		p := f.next()
		switch {
		case p.is == syntax.DirectiveLexeme:
			f.separate(p)
			f.out.raw(trimEnd(p.text))
			f.conditional(p.text)
			f.i++
			f.first = false
		case p.is == syntax.SkippedLexeme:
			f.out.raw(strings.TrimRight(strings.TrimPrefix(p.text, "\n"), " \t\n"))
			f.i++
		case p.comment() && f.ownLine():
			f.comment()
		default:
			f.separate(p)
			if f.statement(); len(f.blocks) > syntax.DefaultLimits.Nesting {
				return false
			}
		}
	}
	for n := len(f.out); n > 0 && f.out[n-1] == (line{}); n-- {
		f.out = f.out[:n-1]
	}
	return true
}

// separate keeps a blank line before a piece that begins a line.
func (f *formatter) separate(p *piece) {
	if p.before == 2 && !f.first && p.kind != syntax.RBrace {
		f.out.blank()
	}
	f.first = f.first && p.kind == syntax.RBrace
}

// ownLine reports whether the comment that comes next has lines of its own, or stands behind
// the line before, rather than to the left of a statement.
func (f *formatter) ownLine() bool {
	for _, p := range f.pieces[f.i:min(f.i+maxInline, len(f.pieces)-1)] {
		if !p.comment() {
			return p.is != syntax.TokenLexeme
		}
		if p.slashed() || strings.Contains(p.text, "\n") || f.pieces[f.i+1].before > 0 {
			return true
		}
	}
	return false
}

// maxInline bounds the comments on one line that are looked at together.
const maxInline = 8

// comment writes a comment between statements.
func (f *formatter) comment() {
	p := f.take()
	if n := len(f.out); p.before == 0 && n > 0 && !f.out[n-1].raw && f.out[n-1].code != "" {
		f.behind(&p)
		return
	}
	f.separate(&p)
	in := f.indent()
	f.out.add(in, moved(p.text, p.column, in))
}

// behind writes a comment behind the line written last.
func (f *formatter) behind(p *piece) {
	l := &f.out[len(f.out)-1]
	if l.comment != "" {
		l.comment += " "
	}
	l.comment += moved(p.text, p.column, l.width()+1+len(l.comment))
}

var (
	opensCondition = regexp.MustCompile(`^#[ \t]*if`)
	turnsCondition = regexp.MustCompile(`^#[ \t]*el(se|if)`)
	endsCondition  = regexp.MustCompile(`^#[ \t]*endif`)
)

// conditional goes back, in each branch of a condition, to the blocks that were open before it.
func (f *formatter) conditional(directive string) {
	n := len(f.conds)
	switch {
	case opensCondition.MatchString(directive):
		f.conds = append(f.conds, condition{append([]block(nil), f.blocks...)})
	case turnsCondition.MatchString(directive) && n > 0:
		f.blocks = append([]block(nil), f.conds[n-1].blocks...)
	case endsCondition.MatchString(directive) && n > 0:
		f.conds = f.conds[:n-1]
	}
}

// statement reads a statement, or a part of one that has a line of its own, and writes it.
func (f *formatter) statement() {
	f.reset()
	for !f.atEnd() {
		p := f.next()
		switch {
		case p.comment() && len(f.stmt) > 0 && p.before > 0 && f.braceFollows():
			f.finish()
			return
		case p.is == syntax.SkippedLexeme:
			f.finish()
			return
		case p.is == syntax.DirectiveLexeme:
			if f.onlyComments() || f.whole() || opensBranch(p.text) && f.unfinishedBlocks() {
				f.finish()
				return
			}
			f.conditional(p.text)
			f.push(f.take())
			continue
		case p.kind == syntax.LBrace:
			if f.shortList() {
				continue
			}
			f.open()
			return
		case p.kind == syntax.RBrace:
			if len(f.stmt) > 0 {
				f.finish()
				return
			}
			f.closeBlock()
			if f.closed() {
				f.finish()
				return
			}
			continue
		}
		if f.breaksBefore(p) {
			f.finish()
			return
		}
		f.push(f.take())
		switch {
		case p.kind == syntax.Semicolon, p.kind == syntax.Comma && f.inList() && f.depth == 0:
			f.finish()
			if n := len(f.blocks); n > 0 {
				f.blocks[n-1].labelled = false
			}
			return
		case p.kind == syntax.Colon && f.stmt[0].isKeyword("case", "default") && f.depth == 0 && f.lineEnds():
			f.label()
			return
		}
	}
	f.finish()
}

// opensBranch reports whether a directive begins, turns or ends a condition.
func opensBranch(directive string) bool {
	return opensCondition.MatchString(directive) || turnsCondition.MatchString(directive) || endsCondition.MatchString(directive)
}

// onlyComments reports whether the statement has no token yet.
func (f *formatter) onlyComments() bool {
	for i := range f.stmt {
		if !f.stmt[i].comment() {
			return false
		}
	}
	return true
}

// unfinishedBlocks reports whether braces of the statement are open, so that its lines are not one list.
func (f *formatter) unfinishedBlocks() bool { return f.stmt[0].kind == syntax.RBrace }

// whole reports whether what was read stands by itself: the call of a macro.
func (f *formatter) whole() bool { return len(f.stmt) == 1 && f.stmt[0].verbatim }

func (f *formatter) inList() bool { return len(f.blocks) > 0 && f.blocks[len(f.blocks)-1].list }

// lineEnds reports whether nothing but a comment follows on the line.
func (f *formatter) lineEnds() bool {
	n := f.next()
	return n.before > 0 || n.slashed() || n.comment() && f.pieces[f.i+1].before > 0
}

// push adds a piece to the statement.
func (f *formatter) push(p piece) {
	f.depth = max(f.depth+nesting(&p), 0)
	f.stmt = append(f.stmt, p)
}

func (f *formatter) reset() { f.stmt, f.depth = f.stmt[:0], 0 }

// nesting returns how many brackets a piece opens, or closes if negative.
func nesting(p *piece) int {
	switch p.kind {
	case syntax.LParen, syntax.LBracket, syntax.Less:
		return 1
	case syntax.RParen, syntax.RBracket, syntax.Greater:
		return -1
	}
	return 0
}

// braceFollows reports whether a closing brace follows the comments that come next.
func (f *formatter) braceFollows() bool {
	if f.i < f.looked {
		return false
	}
	j := f.i
	for f.pieces[j].comment() {
		j++
	}
	f.looked = j
	return f.pieces[j].kind == syntax.RBrace
}

// maxAnnotations bounds the tokens of annotations that stand on a line of their own.
const maxAnnotations = 500

var upper = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)

// breaksBefore reports whether the statement's line ends before p, which continues it or
// begins another: behind annotations, calls of macros and closed blocks the author decides.
func (f *formatter) breaksBefore(p *piece) bool {
	if len(f.stmt) == 0 || p.before == 0 {
		return false
	}
	switch p.kind {
	case syntax.Semicolon, syntax.Comma, syntax.LParen, syntax.LBracket, syntax.Colon, syntax.Equals, syntax.Scope, syntax.Op:
		return false
	}
	last := &f.stmt[len(f.stmt)-1]
	switch {
	case last.comment():
		return false
	case f.stmt[0].kind == syntax.At:
		return f.depth == 0 && len(f.stmt) < maxAnnotations && annotations(f.stmt)
	case len(f.stmt) == 1 && last.verbatim, len(f.stmt) == 1 && last.kind == syntax.RBrace:
		return !p.isKeyword("raises", "context")
	case len(f.stmt) == 1 && last.kind == syntax.Ident:
		return upper.MatchString(last.text) && p.token() && (p.kind == syntax.Keyword || p.verbatim)
	}
	return false
}

// annotations reports whether a statement so far is one or more whole annotations.
func annotations(ps []piece) bool {
	i := 0
	for i < len(ps) {
		if ps[i].kind != syntax.At {
			return false
		}
		i++
		for i < len(ps) && ps[i].kind == syntax.Scope {
			i++
		}
		if i == len(ps) || ps[i].kind != syntax.Ident && ps[i].kind != syntax.Keyword {
			return false
		}
		for i++; i+1 < len(ps) && ps[i].kind == syntax.Scope; i += 2 {
		}
		depth := 0
		for i < len(ps) && (depth > 0 || ps[i].kind == syntax.LParen) {
			switch ps[i].kind {
			case syntax.LParen:
				depth++
			case syntax.RParen:
				depth--
			}
			i++
		}
		if depth > 0 {
			return false
		}
	}
	return true
}

// label writes a label on a line of its own.
func (f *formatter) label() {
	n := len(f.blocks)
	if n > 0 {
		f.blocks[n-1].labelled = false
	}
	f.finish()
	if n > 0 {
		f.blocks[n-1].labelled = true
	}
}

// finish writes the statement.
func (f *formatter) finish() {
	if len(f.stmt) == 0 {
		return
	}
	if n := len(f.blocks); n > 0 && f.stmt[0].isKeyword("case", "default") {
		f.blocks[n-1].labelled = false
	}
	f.write(f.stmt, f.indent())
	f.reset()
}

// open writes the statement with the brace behind it and begins a block.
func (f *formatter) open() {
	at := f.indent()
	list := false
	for i := range f.stmt {
		list = list || f.stmt[i].isKeyword("enum", "bitmask")
	}
	f.push(f.take())
	if n := len(f.blocks); n > 0 && f.stmt[0].isKeyword("case", "default") {
		f.blocks[n-1].labelled = false
		at = f.indent()
	}
	if n := f.next(); n.kind == syntax.RBrace && n.token() { // {}
		f.push(f.take())
		if f.closed() {
			f.finish()
			return
		}
		f.rest()
		return
	}
	f.write(f.stmt, at)
	f.reset()
	f.blocks = append(f.blocks, block{indent: at, list: list})
	f.first = true
}

// rest reads what follows an empty block.
func (f *formatter) rest() {
	for !f.atEnd() && f.next().token() {
		p := f.take()
		if p.kind == syntax.LBrace || p.kind == syntax.RBrace {
			f.i--
			break
		}
		f.push(p)
		if p.kind == syntax.Semicolon {
			break
		}
	}
	f.finish()
}

// closeBlock begins a statement with the brace that closes the block.
func (f *formatter) closeBlock() {
	f.blocks = f.blocks[:max(len(f.blocks)-1, 0)]
	f.first = false
	f.push(f.take())
}

// closed reports whether the brace taken last ends its line.
func (f *formatter) closed() bool {
	n := f.next()
	return n.before > 0 && n.kind != syntax.Semicolon && n.kind != syntax.Comma || f.atEnd()
}

// shortList adds a list in braces to the statement that was written on one line and fits there.
func (f *formatter) shortList() bool {
	list := false
	for i := range f.stmt {
		list = list || f.stmt[i].isKeyword("enum", "bitmask")
		if f.stmt[i].is != syntax.TokenLexeme {
			return false
		}
	}
	if !list || f.pieces[f.i+1].before > 0 {
		return false
	}
	end := f.i + 1
	for ; f.pieces[end].kind != syntax.RBrace; end++ {
		p := &f.pieces[end]
		if !p.token() || p.kind == syntax.EOF || p.kind == syntax.LBrace || p.kind == syntax.Semicolon || p.verbatim {
			return false
		}
	}
	if end == f.i+1 {
		return false
	}
	for f.pieces[end].kind != syntax.Semicolon && f.pieces[end+1].token() && f.pieces[end+1].kind != syntax.EOF && f.pieces[end+1].kind != syntax.LBrace && f.pieces[end+1].kind != syntax.RBrace {
		if end++; f.pieces[end].before > 0 && f.pieces[end].kind != syntax.Semicolon {
			end--
			break
		}
	}
	all := append(append([]piece(nil), f.stmt...), f.pieces[f.i:end+1]...)
	if f.indent()+flatWidth(all) > Width {
		return false
	}
	f.stmt = all[:len(all)-1]
	f.i = end
	if last := all[len(all)-1]; last.kind != syntax.Semicolon {
		f.stmt, f.i = all, end+1
	}
	return true
}
