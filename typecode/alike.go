package typecode

// Alike reports whether values of a have the octets of values of b, and mean the same: typedefs and names do not matter, but
// what is inside does, also of types of one repository id. [Equivalent] believes that those are one type; who reads what a peer
// has told may not.
//
// Types that hold themselves may be told in as many ways that it takes long to see; from 4096 pairs of types on they are not alike.
func Alike(a, b *TypeCode) bool { return (&comparer{}).alike(a, b) }

const mostPairs = 4096

func (c *comparer) alike(a, b *TypeCode) bool {
	if a == nil || b == nil {
		return a == b
	}
	a, b = a.Unalias(), b.Unalias()
	if a == b {
		return true
	}
	if a.kind != b.kind && !(a.kind.isState() && b.kind.isState()) || a.id != "" && b.id != "" && a.id != b.id {
		return false
	}
	if a.length != b.length || a.digits != b.digits || a.scale != b.scale || len(a.members) != len(b.members) ||
		a.kind == TkUnion && a.def != b.def || (a.modifier == ValueCustom) != (b.modifier == ValueCustom) {
		return false
	}
	if a.content == nil && a.disc == nil && len(a.members) == 0 && b.content == nil || c.again(a, b) {
		return true
	}
	if len(c.met) > mostPairs {
		return false
	}
	if !c.alike(a.content, b.content) || !c.alike(a.disc, b.disc) {
		return false
	}
	for i := range a.members {
		if m, o := &a.members[i], &b.members[i]; m.label != o.label || !c.alike(m.tc, o.tc) {
			return false
		}
	}
	return true
}

// isState reports whether types of kind k are valuetypes whose state has members.
func (k Kind) isState() bool { return k == TkValue || k == TkEvent }
