package typecode

// Equal reports whether a and b are the same in every detail, names and typedefs included
// (CORBA::TypeCode::equal).
func Equal(a, b *TypeCode) bool { return (&comparer{exact: true}).equal(a, b) }

// Equivalent reports whether values of a are values of b: typedefs do not matter, types
// that both have a repository id are compared by that, others by what is inside but not its
// names (CORBA::TypeCode::equivalent).
func Equivalent(a, b *TypeCode) bool { return (&comparer{}).equal(a, b) }

// A comparer looks at each pair of types once, however often it is met: types are graphs, in which there may
// be many more ways than types. A pair that was met is taken for equal. If it is not, that ends the comparison.
type comparer struct {
	exact bool
	few   [fewPairs][2]*TypeCode // the pairs that were met
	n     int                    // how many, while there are few
	met   map[[2]*TypeCode]bool  // once there are more
}

// fewPairs is how many are looked through, because a map would cost more.
const fewPairs = 16

// again reports whether a pair was met, and notes it.
func (c *comparer) again(a, b *TypeCode) bool {
	p := [2]*TypeCode{a, b}
	if c.met != nil {
		if c.met[p] {
			return true
		}
		c.met[p] = true
		return false
	}
	for _, q := range c.few[:c.n] {
		if p == q {
			return true
		}
	}
	if c.n < fewPairs {
		c.few[c.n] = p
		c.n++
		return false
	}
	c.met = make(map[[2]*TypeCode]bool, 4*fewPairs)
	for _, q := range c.few {
		c.met[q] = true
	}
	c.met[p] = true
	return false
}

func (c *comparer) equal(a, b *TypeCode) bool {
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
	if a.content == nil && a.disc == nil && len(a.members) == 0 || c.again(a, b) {
		return true
	}
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

func (c *comparer) part(a, b *TypeCode) bool {
	if a == nil || b == nil {
		return a == b
	}
	return c.equal(a, b)
}
