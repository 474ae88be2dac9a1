package lsp

import (
	"net/url"
	"path"
	"sort"
	"strings"
	"unicode/utf8"
)

// A document is the text of a file at one time. It is not changed.
type document struct {
	uri, path string
	version   int
	text      string
	utf8      bool  // columns count octets; else units of UTF-16
	lines     []int // where lines begin
	history   history
}

func newDocument(uri string, version int, text string, utf8 bool) *document {
	d := &document{uri: uri, path: pathOf(uri), version: version, text: strings.TrimPrefix(text, "\ufeff"), utf8: utf8, lines: []int{0}, history: history{of: new(int)}}
	for i := 0; i < len(d.text); i++ {
		switch d.text[i] {
		case '\n':
			d.lines = append(d.lines, i+1)
		case '\r':
			if i+1 == len(d.text) || d.text[i+1] != '\n' {
				d.lines = append(d.lines, i+1)
			}
		}
	}
	return d
}

// pathOf returns the path of a file: URI with slashes, and another URI as it is.
func pathOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return uri
	}
	p := path.Clean(u.Path)
	if len(p) > 2 && p[0] == '/' && p[2] == ':' { // /c:/x
		p = p[1:]
	}
	return p
}

// uriOf is the reverse of pathOf.
func uriOf(p string) string {
	if strings.Contains(p, "://") {
		return p
	}
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", Path: p}).String()
}

// offset returns the offset of a position; one outside of the text is moved into it.
func (d *document) offset(p position) int {
	if p.Line < 0 {
		return 0
	}
	if p.Line >= len(d.lines) {
		return len(d.text)
	}
	from, to := d.lines[p.Line], len(d.text)
	if p.Line+1 < len(d.lines) {
		to = d.lines[p.Line+1]
	}
	line := strings.TrimRight(d.text[from:to], "\r\n")
	n := 0
	for i, r := range line {
		if n >= p.Character {
			return from + i
		}
		n += d.units(r, line[i:])
	}
	return from + len(line)
}

// units returns how many columns a character takes.
func (d *document) units(r rune, at string) int {
	switch {
	case d.utf8:
		_, n := utf8.DecodeRuneInString(at)
		return n
	case r > 0xffff:
		return 2
	}
	return 1
}

// position returns the position of an offset.
func (d *document) position(offset int) position {
	offset = min(max(offset, 0), len(d.text))
	line := sort.Search(len(d.lines), func(i int) bool { return d.lines[i] > offset }) - 1
	p := position{Line: line}
	s := d.text[d.lines[line]:offset]
	if d.utf8 {
		p.Character = len(s)
		return p
	}
	for _, r := range s {
		p.Character++
		if r > 0xffff {
			p.Character++
		}
	}
	return p
}

func (d *document) textRange(from, to int) textRange {
	return textRange{d.position(from), d.position(to)}
}

// changed returns the document after a change; without a range the text is all new.
func (d *document) changed(version int, r *textRange, text string) *document {
	e := edit{0, len(d.text), len(text)}
	if r != nil {
		e.from, e.to = d.offset(r.Start), d.offset(r.End)
		e.to = max(e.from, e.to)
		text = d.text[:e.from] + text + d.text[e.to:]
	}
	next := newDocument(d.uri, version, text, d.utf8)
	if len(next.text) == len(text) { // else it has lost a byte order mark
		next.history = d.history.with(e)
	}
	return next
}
