package format

import (
	"strings"
	"unicode/utf8"
)

// A line is a line of the result: code, and a comment behind it.
type line struct {
	indent  int // in blanks
	code    string
	comment string
	raw     bool // written as it is, perhaps several lines
}

// lines is the result while it is made.
type lines []line

func (ls *lines) add(indent int, code string) { *ls = append(*ls, line{indent: indent, code: code}) }

// raw adds text that is written from the first column, as it is.
func (ls *lines) raw(text string) { *ls = append(*ls, line{code: text, raw: true}) }

// blank adds a blank line, unless there is one or nothing yet.
func (ls *lines) blank() {
	if n := len(*ls); n > 0 && (*ls)[n-1] != (line{}) {
		*ls = append(*ls, line{})
	}
}

// width returns how wide the code is, of its last line where it has several.
func (l line) width() int {
	s := l.code[strings.LastIndexByte(l.code, '\n')+1:]
	if len(s) < len(l.code) {
		return utf8.RuneCountInString(s)
	}
	return l.indent + utf8.RuneCountInString(s)
}

// render writes the lines. Comments behind consecutive lines begin in the same column.
func (ls lines) render() string {
	var b strings.Builder
	for i := 0; i < len(ls); {
		j, widest := i, 0
		for j < len(ls) && ls[j].aligned() {
			widest = max(widest, ls[j].width())
			j++
		}
		for ; i < j; i++ {
			ls[i].write(&b, widest+1)
		}
		if i < len(ls) {
			ls[i].write(&b, ls[i].width()+1)
			i++
		}
	}
	return b.String()
}

// aligned reports whether the comment behind the line goes with those around it.
func (l line) aligned() bool {
	return l.comment != "" && !strings.Contains(l.comment, "\n") && !strings.Contains(l.code, "\n")
}

func (l line) write(b *strings.Builder, column int) {
	if !l.raw && l.code != "" {
		blanks(b, l.indent)
	}
	b.WriteString(l.code)
	if l.comment != "" {
		blanks(b, column-l.width())
		b.WriteString(l.comment)
	}
	b.WriteByte('\n')
}

func blanks(b *strings.Builder, n int) {
	const some = "                                "
	for ; n > len(some); n -= len(some) {
		b.WriteString(some)
	}
	b.WriteString(some[:max(n, 0)])
}

// moved returns a comment whose first line is moved from one column to another: the others
// follow, as far as there is room for all of them. Blanks at the ends of lines go away.
func moved(text string, from, to int) string {
	if strings.HasPrefix(text, "//") || !strings.Contains(text, "\n") {
		return trimEnd(text)
	}
	ls := strings.Split(text, "\n")
	least := -1
	for i, l := range ls {
		l = strings.TrimRight(l, " \t\v\f")
		body := strings.TrimLeft(l, " \t")
		ls[i] = body
		if i == 0 || body == "" {
			continue
		}
		lead := l[:len(l)-len(body)]
		n := len(lead) + 3*strings.Count(lead, "\t")
		if least < 0 || n < least {
			least = n
		}
		ls[i] = strings.Repeat(" ", min(n, maxColumn)) + body
	}
	by := max(to-from, -max(least, 0))
	for i, l := range ls {
		switch {
		case i == 0 || l == "":
		case by < 0:
			ls[i] = l[min(-by, len(l)):]
		default:
			ls[i] = strings.Repeat(" ", by) + l
		}
	}
	return strings.Join(ls, "\n")
}

// trimEnd removes blanks at the end, but not where a backslash would then end the line.
func trimEnd(s string) string {
	t := strings.TrimRight(s, " \t\v\f")
	if strings.HasSuffix(t, `\`) {
		return s
	}
	return t
}
