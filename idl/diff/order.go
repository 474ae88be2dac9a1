package diff

import (
	"fmt"
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// orders finds the order of ancestors as the object kernels do (docs/som.md, "Linearisation"): by C3, and where that
// has no answer by giving up an order that matters to nobody.
type orders struct {
	cxx   bool // all classes are in C++
	done  map[*model.Interface]order
	metas map[*model.Interface][]*model.Interface // see metaclasses
}

// An order is that of a class and its ancestors, or why there is none.
type order struct {
	line     []*model.Interface
	conflict string
}

// of returns the order of a class.
func (o *orders) of(i *model.Interface) order {
	if line, ok := o.done[i]; ok {
		return line
	}
	all := o.under(i.Parents(), i.AbstractParents())
	if all.conflict == "" {
		all.line = append([]*model.Interface{i}, all.line...)
	}
	if o.done == nil {
		o.done = map[*model.Interface]order{}
	}
	o.done[i] = all
	return all
}

// under returns the order of the ancestors of a class with these parents, of some of which it inherits the interface alone.
func (o *orders) under(parents, abstract []*model.Interface) order {
	m := merger{cxx: o.cxx, concrete: map[*model.Interface]bool{}}
	for _, p := range parents {
		line := o.of(p)
		if line.conflict != "" {
			return line
		}
		m.lines = append(m.lines, slices.Clone(line.line))
		if !slices.Contains(abstract, p) {
			m.give(p)
		}
	}
	var leading []*model.Interface // a parent in front of one that is derived from it stands where that has it
	for k, p := range parents {
		if !slices.ContainsFunc(parents[k+1:], func(later *model.Interface) bool { return later.Inherits(p) }) {
			leading = append(leading, p)
		}
	}
	m.lines = append(m.lines, leading)
	return m.merge()
}

// A merger merges the orders of parents into one.
type merger struct {
	cxx      bool
	lines    [][]*model.Interface
	concrete map[*model.Interface]bool // those of which more than the interface is inherited
}

// give notes that of a class and its ancestors more than the interface is inherited.
func (m *merger) give(i *model.Interface) {
	if m.concrete[i] {
		return
	}
	m.concrete[i] = true
	for _, p := range i.Parents() {
		if !slices.Contains(i.AbstractParents(), p) {
			m.give(p)
		}
	}
}

func (m *merger) merge() order {
	var all order
	for {
		m.lines = slices.DeleteFunc(m.lines, func(l []*model.Interface) bool { return len(l) == 0 })
		if len(m.lines) == 0 {
			return all
		}
		next, conflict := m.next()
		if next == nil {
			return order{conflict: conflict}
		}
		all.line = append(all.line, next)
		for i, l := range m.lines {
			m.lines[i] = slices.DeleteFunc(l, func(x *model.Interface) bool { return x == next })
		}
	}
}

// next returns the class that nothing serious is against, and the fewest lines, of those that stand first in one, else of all; else nil, and
// what is against the first.
func (m *merger) next() (*model.Interface, string) {
	conflict := ""
	for _, firsts := range []bool{true, false} {
		var best *model.Interface
		fewest := 0
		for _, l := range m.lines {
			if firsts {
				l = l[:1]
			}
			for _, x := range l {
				against, why := m.against(x)
				switch {
				case why != "" && conflict == "":
					conflict = why
				case why != "":
				case best == nil || against < fewest:
					best, fewest = x, against
				}
			}
		}
		if best != nil {
			return best, ""
		}
	}
	return nil, conflict
}

// against returns in how many lines something stands before a class, and what of that is serious.
func (m *merger) against(x *model.Interface) (n int, why string) {
	for _, l := range m.lines {
		at := slices.Index(l, x)
		if at <= 0 {
			continue
		}
		n++
		for _, before := range l[:at] {
			if why == "" {
				why = m.serious(before, x)
			}
		}
	}
	return n, why
}

// serious says why a class must not be taken before one that stands before it, or nothing.
func (m *merger) serious(before, taken *model.Interface) string {
	if before.Inherits(taken) {
		return fmt.Sprintf("%s comes before %s, from which it is derived", taken.ScopedName(), before.ScopedName())
	}
	if !m.concrete[before] || !m.concrete[taken] {
		return ""
	}
	theirs := implements(taken)
	for _, name := range implements(before) {
		if slices.Contains(theirs, name) {
			return fmt.Sprintf("%s and %s both implement %s", before.ScopedName(), taken.ScopedName(), name)
		}
	}
	if m.keepsState(before) && m.keepsState(taken) {
		return fmt.Sprintf("%s and %s both have data and an initializer or a destructor", before.ScopedName(), taken.ScopedName())
	}
	return ""
}

// implements returns the methods of which a class has an implementation of its own, by the class that introduces them.
func implements(i *model.Interface) []string {
	var all []string
	for _, m := range i.Introduced() {
		all = append(all, i.ScopedName()+"::"+m.Name)
	}
	for _, o := range i.Overridden() {
		if m := i.FindMethod(o.Name); m != nil && cabi.LifeOf(o) == "" {
			all = append(all, m.Class.ScopedName()+"::"+o.Name)
		}
	}
	return all
}

// keepsState reports whether a class has data that it begins or ends. In C++ all do, but for those that come with the kernels.
func (m *merger) keepsState(i *model.Interface) bool {
	return m.cxx && !cabi.IsSystem(i) || cabi.KeepsState(i)
}
