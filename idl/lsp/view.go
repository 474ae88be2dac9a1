package lsp

import (
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/check"
)

// A view is an analysis, seen from the present texts: what it says of places is taken over
// through the pieces in which a text differs, and what it says of names is believed as far as
// the words that differ cannot make it wrong.
type view struct {
	*analysis
	now *document
	pieces
	opened map[string]*document // now, by path
	// settled says that the analysis is of the present texts, also of what is included.
	settled bool
	changed *changes // nil before it is asked for
}

// viewOf returns a view of an analysis, nil of none. The documents are those that are open.
func viewOf(a *analysis, now *document, opened map[string]*document) *view {
	if a == nil {
		return nil
	}
	v := &view{analysis: a, now: now, opened: opened, pieces: between(a.doc, now), settled: a.doc == now}
	for name := range a.files {
		v.settled = v.settled && (name == now.path || a.opened[name] == opened[name])
	}
	return v
}

// present reports whether the analysis is of the present text of the document.
func (v *view) present() bool { return v.doc == v.now }

// since returns the present text of a file, and what became different in it since the analysis; nil if there is none.
func (v *view) since(name string) (*document, pieces) {
	if name == v.doc.path {
		return v.now, v.pieces
	}
	was := v.analysis.opened[name]
	if was == nil {
		if was = v.file(name); was == nil {
			return nil, nil
		}
	}
	is := v.opened[name]
	if is == nil {
		return was, nil
	}
	return is, between(was, is)
}

// begin is where the first piece begins, else the end of the text.
func (v *view) begin() int {
	if len(v.pieces) > 0 {
		return v.pieces[0].isFrom
	}
	return len(v.now.text)
}

// rangeOf returns where a span of the document is now.
func (v *view) rangeOf(s diag.Span) textRange {
	from := v.behind(s.Start.Offset)
	return v.now.textRange(from, max(from, v.before(s.End.Offset)))
}

// location returns where a span is now, for the editor; ok is false where what stood there does not any more.
func (v *view) location(s diag.Span) (l location, ok bool) {
	d, ps := v.since(s.Start.File)
	if d == nil || !s.IsValid() {
		return l, false
	}
	from, to := ps.behind(s.Start.Offset), ps.before(s.End.Offset)
	if len(ps) > 0 && (from > to || d.text[from:to] != v.text(s) || !wholeWord(d.text, from, to)) {
		return l, false
	}
	return location{d.uri, d.textRange(from, to)}, true
}

// touched reports whether edits touch a declaration, up to its block if only its head is shown, or its comments.
func (v *view) touched(s *check.Symbol) bool {
	n := s.Node
	if n == nil || !n.Span.IsValid() || v.settled {
		return false
	}
	name := n.Span.Start.File
	_, ps := v.since(name)
	d := v.file(name)
	if d == nil || len(ps) == 0 {
		return false
	}
	from, to := n.Span.Start.Offset, n.Span.End.Offset
	if len(n.Doc) > 0 && n.Doc[0].Span.Start.File == name {
		from = min(from, n.Doc[0].Span.Start.Offset)
	}
	from = len(strings.TrimRight(d.text[:from], " \t\r\n"))
	for _, c := range n.Trailing {
		if c.Span.End.File == name {
			to = max(to, c.Span.End.Offset)
		}
	}
	if i := strings.IndexByte(d.text[to:], '\n'); i >= 0 {
		to += i
	} else {
		to = len(d.text)
	}
	return ps.touch(from, to)
}

// words returns what became different in the words of all texts.
func (v *view) words() *changes {
	if v.changed != nil {
		return v.changed
	}
	c := &changes{}
	c.add(v.doc.text, v.now.text, v.marks, v.pieces, true)
	for name := range v.files {
		if v.settled || name == v.doc.path || v.analysis.opened[name] == v.opened[name] {
			continue
		}
		is := v.opened[name]
		was := v.file(name)
		if is == nil || was == nil { // it was closed
			c.any, c.unknown = true, true
			break
		}
		c.add(was.text, is.text, nil, between(v.analysis.opened[name], is), false)
	}
	v.changed = c
	return c
}

// sameWords reports whether the texts differ in comments and blanks only, so that what the
// analysis says of names is true of the present text too. It may say no where that is so.
func (v *view) sameWords() bool { return v.settled || !v.words().any }

// believes reports whether a name denotes a symbol as it did, at a place of the text that was analysed.
func (v *view) believes(s *check.Symbol, at int) bool {
	if v.sameWords() {
		return true
	}
	if v.words().unknown {
		return false
	}
	for p := s; p != nil; p = p.Scope {
		if v.words().names[p.Name] {
			return false
		}
		if in := p.Scope; in != nil && in.Kind != "module" { // it may be inherited from there
			if in.Node == nil || in.Node.Span.Start.File != v.doc.path || at < in.Node.Span.Start.Offset || at > in.Node.Span.End.Offset {
				return false
			}
		}
	}
	return true
}

// useAt returns the use at an offset of the present text, as it stands there; nil if there is
// none, or the word was not there when the text was analysed.
func (v *view) useAt(offset int) *check.Use {
	if v.present() {
		return v.index.At(v.doc.path, offset)
	}
	from, to := wordAt(v.now.text, offset)
	back := v.reversed()
	at, end := back.behind(from), back.before(to)
	if from == to || at > end || v.doc.text[at:end] != v.now.text[from:to] || !wholeWord(v.doc.text, at, end) || v.words().gone.touch(at, end) {
		return nil
	}
	u := v.index.At(v.doc.path, at)
	if u == nil || at < u.Span.Start.Offset || u.Span.End.Offset <= at {
		return nil
	}
	return &check.Use{Span: v.now.span(v.behind(u.Span.Start.Offset), v.before(u.Span.End.Offset)), Symbol: u.Symbol, Declares: u.Declares, Made: u.Made}
}

// wordAt returns the word that an offset is in or at the end of.
func wordAt(text string, offset int) (from, to int) {
	from, to = offset, offset
	for from > 0 && wordByte(text[from-1]) {
		from--
	}
	for to < len(text) && wordByte(text[to]) {
		to++
	}
	return from, to
}

// wholeWord reports whether no word goes on before or behind a piece of text.
func wholeWord(text string, from, to int) bool {
	return (from == 0 || !wordByte(text[from-1])) && (to == len(text) || !wordByte(text[to]))
}

// span returns a span of the document's text, columns as the editor counts them.
func (d *document) span(from, to int) diag.Span {
	at := func(offset int) diag.Position {
		p := d.position(offset)
		return diag.Position{File: d.path, Line: p.Line + 1, Column: p.Character + 1, Offset: offset}
	}
	return diag.Span{Start: at(from), End: at(to)}
}
