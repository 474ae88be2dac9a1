package diff

import (
	"slices"

	"github.com/opendsom/dsom/model"
)

// scopes compares the declarations of all scopes: those in both releases with each other, and
// those in one as added, removed or renamed. What is in something that has another name is
// compared as if it had the same.
func (c *comparer) scopes() {
	var gone, come []string
	for more := true; more; { // what has another name may have others in it
		gone, come = c.old.alone(c.new), c.new.alone(c.old)
		more = c.findByID(gone, come) || c.findAlike(gone, come)
	}
	for _, name := range c.new.order {
		d := c.new.decls[name]
		switch old := c.old.decls[c.new.there(d)]; {
		case old == nil:
			if c.new.parentStays(c.old, d) {
				c.added(d)
			}
		case c.new.renamed[name] != "":
			c.another(old, d)
		default:
			c.both(old, d)
		}
	}
	for _, name := range gone {
		c.removed(c.old.decls[name])
	}
	c.collisions()
}

// another compares two declarations of different names, of which one has become the other.
func (c *comparer) another(old, new model.Decl) {
	code, note := suffixed(old, "-renamed"), ""
	if known(old) && old.About().ID == new.About().ID {
		code, note = "renamed-under-its-id", ", and keeps its repository id"
	}
	c.add(code, c.about(old, new), "%s is now %s%s", title(old), c.newName(old, new), note)
	c.body(old, new)
}

// maxGuess bounds how many declarations of a kind may have come or gone in a scope for renamed
// ones to be looked for among them: each is compared with each.
const maxGuess = 200

// findAlike finds those among what has come that are like something that is gone from the same
// scope, of its kind, where neither is like any other. It reports whether there are any.
func (c *comparer) findAlike(gone, come []string) (found bool) {
	type place struct{ scope, kind string }
	came := map[place][]model.Decl{}
	for _, n := range come {
		d := c.new.decls[n]
		p := place{scopeName(d), d.Kind()}
		came[p] = append(came[p], d)
	}
	left := map[place][]model.Decl{}
	for _, n := range gone {
		d := c.old.decls[n]
		if c.movedUp(d) != nil || c.slotKept(d) != "" { // a place that is kept for a name says that what had it is gone
			continue
		}
		p := place{c.old.scopeThere(d), d.Kind()}
		left[p] = append(left[p], d)
	}
	for p, olds := range left {
		news := came[p]
		if len(olds) > maxGuess || len(news) > maxGuess {
			continue
		}
		for _, o := range olds {
			n := c.onlyLike(o, news, c.alike)
			if n == nil || c.onlyLike(n, olds, func(n, o model.Decl) bool { return c.alike(o, n) }) == nil {
				continue
			}
			c.rename(o.About().ScopedName(), n.About().ScopedName())
			found = true
		}
	}
	return found
}

// findByID finds those among what has come that keep the repository id of what is gone. It
// reports whether there are any.
func (c *comparer) findByID(gone, come []string) (found bool) {
	ids := map[string]model.Decl{}
	for _, n := range come {
		if d := c.new.decls[n]; known(d) {
			ids[d.About().ID] = d
		}
	}
	for _, n := range gone {
		old := c.old.decls[n]
		if d := ids[old.About().ID]; d != nil && known(old) && old.Kind() == d.Kind() {
			c.rename(n, d.About().ScopedName())
			delete(ids, d.About().ID)
			found = true
		}
	}
	return found
}

// onlyLike returns the one of a list that is like d; nil if none or several are.
func (c *comparer) onlyLike(d model.Decl, list []model.Decl, like func(a, b model.Decl) bool) model.Decl {
	var found model.Decl
	for _, x := range list {
		if like(d, x) {
			if found != nil {
				return nil
			}
			found = x
		}
	}
	return found
}

// alike reports whether two declarations say the same but for their names, and say enough for
// that to mean something.
func (c *comparer) alike(old, new model.Decl) bool {
	switch o := old.(type) {
	case *model.Operation:
		return c.sameSignature(o, new.(*model.Operation))
	case *model.Attribute:
		n := new.(*model.Attribute)
		return o.Readonly == n.Readonly && c.relate(o.Type, n.Type) == same
	case *model.Struct:
		return len(o.Members) > 0 && c.sameMembers(o.Members, new.(*model.Struct).Members)
	case *model.Exception:
		return len(o.Members) > 0 && c.sameMembers(o.Members, new.(*model.Exception).Members)
	case *model.Enum:
		n := new.(*model.Enum)
		return slices.EqualFunc(o.Enumerators, n.Enumerators, func(a, b *model.Enumerator) bool { return a.Name == b.Name })
	case *model.Union:
		n := new.(*model.Union)
		return c.relate(o.Discriminator, n.Discriminator) == same && slices.EqualFunc(o.Cases, c.armsLike(o, n), func(a, b *model.Case) bool {
			return a.Name == b.Name && c.relate(a.Type, b.Type) == same
		})
	case *model.Interface:
		n := new.(*model.Interface)
		names := func(i *model.Interface) (s []string) {
			for _, m := range i.Members() {
				s = append(s, m.About().Name)
			}
			return s
		}
		return len(names(o)) > 0 && slices.Equal(names(o), names(n))
	case *model.Factory:
		n := new.(*model.Factory)
		return o.Finder == n.Finder && c.sameParams(o.Params, n.Params)
	case *model.Port:
		n := new.(*model.Port)
		return o.Role == n.Role && o.Multiple == n.Multiple && c.oldKey(o.Type) == typeKey(n.Type)
	case *model.StateMember:
		n := new.(*model.StateMember)
		return o.Public == n.Public && c.relate(o.Type, n.Type) == same
	}
	return false
}

