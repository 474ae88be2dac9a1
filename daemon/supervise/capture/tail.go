package capture

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode"
)

// Limits of what Tail returns.
const (
	MaxLine = 400      // octets of a line; more is left out
	tailMax = 64 << 10 // octets that Tail looks at
)

// Tail returns the last lines, n at most, that a server wrote since its file was from long;
// without control characters, and each cut to MaxLine. A from below zero is in the predecessor: so
// many octets before its end. No file is no lines.
func (k *Keeper) Tail(server string, from int64, n int) []string {
	b := end(k.Path(server), max(from, 0), tailMax)
	if from < 0 && len(b) < tailMax {
		b = append(end(k.old(server, 1), from, tailMax-int64(len(b))), b...)
	}
	b = bytes.TrimRight(b, "\r\n")
	if len(b) == 0 {
		return nil
	}
	var lines []string
	for line := range bytes.SplitSeq(b, []byte("\n")) {
		lines = append(lines, clean(line))
	}
	return lines[max(0, len(lines)-n):]
}

// end returns what a file holds behind from, most of it the last octets; a from below zero
// counts from the file's end.
func end(path string, from, most int64) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return nil
	}
	switch {
	case from < 0:
		from = max(st.Size()+from, 0)
	case from > st.Size(): // it was cut since
		from = 0
	}
	start := max(from, st.Size()-most)
	b, err := io.ReadAll(io.NewSectionReader(f, start, st.Size()-start))
	if err != nil {
		return nil
	}
	return b
}

// clean makes a line of a program's output fit to be shown in an error.
func clean(line []byte) string {
	cut := len(line) > MaxLine
	s := strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(line[:min(len(line), MaxLine)]), "?"))
	if cut {
		s += "…"
	}
	return s
}
