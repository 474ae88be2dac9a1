package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// bitsets compares what stands at which bit.
func (c *comparer) bitsets(s subject, old, new *model.Bitset) {
	layout := func(b *model.Bitset) (list []string) {
		for _, f := range b.AllFields() {
			list = append(list, f.Name+":"+itoa(f.Width))
		}
		return list
	}
	a, b := layout(old), layout(new)
	switch {
	case slices.Equal(a, b):
		if was, is := c.oldKey(old.Base), typeKey(new.Base); was != is {
			c.add("struct-base-folded", s, "the base is %s now, and was %s; the fields are the same", orNone(is), orNone(typeKey(old.Base)))
		}
	case bitOctets(old) == bitOctets(new) && len(a) < len(b) && slices.Equal(a, b[:len(a)]):
		c.add("bits-appended", s, "bit fields added behind the others: %s", strings.Join(b[len(a):], " "))
	default:
		c.add("bits-changed", s, "bit fields are %s now, and were %s", strings.Join(b, " "), strings.Join(a, " "))
	}
}

// bitmasks compares widths, and the positions of flags.
func (c *comparer) bitmasks(s subject, old, new *model.Bitmask) {
	switch {
	case old.Bound == new.Bound:
	case bitOctets(old) == bitOctets(new):
		c.add("bit-bound-changed", s, "%d bits now, and were %d, in as many octets", new.Bound, old.Bound)
	default:
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
