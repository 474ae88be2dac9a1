// Somgates measures what the object model promises for calls within a process, in C, in Go and between them: everything in one
// process, interleaved, in many short windows, of which the least counts. It prints the ratios, with a verdict each, and the
// nanoseconds that they are of.
//
//	som-gates                                 print
//	som-gates -gate                           and end with status 1 if one does not hold
//	som-gates -into ../docs/performance.md    and put the tables into the page, between its marks
//	perf record som-gates -only 'Go to C, numbers'    do nothing else, for a profiler
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// A row is something that is done so many times in a window.
type row struct {
	name string
	per  int
	run  func(times int)
	ns   []float64 // a time, by window
}

// measure runs windows of all rows in turn.
func measure(rows []*row, windows int) {
	for _, r := range rows {
		r.run(r.per) // what is done once is done before
	}
	for range windows {
		for _, r := range rows {
			start := time.Now()
			r.run(r.per)
			r.ns = append(r.ns, float64(time.Since(start).Nanoseconds())/float64(r.per))
		}
	}
	for _, r := range rows {
		slices.Sort(r.ns)
	}
}

func (r *row) least() float64  { return r.ns[0] }
func (r *row) median() float64 { return r.ns[len(r.ns)/2] }

// A gate is the promise of a ratio of the least of two rows.
type gate struct {
	of, to string
	most   float64
}

// noise is what differences have to exceed to be any.
const noise = 1.15

var gates = []gate{
	{"call by offset", "C++ virtual call", noise},
	{"call by name, remembered", "call by offset", 3},
	{"new and release", "C++ new and delete", 2.5},
	{"a class made where 500 live", "a class made where 5 live", 10},
	{"Go: call by offset", "Go: interface call", 2},
	{"Go: call of a stub", "Go: interface call", 2}, // a call by offset and one call of Go's, which takes as long as the interface's
	{"Go: call by name, remembered", "Go: call by offset", 3},
	{"Go: a class made where 500 live", "Go: a class made where 5 live", 10},
	{"Go to C, numbers", "Go to C by hand, an empty function", 1.2},
	{"Go to C, texts", "Go to C by hand, texts", 1.2},
	{"C to Go, numbers", "C to Go by hand, numbers", 1.2},
	{"C to Go, texts", "C to Go by hand, texts", 1.2},
}

func main() {
	strict := flag.Bool("gate", false, "end with status 1 if a ratio does not hold")
	into := flag.String("into", "", "a `page` whose tables are to be replaced")
	only := flag.String("only", "", "the `row` that alone is run, for a profiler")
	windows := flag.Int("windows", 2000, "how many `windows` there are of each row")
	flag.Parse()
	if err := run(*windows, *into, *only, *strict); err != nil {
		fmt.Fprintln(os.Stderr, "som-gates:", err)
		os.Exit(1)
	}
}

func run(windows int, into, only string, strict bool) error {
	rows := cxxRows()
	mine, err := goRows()
	if err != nil {
		return err
	}
	rows = append(rows, mine...)
	if only != "" {
		one := find(rows, only)
		measure([]*row{one}, windows)
		fmt.Print(nanoseconds([]*row{one}))
		return failed
	}
	measure(rows, max(windows, 1))
	if failed != nil {
		return failed
	}
	rows = append(append(rows, classRows()...), goClassRows()...)
	ratios, missed := verdicts(rows)
	fmt.Printf("%s\n%s", ratios, nanoseconds(rows))
	if into != "" {
		if err := replace(into, map[string]string{"inproc-gates": ratios, "inproc": nanoseconds(rows)}); err != nil {
			return err
		}
	}
	if strict && len(missed) > 0 {
		return fmt.Errorf("not held: %s", strings.Join(missed, "; "))
	}
	return nil
}

func find(rows []*row, name string) *row {
	i := slices.IndexFunc(rows, func(r *row) bool { return r.name == name })
	if i < 0 {
		panic("no row " + name)
	}
	return rows[i]
}

// verdicts is the table of the gates, and those that do not hold.
func verdicts(rows []*row) (table string, missed []string) {
	var b strings.Builder
	b.WriteString("| ratio of the least | measured | promised | |\n|---|---|---|---|\n")
	for _, g := range gates {
		ratio := find(rows, g.of).least() / find(rows, g.to).least()
		verdict := "holds"
		if ratio > g.most {
			verdict = "**does not hold**"
			missed = append(missed, fmt.Sprintf("%s is %.2f × %s", g.of, ratio, g.to))
		}
		fmt.Fprintf(&b, "| %s ÷ %s | **%.2f** | ≤ %.2f | %s |\n", g.of, g.to, ratio, g.most, verdict)
	}
	return b.String(), missed
}

func nanoseconds(rows []*row) string {
	var b strings.Builder
	b.WriteString("| operation | least ns | median ns |\n|---|---|---|\n")
	for _, r := range rows {
		digits := 2
		if r.least() > 1000 {
			digits = 0
		}
		fmt.Fprintf(&b, "| %s | **%.*f** | %.*f |\n", r.name, digits, r.least(), digits, r.median())
	}
	return b.String()
}

// replace puts tables into a page, each between its marks.
func replace(page string, tables map[string]string) error {
	b, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	text := string(b)
	for name, table := range tables {
		mark, end := "<!-- bench "+name+" -->", "<!-- end -->"
		before, rest, begins := strings.Cut(text, mark)
		_, after, ends := strings.Cut(rest, end)
		if !begins || !ends {
			return fmt.Errorf("%s has no %s with %s behind it", page, mark, end)
		}
		text = before + mark + "\n\n" + strings.TrimSpace(table) + "\n\n" + end + after
	}
	return os.WriteFile(page, []byte(text), 0o644)
}

// classRows are what making classes costs where few and where many live.
func classRows() (all []*row) {
	for _, live := range []int{5, 500} {
		made, unloaded := cxxClass(live)
		all = append(all, &row{name: fmt.Sprintf("a class made where %d live", live), ns: []float64{made}},
			&row{name: fmt.Sprintf("a class unloaded where %d live", live), ns: []float64{unloaded}})
	}
	return all
}

// sorted is a row of what was measured elsewhere.
func sorted(name string, ns []float64) *row {
	slices.SortFunc(ns, cmp.Compare[float64])
	return &row{name: name, ns: ns}
}
