package typecode

// Equal reports whether a and b are the same in every detail, names and typedefs included
// (CORBA::TypeCode::equal).
func Equal(a, b *TypeCode) bool { return (&comparer{exact: true}).equal(a, b) }

// Equivalent reports whether values of a are values of b: typedefs do not matter, types
// that both have a repository id are compared by that, others by what is inside but not its
// names (CORBA::TypeCode::equivalent).
func Equivalent(a, b *TypeCode) bool { return (&comparer{}).equal(a, b) }

// A comparer looks at types that are taken for equal once: types are graphs, in which there may be many more ways than types,
// and graphs that come back to themselves after different numbers of steps have many more pairs than types. What is met together
// is taken for one class until a difference is found, which ends the comparison: as many steps as there are types, whatever
// they are like. (That an absent repository id is like each of two that differ does not make their parts differ.)
type comparer struct {
	exact bool
	few   [fewTypes][2]*TypeCode // types, and others of their classes, nearer to the class's first
	n     int                    // how many, while there are few
	more  map[*TypeCode]*TypeCode
}

// fewTypes is how many are looked through, because a map would cost more.
const fewTypes = 16

// again reports whether a and b are taken for equal, and takes them for it.
func (c *comparer) again(a, b *TypeCode) bool {
	a, b = c.first(a), c.first(b)
	if a == b {
		return true
	}
	switch {
	case c.more != nil:
		c.more[a] = b
	case c.n < fewTypes:
		c.few[c.n] = [2]*TypeCode{a, b}
		c.n++
	default:
		c.more = make(map[*TypeCode]*TypeCode, 4*fewTypes)
		for _, l := range c.few {
			c.more[l[0]] = l[1]
		}
		c.more[a] = b
	}
	return false
}

// first returns the type that stands for the class of t.
func (c *comparer) first(t *TypeCode) *TypeCode {
	if c.more == nil {
		for i := 0; i < c.n; { // whoever becomes part of a class was the first of its own, so is found once
			if c.few[i][0] == t {
				t, i = c.few[i][1], 0
				continue
			}
			i++
		}
		return t
	}
	for {
		up := c.more[t]
		if up == nil {
			return t
		}
		further := c.more[up]
		if further == nil {
			return up
		}
		c.more[t] = further // the way is shorter the next time
		t = further
	}
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
