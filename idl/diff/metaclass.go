package diff

import (
	"cmp"
	"fmt"
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
		c.inheritedMetaclass(s, old, new)
		return
	}
	switch m := new.Metaclass(); {
	case a == "":
		c.add("metaclass-added", s, "the metaclass is %s now", b)
	case m != nil && old.Metaclass() != nil && inherits(m, c.old.there(old.Metaclass())), c.keeps(new, old.Metaclass()):
		c.add("metaclass-derived", s, "the metaclass is %s now, which is derived from %s", cmp.Or(b, "that of its parents"), a)
	default:
		c.add("metaclass-changed", s, "the metaclass is %s now, and was %s", orNone(b), a)
	}
}

// keeps reports whether the metaclass of a class is still derived from what it was, be it by those of its parents.
func (c *comparer) keeps(new, was *model.Interface) bool {
	return was != nil && slices.ContainsFunc(c.order.metaclasses(new), func(m *model.Interface) bool {
		return m.ScopedName() == c.old.there(was) || inherits(m, c.old.there(was))
	})
}

// inheritedMetaclass tells of a metaclass that the class gets by an ancestor which it did not have.
func (c *comparer) inheritedMetaclass(s subject, old, new *model.Interface) {
	had := c.order.metaclasses(old)
	for _, p := range new.Parents() {
		if was := c.before(p); was != nil && slices.Contains(old.Ancestors(), was) || cabi.IsSystem(p) {
			continue // what its metaclass is now is told of itself
		}
		for _, m := range c.order.metaclasses(p) {
			hasIt := func(k *model.Interface) bool {
				if now, ok := c.new.decls[c.old.there(k)].(*model.Interface); ok {
					k = now
				}
				return k.ScopedName() == m.ScopedName() || inherits(k, m.ScopedName())
			}
			switch {
			case slices.ContainsFunc(had, hasIt):
			case len(had) == 0:
				c.add("metaclass-added", s, "the metaclass is %s now, or derived from it, which is that of %s", m.ScopedName(), p.ScopedName())
			default:
				c.add("metaclass-derived", s, "the metaclass is derived from %s now, too, which is that of %s", m.ScopedName(), p.ScopedName())
			}
		}
	}
}

// isMeta reports whether the instances of a class are classes.
func isMeta(i *model.Interface) bool { return object(i, "SOMClass") != nil }

// object returns the class of that name that comes with the kernels, where it is an ancestor of a class.
func object(i *model.Interface, name string) *model.Interface {
	for _, a := range i.Ancestors() {
		if cabi.IsSystem(a) && a.Name == name {
			return a
		}
	}
	return nil
}

// hollow tells of a metaclass that has of SOMClass the interface alone now: no class can be built with it.
func (c *comparer) hollow(s subject, old, new *model.Interface) {
	was, is := object(old, "SOMClass"), object(new, "SOMClass")
	if was != nil && is != nil && given(old, was, "somClassReady") && !given(new, is, "somClassReady") {
		c.add("metaclass-hollow", s, "of SOMClass the interface alone is inherited now")
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

// ordered tells of the first ancestor that stands in an order now which it did not: a subclass could be built that had it in another one
// by another parent, and is refused now.
func (c *comparer) ordered(s subject, code string, old, new *model.Interface, joined func(*orders, *model.Interface) order) {
	for _, o := range [...]*orders{&c.order, &c.orderCxx} {
		l := lines{c, o, joined, joined(o, old).line, joined(o, new).line}
		for k, y := range l.is {
			if why := l.contradicts(k, y); why != "" && !l.toldOfParents(new, y) {
				if o.cxx {
					code += "-cxx"
				}
				c.add(code, s, "%s by another parent is refused", why)
				return
			}
		}
	}
}

// lines are the orders of a class's ancestors, or of its metaclass's, in both releases.
type lines struct {
	*comparer
	o       *orders
	joined  func(*orders, *model.Interface) order
	was, is []*model.Interface
}

// contradicts says which order a subclass may have contradicted of the kth ancestor and another, "" if there is none.
func (l *lines) contradicts(k int, y *model.Interface) string {
	m := merger{cxx: l.o.cxx, concrete: map[*model.Interface]bool{}}
	for _, i := range l.is {
		m.concrete[i] = true
	}
	here := l.before(y)
	switch {
	case here == nil: // which nobody else has
		return ""
	case !slices.Contains(l.was, here):
		if m.keepsState(y) || overridesMethods(y) {
			other := "a class of its own"
			for _, x := range l.is {
				if l.before(x) != nil && x != y && !x.Inherits(y) && !y.Inherits(x) {
					other = x.ScopedName()
					break
				}
			}
			return fmt.Sprintf("%s stands among its ancestors now: a subclass that has it in another order with %s", y.ScopedName(), other)
		}
		return ""
	}
	for _, x := range l.is[:k] {
		if a := l.before(x); a != nil && !x.Inherits(y) && slices.Index(l.was, a) > slices.Index(l.was, here) && m.serious(x, y) != "" {
			return fmt.Sprintf("%s comes before %s now: a subclass that has them in the order of before", x.ScopedName(), y.ScopedName())
		}
	}
	return ""
}

// overridesMethods reports whether a class implements a method that another class may implement, too, without descending from it.
func overridesMethods(i *model.Interface) bool {
	return slices.ContainsFunc(i.Overridden(), func(o *model.Override) bool { return cabi.LifeOf(o) == "" })
}

// toldOfParents reports whether an ancestor has come to a parent that was there before, of which it is told.
func (l *lines) toldOfParents(new, y *model.Interface) bool {
	return slices.ContainsFunc(new.Parents(), func(p *model.Interface) bool {
		was := l.before(p)
		if was == nil || !slices.Contains(l.joined(l.o, p).line, y) {
			return false
		}
		here := l.before(y)
		return here == nil || !slices.Contains(l.joined(l.o, was).line, here)
	})
}

// before returns the class that a class was in the old release; nil if it is new, or comes with the kernels.
func (c *comparer) before(i *model.Interface) *model.Interface {
	if cabi.IsSystem(i) {
		return nil
	}
	was, _ := c.old.decls[c.new.there(i)].(*model.Interface)
	return was
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
