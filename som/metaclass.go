package som

import "slices"

// findMetaclass solves what the class's metaclass must be: a descendant of the explicit one and of
// each parent's. Where there is none it is made, and shared by all who need the same.
func (c *Class) findMetaclass(made *[]*Class) error {
	if c == SOMObject || c == SOMClass { // SOMClass is its own, and SOMObject's
		c.metaclass = SOMClass
		return nil
	}
	var kept []*Class
	if m := c.spec.Metaclass; m != nil {
		if !m.DescendsFrom(SOMClass) {
			return fail(CodeMetaclass, c.Name(), "its metaclass %s does not descend from SOMClass", m)
		}
		if m.ended {
			return fail(CodeUnknown, c.Name(), "its metaclass %s was unloaded", m)
		}
		kept = append(kept, m)
	}
	for i, p := range c.parents {
		if !c.abstracts[i] || !slices.Contains(c.spec.Detached, p) {
			kept = keep(kept, p.metaclass)
		}
	}
	if kept == nil {
		kept = []*Class{SOMClass}
	}
	var err error
	c.metaclass, err = join(c.Name(), kept, made)
	return err
}

// keep adds m, unless it or a descendant of it is kept already. It takes the place of the first of its own ancestors.
func keep(kept []*Class, m *Class) []*Class {
	at := len(kept)
	for i := len(kept) - 1; i >= 0; i-- {
		if kept[i].DescendsFrom(m) {
			return kept
		}
		if m.DescendsFrom(kept[i]) {
			kept = slices.Delete(kept, i, i+1)
			at = i
		}
	}
	return slices.Insert(kept, min(at, len(kept)), m)
}

// join returns the metaclass that descends from all of kept, for the class of a name. family is held.
func join(of string, kept []*Class, made *[]*Class) (*Class, error) {
	if len(kept) == 1 {
		return kept[0], nil
	}
	m, err := derive(kept, made)
	if err != nil {
		return nil, &Error{Code: CodeMetaclass, Class: of, Text: "there can be no metaclass that descends from all that are needed", Err: err}
	}
	return m, nil
}

// derive returns the metaclass whose parents are kept.
func derive(kept []*Class, made *[]*Class) (*Class, error) {
	name := derivedName(kept)
	if m := kept[0].joints[name]; m != nil && slices.Equal(m.parents, kept) {
		return m, nil
	}
	if len(name) > MaxDerivedName {
		return nil, fail(CodeName, name[:40]+"…", "the name of a derived metaclass has at most %d octets (MaxDerivedName), this one would have %d: name one that joins them", MaxDerivedName, len(name))
	}
	m := &Class{spec: Spec{Name: name, Parents: kept}, derived: true}
	if err := m.build(made); err != nil {
		return nil, err
	}
	return m, nil
}

// Join returns the metaclass that descends from all of metaclasses: one of them, or one that is
// derived. Its class is found as if they were the metaclasses of a class's parents.
func Join(metaclasses ...*Class) (*Class, error) {
	kept := []*Class{SOMClass}
	for _, m := range metaclasses {
		if m.missing != nil {
			return nil, m.missing
		}
		if !m.DescendsFrom(SOMClass) {
			return nil, fail(CodeMetaclass, m.Name(), "it does not descend from SOMClass, and cannot be joined to a metaclass")
		}
		kept = keep(kept, m)
	}
	made, err := build(func(made *[]*Class) (*Class, error) { return join(kept[0].Name(), kept, made) })
	if err != nil {
		return nil, err
	}
	return made, nil
}
