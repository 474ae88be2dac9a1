package syntax

import (
	"fmt"
	"strings"
)

// Print returns the text of one file of a tree: its own declarations, with an #include for
// what it includes there. Macros are replaced and conditions decided; comments that stand
// before, behind or inside declarations are kept. The text parses to the same tree.
func Print(t *Tree, f *SourceFile) string {
	p := &printer{file: f, first: true, som: t.Dialect == SOM}
	p.decls(t.Decls)
	return p.b.String()
}

type printer struct {
	b      strings.Builder
	file   *SourceFile
	som    bool // comments belong to what stands before them
	indent int
	open   []*SourceFile // files begun and not ended
	first  bool          // nothing stands before in this block
	last   Decl
}

// active reports whether what comes now is of the file to print.
func (p *printer) active() bool {
	return len(p.open) > 0 && p.open[len(p.open)-1] == p.file
}

func (p *printer) line(format string, args ...any) {
	p.b.WriteString(strings.Repeat("  ", p.indent))
	fmt.Fprintf(&p.b, format, args...)
}

func (p *printer) comments(cs []Comment) {
	for _, c := range cs {
		p.comment(c)
	}
}

// comment prints a comment on lines of its own. The lines of a block keep their indent
// relative to its first.
func (p *printer) comment(c Comment) {
	for i, l := range commentLines(c) {
		if i > 0 {
			l = outdent(l, c.Span.Start.Column-1)
		}
		if l == "" {
			p.b.WriteByte('\n')
			continue
		}
		p.line("%s\n", l)
	}
}

// commentLines returns a comment's lines without blanks at their ends. A backslash at the end
// of a comment that ends with its line would take in the next one.
func commentLines(c Comment) []string {
	lines := strings.Split(c.Text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\r")
		if strings.HasPrefix(c.Text, "//") {
			lines[i] = strings.TrimRight(l, " \t\r\\")
		}
	}
	return lines
}

// outdent removes up to n blanks.
func outdent(s string, n int) string {
	for n > 0 && s != "" && (s[0] == ' ' || s[0] == '\t') {
		s, n = s[1:], n-1
	}
	return s
}

// trailing prints comments behind a declaration, and ends its line.
func (p *printer) trailing(cs []Comment) {
	for n, c := range cs {
		if p.som && c.OwnLine {
			p.b.WriteByte('\n')
			p.comments(cs[n:])
			return
		}
		p.b.WriteByte(' ')
		for i, l := range commentLines(c) {
			if i > 0 {
				p.b.WriteByte('\n')
				l = strings.TrimSpace(l)
			}
			p.b.WriteString(l)
		}
	}
	p.b.WriteByte('\n')
}

func (p *printer) decls(ds []Decl) {
	first, last := p.first, p.last
	p.first, p.last = true, nil
	for _, d := range ds {
		switch d := d.(type) {
		case *IncludeDecl:
			if p.active() && !d.Inside && d.Written != "" {
				p.separate(d)
				p.comments(d.Doc)
				p.b.WriteString("#include " + d.Written + "\n")
			}
			p.open = append(p.open, d.File)
			continue
		case *IncludeEnd:
			if p.active() && len(d.Doc) > 0 {
				if !p.first {
					p.b.WriteByte('\n')
				}
				p.comments(d.Doc)
			}
			if len(p.open) > 0 {
				p.open = p.open[:len(p.open)-1]
			}
			continue
		}
		if !p.active() {
			p.enterOther(d)
			continue
		}
		p.separate(d)
		p.decl(d)
	}
	p.first, p.last = first, last
}

// enterOther follows the borders of files inside a declaration of another file.
func (p *printer) enterOther(d Decl) {
	switch d := d.(type) {
	case *Module:
		p.decls(d.Decls)
	case *Interface:
		p.decls(d.Decls)
	case *ValueType:
		p.decls(d.Decls)
	case *Component:
		p.decls(d.Decls)
	case *Home:
		p.decls(d.Decls)
	case *Implementation:
		p.decls(d.Items)
	case *TemplateModule:
		p.decls(d.Decls)
	case *AnnotationDecl:
		p.decls(d.Decls)
	case *PortType:
		p.decls(d.Decls)
	case *Connector:
		p.decls(d.Decls)
	}
}

// separate puts a blank line before declarations of some size, and where there was one.
func (p *printer) separate(d Decl) {
	if !p.first && (large(d) || large(p.last) || len(d.Common().Before) > 0 || p.som && len(d.Common().Doc) > 0 || directive(d) != directive(p.last)) {
		p.b.WriteByte('\n')
	}
	p.first, p.last = false, d
}

func large(d Decl) bool {
	switch d.(type) {
	case *Module, *Interface, *Struct, *Union, *Exception, *Enum, *ValueType, *Component, *Home, *Bitset, *Bitmask, *AnnotationDecl,
		*PortType, *Connector, *TemplateModule, *Implementation, *Passthru:
		return true
	}
	return false
}

func directive(d Decl) bool {
	switch d.(type) {
	case *Pragma, *IncludeDecl:
		return true
	}
	return false
}

// head prints what stands before a declaration.
func (p *printer) head(h *Head) {
	if len(h.Before) > 0 {
		p.comments(h.Before)
		p.b.WriteByte('\n')
	}
	p.comments(h.Doc)
	for _, a := range h.Annotations {
		if !a.Comment { // which is printed as the comment that it is
			p.line("%s\n", annotationText(a))
		}
	}
}
