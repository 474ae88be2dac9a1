// Package binfmt prints octets with notes beside them, for golden files that a person can
// check: what stands in a message, and where.
package binfmt

import (
	"fmt"
	"strings"
)

// A Printer writes notes on the octets of a message, from front to back.
type Printer struct {
	b   []byte
	pos int
	out strings.Builder
}

// New returns a printer of b.
func New(b []byte) *Printer { return &Printer{b: b} }

// Text writes a line of its own.
func (p *Printer) Text(format string, args ...any) {
	fmt.Fprintf(&p.out, "# %s\n", fmt.Sprintf(format, args...))
}

const wide = 8 // octets a line

// To prints the octets up to the offset end, with a note beside the first line of them.
// Nothing is printed where there are none.
func (p *Printer) To(end int, format string, args ...any) {
	note := fmt.Sprintf(format, args...)
	for p.pos < end {
		line := p.b[p.pos:min(end, p.pos+wide)]
		if len(line) == 0 {
			fmt.Fprintf(&p.out, "%04x  beyond the end  %s\n", p.pos, note)
			p.pos = end
			return
		}
		fmt.Fprintf(&p.out, "%04x  %-23s  %-8s  %s", p.pos, fmt.Sprintf("% x", line), ascii(line), note)
		text := strings.TrimRight(p.out.String(), " ")
		p.out.Reset()
		p.out.WriteString(text + "\n")
		p.pos += len(line)
		note = ""
	}
}

// Rest prints all that is left.
func (p *Printer) Rest(format string, args ...any) { p.To(len(p.b), format, args...) }

func ascii(b []byte) string {
	s := make([]byte, len(b))
	for i, c := range b {
		if s[i] = c; c < 0x21 || c > 0x7e {
			s[i] = '.'
		}
	}
	return string(s)
}

// String returns what was printed.
func (p *Printer) String() string { return p.out.String() }
