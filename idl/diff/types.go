package diff

import (
	"slices"

	"github.com/opendsom/dsom/model"
)

// relation is how the types of two releases relate.
type relation uint8

// The relations, from the nearest to the farthest. Of two parts the farther counts.
const (
	same      relation = iota // the same type; where it has a declaration, that is compared for itself
	aliased                   // the same behind typedefs
	bounded                   // the same but for bounds of strings, sequences and maps
	alike                     // other names, but the same in transfer
	reference                 // references to other interfaces: one form in transfer
	different
)

// relate relates two uses of types.
func (c *comparer) relate(old, new *model.Type) relation {
	r := relater{c: c, open: map[[2]model.Decl]bool{}}
	return r.types(old, new)
}

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
	if old.Kind == model.Named && new.Kind == model.Named && r.sameName(old.Decl, new.Decl) {
		return same
	}
	o, n := old.Resolve(), new.Resolve()
	rel := r.behind(o, n)
	if rel == same && (o != old || n != new) {
		return aliased
	}
	return rel
}

// sameName reports whether a name means one thing in both releases, renamed ones included.
func (r *relater) sameName(old, new model.Decl) bool {
	o, n := old.About().ScopedName(), new.About().ScopedName()
	return o == n
}

// behind compares two types that are no typedefs.
func (r *relater) behind(o, n *model.Type) relation {
	if o.Kind != n.Kind {
		return different
	}
	rel := same
	switch o.Kind {
	case model.Named:
		if r.sameName(o.Decl, n.Decl) {
			return same
		}
		return r.decls(o.Decl, n.Decl)
	case model.Fixed:
		if o.Digits != n.Digits || o.Scale != n.Scale {
			return different
		}
	case model.Array:
		if !slices.Equal(o.Dims, n.Dims) {
			return different
		}
		rel = r.types(o.Elem, n.Elem)
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

// decls compares two declarations of different names in what they are in transfer.
func (r *relater) decls(old, new model.Decl) relation {
	key := [2]model.Decl{old, new}
	if r.open[key] {
		return alike // as far as seen; what contradicts it is found where the circle began
	}
	if isReference(old) && isReference(new) {
		if r.c.renamed[old.About().ScopedName()] == new.About().ScopedName() {
			return alike
		}
		return reference
	}
	if old.Kind() != new.Kind() {
		return different
	}
	r.open[key] = true
	ok := false
	switch o := old.(type) {
	case *model.Struct:
		n := new.(*model.Struct)
		ok = (o.Base == nil) == (n.Base == nil) && (o.Base == nil || r.types(o.Base, n.Base) <= alike) &&
			slices.EqualFunc(o.Members, n.Members, func(a, b *model.Member) bool { return r.types(a.Type, b.Type) <= alike })
	case *model.Enum:
		ok = len(o.Enumerators) == len(new.(*model.Enum).Enumerators)
	case *model.Union:
		n := new.(*model.Union)
		ok = r.types(o.Discriminator, n.Discriminator) <= alike && slices.EqualFunc(o.Cases, n.Cases, func(a, b *model.Case) bool {
			return r.types(a.Type, b.Type) <= alike && slices.EqualFunc(a.Labels, b.Labels, sameLabel)
		})
	}
	if ok {
		return alike
	}
	return different
}

func isReference(d model.Decl) bool { return kindOf(d) == "interface" }

// sameLabel compares labels; enumerators by their numbers.
func sameLabel(a, b model.Label) bool { return labelKey(a) == labelKey(b) }

// labelKey returns a label as text that is the same in both releases.
func labelKey(l model.Label) string {
	if l.Default || l.Value == nil {
		return "default"
	}
	return valueKey(l.Value)
}

func valueKey(v *model.Value) string {
	if v == nil {
		return ""
	}
	return v.String()
}

// retyped tells that a type has changed, if it has, with the code that its relation asks for;
// code is that of a type which is different.
func (c *comparer) retyped(code string, s subject, old, new *model.Type) bool {
	rel := c.relate(old, new)
	switch rel {
	case same:
		return false
	case aliased:
		code = "type-alias-changed"
	case bounded:
		code = "type-bound-changed"
	case alike:
		code = "type-renamed"
	case reference:
		code = "type-reference-changed"
	}
	c.add(code, s, "%s: %s is now %s", what(s), show(old), show(new))
	return true
}

// show returns a type for a message.
func show(t *model.Type) string {
	if t.IsVoid() {
		return "void"
	}
	return t.String()
}

// what names a subject in a message: "parameter amount".
func what(s subject) string {
	if name := lastName(s.name); name != s.kind {
		return s.kind + " " + name
	}
	return s.kind // the result, the discriminator
}

func lastName(scoped string) string {
	for i := len(scoped) - 1; i > 0; i-- {
		if scoped[i] == ':' {
			return scoped[i+1:]
		}
	}
	return scoped
}
