package diag

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Style says how diagnostics are shown. The zero Style is plain and shows no source.
type Style struct {
	// Source returns the text of a file that a position names; nil, or a false result,
	// leaves the excerpt away.
	Source func(file string) ([]byte, bool)
	// Colour adds the escape sequences of a terminal.
	Colour bool
}

const (
	bold    = "\x1b[1m"
	red     = "\x1b[1;31m"
	magenta = "\x1b[1;35m"
	cyan    = "\x1b[1;36m"
	green   = "\x1b[1;32m"
	reset   = "\x1b[0m"
)

// maxExcerpt is how many octets of a source line are shown: enough for a wide terminal, and a
// line of ten megabytes must not be printed for each error on it.
const maxExcerpt = 160

// Render writes diagnostics for people: each as "file:line:column: severity: message [code]",
// then the line of source with a caret, then notes and help. Control characters that come
// from the source are replaced, so that a hostile file cannot write to the terminal.
func Render(w io.Writer, ds []Diagnostic, st Style) error {
	var b bytes.Buffer
	for _, d := range ds {
		colour := red
		if d.Severity != Error {
			colour = magenta
		}
		st.headline(&b, d.Span, d.Severity.String(), colour, clean(d.Message)+clean(bracketed(d.Code)))
		st.excerpt(&b, d.Span, colour)
		for _, n := range d.Notes {
			st.headline(&b, n.Span, "note", cyan, clean(n.Message))
			st.excerpt(&b, n.Span, cyan)
		}
		if d.Help != "" {
			b.WriteString("  " + st.paint(green, "help") + ": " + clean(d.Help) + "\n")
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// WriteJSON writes diagnostics as a JSON array, one a line.
func WriteJSON(w io.Writer, ds []Diagnostic) error {
	var b bytes.Buffer
	b.WriteString("[")
	for i, d := range ds {
		if i > 0 {
			b.WriteString(",")
		}
		j, err := json.Marshal(d)
		if err != nil {
			return err
		}
		b.WriteString("\n  ")
		b.Write(j)
	}
	b.WriteString("\n]\n")
	_, err := w.Write(b.Bytes())
	return err
}

func (st Style) paint(colour, s string) string {
	if !st.Colour {
		return s
	}
	return colour + s + reset
}

func (st Style) headline(b *bytes.Buffer, at Span, kind, colour, message string) {
	if at.IsValid() || at.Start.File != "" {
		b.WriteString(st.paint(bold, clean(at.String())) + ": ")
	}
	b.WriteString(st.paint(colour, kind) + ": " + message + "\n")
}

// excerpt writes the source line on which the span begins, and below it a caret and tildes.
func (st Style) excerpt(b *bytes.Buffer, at Span, colour string) {
	if st.Source == nil || !at.IsValid() {
		return
	}
	src, ok := st.Source(at.Start.File)
	if !ok || at.Start.Offset > len(src) {
		return
	}
	// By offset, not by line number: #line may have changed the number.
	from := bytes.LastIndexByte(src[:at.Start.Offset], '\n') + 1
	to := len(src)
	if i := bytes.IndexByte(src[at.Start.Offset:], '\n'); i >= 0 {
		to = at.Start.Offset + i
	}
	// A very long line is shown around the place, cut between characters.
	if at.Start.Offset-from > maxExcerpt/2 && to-from > maxExcerpt {
		from = at.Start.Offset - maxExcerpt/2
		for from < at.Start.Offset && !utf8.RuneStart(src[from]) {
			from++
		}
	}
	to = min(to, from+maxExcerpt)
	before := visible(src[from:at.Start.Offset])
	end := to
	if at.End.File == at.Start.File && at.End.Offset > at.Start.Offset {
		end = min(to, at.End.Offset)
	} else if at.Start.Offset < to {
		end = at.Start.Offset + 1
	}
	marked := visible(src[min(at.Start.Offset, to):max(end, min(at.Start.Offset, to))])
	rest := visible(src[max(end, min(at.Start.Offset, to)):to])
	rest = strings.TrimRight(rest, " ")
	number := fmt.Sprintf("%5d | ", at.Start.Line)
	b.WriteString(number + before + marked + rest + "\n")
	width := utf8.RuneCountInString(strings.TrimRight(marked, " "))
	b.WriteString(strings.Repeat(" ", len(number)-2) + "| " + strings.Repeat(" ", utf8.RuneCountInString(before)) +
		st.paint(colour, "^"+strings.Repeat("~", max(width-1, 0))) + "\n")
}

// visible returns a piece of source as it is shown: tabs as four blanks, what is no
// printable character as '?'. (The tab is not aligned to a stop, so that pieces add up.)
func visible(src []byte) string {
	var b strings.Builder
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		switch {
		case r == '\t':
			b.WriteString("    ")
		case r == '\r' || r == '\f' || r == '\v':
			b.WriteByte(' ')
		case r == utf8.RuneError && n <= 1 || !unicode.IsPrint(r):
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
		src = src[n:]
	}
	return b.String()
}

// clean makes a message safe to print: it may quote the source.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
}
