package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A grid is the rows of a table, the first its head.
type grid [][]string

// text lays the grid out for eyes, or as Markdown.
func (g grid) text(markdown bool) string {
	var b strings.Builder
	if markdown {
		for i, row := range g {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				b.WriteString("|" + strings.Repeat("---|", len(row)) + "\n")
			}
		}
		return b.String()
	}
	for _, row := range g {
		for i := range row {
			row[i] = strings.ReplaceAll(row[i], "**", "")
		}
	}
	var wide []int
	for _, row := range g {
		for i, s := range row {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], utf8.RuneCountInString(s))
		}
	}
	for _, row := range g {
		var line strings.Builder
		for i, s := range row {
			pad := strings.Repeat(" ", wide[i]-utf8.RuneCountInString(s))
			if i == 0 {
				line.WriteString(s + pad)
			} else {
				line.WriteString("  " + pad + s)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// show returns the table, under its title.
func (s *section) show(t *Table, markdown bool) string {
	g := s.peersGrid(t)
	if s.sizes != nil {
		g = s.axisGrid(t)
	}
	title := t.Title
	if markdown {
		title = "### " + strings.ToUpper(title[:1]) + title[1:]
	}
	text := title + "\n\n" + g.text(markdown)
	var missing []string
	for _, name := range t.Missing {
		missing = append(missing, name+" was not built")
	}
	for what, why := range t.Failed {
		missing = append(missing, what+" failed: "+why)
	}
	if slices.Sort(missing); len(missing) > 0 {
		text += "\n" + strings.Join(missing, "; ") + ".\n"
	}
	return text
}

// bold marks the median.
func bold(format string, med, lo, hi float64) string {
	return fmt.Sprintf("**"+format+"** ("+format+"–"+format+")", med, lo, hi)
}

// cell shows a column of a peer at a size.
func (c column) cell(t *Table, peer string, n int, spreadToo bool) string {
	per := 1.0
	if c.per != nil {
		per = c.per(n)
	}
	var parts []string
	for _, key := range c.keys {
		var v []float64
		for _, x := range t.values(peer, n, key) {
			v = append(v, x/c.div/per)
		}
		if len(v) == 0 {
			parts = append(parts, "–")
			continue
		}
		lo, med, hi := spread(v)
		if spreadToo {
			parts = append(parts, bold(c.format, med, lo, hi))
		} else {
			parts = append(parts, fmt.Sprintf(c.format, med))
		}
	}
	if !slices.ContainsFunc(parts, func(s string) bool { return s != "–" }) {
		return "–"
	}
	return strings.Join(parts, " + ")
}

// ratio shows the ratio of a peer to the base, in the same rounds.
func (c column) ratioCell(t *Table, peer, base string, n int) string {
	q := ratios(t.values(peer, n, c.keys[0]), t.values(base, n, c.keys[0]))
	if len(q) == 0 {
		return "–"
	}
	lo, med, hi := spread(q)
	return fmt.Sprintf("%.2f (%.2f–%.2f)", med, lo, hi)
}

// foreign shows how much of a CPU others used.
func foreign(t *Table, of func(Run) bool) string {
	var f []float64
	for _, r := range t.Runs {
		if of(r) {
			f = append(f, r.Sample["foreign"])
		}
	}
	_, med, hi := spread(f)
	return fmt.Sprintf("%.0f%%, most %.0f%%", med*100, hi*100)
}

// peersGrid has a row for each peer.
func (s *section) peersGrid(t *Table) grid {
	head := []string{"peer"}
	for _, c := range s.columns {
		head = append(head, c.title)
		if c.ratio {
			head = append(head, "÷ "+s.base)
		}
	}
	g := grid{append(head, "others' CPU")}
	for _, p := range t.peers() {
		row := []string{p}
		for _, c := range s.columns {
			row = append(row, c.cell(t, p, 0, true))
			if c.ratio {
				row = append(row, c.ratioCell(t, p, s.base, 0))
			}
		}
		g = append(g, append(row, foreign(t, func(r Run) bool { return r.Peer == p })))
	}
	return g
}

// axisGrid has a row for each size, and one for the growth from the least to the greatest that a peer could do.
func (s *section) axisGrid(t *Table) grid {
	peers := t.peers()
	first := "" // whose ratio is shown
	if len(peers) > 0 {
		first = peers[0]
	}
	compared := first != s.base && slices.Contains(peers, s.base)
	head := []string{s.unit}
	for _, c := range s.columns {
		for _, p := range peers {
			if s.shown(t, c, p) {
				head = append(head, p+": "+c.title)
			}
		}
		if c.ratio && compared {
			head = append(head, first+" ÷ "+s.base)
		}
	}
	g := grid{append(head, "others' CPU")}
	growth := []string{"growth"}
	for i, n := range s.sizes {
		row := []string{strconv.Itoa(n)}
		for _, c := range s.columns {
			for _, p := range peers {
				if s.shown(t, c, p) {
					row = append(row, c.cell(t, p, n, c.ratio))
					if i == 0 {
						growth = append(growth, s.growth(t, c, p))
					}
				}
			}
			if c.ratio && compared {
				row = append(row, c.ratioCell(t, first, s.base, n))
				if i == 0 {
					growth = append(growth, "")
				}
			}
		}
		if slices.ContainsFunc(t.Runs, func(r Run) bool { return r.N == n }) {
			g = append(g, append(row, foreign(t, func(r Run) bool { return r.N == n })))
		}
	}
	return append(g, append(growth, ""))
}

// shown reports whether a peer has measured anything of a column.
func (s *section) shown(t *Table, c column, peer string) bool {
	return slices.ContainsFunc(s.sizes, func(n int) bool { return c.cell(t, peer, n, false) != "–" })
}

// growth is the ratio of the greatest size to the least that the peer could do, in the same rounds.
func (s *section) growth(t *Table, c column, peer string) string {
	if len(c.keys) > 1 {
		return ""
	}
	var did []int
	for _, n := range s.sizes {
		if len(t.values(peer, n, c.keys[0])) > 0 {
			did = append(did, n)
		}
	}
	if len(did) < 2 {
		return ""
	}
	least, most := did[0], did[len(did)-1]
	q := ratios(t.values(peer, most, c.keys[0]), t.values(peer, least, c.keys[0]))
	if c.per != nil {
		for i := range q {
			q[i] /= c.per(most) / c.per(least)
		}
	}
	if len(q) == 0 {
		return ""
	}
	lo, med, hi := spread(q)
	return fmt.Sprintf("× %.2f (%.2f–%.2f)", med, lo, hi)
}
