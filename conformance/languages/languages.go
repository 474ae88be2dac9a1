// Package languages holds what each language's binding must do with classes in C++: one suite of rows for all of them.
//
// A class library in C++ (suite/) is the oracle: it writes what it receives into a log. Each language has one program, which does what the rows say;
// the log that it must leave is the same for all. README.md tells what such a program is.
package languages

import (
	"fmt"
	"slices"
	"strings"
)

// A Row is one thing that a language must do.
type Row struct {
	Name  string // "group/what"
	Shows string // a sentence for the table
	Log   string // what the library must have written, a line each
	Alone bool   // it is run in a process of its own
	// Chain is a language whose classes stand between C++'s and those of the row's language, in a process of their own; none: "".
	Chain string
	// Relays are the releases of class Relay that it is run with, one after the other, each in a process of its own; none: the first one, with the other rows.
	Relays []int
	// Next is the log of a second process, where a first one has replaced the file of Relay's library; no file is replaced: "".
	Next string
}

// Group is what stands before the slash.
func (r Row) Group() string {
	group, _, _ := strings.Cut(r.Name, "/")
	return group
}

// A Host is a language's binding.
type Host struct {
	Name   string
	Page   string // its document, as a link in docs
	Limits []Limit
	// Compiler are rows that the program is not asked, since its compiler refuses each of these lines.
	Compiler map[string][]string
}

// asked are the rows that the program is asked.
func (h *Host) asked(rows []Row) []Row {
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return h.Compiler[r.Name] != nil })
}

// A Limit is a row that a host cannot do.
type Limit struct {
	Row   string
	Error string // part of the error by which the host must have refused it
	Why   string // for the table
}

// limits are several rows that one and the same thing is in the way of.
func limits(err, why string, rows ...string) []Limit {
	all := make([]Limit, len(rows))
	for i, r := range rows {
		all[i] = Limit{Row: r, Error: err, Why: why}
	}
	return all
}

func (h *Host) limit(row string) *Limit {
	i := slices.IndexFunc(h.Limits, func(l Limit) bool { return l.Row == row })
	if i < 0 {
		return nil
	}
	return &h.Limits[i]
}

// Judge returns what is wrong with a host's run of some rows: what its program printed, and the log that the library wrote.
func (h *Host) Judge(rows []Row, out, log string) []string {
	var wrong []string
	answers, logs := answered(out), sections(log)
	for _, r := range rows {
		said, ok := answers[r.Name]
		limit := h.limit(r.Name)
		kind, why, _ := strings.Cut(said, "\t")
		switch {
		case !ok:
			wrong = append(wrong, r.Name+": no answer")
		case kind == "cannot" && limit == nil:
			wrong = append(wrong, fmt.Sprintf("%s: it says that it cannot (%s), and no limit of %s says so", r.Name, why, h.Name))
		case kind == "cannot" && (limit.Error == "" || !strings.Contains(why, limit.Error)):
			wrong = append(wrong, fmt.Sprintf("%s: it was refused with %q, and should be with %q", r.Name, why, limit.Error))
		case kind == "cannot":
		case kind != "ok":
			wrong = append(wrong, fmt.Sprintf("%s: %s", r.Name, said))
		case limit != nil:
			wrong = append(wrong, fmt.Sprintf("%s: it can, and a limit of %s says that it cannot", r.Name, h.Name))
		default:
			if d := difference(strings.TrimSpace(r.Log), strings.TrimSpace(logs[r.Name])); d != "" {
				wrong = append(wrong, r.Name+": "+d)
			}
		}
	}
	for name := range answers {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.Name == name }) {
			wrong = append(wrong, name+": an answer to a row that it was not asked")
		}
	}
	slices.Sort(wrong)
	return wrong
}

// answered are a program's answers by row: "ok" or "cannot\twhy". A row that is answered twice is answered wrongly.
func answered(out string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(out) {
		name, said, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		if !ok {
			continue
		}
		if _, twice := all[name]; twice {
			said = "answered twice"
		}
		all[name] = said
	}
	return all
}

// sections are the lines of a log by row.
func sections(log string) map[string]string {
	all, row := map[string]string{}, ""
	for line := range strings.Lines(log) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "row "); ok {
			row = name
			continue
		}
		all[row] += line
	}
	return all
}

// difference tells where the log is another one, or nothing.
func difference(want, got string) string {
	if want == got {
		return ""
	}
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		at := func(lines []string) string {
			if i < len(lines) {
				return lines[i]
			}
			return "(nothing)"
		}
		if at(w) != at(g) {
			return fmt.Sprintf("line %d of the log is\n\t%s\nand should be\n\t%s", i+1, at(g), at(w))
		}
	}
	return ""
}
