package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

func (c *comparer) sameMembers(old, new []*model.Member) bool {
	return slices.EqualFunc(old, new, func(a, b *model.Member) bool { return a.Name == b.Name && c.relate(a.Type, b.Type) == same })
}

// structs compares structures.
func (c *comparer) structs(s subject, old, new *model.Struct) {
	from := len(c.changes)
	defer c.silence(from, func() bool { return c.unseen(old, sameMembersShape(old.AllMembers(), new.AllMembers())) })
	was, is := c.oldKey(old.Base), typeKey(new.Base)
	if was != is && slices.EqualFunc(old.AllMembers(), new.AllMembers(), func(a, b *model.Member) bool {
		return a.Name == b.Name && c.relate(a.Type, b.Type) <= aliased
	}) {
		c.add("struct-base-folded", s, "the base is %s now, and was %s; the members are the same", orNone(is), orNone(typeKey(old.Base)))
		return
	}
	c.structBase(s, old.Base, new.Base)
	c.members(s, old.Members, new.Members)
}

// structBase compares the structures that two releases of a structure begin with.
func (c *comparer) structBase(s subject, old, new *model.Type) {
	switch {
	case old == nil && new == nil:
	case old == nil:
		c.add("struct-base-changed", s, "base %s added", show(new))
	case new == nil:
		c.add("struct-base-changed", s, "base %s removed", show(old))
	case c.relate(old, new) > aliased:
		c.add("struct-base-changed", s, "base %s is now %s", show(old), show(new))
	}
}

// exceptions compares exceptions. To signatures one that has members behind those of before is the same.
func (c *comparer) exceptions(s subject, old, new *model.Exception) {
	from := len(c.changes)
	c.members(s, old.Members, new.Members)
	c.silence(from, func() bool {
		return c.unseen(old, len(old.Members) <= len(new.Members) && sameMembersShape(old.Members, new.Members[:len(old.Members)]))
	})
}

// members compares the members of structures and exceptions.
func (c *comparer) members(s subject, old, new []*model.Member) {
	a, b := memberNames(old), memberNames(new)
	if x, y := common(a, b); !slices.Equal(x, y) {
		c.add("member-reordered", s, "members stand in another order: %s", strings.Join(b, ", "))
	}
	added := "member-added"
	if n := len(old); s.kind == "exception" && len(new) > n && slices.Equal(b[:n], a) {
		added = "exception-member-appended"
	}
	if len(a) == len(b) { // a name that is gone where another of its type has come is renamed
		for i := range old {
			if a[i] != b[i] && !slices.Contains(b, a[i]) && !slices.Contains(a, b[i]) && c.relate(old[i].Type, new[i].Type) <= aliased {
				c.add("member-renamed", s.part("member", b[i], &old[i].Node, &new[i].Node), "member %s is now %s", a[i], b[i])
				a[i] = b[i]
			}
		}
	}
	for i, n := range a {
		if j := slices.Index(b, n); j >= 0 {
			p := s.part("member", n, &old[i].Node, &new[j].Node)
			c.retyped("member-type-changed", p, old[i].Type, new[j].Type)
			c.remarks(p, &old[i].Node, &new[j].Node)
		} else {
			c.add("member-removed", s.part("member", n, &old[i].Node, nil), "member %s removed", n)
		}
	}
	for j, n := range b {
		if !slices.Contains(a, n) {
			c.add(added, s.part("member", n, nil, &new[j].Node), "member %s added", n)
		}
	}
}

func memberNames(ms []*model.Member) []string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Name)
	}
	return out
}

// enums compares the values of an enumeration: their ordinals are what travels, their numbers what is in memory.
func (c *comparer) enums(s subject, old, new *model.Enum) {
	was := map[string]*model.Enumerator{}
	for _, e := range old.Enumerators {
		was[e.Name] = e
	}
	is := map[string]*model.Enumerator{}
	byNumber := map[uint32]*model.Enumerator{}
	last := uint32(0)
	for _, e := range new.Enumerators {
		is[e.Name], byNumber[e.Ordinal] = e, e
	}
	for _, e := range old.Enumerators {
		last = max(last, e.Ordinal)
	}
	before := len(c.changes)
	renamed := map[string]bool{}
	var moved, numbered []string
	numbers := false // of those that moved, too
	for _, e := range old.Enumerators {
		n := is[e.Name]
		if n == nil {
			if to := byNumber[e.Ordinal]; to != nil && was[to.Name] == nil {
				renamed[to.Name] = true
				c.add("enumerator-renamed", s.part("enumerator", to.Name, &e.Node, &to.Node), "enumerator %s is now %s", e.Name, to.Name)
				if to.Number() != e.Number() {
					numbered = append(numbered, to.Name)
				}
				continue
			}
			c.add("enumerator-removed", s.part("enumerator", e.Name, &e.Node, nil), "enumerator %s removed", e.Name)
			continue
		}
		switch {
		case n.Ordinal != e.Ordinal:
			moved = append(moved, e.Name)
			numbers = numbers || n.Number() != e.Number()
		case n.Number() != e.Number():
			numbered = append(numbered, e.Name)
		}
		c.remarks(s.part("enumerator", e.Name, &e.Node, &n.Node), &e.Node, &n.Node)
	}
	for _, e := range new.Enumerators {
		if was[e.Name] != nil || renamed[e.Name] {
			continue
		}
		code, how := "enumerator-appended", "appended"
		if e.Ordinal < last || len(moved) > 0 && e.Ordinal <= last {
			if code, how = "enumerator-inserted", "inserted"; keepsNumbers(old, is) {
				code, how = "enumerator-inserted-beside", "inserted, and no number has changed"
			}
		}
		c.add(code, s.part("enumerator", e.Name, nil, &e.Node), "enumerator %s %s", e.Name, how)
	}
	switch {
	case len(moved) > 0 && numbers:
		c.add("enumerator-renumbered", s, "enumerators have other numbers: %s", strings.Join(moved, ", "))
	case len(moved) > 0:
		c.add("enumerator-reordered", s, "enumerators stand in another order, with their numbers: %s", strings.Join(moved, ", "))
	}
	if len(numbered) > 0 {
		c.add("enumerator-value-changed", s, "enumerators have other numbers by @value: %s", strings.Join(numbered, ", "))
	}
	c.silence(before, func() bool { return c.unseen(old, true) })
}

// keepsNumbers reports whether those enumerators that there are still have their numbers.
func keepsNumbers(old *model.Enum, is map[string]*model.Enumerator) bool {
	return !slices.ContainsFunc(old.Enumerators, func(e *model.Enumerator) bool { return is[e.Name] == nil || is[e.Name].Number() != e.Number() })
}

// constants compares constants.
func (c *comparer) constants(s subject, old, new *model.Const) {
	c.retyped("const-type-changed", s, old.Type, new.Type)
	if a, b := valueKey(old.Value), valueKey(new.Value); a != b {
		c.add("const-value-changed", s, "the value is %s now, and was %s", b, a)
	}
}
