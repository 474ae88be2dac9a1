package diff

import (
	"slices"

	"github.com/opendsom/dsom/model"
)

// orders finds the order of ancestors as C3 does, each class once.
type orders struct {
	done map[*model.Interface][]*model.Interface
}

// of returns a class and its ancestors in order, nil if there is no such order.
func (o *orders) of(i *model.Interface) []*model.Interface {
	if line, ok := o.done[i]; ok {
		return line
	}
	line := o.under(i.Parents())
	if line != nil {
		line = append([]*model.Interface{i}, line...)
	}
	if o.done == nil {
		o.done = map[*model.Interface][]*model.Interface{}
	}
	o.done[i] = line
	return line
}

// under returns the ancestors of a class with these parents: those of each parent in its own
// order, and the parents in the order given. It is nil if there is no such order, and not nil
// but empty if there are no parents.
func (o *orders) under(parents []*model.Interface) []*model.Interface {
	var lines [][]*model.Interface
	var tops []*model.Interface
	for _, p := range parents {
		if slices.ContainsFunc(parents, func(q *model.Interface) bool { return q != p && q.Inherits(p) }) {
			continue // comes with another one
		}
		line := o.of(p)
		if line == nil {
			return nil
		}
		lines = append(lines, line)
		tops = append(tops, p)
	}
	lines = append(lines, tops)
	out := []*model.Interface{}
	for {
		lines = slices.DeleteFunc(lines, func(l []*model.Interface) bool { return len(l) == 0 })
		if len(lines) == 0 {
			return out
		}
		next := candidate(lines)
		if next == nil {
			return nil
		}
		out = append(out, next)
		for i, l := range lines {
			if l[0] == next {
				lines[i] = l[1:]
			}
		}
	}
}

// candidate returns the first head of a line that is in no line's tail.
func candidate(lines [][]*model.Interface) *model.Interface {
	for _, l := range lines {
		if !slices.ContainsFunc(lines, func(m []*model.Interface) bool { return slices.Contains(m[1:], l[0]) }) {
			return l[0]
		}
	}
	return nil
}
