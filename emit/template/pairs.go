package template

import "slices"

// pairs returns for each wanted parameter which of those that are there it is, or -1. A name that is on both sides says so; else in
// order as many as can be of one type; then those of one name, or else of one type, that stand elsewhere now; and where no more are
// left between two of those in order than are wanted there, those.
func pairs(have, want []parameter) []int {
	of := inOrder(have, want)
	taken := make([]bool, len(have))
	for _, at := range of {
		if at >= 0 {
			taken[at] = true
		}
	}
	ordered := slices.Clone(of)
	elsewhere := func(same func(h, w parameter) bool) {
		for j, w := range want {
			if of[j] >= 0 {
				continue
			}
			for i, h := range have {
				if !taken[i] && same(h, w) {
					of[j], taken[i] = i, true
					break
				}
			}
		}
	}
	elsewhere(sameName)
	elsewhere(func(h, w parameter) bool {
		return h.typ == w.typ && !isAmong(want, h.name.text) && !isAmong(have, w.name.text)
	})
	fillGaps(of, ordered, taken)
	return of
}

// stay reports whether each wanted parameter is the one that stands in its place.
func stay(of []int) bool {
	for j, at := range of {
		if at != j {
			return false
		}
	}
	return true
}

func sameName(h, w parameter) bool { return h.name.text == w.name.text && h.name.text != "" }

func isAmong(ps []parameter, name string) bool {
	return name != "" && slices.ContainsFunc(ps, func(p parameter) bool { return p.name.text == name })
}

// inOrder pairs those that are in one order on both sides.
func inOrder(have, want []parameter) []int {
	score := func(h, w parameter) int {
		switch {
		case h.typ == w.typ && sameName(h, w):
			return 4
		case sameName(h, w):
			return 2
		case h.typ == w.typ && !isAmong(want, h.name.text) && !isAmong(have, w.name.text):
			return 3
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
	i, j := 0, 0
	for i < len(have) && j < len(want) {
		s := score(have[i], want[j])
		switch {
		case s > 0 && best[i][j] == s+best[i+1][j+1]:
			of[j] = i
			i, j = i+1, j+1
		case best[i][j] == best[i+1][j]:
			i++
		default:
			j++
		}
	}
	return of
}

// fillGaps pairs what is left between two that are paired in order, if no more are left there than are wanted.
func fillGaps(of, ordered []int, taken []bool) {
	fromI, fromJ := 0, 0
	fill := func(toI, toJ int) {
		var left, free []int
		for i := fromI; i < toI; i++ {
			if !taken[i] {
				left = append(left, i)
			}
		}
		for j := fromJ; j < toJ; j++ {
			if of[j] < 0 {
				free = append(free, j)
			}
		}
		if len(left) <= len(free) {
			for k, i := range left {
				of[free[k]], taken[i] = i, true
			}
		}
	}
	for j, at := range ordered {
		if at >= 0 {
			fill(at, j)
			fromI, fromJ = at+1, j+1
		}
	}
	fill(len(taken), len(of))
}
