package emit

import (
	"bytes"
	"fmt"
)

// A Printer collects text, line by line. What indents the lines is the caller's business,
// or that of a formatter that runs over the whole. The zero Printer is ready.
type Printer struct {
	b bytes.Buffer
}

// F prints a line by a format.
func (p *Printer) F(format string, args ...any) {
	fmt.Fprintf(&p.b, format, args...)
	p.b.WriteByte('\n')
}

// L prints a line as it is.
func (p *Printer) L(line string) {
	p.b.WriteString(line)
	p.b.WriteByte('\n')
}

// Blank prints an empty line.
func (p *Printer) Blank() { p.b.WriteByte('\n') }

// Bytes returns what was printed. It is the printer's until the next line.
func (p *Printer) Bytes() []byte { return p.b.Bytes() }

// Len returns how many octets have been printed.
func (p *Printer) Len() int { return p.b.Len() }

// Cut removes what was printed since Len was n, and returns it.
func (p *Printer) Cut(n int) string {
	s := string(p.b.Bytes()[n:])
	p.b.Truncate(n)
	return s
}
