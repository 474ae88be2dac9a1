package som

import "slices"

// linearise merges the parents' orders and the list of parents, as C3 does; a parent in front of one that
// descends from it stands where that has it. Where C3 has no answer an order is given up that matters to nobody, or the class is refused. concrete says
// which ancestors are more than an interface.
func linearise(name string, parents []*Class, concrete map[*Class]bool) ([]*Class, error) {
	lists := make([][]*Class, 0, len(parents)+1)
	for _, p := range parents {
		lists = append(lists, p.order)
	}
	lists = append(lists, leading(parents))
	behind := map[*Class]int{} // in how many lists a class stands, but not first
	for _, l := range lists {
		for i, c := range l {
			if i > 0 {
				behind[c]++
			}
		}
	}
	var order []*Class
	for {
		lists = dropEmpty(lists)
		if len(lists) == 0 {
			return order, nil
		}
		next, err := pick(name, lists, behind, concrete)
		if err != nil {
			return nil, err
		}
		order = append(order, next)
		for i, l := range lists {
			at := indexOf(l, next)
			switch {
			case at < 0:
			case at == 0:
				lists[i] = l[1:]
				if len(l) > 1 {
					behind[l[1]]--
				}
			default: // its place was given up
				lists[i] = append(append([]*Class(nil), l[:at]...), l[at+1:]...)
				behind[next]--
			}
		}
	}
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

// pick chooses the class that comes next.
func pick(name string, lists [][]*Class, behind map[*Class]int, concrete map[*Class]bool) (*Class, error) {
	for _, l := range lists {
		if behind[l[0]] == 0 {
			return l[0], nil
		}
	}
	var refusal error
	for _, firsts := range []bool{true, false} { // if none of those that stand first may be, then any
		var best *Class
		fewest := 0
		for _, l := range lists {
			if firsts {
				l = l[:1]
			}
			for _, c := range l {
				if err := mayPass(name, c, lists, concrete); err != nil {
					if refusal == nil {
						refusal = err
					}
				} else if n := against(c, lists); best == nil || n < fewest {
					best, fewest = c, n
				}
			}
		}
		if best != nil {
			return best, nil
		}
	}
	return nil, refusal
}

// against is in how many lists a class stands, but not first.
func against(c *Class, lists [][]*Class) (n int) {
	for _, l := range lists {
		if indexOf(l, c) > 0 {
			n++
		}
	}
	return n
}

// mayPass reports whether c may be taken before what stands before it in the lists.
func mayPass(name string, c *Class, lists [][]*Class, concrete map[*Class]bool) error {
	for _, l := range lists {
		for _, before := range l[:max(0, indexOf(l, c))] {
			if before.DescendsFrom(c) {
				return fail(CodeOrder, name, "parents disagree on the order of %s and %s, and %[1]s descends from %[2]s: list parents that descend from others first", before, c)
			}
			if !concrete[before] || !concrete[c] {
				continue
			}
			if m := before.sharesMethod(c); m != nil {
				return fail(CodeOrder, name, "parents disagree on the order of %s and %s, which both implement %s: bring the parents' parents into one order", before, c, m)
			}
			if before.keepsState() && c.keepsState() {
				return fail(CodeOrder, name, "parents disagree on the order of %s and %s, which both initialise data: bring the parents' parents into one order", before, c)
			}
		}
	}
	return nil
}

func dropEmpty(lists [][]*Class) [][]*Class {
	kept := lists[:0]
	for _, l := range lists {
		if len(l) > 0 {
			kept = append(kept, l)
		}
	}
	return kept
}

func indexOf(l []*Class, c *Class) int {
	for i, x := range l {
		if x == c {
			return i
		}
	}
	return -1
}
