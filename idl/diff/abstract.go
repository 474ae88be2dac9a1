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
			if now := is.FindMethod(m.Name); now != nil && now.Class == is && gives(old, was, m.Name) && !gives(new, is, m.Name) {
				c.add("implementation-lost", s.part("method", m.Name, nil, nil), "%s of %s has no implementation any more", m.Name, is.ScopedName())
			}
		}
	}
}

// gives reports whether a class has an implementation of a method that an ancestor introduces, its own or an inherited one.
func gives(i, from *model.Interface, method string) bool {
	if i == from || find(i.Overridden(), method) != nil {
		return true
	}
	abstract := i.AbstractParents()
	return slices.ContainsFunc(i.Parents(), func(p *model.Interface) bool {
		return !slices.Contains(abstract, p) && (p == from || p.Inherits(from)) && gives(p, from, method)
	})
}
