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
		for _, m := range was.Introduced() {
			if m.Kind() == model.ProcedureMethod {
				continue // found in whoever has it
			}
			if now := new.FindMethod(m.Name); now != nil && c.succeeds(was, now.Class, m.Name) && given(old, was, m.Name) && !given(new, now.Class, m.Name) {
				c.add("implementation-lost", s.part("method", m.Name, &old.Node, &new.Node), "%s of %s has no implementation any more", m.Name, now.Class.ScopedName())
			}
		}
	}
}

// succeeds reports whether a method of a class is that of the same name which another introduced before: it is the same class, or the
// method has migrated.
func (c *comparer) succeeds(was, is *model.Interface, method string) bool {
	there, _ := c.new.decls[c.old.there(was)].(*model.Interface)
	return there == is || there != nil && there.Migrations()[method] == is
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
