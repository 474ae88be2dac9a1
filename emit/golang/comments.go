package golang

import (
	"strings"
	"unicode"

	"github.com/opendsom/dsom/emit"
	"github.com/opendsom/dsom/model"
)

// appendDoc appends what comments say to lines, behind an empty one if there are lines already.
func appendDoc(lines []string, cs model.Comments) []string {
	text := cs.Text()
	if text == "" {
		return lines
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	for _, l := range strings.Split(text, "\n") {
		lines = append(lines, strings.TrimRight(printable(l), " \t"))
	}
	return lines
}

// printable replaces what must not stand in a line of a Go comment, or would be more than text there
// for the go command. The line comes to stand behind "// ", so that it is none of the directives,
// which have no blank; what is left are old build constraints, which may have blanks of all kinds
// in front and which go/format would move to the top of the file from wherever they are.
func printable(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return r
		case r == 0xFEFF || unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	if text := strings.TrimSpace(s); strings.HasPrefix(text, "+build") {
		s = s[:strings.Index(s, text)] + "\\" + text
	}
	return s
}

// oneLine returns s fit for the middle of a comment.
func oneLine(s string) string { return printable(strings.ReplaceAll(s, "\n", " ")) }

// printDoc prints a doc comment: a lead, and below it what the IDL says.
func printDoc(p *emit.Printer, lead string, text []string) {
	p.L("// " + oneLine(lead))
	if len(text) > 0 {
		p.L("//")
	}
	printText(p, text)
}

func printText(p *emit.Printer, text []string) {
	for _, l := range text {
		if l == "" {
			p.L("//")
		} else {
			p.L("// " + l)
		}
	}
}

// doc prints the doc comment of a declaration: its name and repository id, what it is, and
// what the IDL says of it.
func (f *file) doc(d model.Decl, name, what string) {
	i := d.About()
	printDoc(&f.Printer, name+" is "+i.ID+what+".", appendDoc(appendDoc(nil, i.Doc), i.Trailing))
}

// memberDoc prints what the IDL says of a member above it, and returns what goes behind it.
func (f *file) memberDoc(n *model.Node) (behind string) {
	text := appendDoc(nil, n.Doc)
	after := appendDoc(nil, n.Trailing)
	if len(after) > 1 {
		text, after = appendDoc(text, n.Trailing), nil
	}
	printText(&f.Printer, text)
	if len(after) == 1 {
		return " // " + after[0]
	}
	return ""
}