// both compares two declarations of one name, or that have it but for what is around them.
func (c *comparer) both(old, new model.Decl) {
	_, was := old.(*model.Forward)
	_, is := new.(*model.Forward)
	if was || is {
		c.forwards(old, new)
		return
	}
	if old.Kind() != new.Kind() {
		c.add("kind-changed", c.about(old, new), "%s %s is now a %s", old.Kind(), old.About().Name, new.Kind())
		return
	}
	c.identity(old, new)
	c.body(old, new)
}

// body compares what two declarations of one kind say.
func (c *comparer) body(old, new model.Decl) {
	s := c.about(old, new)
	switch o := old.(type) {
	case *model.Interface:
		c.interfaces(o, new.(*model.Interface))
	case *model.Operation:
		c.operations(o, new.(*model.Operation))
	case *model.Attribute:
		c.attributes(o, new.(*model.Attribute))
	case *model.Struct:
		c.structs(s, o, new.(*model.Struct))
	case *model.Exception:
		c.exceptions(s, o, new.(*model.Exception))
	case *model.Union:
		c.unions(s, o, new.(*model.Union))
	case *model.Enum:
		c.enums(s, o, new.(*model.Enum))
	case *model.Typedef:
		c.retyped("typedef-type-changed", s, o.Type, new.(*model.Typedef).Type)
	case *model.Const:
		c.constants(s, o, new.(*model.Const))
	case *model.ValueType:
		c.values(s, o, new.(*model.ValueType))
	case *model.StateMember:
		c.stateMembers(s, o, new.(*model.StateMember))
	case *model.Factory:
		c.factories(s, o, new.(*model.Factory))
	case *model.ValueBox:
		c.retyped("member-type-changed", s, o.Type, new.(*model.ValueBox).Type)
	case *model.Bitset:
		c.bitsets(s, o, new.(*model.Bitset))
	case *model.Bitmask:
		c.bitmasks(s, o, new.(*model.Bitmask))
	case *model.Component:
		c.components(s, o, new.(*model.Component))
	case *model.Port:
		c.ports(s, o, new.(*model.Port))
	case *model.Home:
		c.homes(s, o, new.(*model.Home))
	}
	c.remarks(s, &old.About().Node, &new.About().Node)
}

// added and removed tell of a declaration that only one release has.
func (c *comparer) added(d model.Decl) {
	if up := c.cameDown(d); up != nil {
		s := c.about(up, d)
		s.name, s.group = d.About().ScopedName(), groupOf(d)
		c.add("method-moved-down", s, "%s is declared here now, and was by %s", title(d), groupOf(up))
		c.changedOnTheWay(up, d)
		return
	}
	c.add(c.addedCode(d), c.about(nil, d), "%s added", title(d))
	if i, ok := d.(*model.Interface); ok && c.binary(i) {
		c.conflicts(c.about(nil, i), nil, i)
	}
}

func (c *comparer) removed(d model.Decl) {
	if up := c.movedUp(d); up != nil {
		c.migrated(d, up)
		return
	}
	if code := c.slotKept(d); code != "" {
		c.add(code, c.about(d, nil), "%s removed, its place in the release order kept", title(d))
		return
	}
	c.add(suffixed(d, "-removed"), c.about(d, nil), "%s removed", title(d))
}

// newName returns the name of what was renamed, with its scope if that is another.
func (c *comparer) newName(old, new model.Decl) string {
	switch scopeName(new) {
	case c.old.scopeThere(old):
		return new.About().Name
	case "":
		return "::" + new.About().Name
	}
	return new.About().ScopedName()
}

func scopeName(d model.Decl) string {
	if up := d.About().Scope(); up != nil {
		return up.About().ScopedName()
	}
	return ""
}

// title names a declaration with its kind.
func title(d model.Decl) string { return kindOf(d) + " " + d.About().Name }
