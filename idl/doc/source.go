package doc

import (
	"html"
	"path"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// sourcePage writes the page of a source file: its lines with numbers, each with an anchor.
func (s *site) sourcePage(f *model.File, name, text string) []byte {
	p := &page{site: s, file: name}
	base := path.Base(f.Path)
	p.begin(base+" - "+s.opt.Title, func() {
		p.raw(`<ul><li><a href="../index.html">`)
		p.escape(s.opt.Title)
		p.raw("</a></li><li><strong>")
		p.escape(base)
		p.raw("</strong></li></ul>")
	})
	p.raw("<h1>")
	p.escape(base)
	p.raw("</h1>\n<table class=\"source\">")
	for i, l := range strings.Split(strings.TrimSuffix(coloured(text), "\n"), "\n") {
		n := strconv.Itoa(i + 1)
		p.raw(`<tr id="L` + n + `"><td><a href="#L` + n + `">` + n + "</a></td><td>" + l + "</td></tr>\n")
	}
	p.raw("</table>\n")
	return p.end()
}

// coloured returns a text as HTML, with classes for keywords, comments, literals and
// directives. No element of it goes over the end of a line.
func coloured(text string) string {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	var b strings.Builder
	end := 0
	for l := range syntax.EachLexeme("", text) {
		from, to := l.Span.Start.Offset, l.Span.End.Offset
		class := ""
		switch {
		case l.Is == syntax.CommentLexeme, l.Is == syntax.SkippedLexeme:
			class = "c"
		case l.Is == syntax.DirectiveLexeme, l.Kind == syntax.Keyword:
			class = "k"
		case l.Kind == syntax.String || l.Kind == syntax.Char:
			class = "s"
		case l.Kind == syntax.Number:
			class = "n"
		default:
			continue
		}
		b.WriteString(escaped(text[end:from]))
		for i, part := range strings.Split(text[from:to], "\n") {
			if i > 0 {
				b.WriteByte('\n')
			}
			if part != "" {
				b.WriteString(`<span class="` + class + `">` + escaped(part) + "</span>")
			}
		}
		end = to
	}
	b.WriteString(escaped(text[end:]))
	return b.String()
}

func escaped(s string) string { return html.EscapeString(printable(s)) }
