package diff

import (
	"slices"
	"strings"

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
