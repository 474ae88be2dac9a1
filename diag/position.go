// Package diag holds what a front end says about a text: where (positions and spans), what
// (diagnostics with a code from a table, notes on other places, and help), and how it is
// shown (plain, coloured, JSON). Nothing in it prints by itself or reads a file: whoever
// compiles collects a Report, whoever has a terminal renders it.
package diag

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"
)

// A Position is a place in a file. Line and Column count from 1, Offset from 0; Column and
// Offset count octets. Line and File are what #line directives make of them, Offset is the
// place in the text that was read. The zero Position is no place.
type Position struct {
	File   string
	Line   int
	Column int
	Offset int
}

// IsValid reports whether p is a place.
func (p Position) IsValid() bool { return p.Line > 0 }

// String returns "file:line:column", the form that editors understand, or "-".
func (p Position) String() string {
	switch {
	case !p.IsValid() && p.File == "":
		return "-"
	case !p.IsValid():
		return p.File
	case p.File == "":
		return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Compare orders positions of one file as they stand, and files by name.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// A Span is a piece of text, from Start to just before End.
type Span struct {
	Start Position
	End   Position
}

// IsValid reports whether s is a piece of text.
func (s Span) IsValid() bool { return s.Start.IsValid() }

// String returns where the span begins.
func (s Span) String() string { return s.Start.String() }

// Join returns the span from the start of s to the end of t. An invalid span adds nothing.
func (s Span) Join(t Span) Span {
	switch {
	case !s.IsValid():
		return t
	case !t.IsValid():
		return s
	}
	return Span{Start: s.Start, End: t.End}
}

// place is a position without its file, as JSON: [line, column, offset].
type place [3]int

type spanJSON struct {
	File    string `json:"file"`
	Start   place  `json:"start"`
	End     place  `json:"end"`
	EndFile string `json:"endFile,omitempty"`
}

// MarshalJSON writes {"file": …, "start": [line, column, offset], "end": […]}; a span that
// ends in another file has "endFile" too. An invalid span is null.
func (s Span) MarshalJSON() ([]byte, error) {
	if s == (Span{}) {
		return []byte("null"), nil
	}
	j := spanJSON{
		File:  s.Start.File,
		Start: place{s.Start.Line, s.Start.Column, s.Start.Offset},
		End:   place{s.End.Line, s.End.Column, s.End.Offset},
	}
	if s.End.File != s.Start.File {
		j.EndFile = s.End.File
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Span) UnmarshalJSON(b []byte) error {
	*s = Span{}
	if string(b) == "null" {
		return nil
	}
	var j spanJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("diag: span: %w", err)
	}
	if j.EndFile == "" {
		j.EndFile = j.File
	}
	s.Start = Position{j.File, j.Start[0], j.Start[1], j.Start[2]}
	s.End = Position{j.EndFile, j.End[0], j.End[1], j.End[2]}
	return nil
}
