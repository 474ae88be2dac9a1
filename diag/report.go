package diag

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// DefaultMax is how many diagnostics of each severity a Report keeps unless told otherwise:
// nobody reads more, and a hostile text could produce one for each octet.
const DefaultMax = 100

// A Report collects diagnostics. The zero Report is ready; it is not safe for concurrent use.
type Report struct {
	// Max bounds the diagnostics kept of each severity; 0 is DefaultMax, a negative value no bound.
	Max int

	kept  []Diagnostic
	seen  map[identity]struct{}
	count [len(severityNames)]int
	files map[string]int // rank of a file: files are shown in the order in which they first had something to say
}

type identity struct {
	code    Code
	start   Position
	message string
}

// Add adds a diagnostic. One with the code, place and message of an earlier one is dropped.
func (r *Report) Add(d Diagnostic) {
	id := identity{d.Code, d.Span.Start, d.Message}
	if _, dup := r.seen[id]; dup {
		return
	}
	r.count[d.Severity]++
	if limit := cmp.Or(r.Max, DefaultMax); limit > 0 && r.count[d.Severity] > limit {
		return
	}
	if r.seen == nil {
		r.seen = map[identity]struct{}{}
		r.files = map[string]int{}
	}
	r.seen[id] = struct{}{}
	if _, ok := r.files[d.Span.Start.File]; !ok {
		r.files[d.Span.Start.File] = len(r.files)
	}
	r.kept = append(r.kept, d)
}

// Count returns how many diagnostics of a severity there were, those not kept included.
func (r *Report) Count(s Severity) int {
	if r == nil {
		return 0
	}
	return r.count[s]
}

// HasErrors reports whether there was an error.
func (r *Report) HasErrors() bool { return r.Count(Error) > 0 }

// Full reports whether so many errors were reported that no more will be kept: a compiler
// may then give up.
func (r *Report) Full() bool {
	limit := cmp.Or(r.Max, DefaultMax)
	return limit > 0 && r.count[Error] >= limit
}

// Dropped returns how many diagnostics were not kept because of Max.
func (r *Report) Dropped() int {
	if r == nil {
		return 0
	}
	n := -len(r.kept)
	for _, c := range r.count {
		n += c
	}
	return n
}

// All returns the diagnostics kept: by file, in the order in which the files were first
// mentioned, then by place.
func (r *Report) All() []Diagnostic {
	if r == nil {
		return nil
	}
	all := slices.Clone(r.kept)
	slices.SortStableFunc(all, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(r.files[a.Span.Start.File], r.files[b.Span.Start.File]),
			a.Span.Start.Compare(b.Span.Start),
			cmp.Compare(a.Severity, b.Severity),
		)
	})
	return all
}

// Err returns nil if there was no error, and otherwise an *ErrorList of the errors.
func (r *Report) Err() error {
	if !r.HasErrors() {
		return nil
	}
	e := &ErrorList{Total: r.Count(Error)}
	for _, d := range r.All() {
		if d.Severity == Error {
			e.List = append(e.List, d)
		}
	}
	return e
}

// An ErrorList is the errors of a Report as a Go error.
type ErrorList struct {
	List  []Diagnostic
	Total int // may be more than the list holds
}

// Error returns the errors, one a line, at most ten.
func (e *ErrorList) Error() string {
	var b strings.Builder
	shown := e.List[:min(len(e.List), 10)]
	for i, d := range shown {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(d.String())
	}
	if more := e.Total - len(shown); more > 0 {
		b.WriteString("\nand " + strconv.Itoa(more) + " more errors")
	}
	return b.String()
}
