package lsp

import (
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/check"
	"github.com/opendsom/dsom/idl/syntax"
)

// A view is an analysis, seen from the present text of its document. What differs between the
// text that was analysed and the present one is taken for one piece; before and behind it
// places correspond.
type view struct {
	*analysis
	now *document
	// The piece begins at begin in both texts, and ends at end in the one that was analysed and at
	// endNow in the present one.
	begin, end, endNow int
}

// viewOf returns a view of an analysis, nil of none.
func viewOf(a *analysis, now *document) *view {
	if a == nil {
		return nil
	}
	v := &view{analysis: a, now: now}
	if a.doc == now {
		v.begin, v.end, v.endNow = len(now.text), len(now.text), len(now.text)
		return v
	}
	was, is := a.doc.text, now.text
	v.begin = samePrefix(was, is)
	tail := sameSuffix(was[v.begin:], is[v.begin:])
	v.end, v.endNow = len(was)-tail, len(is)-tail
	return v
}

// samePrefix returns how many octets two texts have in common at their begin.
func samePrefix(a, b string) int {
	n, most := 0, min(len(a), len(b))
	for n < most {
		k := min(most, n+markEvery)
		if a[n:k] != b[n:k] {
			break
		}
		n = k
	}
	for n < most && a[n] == b[n] {
		n++
	}
	return n
}

// sameSuffix returns how many octets two texts have in common at their ends.
func sameSuffix(a, b string) int {
	n, most := 0, min(len(a), len(b))
	for n < most {
		k := min(most, n+markEvery)
		if a[len(a)-k:len(a)-n] != b[len(b)-k:len(b)-n] {
			break
		}
		n = k
	}
	for n < most && a[len(a)-n-1] == b[len(b)-n-1] {
		n++
	}
	return n
}

// present reports whether the analysis is of the present text.
func (v *view) present() bool { return v.doc == v.now }

// back takes an offset of the present text to the one that was analysed. ok is false inside of
// the piece that differs.
func (v *view) back(offset int) (at int, ok bool) {
	switch {
	case offset <= v.begin:
		return offset, true
	case offset >= v.endNow:
		return offset - v.endNow + v.end, true
	}
	return 0, false
}

// forth takes an offset of the text that was analysed to the present one: one inside of the
// piece that differs to the piece's end.
func (v *view) forth(offset int) int {
	switch {
	case offset <= v.begin:
		return offset
	case offset >= v.end:
		return offset - v.end + v.endNow
	}
	return v.endNow
}

// rangeOf returns where a span of the document is now.
func (v *view) rangeOf(s diag.Span) textRange {
	return v.now.textRange(v.forth(s.Start.Offset), v.forth(s.End.Offset))
}

// location returns where a span is, for the editor; ok is false where that is in no file.
func (v *view) location(s diag.Span) (l location, ok bool) {
	if s.IsValid() && s.Start.File == v.now.path {
		return location{v.now.uri, v.rangeOf(s)}, true
	}
	return v.analysis.location(s)
}

// stands returns a use of a name as it stands in the present text; nil if that is another word there.
func (v *view) stands(u *check.Use) *check.Use {
	if u == nil || v.present() {
		return u
	}
	from, to := v.forth(u.Span.Start.Offset), v.forth(u.Span.End.Offset)
	is := v.now.text
	if is[from:to] != v.doc.text[u.Span.Start.Offset:u.Span.End.Offset] || from > 0 && wordByte(is[from-1]) || to < len(is) && wordByte(is[to]) {
		return nil
	}
	return &check.Use{Span: v.now.span(from, to), Symbol: u.Symbol, Declares: u.Declares, Made: u.Made}
}

// span returns a span of the document's text, columns as the editor counts them.
func (d *document) span(from, to int) diag.Span {
	at := func(offset int) diag.Position {
		p := d.position(offset)
		return diag.Position{File: d.path, Line: p.Line + 1, Column: p.Character + 1, Offset: offset}
	}
	return diag.Span{Start: at(from), End: at(to)}
}

// maxReread bounds the octets that are read to find that a change is none of words.
const maxReread = 64 << 10

// sameWords reports whether the texts differ in comments and blanks only, so that what the
// analysis says of names is true of the present text too. It may say no where that is so.
func (v *view) sameWords() bool {
	if v.present() {
		return true
	}
	from := 0
	for _, m := range v.marks {
		if m.offset >= v.begin {
			break
		}
		from = m.offset
	}
	was, a, ok := words(v.doc.text, from, v.end)
	is, b, ok2 := words(v.now.text, from, v.endNow)
	return ok && ok2 && a-v.end == b-v.endNow && was == is
}

// words returns the words of a text from one offset to the first that begins behind another,
// and where that is. Comments are words if they can hold annotations.
func words(text string, from, to int) (all string, next int, ok bool) {
	if to-from > maxReread {
		return "", 0, false
	}
	var b strings.Builder
	for l := range syntax.EachLexeme("", text[from:]) {
		if l.Is == syntax.CommentLexeme && !strings.Contains(l.Text, "@") {
			continue
		}
		at := from + l.Span.Start.Offset
		if b.WriteString(l.Text); l.OwnLine {
			b.WriteByte('\n')
		}
		b.WriteByte(0)
		if at >= to {
			return b.String(), at, true
		}
		if at-from > maxReread {
			return "", 0, false
		}
	}
	return b.String(), len(text), true
}
