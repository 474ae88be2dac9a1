package typecode

// Equal reports whether a and b are the same in every detail, names and typedefs included
// (CORBA::TypeCode::equal).
func Equal(a, b *TypeCode) bool { return comparer{exact: true}.equal(a, b) }

// Equivalent reports whether values of a are values of b: typedefs do not matter, types
// that both have a repository id are compared by that, others by what is inside but not its
// names (CORBA::TypeCode::equivalent).
func Equivalent(a, b *TypeCode) bool { return comparer{}.equal(a, b) }

type comparer struct {
	exact bool
	open  [][2]*TypeCode // pairs around this one: taken for equal
}

func (c comparer) equal(a, b *TypeCode) bool {
	if c.exact {
		a, b = a.r(), b.r()
	} else {
		a, b = a.Unalias(), b.Unalias()
	}
	if a == b {
		return true
	}
	if a.kind != b.kind {
		return false
	}
	if c.exact {
		if a.id != b.id || a.name != b.name {
			return false
		}
	} else if a.id != "" && b.id != "" {
		return a.id == b.id
	}
	if a.length != b.length || a.digits != b.digits || a.scale != b.scale || a.modifier != b.modifier ||
		len(a.members) != len(b.members) || a.kind == TkUnion && a.def != b.def {
		return false
	}
	for _, p := range c.open {
		if p == [2]*TypeCode{a, b} {
			return true
		}
	}
	c.open = append(c.open[:len(c.open):len(c.open)], [2]*TypeCode{a, b})
	if !c.part(a.content, b.content) || !c.part(a.disc, b.disc) {
		return false
	}
	for i := range a.members {
		m, o := &a.members[i], &b.members[i]
		if c.exact && m.name != o.name || m.label != o.label || m.visibility != o.visibility || !c.part(m.tc, o.tc) {
			return false
		}
	}
	return true
}

func (c comparer) part(a, b *TypeCode) bool {
	if a == nil || b == nil {
		return a == b
	}
	return c.equal(a, b)
}
