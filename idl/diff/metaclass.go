package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// metaclass compares the metaclasses that the classes name.
func (c *comparer) metaclass(s subject, old, new *model.Interface) {
	a, _ := old.ClassModifier("metaclass")
	b, _ := new.ClassModifier("metaclass")
	if a == b {
		return
	}
	switch m := new.Metaclass(); {
	case a == "":
		c.add("metaclass-added", s, "the metaclass is %s now", b)
	case m != nil && old.Metaclass() != nil && inherits(m, c.old.there(old.Metaclass())):
		c.add("metaclass-derived", s, "the metaclass is %s now, which is derived from %s", b, a)
	default:
		c.add("metaclass-changed", s, "the metaclass is %s now, and was %s", orNone(b), a)
	}
}

// metaclasses returns those from which the metaclass of a class is derived, as the kernels find them: its explicit one and
// then those of its parents, without ancestors of others.
func (o *orders) metaclasses(i *model.Interface) []*model.Interface {
	if kept, ok := o.metas[i]; ok {
		return kept
	}
	var kept []*model.Interface
	if m := i.Metaclass(); m != nil {
		kept = append(kept, m)
	}
	for _, p := range i.Parents() {
		for _, m := range o.metaclasses(p) {
			kept = keep(kept, m)
		}
	}
	if o.metas == nil {
		o.metas = map[*model.Interface][]*model.Interface{}
	}
	o.metas[i] = kept
	return kept
}

// keep adds a metaclass to those kept, unless it is one of them or an ancestor of one; it takes the place of its first
// ancestor among them, and others of its ancestors go.
func keep(kept []*model.Interface, m *model.Interface) []*model.Interface {
	if slices.ContainsFunc(kept, func(k *model.Interface) bool { return k == m || k.Inherits(m) }) {
		return kept
	}
	at := slices.IndexFunc(kept, m.Inherits)
	if at < 0 {
		return append(kept, m)
	}
	kept[at] = m
	return append(kept[:at+1], slices.DeleteFunc(kept[at+1:], m.Inherits)...)
}

// conflicts tells what a new release cannot be built with, and the old one could; old is nil where the class is new. One class that
// cannot be built makes its library one that cannot be loaded.
func (c *comparer) conflicts(s subject, old, new *model.Interface) {
	c.conflict(s, "parents-conflict", old, new, func(o *orders, i *model.Interface) ([]*model.Interface, string) {
		return i.Parents(), o.under(i.Parents(), i.AbstractParents()).conflict
	})
	c.conflict(s, "metaclass-conflict", old, new, func(o *orders, i *model.Interface) ([]*model.Interface, string) {
		all := o.metaclasses(i)
		return all, o.under(all, nil).conflict
	})
	if old != nil {
		c.ordered(s, "ancestors-ordered", old, new, func(o *orders, i *model.Interface) order { return o.of(i) })
		c.ordered(s, "metaclasses-ordered", old, new, func(o *orders, i *model.Interface) order { return o.under(o.metaclasses(i), nil) })
	}
}

// ordered tells of the first two ancestors that both releases have, which a new release brings into an order that they had not, where that
// matters: a subclass that has them in the other one, and could be built, is refused.
func (c *comparer) ordered(s subject, code string, old, new *model.Interface, joined func(*orders, *model.Interface) order) {
	for _, o := range [...]*orders{&c.order, &c.orderCxx} {
		m := merger{cxx: o.cxx, concrete: map[*model.Interface]bool{}}
		was, is := joined(o, old).line, joined(o, new).line
		for _, i := range is {
			m.concrete[i] = true
		}
		for k, x := range is {
			for _, y := range is[k+1:] {
				a, b := c.before(x), c.before(y)
				if a == nil || b == nil || x.Inherits(y) || m.serious(x, y) == "" || c.toldOfParents(o, new, x, y, joined) {
					continue
				}
				if at := slices.Index(was, a); at >= 0 && slices.Index(was, b) > at || b.Inherits(a) || a.Inherits(b) {
					continue
				}
				if o.cxx {
					code += "-cxx"
				}
				c.add(code, s, "%s comes before %s among its ancestors now: a subclass of it and of a class that has them the other way round, as one with the parents %[2]s, %[1]s, is refused", x.ScopedName(), y.ScopedName())
				return
			}
		}
	}
}

// before returns the class that a class was in the old release; nil if it is new, or comes with the kernels.
func (c *comparer) before(i *model.Interface) *model.Interface {
	if cabi.IsSystem(i) {
		return nil
	}
	was, _ := c.old.decls[c.new.there(i)].(*model.Interface)
	return was
}

// toldOfParents reports whether a parent that was there before has two classes in that order, of which it is told.
func (c *comparer) toldOfParents(o *orders, new, x, y *model.Interface, joined func(*orders, *model.Interface) order) bool {
	return slices.ContainsFunc(new.Parents(), func(p *model.Interface) bool {
		line := joined(o, p).line
		at := slices.Index(line, x)
		return c.before(p) != nil && at >= 0 && slices.Index(line, y) > at
	})
}

// conflict tells that some classes cannot be joined in the new release: at all, or else if they are in C++.
func (c *comparer) conflict(s subject, code string, old, new *model.Interface, joined func(*orders, *model.Interface) ([]*model.Interface, string)) {
	for _, o := range [...]*orders{&c.order, &c.orderCxx} {
		were := ""
		if old != nil {
			_, were = joined(o, old)
		}
		if all, is := joined(o, new); is != "" && were == "" {
			if o.cxx {
				code += "-cxx"
			}
			c.add(code, s, "%s have orders that contradict each other: %s", strings.Join(scopedNames(all), ", "), is)
			return
		}
	}
}
