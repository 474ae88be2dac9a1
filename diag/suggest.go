package diag

import "strings"

// maxSuggest bounds the names compared by Closest, in octets and in number: a suggestion is a
// courtesy and must not cost more than the compilation.
const (
	maxSuggestName  = 64
	maxSuggestNames = 2000
)

// Closest returns the candidate that a person who wrote name probably meant, or "" if none is
// near: one that differs in case only, or by an edit distance of at most a third of its length.
func Closest(name string, candidates []string) string {
	if name == "" || len(name) > maxSuggestName {
		return ""
	}
	best, bestDist := "", max(1, len(name)/3)+1
	for _, c := range candidates[:min(len(candidates), maxSuggestNames)] {
		switch {
		case c == name || c == "" || len(c) > maxSuggestName:
			continue
		case strings.EqualFold(c, name):
			return c
		}
		if max(len(name)-len(c), len(c)-len(name)) >= bestDist {
			continue // so many letters are missing
		}
		if d := distance(strings.ToLower(name), strings.ToLower(c)); d < bestDist && d < len(c) {
			best, bestDist = c, d
		}
	}
	return best
}

// distance is the optimal string alignment distance: insertions, deletions, substitutions and
// swapped neighbours.
func distance(a, b string) int {
	var two, one, cur [maxSuggestName + 1]int
	for j := range len(b) + 1 {
		one[j] = j
	}
	for i := range len(a) {
		cur[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			cur[j+1] = min(one[j+1]+1, cur[j]+1, one[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				cur[j+1] = min(cur[j+1], two[j-1]+1)
			}
		}
		two, one = one, cur
	}
	return one[len(b)]
}
