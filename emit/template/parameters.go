package template

import (
	"slices"
	"strings"
)

// aligned returns the text between the parentheses of a head whose parameters become others. What stays is kept as it is written,
// with its comments and lines; where a type changes the parameter keeps the name that its author gave it. It is false
// where parameters have defaults that may have been read wrongly.
func (u *update) aligned(have, want []parameter, head string) (string, bool) {
	if slices.ContainsFunc(have, func(p parameter) bool { return p.value && strings.Contains(string(u.old[p.from:p.to]), "<") }) {
		return "", false
	}
	of := pairs(have, want)
	var b strings.Builder
	for i, w := range want {
		if i > 0 {
			b.WriteString(",")
		}
		text := strings.TrimSpace(head[w.from:w.to])
		at := of[i]
		switch {
		case at >= 0 && have[at].typ == w.typ:
			segment := string(u.old[have[at].from:have[at].to])
			if (i == 0) != (at == 0) {
				segment = lead(u, have, i) + strings.TrimLeft(segment, blanks)
			}
			if i == len(want)-1 || at < len(have)-1 || strings.Contains(segment, "//") {
				b.WriteString(segment)
			} else {
				b.WriteString(strings.TrimRight(segment, blanks))
			}
			continue
		case at >= 0 && have[at].name.text != "" && w.name.text != "":
			from := w.name.from - w.from - (len(head[w.from:w.to]) - len(strings.TrimLeft(head[w.from:w.to], " ")))
			text = text[:from] + have[at].name.text + text[from+len(w.name.text):]
		}
		b.WriteString(lead(u, have, i) + text)
	}
	if n := len(have); n > 0 && len(want) > 0 && of[len(want)-1] != n-1 {
		segment := string(u.old[have[n-1].from:have[n-1].to])
		b.WriteString(segment[len(strings.TrimRight(segment, blanks)):])
	}
	if len(want) == 0 && strings.Contains(head, "(void)") {
		return "void", true
	}
	return b.String(), true
}

// blanks are what may stand around a parameter: a backslash takes back the end of a line.
const blanks = " \t\r\n\\"

// lead returns the blanks in front of the nth parameter, as they are in front of those that are there.
func lead(u *update, have []parameter, n int) string {
	of := func(i int) string {
		segment := string(u.old[have[i].from:have[i].to])
		return segment[:len(segment)-len(strings.TrimLeft(segment, blanks))]
	}
	switch {
	case n == 0 && len(have) > 0:
		return of(0)
	case n == 0:
		return ""
	case len(have) > 0 && strings.Contains(of(0), "\n"):
		return of(0)
	case len(have) > 1:
		return of(1)
	}
	return " "
}

// pairs returns for each wanted parameter which of those that are there it is, or -1: in order, as many as can be of one type,
// of one name where there is a choice; and where no more are left between two of these than are wanted there, those.
func pairs(have, want []parameter) []int {
	score := func(h, w parameter) int {
		switch same := h.name.text == w.name.text && h.name.text != ""; {
		case h.typ == w.typ && same:
			return 4
		case h.typ == w.typ:
			return 3
		case same:
			return 2
		}
		return 0
	}
	best := make([][]int, len(have)+1)
	for i := range best {
		best[i] = make([]int, len(want)+1)
	}
	for i := len(have) - 1; i >= 0; i-- {
		for j := len(want) - 1; j >= 0; j-- {
			best[i][j] = max(best[i+1][j], best[i][j+1])
			if s := score(have[i], want[j]); s > 0 {
				best[i][j] = max(best[i][j], s+best[i+1][j+1])
			}
		}
	}
	of := slices.Repeat([]int{-1}, len(want))
	gapI, gapJ := 0, 0
	fill := func(i, j int) { // what lies between two pairs
		if i-gapI <= j-gapJ {
			for k := range i - gapI {
				of[gapJ+k] = gapI + k
			}
		}
	}
	i, j := 0, 0
	for i < len(have) && j < len(want) {
		s := score(have[i], want[j])
		switch {
		case s > 0 && best[i][j] == s+best[i+1][j+1]:
			fill(i, j)
			of[j] = i
			i, j = i+1, j+1
			gapI, gapJ = i, j
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
	fill(len(have), len(want))
	return of
}
