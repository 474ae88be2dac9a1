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

// conflicts tells what a new release cannot be built with, and the old one could.
func (c *comparer) conflicts(s subject, old, new *model.Interface) {
	if is := c.order.under(new.Parents(), new.AbstractParents()).conflict; is != "" && c.order.under(old.Parents(), old.AbstractParents()).conflict == "" {
		c.add("parents-conflict", s, "its bases %s have ancestors in contradicting orders: %s", strings.Join(baseNames(new), ", "), is)
	}
	if is := c.order.under(c.order.metaclasses(new), nil).conflict; is != "" && c.order.under(c.order.metaclasses(old), nil).conflict == "" {
		var ms []string
		for _, m := range c.order.metaclasses(new) {
			ms = append(ms, m.ScopedName())
		}
		c.add("metaclass-conflict", s, "no metaclass can be derived from %s: %s", strings.Join(ms, ", "), is)
	}
}
