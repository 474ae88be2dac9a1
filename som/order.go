package som

import "slices"

// linearise merges the parents' orders and the list of parents, as C3 does; a parent in front of one that
// descends from it stands where that has it. Where C3 has no answer an order is given up that matters to nobody, or the class is refused. concrete says
// which ancestors are more than an interface.
func linearise(name string, parents []*Class, concrete map[*Class]bool) ([]*Class, error) {
	g := newMerge(name, parents, concrete)
	var order []*Class
	for {
		next, err := g.pick()
		if next == nil || err != nil {
			return order, err
		}
		order = append(order, next)
		g.take(next)
	}
}

// A merge is a linearisation that is being made.
type merge struct {
	name     string
	concrete map[*Class]bool
	lists    []orderList
	of       map[*Class]*ranked
	all      int // not fewer than there are classes
	weighed  int // pairs of classes of which it was asked whether their order matters
}

// An orderList is an order that is merged: what stands in front of at has been taken.
type orderList struct {
	classes []*Class
	at      int
}

// A ranked class is one of those that are merged, and how far it has been weighed.
type ranked struct {
	taken     bool
	behind    int    // in how many lists it stands, but not first
	first     *Class // must be taken before it; nil if none is known
	list, pos int    // in front of these, nothing has to be taken before it
}

func newMerge(name string, parents []*Class, concrete map[*Class]bool) *merge {
	g := &merge{name: name, concrete: concrete, of: map[*Class]*ranked{}, all: 1}
	for _, p := range parents {
		g.lists = append(g.lists, orderList{classes: p.order})
		g.all += len(p.order)
	}
	g.lists = append(g.lists, orderList{classes: leading(parents)})
	for _, l := range g.lists {
		for i, c := range l.classes {
			if g.of[c] == nil {
				g.of[c] = &ranked{}
			}
			if i > 0 {
				g.of[c].behind++
			}
		}
	}
	return g
}

// leading are the parents without those in front of one that descends from them.
func leading(parents []*Class) []*Class {
	var all []*Class
	for i, p := range parents {
		if !slices.ContainsFunc(parents[i+1:], func(later *Class) bool { return later.DescendsFrom(p) }) {
			all = append(all, p)
		}
	}
	return all
}

// take moves the lists past a class; what comes to stand first is no longer behind.
func (g *merge) take(c *Class) {
	g.of[c].taken = true
	for i := range g.lists {
		l := &g.lists[i]
		was := l.at
		for l.at < len(l.classes) && g.of[l.classes[l.at]].taken {
			l.at++
		}
		if l.at != was && l.at < len(l.classes) {
			g.of[l.classes[l.at]].behind--
		}
	}
}

// pick chooses the class that comes next: nil if there is none left.
func (g *merge) pick() (*Class, error) {
	var stuck *Class
	for _, l := range g.lists {
		if l.at == len(l.classes) {
			continue
		}
		if g.of[l.classes[l.at]].behind == 0 {
			return l.classes[l.at], nil
		}
		if stuck == nil {
			stuck = l.classes[l.at]
		}
	}
	if stuck == nil {
		return nil, nil
	}
	for steps := 1; !g.mayGo(stuck); steps++ {
		if steps > g.all { // in a circle, that nothing behind breaks
			return nil, g.serious(g.of[stuck].first, stuck)
		}
		stuck = g.of[stuck].first
	}
	best := g.best(true)
	if best == nil {
		best = g.best(false)
	}
	return best, nil
}

// best is, of the classes that may be taken, the one with the fewest lists against it: of those that stand first, or of all.
func (g *merge) best(firsts bool) *Class {
	var best *Class
	for _, l := range g.lists {
		left := l.classes[l.at:]
		if firsts {
			left = left[:min(1, len(left))]
		}
		for _, c := range left {
			if r := g.of[c]; !r.taken && (best == nil || r.behind < g.of[best].behind) && g.mayGo(c) {
				best = c
			}
		}
	}
	return best
}

// mayGo reports whether c may be taken before what stands before it in the lists. It goes on where it stopped: what was
// harmless remains so, and a pair is weighed once in each list, however often a class is asked for.
func (g *merge) mayGo(c *Class) bool {
	r := g.of[c]
	if r.first != nil && !g.of[r.first].taken {
		return false
	}
	for r.first = nil; r.list < len(g.lists); r.list, r.pos = r.list+1, 0 {
		l := g.lists[r.list].classes
		if r.pos == 0 && !slices.Contains(l, c) {
			continue
		}
		for ; l[r.pos] != c; r.pos++ {
			if before := l[r.pos]; !g.of[before].taken && g.serious(before, c) != nil {
				r.first = before
				return false
			}
		}
	}
	return true
}

// serious says why it matters that one class stands before another, or nil if it does not.
func (g *merge) serious(before, c *Class) error {
	g.weighed++
	if before.DescendsFrom(c) {
		return fail(CodeOrder, g.name, "parents disagree on the order of %s and %s, and %[1]s descends from %[2]s: list parents that descend from others first", before, c)
	}
	if !g.concrete[before] || !g.concrete[c] {
		return nil
	}
	if m := before.sharesMethod(c); m != nil {
		return fail(CodeOrder, g.name, "parents disagree on the order of %s and %s, which both implement %s: bring the parents' parents into one order", before, c, m)
	}
	if before.keepsState() && c.keepsState() {
		return fail(CodeOrder, g.name, "parents disagree on the order of %s and %s, which both initialise data: bring the parents' parents into one order", before, c)
	}
	return nil
}
