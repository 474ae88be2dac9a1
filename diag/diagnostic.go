package diag

import (
	"encoding/json"
	"fmt"
)

// Severity says how bad it is.
type Severity uint8

// The severities. An Error means that there is no usable result.
const (
	Error Severity = iota
	Warning
	Info
)

var severityNames = [...]string{"error", "warning", "info"}

// String returns "error", "warning" or "info".
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return fmt.Sprintf("severity %d", uint8(s))
}

// MarshalText writes the severity as String does.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (s *Severity) UnmarshalText(b []byte) error {
	for i, n := range severityNames {
		if n == string(b) {
			*s = Severity(i)
			return nil
		}
	}
	return fmt.Errorf("diag: unknown severity %q", b)
}

// A Code names a kind of diagnostic, as in "IDL3001". Codes are stable: a number once used
// is not given to another meaning.
type Code string

// A Note is a remark on another place that matters to the diagnostic, such as the earlier
// declaration. Its span may be invalid.
type Note struct {
	Span    Span
	Message string
}

// A Diagnostic is one thing that a compiler has to say.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Span     Span
	Message  string // what is wrong, one sentence without a full stop
	Notes    []Note
	Help     string // what to do about it; may be empty
}

// String returns "file:line:column: severity: message [code]", one line.
func (d Diagnostic) String() string {
	return fmt.Sprintf("%s: %s: %s%s", d.Span, d.Severity, d.Message, bracketed(d.Code))
}

// bracketed returns " [code]", and nothing where there is no code.
func bracketed(c Code) string {
	if c == "" {
		return ""
	}
	return " [" + string(c) + "]"
}

type pointJSON struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

type noteJSON struct {
	Message string     `json:"message"`
	File    string     `json:"file,omitempty"`
	Start   *pointJSON `json:"start,omitempty"`
	End     *pointJSON `json:"end,omitempty"`
}

type diagnosticJSON struct {
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	noteJSON
	Notes []noteJSON `json:"notes,omitempty"`
	Help  string     `json:"help,omitempty"`
}

func placed(message string, s Span) noteJSON {
	n := noteJSON{Message: message, File: s.Start.File}
	if s.IsValid() {
		n.Start = &pointJSON{s.Start.Line, s.Start.Column, s.Start.Offset}
		n.End = &pointJSON{s.End.Line, s.End.Column, s.End.Offset}
	}
	return n
}

// MarshalJSON writes the diagnostic for programs: code, severity, message, file, start and
// end (line, column, offset), notes of the same form, help.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	j := diagnosticJSON{Code: d.Code, Severity: d.Severity, noteJSON: placed(d.Message, d.Span), Help: d.Help}
	for _, n := range d.Notes {
		j.Notes = append(j.Notes, placed(n.Message, n.Span))
	}
	return json.Marshal(j)
}

// An Entry describes a code: the documentation is made from it, and a test compiles the example.
type Entry struct {
	Code        Code
	Severity    Severity
	Title       string // a few words
	Explanation string // why it is wrong and what to do, with the clause that says so
	// Example is a smallest text that provokes exactly this code. Where it takes several
	// files each begins with a line "-- name --"; the first is the one to compile.
	Example string
	// Scene is what provokes it where no text alone does: commands, each behind "$ ", with the
	// files they are about in the form of Example; or a sentence where it takes a program.
	Scene string
}

// A Table lists the codes of a front end.
type Table []Entry

// Lookup returns the entry of a code.
func (t Table) Lookup(c Code) (Entry, bool) {
	for _, e := range t {
		if e.Code == c {
			return e, true
		}
	}
	return Entry{}, false
}

// New returns what there is to say by a code, with the severity that the table gives it. Help may be empty.
func (t Table) New(c Code, at Span, help, format string, args ...any) Diagnostic {
	entry, _ := t.Lookup(c)
	return Diagnostic{Code: c, Severity: entry.Severity, Span: at, Message: fmt.Sprintf(format, args...), Help: help}
}
