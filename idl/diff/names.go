package diff

import "github.com/opendsom/dsom/model"

// there returns the scoped name under which the other release is to have a declaration of this
// one: the same, unless it or something around it has another name there.
func (s *side) there(d model.Decl) string {
	name := d.About().ScopedName()
	if len(s.renamed) == 0 {
		return name
	}
	if to, ok := s.renamed[name]; ok {
		return to
	}
	up := d.About().Scope()
	if up == nil {
		return name
	}
	if to := s.there(up); to != up.About().ScopedName() {
		return to + "::" + d.About().Name
	}
	return name
}

// groupThere returns groupOf as the other release names it.
func (s *side) groupThere(d model.Decl) string {
	up := d.About().Scope()
	if _, module := up.(*model.Module); module || up == nil {
		return d.About().ScopedName()
	}
	return s.there(up)
}

// scopeThere returns the scope of a declaration as the other release names it, "" for none.
func (s *side) scopeThere(d model.Decl) string {
	if up := d.About().Scope(); up != nil {
		return s.there(up)
	}
	return ""
}

// alone returns the names of what the other release does not have, in source order. What goes
// with its interface is not among them, and neither are modules: they come and go with what is
// in them.
func (s *side) alone(other *side) (names []string) {
	for _, name := range s.order {
		if d := s.decls[name]; other.decls[s.there(d)] == nil && s.parentStays(other, d) {
			names = append(names, name)
		}
	}
	return names
}

// parentStays reports whether the scope around a declaration is in the other release too.
func (s *side) parentStays(other *side, d model.Decl) bool {
	switch d.(type) {
	case *model.Module, *model.Forward:
		return false
	}
	up := d.About().Scope()
	if up == nil {
		return true
	}
	if _, module := up.(*model.Module); module {
		return true
	}
	is := other.decls[s.there(up)]
	return is != nil && is.Kind() == up.Kind()
}

// rename keeps that a declaration has another name in the new release.
func (c *comparer) rename(old, new string) {
	c.old.renamed[old] = new
	c.new.renamed[new] = old
}

// oldKey returns typeKey of a type of the old release, by the names of the new one.
func (c *comparer) oldKey(t *model.Type) string {
	if t != nil {
		if r := t.Resolve(); r.Kind == model.Named {
			return c.old.there(r.Decl)
		}
	}
	return typeKey(t)
}
