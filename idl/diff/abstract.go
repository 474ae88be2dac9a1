package diff

import (
	"slices"

	"github.com/opendsom/dsom/model"
)

// lost tells which inherited methods had an implementation in a class, and have none since a parent is an abstract one.
func (c *comparer) lost(s subject, old, new *model.Interface) {
	for _, was := range old.Ancestors() {
		is, ok := c.new.decls[c.old.there(was)].(*model.Interface)
		if !ok || !new.Inherits(is) { // of the standard classes, everything always has an implementation
			continue
		}
		for _, m := range was.Introduced() {
			if m.Kind() == model.ProcedureMethod {
				continue // found in whoever has it
			}
			if now := is.FindMethod(m.Name); now != nil && now.Class == is && given(old, was, m.Name) && !given(new, is, m.Name) {
				c.add("implementation-lost", s.part("method", m.Name, &old.Node, &new.Node), "%s of %s has no implementation any more", m.Name, is.ScopedName())
			}
		}
	}
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
