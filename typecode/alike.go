package typecode

// Alike reports whether values of a have the octets of values of b, and mean the same: typedefs and names do not matter, but
// what is inside does, also of types of one repository id. [Equivalent] believes that those are one type; who reads what a peer
// has told may not.
func Alike(a, b *TypeCode) bool { return new(Likeness).Alike(a, b) }

// A Likeness is [Alike] for many types that share parts, such as those of one message: what it has found alike it does not look at again,
// so that all comparisons together take as many steps as there are types. Its zero value is ready. It must not be copied,
// nor used by several goroutines at once.
type Likeness struct{ comparer }

// Alike is [Alike].
func (l *Likeness) Alike(a, b *TypeCode) bool {
	alike := l.alike(a, b)
	if !alike { // what was met on the way was taken for alike, and need not be
		*l = Likeness{}
	}
	return alike
}

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
