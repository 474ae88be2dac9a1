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

// metaclassOf returns the metaclass of a class as it is declared: its own or that of the nearest
// ancestor that has one; nil if none of them names one.
func metaclassOf(i *model.Interface) *model.Interface {
	if m := i.Metaclass(); m != nil {
		return m
	}
	for _, a := range slices.Backward(i.Ancestors()) { // the nearest first
		if m := a.Metaclass(); m != nil {
			return m
		}
	}
	return nil
}

// metaclasses returns those from which the metaclass of a class must be derived.
func metaclasses(i *model.Interface) []*model.Interface {
	var all []*model.Interface
	add := func(m *model.Interface) {
		if m != nil && !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	add(i.Metaclass())
	for _, p := range i.Parents() {
		add(metaclassOf(p))
	}
	return all
}

// conflicts tells what a new release cannot be built with, and the old one could.
func (c *comparer) conflicts(s subject, old, new *model.Interface) {
	if c.order.under(new.Parents()) == nil && c.order.under(old.Parents()) != nil {
		c.add("parents-conflict", s, "its bases %s have ancestors in contradicting orders", strings.Join(baseNames(new), ", "))
	}
	if c.order.under(metaclasses(new)) == nil && c.order.under(metaclasses(old)) != nil {
		var ms []string
		for _, m := range metaclasses(new) {
			ms = append(ms, m.ScopedName())
		}
		c.add("metaclass-conflict", s, "no metaclass can be derived from %s", strings.Join(ms, ", "))
	}
}
