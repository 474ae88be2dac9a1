package format

import (
	"fmt"
	"strings"
)

// An Edit replaces lines of a text by others.
type Edit struct {
	// Line is the first line replaced, from 0, and Count how many are; 0 inserts before Line.
	Line, Count int
	Text        []string // with their line ends
}

// maxDistance bounds the lines that two texts differ in for which the least edits are looked
// for; beyond it all that lies between the first and the last difference is one edit.
const maxDistance = 500

// Edits returns what makes was into is, line by line, in order.
func Edits(was, is string) []Edit {
	a, b := splitLines(was), splitLines(is)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	a, b = a[head:len(a)-tail], b[head:len(b)-tail]
	if len(a)+len(b) == 0 {
		return nil
	}
	edits := shortest(a, b)
	for i := range edits {
		edits[i].Line += head
	}
	return edits
}

func splitLines(s string) []string {
	ls := strings.SplitAfter(s, "\n")
	if ls[len(ls)-1] == "" {
		ls = ls[:len(ls)-1]
	}
	return ls
}

// shortest finds the least edits from a to b (Myers, "An O(ND) difference algorithm", 1986).
func shortest(a, b []string) []Edit {
	whole := []Edit{{0, len(a), b}}
	var trace [][]int
	v := map[int]int{1: 0}
	for d := 0; d <= maxDistance; d++ {
		row := make([]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := v[k-1] + 1
			if k == -d || k != d && v[k-1] < v[k+1] {
				x = v[k+1]
			}
			for x < len(a) && x-k < len(b) && a[x] == b[x-k] {
				x++
			}
			v[k], row[k+d] = x, x
			if x >= len(a) && x-k >= len(b) {
				return edits(a, b, append(trace, row))
			}
		}
		trace = append(trace, row)
	}
	return whole
}

// edits follows the trace of shortest back from the end.
func edits(a, b []string, trace [][]int) []Edit {
	x, y := len(a), len(b)
	var list []Edit
	for d := len(trace) - 1; d > 0; d-- {
		k := x - y
		at := func(k int) int {
			if k < -(d-1) || k > d-1 {
				return -1
			}
			return trace[d-1][k+d-1]
		}
		down := k == -d || k != d && at(k-1) < at(k+1)
		pk := k - 1
		if down {
			pk = k + 1
		}
		px := at(pk)
		py := px - pk
		e := Edit{Line: px, Count: 1}
		if down {
			e = Edit{Line: px, Text: b[py : py+1]}
		}
		if n := len(list); n > 0 && list[n-1].Line == e.Line+e.Count { // adjoining edits are one
			list[n-1] = Edit{e.Line, e.Count + list[n-1].Count, append(append([]string(nil), e.Text...), list[n-1].Text...)}
		} else {
			list = append(list, e)
		}
		x, y = px, py
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// contextLines are shown around a difference.
const contextLines = 3

// Diff returns the difference of two texts in the unified form that patch reads, empty if
// there is none.
func Diff(name, was, is string) string {
	es := Edits(was, is)
	if len(es) == 0 {
		return ""
	}
	a := splitLines(was)
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s (formatted)\n", name, name)
	shift := 0
	for i := 0; i < len(es); {
		j := i + 1
		for j < len(es) && es[j].Line-(es[j-1].Line+es[j-1].Count) <= 2*contextLines {
			j++
		}
		hunk := es[i:j]
		from := max(hunk[0].Line-contextLines, 0)
		to := min(hunk[len(hunk)-1].Line+hunk[len(hunk)-1].Count+contextLines, len(a))
		added := 0
		for _, e := range hunk {
			added += len(e.Text) - e.Count
		}
		fmt.Fprintf(&b, "@@ -%s +%s @@\n", span(from, to-from), span(from+shift, to-from+added))
		shift += added
		at := from
		for _, e := range hunk {
			show(&b, " ", a[at:e.Line])
			show(&b, "-", a[e.Line:e.Line+e.Count])
			show(&b, "+", e.Text)
			at = e.Line + e.Count
		}
		show(&b, " ", a[at:to])
		i = j
	}
	return b.String()
}

// span names lines as a unified difference does: from 1, or the line before where there are none.
func span(from, count int) string {
	if count > 0 {
		from++
	}
	return fmt.Sprintf("%d,%d", from, count)
}

func show(b *strings.Builder, sign string, lines []string) {
	for _, l := range lines {
		b.WriteString(sign + l)
		if !strings.HasSuffix(l, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}
