package typecode

// Compact returns t without its names and those of its members, which are optional; typedefs stay
// (CORBA::TypeCode::get_compact_typecode). It is equivalent to t.
func (t *TypeCode) Compact() *TypeCode {
	c := compacter{}
	return c.compact(t.r())
}

// compacter knows what has become of each type.
type compacter map[*TypeCode]*TypeCode

func (c compacter) compact(t *TypeCode) *TypeCode {
	if t == nil {
		return nil
	}
	if t.recursive() {
		if t.target == nil {
			return t
		}
		return &TypeCode{kind: tkRecursive, id: t.id, target: c.compact(t.target)}
	}
	if done := c[t]; done != nil {
		return done
	}
	if t.name == "" && t.content == nil && t.members == nil {
		return t
	}
	n := new(TypeCode)
	c[t] = n
	*n = *t
	n.name = ""
	n.content, n.disc = c.compact(t.content), c.compact(t.disc)
	n.members = make([]member, len(t.members))
	for i, m := range t.members {
		m.name, m.tc = "", c.compact(m.tc)
		n.members[i] = m
	}
	return n.done()
}
