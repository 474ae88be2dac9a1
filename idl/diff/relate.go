package diff

import (
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// relater compares types whose declarations may refer back to themselves.
type relater struct {
	c    *comparer
	open map[[2]model.Decl]bool
}

func (r *relater) types(old, new *model.Type) relation {
	if old.IsVoid() || new.IsVoid() {
		if old.IsVoid() && new.IsVoid() {
			return same
		}
		return different
	}
	if isText(old) && isText(new) && cabi.StandardName(old) != cabi.StandardName(new) {
		return alike // somId and string are one to signatures
	}
	if old.Kind == model.Named && new.Kind == model.Named && r.c.sameDecl(old.Decl, new.Decl) {
		return same
	}
	o, n := old.Resolve(), new.Resolve()
	rel := r.behind(o, n)
	if rel == same && (o != old || n != new) {
		return aliased
	}
	return rel
}

// sameDecl reports whether two declarations are the same one in both releases: by their scoped
// names or by the repository ids that things of them are known by. What else differs is told
// with the declaration.
func (c *comparer) sameDecl(old, new model.Decl) bool {
	name := new.About().ScopedName()
	return c.old.there(old) == name && c.new.renamed[name] == "" || known(old) && known(new) && old.About().ID == new.About().ID
}

// behind compares two types that are no typedefs.
func (r *relater) behind(o, n *model.Type) relation {
	if o.Kind == model.Array || n.Kind == model.Array {
		return r.arrays(o, n)
	}
	if o.Kind == model.Named && n.Kind == model.Named {
		if r.c.sameDecl(o.Decl, n.Decl) {
			return same
		}
		return r.decls(o.Decl, n.Decl)
	}
	if o.Kind != n.Kind {
		return r.kinds(o, n)
	}
	rel := same
	switch o.Kind {
	case model.Fixed:
		switch {
		case o.Digits == n.Digits && o.Scale == n.Scale:
		case o.Scale == n.Scale && fixedOctets(o) == fixedOctets(n):
			rel = bounded
		default:
			return different
		}
	case model.Sequence, model.Pointer:
		rel = r.types(o.Elem, n.Elem)
	case model.Map:
		rel = max(r.types(o.Key, n.Key), r.types(o.Elem, n.Elem))
	}
	if o.Bound != n.Bound {
		rel = max(rel, bounded)
	}
	return rel
}

// kinds compares types of different kinds.
func (r *relater) kinds(o, n *model.Type) relation {
	switch {
	case isOctet(o) && isOctet(n):
		return aliased
	case isReference(o) && isReference(n):
		return reference
	case number(o) != 0 && number(o) == number(n):
		return alike
	}
	return different
}

func isText(t *model.Type) bool { return cabi.FormOf(t) == cabi.Text && t.Resolve().Bound == 0 }

func isOctet(t *model.Type) bool { return t.Kind == model.Octet || t.Kind == model.UInt8 }

// number returns the octets of the unsigned number as which a type is transferred, 0 if it is none.
func number(t *model.Type) int {
	switch t.Kind {
	case model.Octet, model.UInt8:
		return 1
	case model.UShort:
		return 2
	case model.ULong:
		return 4
	case model.ULongLong:
		return 8
	case model.Named:
		return bitOctets(t.Decl)
	}
	return 0
}

// bitOctets returns the octets of a bitset or bitmask in transfer, 0 of what is none: it is the
// smallest unsigned number that holds it.
func bitOctets(d model.Decl) int {
	bits := 0
	switch d := d.(type) {
	case *model.Bitset:
		bits = max(d.Width(), 1)
	case *model.Bitmask:
		bits = d.Bound
	default:
		return 0
	}
	octets := 1
	for octets*8 < bits {
		octets *= 2
	}
	return octets
}

// fixedOctets returns the octets of a fixed in transfer: two digits in each, and the sign.
func fixedOctets(t *model.Type) int { return t.Digits/2 + 1 }

// arrays compares arrays: an array of arrays is one of more dimensions.
func (r *relater) arrays(o, n *model.Type) relation {
	a, x := flat(o)
	b, y := flat(n)
	if !slices.Equal(a, b) {
		return different
	}
	rel := r.types(x, y)
	if rel == same && (len(a) != len(o.Dims) || len(b) != len(n.Dims)) {
		return aliased
	}
	return rel
}

// flat returns the dimensions of an array with those of its elements, and what is in it at last.
func flat(t *model.Type) (dims []uint64, elem *model.Type) {
	for t.Resolve().Kind == model.Array {
		t = t.Resolve()
		dims = append(dims, t.Dims...)
		t = t.Elem
	}
	return dims, t
}

// decls compares two declarations of different names in what they are in transfer.
func (r *relater) decls(old, new model.Decl) relation {
	key := [2]model.Decl{old, new}
	if r.open[key] {
		return alike // as far as seen; what contradicts it is found where the circle began
	}
	if r.c.old.renamed[old.About().ScopedName()] == new.About().ScopedName() {
		return alike
	}
	if a, b := interfaceKind(old), interfaceKind(new); a != "" || b != "" {
		if a != b {
			return different
		}
		return reference
	}
	if a := bitOctets(old); a != 0 && a == bitOctets(new) {
		return alike
	}
	if old.Kind() != new.Kind() {
		return different
	}
	r.open[key] = true
	ok := false
	worst := alike
	near := func(a, b *model.Type) bool {
		rel := r.types(a, b)
		worst = max(worst, rel)
		return rel != different
	}
	switch o := old.(type) {
	case *model.Struct:
		ok = slices.EqualFunc(o.AllMembers(), new.(*model.Struct).AllMembers(), func(a, b *model.Member) bool { return near(a.Type, b.Type) })
	case *model.Enum:
		ok = slices.EqualFunc(o.Enumerators, new.(*model.Enum).Enumerators, func(a, b *model.Enumerator) bool { return a.Ordinal == b.Ordinal })
	case *model.Union:
		n := new.(*model.Union)
		arms := r.c.armsLike(o, n)
		ok = near(o.Discriminator, n.Discriminator) && len(arms) == len(o.Cases) &&
			slices.EqualFunc(o.Cases, arms, func(a, b *model.Case) bool { return near(a.Type, b.Type) })
	}
	switch {
	case !ok:
		return different
	case worst > alike:
		return referring
	}
	return alike
}

// known reports whether things of a declaration are known by its repository id in transfer.
func known(d model.Decl) bool {
	switch d.(type) {
	case *model.Interface, *model.Exception, *model.ValueType, *model.ValueBox, *model.Component, *model.Home:
		return true
	}
	return false
}

// interfaceKind tells how a reference to what is declared is transferred: "concrete" as an IOR,
// "abstract" behind a boolean that says whether it is one or a value (CORBA 3.0, 15.3.7).
// It is "" of what is no interface, component or home.
func interfaceKind(d model.Decl) string {
	abstract := false
	switch d := d.(type) {
	case *model.Interface:
		abstract = d.Abstract
	case *model.Component, *model.Home:
	case *model.Forward:
		switch d.Of {
		case "interface", "component", "home":
			abstract = d.Abstract
		default:
			return ""
		}
	default:
		return ""
	}
	if abstract {
		return "abstract"
	}
	return "concrete"
}

// isReference reports whether a type is transferred as an IOR.
func isReference(t *model.Type) bool {
	return t.Kind == model.Object || t.Kind == model.Named && interfaceKind(t.Decl) == "concrete"
}
