package ifr

import (
	"fmt"
	"maps"
	"slices"
)

// circleRounds bounds how often circles are looked for without the registrations that were of one. What there are after that is no
// danger: whoever goes through ancestors goes to each once.
const circleRounds = 16

// A circular is a statement by which something is its own ancestor.
type circular struct {
	*saying
	name string
	err  error
}

// circles returns the statements, by name, whose parents lead back to what they are of: each registration alone has no circle, and
// what one has in full another has as an outline, from an include, of another release. Those of registrations that do not count are left out. With more, those are looked
// for that its statements are in, beside the rest.
func (b *body) circles(more *registered, counts func(registration string) bool) []circular {
	said := func(name string) []*saying { return b.said[name] }
	var todo []string
	if more != nil {
		mine := map[string][]*saying{}
		for _, s := range more.says {
			mine[s.Name] = append(mine[s.Name], &saying{s, map[string]bool{more.Name: true}})
			if len(s.Parents) > 0 {
				todo = append(todo, s.Name)
			}
		}
		said = func(name string) []*saying { return slices.Concat(b.said[name], mine[name]) }
	} else {
		for name, all := range b.said {
			if slices.ContainsFunc(all, func(s *saying) bool { return len(s.Parents) > 0 }) {
				todo = append(todo, name)
			}
		}
	}
	up := map[string][]string{}
	for len(todo) > 0 {
		name := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if _, known := up[name]; known {
			continue
		}
		up[name] = nil
		for _, s := range winners(said(name), counts) {
			up[name] = append(up[name], s.Parents...)
		}
		todo = append(todo, up[name]...)
	}
	on := rings(up)
	var found []circular
	for _, name := range slices.Sorted(maps.Keys(on)) {
		for _, s := range winners(said(name), counts) {
			i := slices.IndexFunc(s.Parents, func(p string) bool { return on[p] == on[name] })
			if i < 0 {
				continue
			}
			parent := s.Parents[i]
			found = append(found, circular{s, name, fmt.Errorf("%s, which inherits from %s, is its own ancestor: by %s and by %s", name, parent, some(s.by), some(winners(said(parent), counts)[0].by))})
		}
	}
	return found
}

// winners returns the statements of one name that are answered from: those of main files, where there are any.
func winners(all []*saying, counts func(registration string) bool) (out []*saying) {
	for _, s := range all {
		switch {
		case !anyOf(s.by, counts), len(out) > 0 && out[0].Main && !s.Main:
		case len(out) > 0 && s.Main && !out[0].Main:
			out = []*saying{s}
		default:
			out = append(out, s)
		}
	}
	return out
}

func anyOf(by map[string]bool, counts func(registration string) bool) bool {
	for name := range by {
		if counts(name) {
			return true
		}
	}
	return false
}

// rings returns what of a graph, all of whose ends are in it, is on a circle, each with the number, from 1, of those from which ways lead to it and back. What lies between two circles, or beside one, is on none.
func rings(to map[string][]string) map[string]int {
	type visit struct {
		name string
		next int // of its ways, the one to be gone
	}
	var left []string // in the order in which all that is behind each had been seen
	seen := map[string]bool{}
	for first := range to {
		if seen[first] {
			continue
		}
		seen[first] = true
		for path := []visit{{first, 0}}; len(path) > 0; {
			v := &path[len(path)-1]
			if v.next == len(to[v.name]) {
				left = append(left, v.name)
				path = path[:len(path)-1]
				continue
			}
			name := to[v.name][v.next]
			v.next++
			if !seen[name] {
				seen[name] = true
				path = append(path, visit{name, 0})
			}
		}
	}
	from, ring, on := reverse(to), map[string]int{}, map[string]int{}
	for n, last := range slices.Backward(left) { // whatever leads to it, and was not left after it, can be reached from it
		if ring[last] != 0 {
			continue
		}
		number, todo, all := n+1, []string{last}, []string(nil)
		for ring[last] = number; len(todo) > 0; {
			name := todo[len(todo)-1]
			todo, all = todo[:len(todo)-1], append(all, name)
			for _, before := range from[name] {
				if ring[before] == 0 {
					ring[before] = number
					todo = append(todo, before)
				}
			}
		}
		if len(all) > 1 || slices.Contains(to[last], last) {
			for _, name := range all {
				on[name] = number
			}
		}
	}
	return on
}

// reverse turns the ways of a graph, all of whose ends are in it, round.
func reverse(to map[string][]string) map[string][]string {
	from := map[string][]string{}
	for name, next := range to {
		if from[name] == nil {
			from[name] = nil
		}
		for _, n := range next {
			from[n] = append(from[n], name)
		}
	}
	return from
}
