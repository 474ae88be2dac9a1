package diff

import (
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// collisions tells of the names that a class introduces now and that classes which are derived from it, or have it and another
// among their ancestors, had already: methods, what reads and writes attributes, static data.
func (c *comparer) collisions() {
	type pair struct {
		in, of string // the class of the new name, that of the old one
		name   string
	}
	told := map[pair]bool{}
	for _, n := range c.new.order {
		up, ok := c.new.decls[n].(*model.Interface)
		if !ok || !c.binary(up) {
			continue
		}
		before, _ := c.old.decls[c.new.there(up)].(*model.Interface)
		var had []placed
		if before != nil {
			had = introductions(before)
		}
		for _, place := range introductions(up) {
			if called(had, place.name) != nil {
				continue
			}
			for _, x := range c.beside(up, before) {
				its := called(introductions(x), place.name)
				key := pair{n, x.ScopedName(), place.title}
				if its == nil || told[key] || c.movedTo(x, place.name) || c.emptied(x, place.name, up) {
					continue
				}
				told[key] = true
				s := c.about(x, up).part("method", place.title, its.node, place.node)
				s.name, s.group = n+"::"+place.title, n
				c.add("method-collides", s, "%s introduced %s before", x.ScopedName(), place.title)
			}
		}
	}
}

// A placed thing is what has a place in a release order.
type placed struct {
	name, title string // title: without the prefix of an attribute's methods
	node        *model.Node
	method      *model.Method // nil for static data
}

// introductions returns what a class introduces, in the order of its declaration.
func introductions(i *model.Interface) []placed {
	var all []placed
	for _, m := range i.Introduced() {
		if m.Attribute != nil {
			all = append(all, placed{m.Name, m.Attribute.Name, &m.Attribute.Node, &m})
		} else {
			all = append(all, placed{m.Name, m.Name, &m.Operation.Node, &m})
		}
	}
	for _, d := range i.StaticData() {
		all = append(all, placed{d.Name, d.Name, &d.Node, nil})
	}
	return all
}

func called(all []placed, name string) *placed {
	for k := range all {
		if all[k].name == name {
			return &all[k]
		}
	}
	return nil
}

// beside returns the classes of the old release whose names are looked up together with those of a class, which is before there, if it
// is: all that are derived from it now or were then, and their other ancestors.
func (c *comparer) beside(up, before *model.Interface) []*model.Interface {
	var all []*model.Interface
	add := func(i *model.Interface) {
		if i != before && !slices.Contains(all, i) && !c.above(i, up) {
			all = append(all, i)
		}
	}
	for _, n := range c.old.order {
		sub, ok := c.old.decls[n].(*model.Interface)
		if !ok {
			continue
		}
		now, _ := c.new.decls[c.old.there(sub)].(*model.Interface)
		if (before == nil || !sub.Inherits(before)) && (now == nil || !now.Inherits(up)) {
			continue
		}
		add(sub)
		for _, a := range sub.Ancestors() {
			if !cabi.IsSystem(a) {
				add(a)
			}
		}
	}
	return all
}

// above reports whether a class of the old release is an ancestor of one of the new.
func (c *comparer) above(old, i *model.Interface) bool {
	name := c.old.there(old)
	return slices.ContainsFunc(i.Ancestors(), func(a *model.Interface) bool { return a.ScopedName() == name })
}

// movedTo reports whether a method of a class of the old release is in the new one another name for an ancestor's.
func (c *comparer) movedTo(old *model.Interface, name string) bool {
	now, ok := c.new.decls[c.old.there(old)].(*model.Interface)
	return ok && now.Migrations()[name] != nil
}

// emptied reports whether of a method of a class of the old release only the place is left in the new one, which is told as such where the class is
// made anew with what has the method now.
func (c *comparer) emptied(old *model.Interface, name string, up *model.Interface) bool {
	now, ok := c.new.decls[c.old.there(old)].(*model.Interface)
	return ok && called(introductions(now), name) == nil && slices.Contains(listed(now), name) && sameLibrary(now, up)
}

// sameLibrary reports whether two classes are compiled together, as far as IDL tells: they are of one dllname or, where it is not said of both, of one file or module.
func sameLibrary(a, b *model.Interface) bool {
	x, said := a.ClassModifier("dllname")
	y, saidToo := b.ClassModifier("dllname")
	if said && saidToo {
		return x == y
	}
	m := model.TopModule(a)
	return a.NameSpan.Start.File == b.NameSpan.Start.File || m != nil && model.TopModule(b) != nil && m.Name == model.TopModule(b).Name
}
