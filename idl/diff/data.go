package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

func (c *comparer) sameMembers(old, new []*model.Member) bool {
	return slices.EqualFunc(old, new, func(a, b *model.Member) bool { return a.Name == b.Name && c.relate(a.Type, b.Type) == same })
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

// members compares the members of structures and exceptions.
func (c *comparer) members(s subject, old, new []*model.Member) {
	a, b := memberNames(old), memberNames(new)
	if x, y := common(a, b); !slices.Equal(x, y) {
		c.add("member-reordered", s, "members stand in another order: %s", strings.Join(b, ", "))
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
			c.add("member-added", s.part("member", n, nil, &new[j].Node), "member %s added", n)
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

// enums compares the values of an enumeration: their numbers are what travels.
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
	renamed := map[string]bool{}
	var moved []string
	for _, e := range old.Enumerators {
		n := is[e.Name]
		if n == nil {
			if to := byNumber[e.Ordinal]; to != nil && was[to.Name] == nil {
				renamed[to.Name] = true
				c.add("enumerator-renamed", s.part("enumerator", to.Name, &e.Node, &to.Node), "enumerator %s is now %s", e.Name, to.Name)
				continue
			}
			c.add("enumerator-removed", s.part("enumerator", e.Name, &e.Node, nil), "enumerator %s removed", e.Name)
			continue
		}
		if n.Ordinal != e.Ordinal {
			moved = append(moved, e.Name)
		}
		c.remarks(s.part("enumerator", e.Name, &e.Node, &n.Node), &e.Node, &n.Node)
	}
	for _, e := range new.Enumerators {
		if was[e.Name] != nil || renamed[e.Name] {
			continue
		}
		code, how := "enumerator-appended", "appended"
		if e.Ordinal < last || len(moved) > 0 && e.Ordinal <= last {
			code, how = "enumerator-inserted", "inserted"
		}
		c.add(code, s.part("enumerator", e.Name, nil, &e.Node), "enumerator %s %s", e.Name, how)
	}
	if len(moved) > 0 {
		c.add("enumerator-renumbered", s, "enumerators have other numbers: %s", strings.Join(moved, ", "))
	}
}

// unions compares discriminators and arms; an arm is known by its name.
func (c *comparer) unions(s subject, old, new *model.Union) {
	c.retyped("discriminator-changed", s.part("discriminator", "discriminator", &old.Node, &new.Node), old.Discriminator, new.Discriminator)
	is, was := map[string]*model.Case{}, map[string]*model.Case{}
	byLabels := map[string]*model.Case{}
	for _, x := range new.Cases {
		is[x.Name], byLabels[labelsOf(x)] = x, x
	}
	for _, x := range old.Cases {
		was[x.Name] = x
	}
	renamed := map[string]bool{}
	for _, o := range old.Cases {
		n := is[o.Name]
		if n == nil {
			if to := byLabels[labelsOf(o)]; to != nil && was[to.Name] == nil && c.relate(o.Type, to.Type) <= aliased {
				renamed[to.Name] = true
				c.add("arm-renamed", s.part("arm", to.Name, &o.Node, &to.Node), "arm %s is now %s", o.Name, to.Name)
				continue
			}
			c.add("arm-removed", s.part("arm", o.Name, &o.Node, nil), "arm %s removed", o.Name)
			continue
		}
		p := s.part("arm", o.Name, &o.Node, &n.Node)
		c.retyped("arm-type-changed", p, o.Type, n.Type)
		if a, b := labelsOf(o), labelsOf(n); a != b {
			if subset(o, n) {
				c.add("arm-label-added", p, "arm %s has more labels: %s", o.Name, b)
			} else {
				c.add("arm-label-changed", p, "arm %s has other labels: %s, and had %s", o.Name, b, a)
			}
		}
		c.remarks(p, &o.Node, &n.Node)
	}
	for _, n := range new.Cases {
		if was[n.Name] == nil && !renamed[n.Name] {
			c.add("arm-added", s.part("arm", n.Name, nil, &n.Node), "arm %s added", n.Name)
		}
	}
}

// subset reports whether all labels of a are labels of b.
func subset(a, b *model.Case) bool {
	for _, l := range a.Labels {
		if !slices.ContainsFunc(b.Labels, func(m model.Label) bool { return sameLabel(l, m) }) {
			return false
		}
	}
	return true
}

// labelsOf returns the labels of an arm as text, in an order of their own.
func labelsOf(x *model.Case) string {
	var keys []string
	for _, l := range x.Labels {
		keys = append(keys, labelKey(l))
	}
	slices.Sort(keys)
	return strings.Join(keys, ", ")
}

// constants compares constants.
func (c *comparer) constants(s subject, old, new *model.Const) {
	c.retyped("const-type-changed", s, old.Type, new.Type)
	if a, b := valueKey(old.Value), valueKey(new.Value); a != b {
		c.add("const-value-changed", s, "the value is %s now, and was %s", b, a)
	}
}

// bitsets and bitmasks compare what stands at which bit.
func (c *comparer) bitsets(s subject, old, new *model.Bitset) {
	c.structBase(s, old.Base, new.Base)
	layout := func(b *model.Bitset) (list []string) {
		for _, f := range b.Fields {
			list = append(list, f.Name+":"+itoa(f.Width))
		}
		return list
	}
	if a, b := layout(old), layout(new); !slices.Equal(a, b) {
		c.add("bits-changed", s, "bit fields are %s now, and were %s", strings.Join(b, " "), strings.Join(a, " "))
	}
}

func (c *comparer) bitmasks(s subject, old, new *model.Bitmask) {
	if old.Bound != new.Bound {
		c.add("bits-changed", s, "%d bits now, and were %d", new.Bound, old.Bound)
	}
	is := map[string]*model.BitFlag{}
	for _, f := range new.Flags {
		is[f.Name] = f
	}
	for _, f := range old.Flags {
		switch n := is[f.Name]; {
		case n == nil:
			c.add("flag-removed", s.part("flag", f.Name, &f.Node, nil), "flag %s removed", f.Name)
		case n.Position != f.Position:
			c.add("bits-changed", s.part("flag", f.Name, &f.Node, &n.Node), "flag %s is at position %d now, and was at %d", f.Name, n.Position, f.Position)
		}
		delete(is, f.Name)
	}
	for _, f := range new.Flags {
		if is[f.Name] != nil {
			c.add("flag-added", s.part("flag", f.Name, nil, &f.Node), "flag %s added", f.Name)
		}
	}
}
