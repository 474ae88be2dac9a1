package diff

import (
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// relation is how the types of two releases relate.
type relation uint8

// The relations, from the nearest to the farthest. Of two parts the farther counts.
const (
	same      relation = iota // the same type; where it has a declaration, that is compared for itself
	aliased                   // the same behind typedefs, or uint8 for octet
	bounded                   // the same but for bounds of strings, sequences and maps, or for digits that need no other octets
	alike                     // other names, but the same in transfer
	reference                 // references to other interfaces: one form in transfer
	referring                 // alike, with references to other interfaces within
	different
)

// relate relates two uses of types.
func (c *comparer) relate(old, new *model.Type) relation {
	r := relater{c: c, open: map[[2]model.Decl]bool{}}
	return r.types(old, new)
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
	from := len(c.changes)
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
	case referring:
		code = "type-renamed"
	}
	note := ""
	if rel == alike || rel == referring {
		if n, memory := c.exchanged(old, new); memory {
			code, note = "type-exchanged", ", where "+n
		} else if n != "" {
			code, note = "type-exchanged-in-transfer", ", where "+n
		}
	}
	c.add(code, s, "%s: %s is now %s%s", what(s), show(old), show(new), note)
	if rel == referring {
		c.refused("there are objects of other classes in it")
	}
	c.silence(from, func() bool { return sameShape(old, new) })
	if rel != different && s.kind != "parameter" { // of which it depends on the direction
		c.owned(s, old, new)
	}
	return true
}

// owned tells that of two types which are one to signatures parts have to be freed now, or must not be: of strings and somIds.
func (c *comparer) owned(s subject, old, new *model.Type) {
	o := ownership{c: c, seen: map[model.Decl]bool{}}
	o.types(old, new)
	if o.more {
		c.add("memory-changed", s, "%s: who is given it has to free strings in it now", what(s))
	}
	if o.less {
		c.add("memory-changed", s, "%s: who is given it must not free strings in it now, which are names", what(s))
	}
}

// ownership is what of a type has to be freed in one release and not in the other.
type ownership struct {
	c          *comparer
	seen       map[model.Decl]bool // each is looked into once
	more, less bool
}

func (o *ownership) types(old, new *model.Type) {
	if old.IsVoid() || new.IsVoid() || old.Kind == model.Named && new.Kind == model.Named && o.c.sameDecl(old.Decl, new.Decl) {
		return // of what both releases have by its name it is told there
	}
	if isText(old) && isText(new) {
		o.more = o.more || cabi.Owns(new) && !cabi.Owns(old)
		o.less = o.less || cabi.Owns(old) && !cabi.Owns(new)
		return
	}
	old, new = old.Resolve(), new.Resolve()
	switch {
	case old.Elem != nil && new.Elem != nil:
		o.types(old.Elem, new.Elem)
	case old.Kind == model.Named && new.Kind == model.Named:
		o.declared(cabi.Definition(old.Decl), cabi.Definition(new.Decl))
	}
}

func (o *ownership) declared(old, new model.Decl) {
	if o.seen[old] || o.c.sameDecl(old, new) || o.c.old.renamed[old.About().ScopedName()] == new.About().ScopedName() {
		return
	}
	o.seen[old] = true
	switch a := old.(type) {
	case *model.Struct:
		if b, ok := new.(*model.Struct); ok {
			was, is := a.AllMembers(), b.AllMembers()
			for k := range min(len(was), len(is)) {
				o.types(was[k].Type, is[k].Type)
			}
		}
	case *model.Union:
		if b, ok := new.(*model.Union); ok {
			for k, arm := range o.c.armsLike(a, b) {
				o.types(a.Cases[k].Type, arm.Type)
			}
		}
	}
}

// sameShape reports whether signatures say the same of two types.
func sameShape(old, new *model.Type) bool {
	return !old.IsVoid() && !new.IsVoid() && cabi.Shape(old) == cabi.Shape(new)
}

// sameMembersShape is sameShape of what has members.
func sameMembersShape(old, new []*model.Member) bool {
	return slices.EqualFunc(old, new, func(a, b *model.Member) bool { return sameShape(a.Type, b.Type) })
}

// exchanged says what stands elsewhere in a type of another name that is the same in transfer: a member or an enumerator whose name
// that type has, too. It is "" if there is none. In memory, too, but for enumerators, which are the numbers that @value gives them there.
func (c *comparer) exchanged(old, new *model.Type) (what string, memory bool) {
	x := exchange{c, map[model.Decl]bool{}, true}
	if what = x.types(old, new); what != "" {
		return what, true
	}
	x = exchange{c, map[model.Decl]bool{}, false}
	return x.types(old, new), false
}

type exchange struct {
	c      *comparer
	seen   map[model.Decl]bool
	memory bool // what enumerators are in memory counts, and not what they are in transfer
}

func (x *exchange) types(old, new *model.Type) string {
	old, new = old.Resolve(), new.Resolve()
	switch {
	case old.Elem != nil && new.Elem != nil:
		return x.types(old.Elem, new.Elem)
	case old.Kind != model.Named || new.Kind != model.Named:
		return ""
	}
	a, b := cabi.Definition(old.Decl), cabi.Definition(new.Decl)
	if x.seen[a] || x.c.sameDecl(a, b) || x.c.old.renamed[a.About().ScopedName()] == b.About().ScopedName() || a.Kind() != b.Kind() {
		return "" // what those exchange is told of themselves
	}
	x.seen[a] = true
	switch o := a.(type) {
	case *model.Enum:
		if x.memory {
			return renumbered(o, b.(*model.Enum))
		}
		return moved(names(o.Enumerators), names(b.(*model.Enum).Enumerators))
	case *model.Struct:
		was, is := o.AllMembers(), b.(*model.Struct).AllMembers()
		if n := moved(memberNames(was), memberNames(is)); n != "" || len(was) != len(is) {
			return n
		}
		for k := range was {
			if n := x.types(was[k].Type, is[k].Type); n != "" {
				return n
			}
		}
	case *model.Union:
		was, is := o.Cases, x.c.armsLike(o, b.(*model.Union))
		if n := moved(armNames(was), armNames(is)); n != "" || len(was) != len(is) {
			return n
		}
		for k := range was {
			if n := x.types(was[k].Type, is[k].Type); n != "" {
				return n
			}
		}
		return x.types(o.Discriminator, b.(*model.Union).Discriminator)
	}
	return ""
}

// renumbered says which enumerator has another number in a second enumeration; "" if none has.
func renumbered(old, new *model.Enum) string {
	for _, e := range old.Enumerators {
		if n := enumerator(new, e.Name); n != nil && n.Number() != e.Number() {
			return e.Name + " has another number"
		}
	}
	return ""
}

func armNames(xs []*model.Case) (all []string) {
	for _, x := range xs {
		all = append(all, x.Name)
	}
	return all
}

// moved says which of the names that two lists have stands elsewhere in the second; "" if none does.
func moved(old, new []string) string {
	for k, n := range old {
		if at := slices.Index(new, n); at >= 0 && at != k {
			return n + " stands elsewhere"
		}
	}
	return ""
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
