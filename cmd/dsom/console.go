package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
)

// A console is where a verb reads and writes. Results go to out, errors and remarks to err.
type console struct {
	in       io.Reader
	out, err io.Writer
	json     bool // results as JSON
	paint    bool // out takes colours
	paintErr bool // err takes colours

	broken func(error) // told when out takes nothing any more; nil: nobody is
}

func newConsole(in io.Reader, out, err io.Writer) *console {
	c := &console{in: in, out: out, err: err}
	c.colour("auto")
	return c
}

// colour decides whether colours are used: always, never, or (auto) on a terminal, unless the
// environment says no.
func (c *console) colour(when string) {
	auto := when == "auto" && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	c.paint = when == "always" || auto && isTerminal(c.out)
	c.paintErr = when == "always" || auto && isTerminal(c.err)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	i, err := f.Stat()
	return err == nil && i.Mode()&os.ModeCharDevice != 0 && f.Name() != os.DevNull
}

// A tint is a colour of a terminal.
type tint string

const (
	bold   tint = "\x1b[1m"
	dim    tint = "\x1b[2m"
	red    tint = "\x1b[31m"
	green  tint = "\x1b[32m"
	yellow tint = "\x1b[33m"
	cyan   tint = "\x1b[36m"
)

// tinted returns s in a colour, if out takes colours.
func (c *console) tinted(t tint, s string) string {
	if !c.paint || s == "" {
		return s
	}
	return string(t) + s + "\x1b[0m"
}

// printf writes to out.
func (c *console) printf(format string, args ...any) {
	_, err := fmt.Fprintf(c.out, format, args...)
	c.wrote(err)
}

// wrote notes what came of writing to out.
func (c *console) wrote(err error) {
	if err != nil && c.broken != nil {
		c.broken(err)
	}
}

// note writes a remark to err, for people alone.
func (c *console) note(format string, args ...any) {
	if !c.json {
		fmt.Fprintf(c.err, format+"\n", args...)
	}
}

// printJSON writes v as JSON: indented on a terminal, on one line otherwise.
func (c *console) printJSON(v any) error {
	e := json.NewEncoder(c.out)
	e.SetEscapeHTML(false)
	if isTerminal(c.out) {
		e.SetIndent("", "  ")
	}
	err := e.Encode(v)
	c.wrote(err)
	return err
}

// table writes aligned columns. Cells are made safe for a terminal, since they may hold what others chose.
func (c *console) table(head []string, rows [][]string) {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.DiscardEmptyColumns)
	line := func(cells []string) {
		for i, s := range cells {
			if i > 0 {
				fmt.Fprint(w, "\t")
			}
			fmt.Fprint(w, safe(s))
		}
		fmt.Fprint(w, "\n")
	}
	line(head)
	for _, r := range rows {
		line(r)
	}
	_ = w.Flush() // to a string: it cannot fail
	for i, s := range strings.SplitAfter(b.String(), "\n") {
		s, end, _ := strings.Cut(s, "\n")
		s = strings.TrimRight(s, " ")
		if i == 0 {
			s = c.tinted(dim, s)
		}
		if s != "" || end != "" {
			c.printf("%s\n", s)
		}
	}
}

// facts writes names and values below one another. A name that is empty continues the one above.
func (c *console) facts(rows [][2]string) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	for _, r := range rows {
		c.printf("%s%s  %s\n", c.tinted(dim, r[0]), strings.Repeat(" ", width-len(r[0])), safe(r[1]))
	}
}

// safe replaces what a terminal would obey.
func safe(s string) string {
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return '\ufffd'
		}
		return r
	}, s)
}

func unprintable(r rune) bool { return unicode.IsControl(r) || slices.Contains(bidi, r) }

// bidi are the characters that turn the direction of text around, and so hide what it says.
var bidi = []rune{'\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'}
