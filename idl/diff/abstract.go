package diff

import (
	"slices"

	"github.com/opendsom/dsom/model"
)

// lost tells which methods had an implementation in a class, its own or an inherited one, and have none any more: a parent is
// abstract now, or a method has migrated to a parent that is.
func (c *comparer) lost(s subject, old, new *model.Interface) {
	for _, was := range append(old.Ancestors(), old) {
		if _, ok := c.old.decls[was.ScopedName()]; !ok {
			continue // of the standard classes, everything always has an implementation
		}
		there, _ := c.new.decls[c.old.there(was)].(*model.Interface)
		if there == nil {
			continue // who knows it is told so
		}
		for _, m := range was.Introduced() {
			is := there
			if to := there.Migrations()[m.Name]; to != nil {
				is = to
			} else if m.Kind() == model.ProcedureMethod || called(introductions(there), m.Name) == nil {
				continue // found in whoever has it; or gone, which is told there
			}
			if (is == new || new.Inherits(is)) && given(old, was, m.Name) && !given(new, is, m.Name) {
				c.add("implementation-lost", s.part("method", m.Name, &old.Node, &new.Node), "%s of %s has no implementation any more", m.Name, is.ScopedName())
			}
		}
	}
}

// selections tells which parents the new release selects an implementation from that they have not to give; the old one did not.
func (c *comparer) selections(s subject, old, new *model.Interface) {
	if len(withoutGift(old)) > 0 {
		return
	}
	for _, o := range withoutGift(new) {
		v, _ := model.ModifierOf(o.Modifiers, "select")
		c.add("selection-without-implementation", s.part("override", o.Name, &old.Node, &o.Node), "%s is selected from %s, which has no implementation to give", o.Name, v)
	}
}

// withoutGift returns the selections of a class from parents that have no implementation to give.
func withoutGift(i *model.Interface) (all []*model.Override) {
	if i.Implementation == nil {
		return nil
	}
	for _, o := range i.Implementation.Overrides {
		v, ok := model.ModifierOf(o.Modifiers, "select")
		from, m := i.AncestorNamed(v), i.FindMethod(o.Name)
		if ok && from != nil && m != nil && (slices.Contains(i.AbstractParents(), from) || !given(from, m.Class, o.Name)) {
			all = append(all, o)
		}
	}
	return all
}

// given reports whether a class has an implementation of a method that an ancestor introduces, its own or an inherited one.
func given(i, from *model.Interface, method string) bool {
	seen := map[*model.Interface]bool{}
	var of func(*model.Interface) bool
	of = func(i *model.Interface) bool {
		if i == from || find(i.Overridden(), method) != nil {
			return true
		}
		if seen[i] {
			return false
		}
		seen[i] = true
		abstract := i.AbstractParents()
		return slices.ContainsFunc(i.Parents(), func(p *model.Interface) bool {
			return !slices.Contains(abstract, p) && (p == from || p.Inherits(from)) && of(p)
		})
	}
	return of(i)
}
