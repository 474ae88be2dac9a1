package peer

import (
	"fmt"
	"strconv"
	"strings"
)

// A Verdict is the first word of the line that a client prints about a case.
type Verdict string

// The verdicts, as interop.idl defines them.
const (
	OK          Verdict = "ok"          // as it should be
	Fail        Verdict = "fail"        // not as it should be
	Unsupported Verdict = "unsupported" // client or server has no means for it
	Expected    Verdict = "expected"    // failed as the specification demands
)

// An Outcome is what a client found in one case.
type Outcome struct {
	Case    string
	Verdict Verdict
	Detail  string // why, or which exception
	Calls   int    // requests sent for it, where the verdict is OK
}

// A Report is all that a client printed.
type Report struct {
	Outcomes []Outcome
	Made     int // requests it sent, those that its ORB sent by itself included
	Served   int // requests it answered: callbacks
	Oneways  int // callbacks without answer
}

// Attempt runs a case of a client in Go, and returns what came of it; made says how many requests the client has sent.
func Attempt(name string, made func() int, run func() error) Outcome {
	before := made()
	if err := run(); err != nil {
		return Outcome{Case: name, Verdict: Fail, Detail: err.Error()}
	}
	return Outcome{Case: name, Verdict: OK, Calls: made() - before}
}

// By returns the outcomes that have this verdict.
func (r Report) By(v Verdict) []Outcome {
	var found []Outcome
	for _, o := range r.Outcomes {
		if o.Verdict == v {
			found = append(found, o)
		}
	}
	return found
}

// Names returns the cases of the outcomes that have this verdict.
func (r Report) Names(v Verdict) []string {
	var names []string
	for _, o := range r.By(v) {
		names = append(names, o.Case)
	}
	return names
}

// String tells what was not OK, a line each.
func (r Report) String() string {
	var b strings.Builder
	for _, o := range r.Outcomes {
		if o.Verdict != OK {
			fmt.Fprintf(&b, "%s %s %s\n", o.Verdict, o.Case, o.Detail)
		}
	}
	return b.String()
}

// ParseReport reads the output of a client. A line that is none of those agreed on, and a report without its end (the
// line "made"), are errors.
func ParseReport(output string) (Report, error) {
	var r Report
	ended := false
	for line := range strings.Lines(output) {
		line = strings.TrimRight(line, "\n")
		first, rest, _ := strings.Cut(line, " ")
		switch first {
		case "made", "served", "oneways":
			n, err := strconv.Atoi(rest)
			if err != nil {
				return r, fmt.Errorf("count in line %q: %w", line, err)
			}
			*map[string]*int{"made": &r.Made, "served": &r.Served, "oneways": &r.Oneways}[first] = n
			ended = ended || first == "made"
		case string(OK), string(Fail), string(Unsupported), string(Expected):
			name, detail, _ := strings.Cut(rest, " ")
			o := Outcome{Case: name, Verdict: Verdict(first), Detail: detail}
			if o.Verdict == OK {
				calls, ok := strings.CutPrefix(detail, "calls=")
				n, err := strconv.Atoi(calls)
				if !ok || err != nil {
					return r, fmt.Errorf("no calls= in line %q", line)
				}
				o.Calls, o.Detail = n, ""
			}
			r.Outcomes = append(r.Outcomes, o)
		default:
			return r, fmt.Errorf("unexpected line %q", line)
		}
	}
	if !ended {
		return r, fmt.Errorf("the report of %d cases breaks off before its counts", len(r.Outcomes))
	}
	return r, nil
}
