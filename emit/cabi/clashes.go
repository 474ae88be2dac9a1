package cabi

import (
	"slices"
	"sort"

	"github.com/opendsom/dsom/model"
)

// Owners are the declarations for which a text is printed: each from some offset on.
type Owners struct{ all []owner }

type owner struct {
	at int
	d  model.Decl
}

// Add says whose is what is printed behind an offset, up to what is said next.
func (o *Owners) Add(at int, d model.Decl) { o.all = append(o.all, owner{at, d}) }

// of returns the declaration whose lines a name is in, or nil.
func (o *Owners) of(n Name) model.Decl {
	after := sort.Search(len(o.all), func(i int) bool { return o.all[i].at > n.At })
	if after == 0 {
		return nil
	}
	return o.all[after-1].d
}

// Clashes finds names that two things have in what a generator makes of a specification. Told is called with the two declarations, which
// may be one, once for each name.
type Clashes struct {
	Told func(one, other model.Decl, name string)

	owners Owners
	length int
	shared []Name
	told   map[string]bool
}

// Share looks at what all files may include: each of its names is there but once.
func (c *Clashes) Share(text []byte, owners *Owners) {
	names := c.declared(text, owners)
	compare(c.shared, names, c.say)
	c.shared = append(c.shared, names...)
}

// Look looks at a file that no other includes, and at one behind it whose owner is but known by and large.
func (c *Clashes) Look(text []byte, owners *Owners, behind []byte, owner model.Decl) {
	names := c.declared(text, owners)
	owners.Add(0, owner)
	compare(c.shared, slices.Concat(names, c.declared(behind, owners)), c.say)
}

// declared returns the names of a text, and empties its owners.
func (c *Clashes) declared(text []byte, owners *Owners) []Name {
	for _, o := range owners.all {
		c.owners.Add(c.length+o.at, o.d)
	}
	owners.all = nil
	from := c.length
	c.length += len(text)
	return Declared(string(text), from)
}

func (c *Clashes) say(one, other Name) {
	a, b := c.owners.of(one), c.owners.of(other)
	if a == nil || b == nil || c.told[other.Name] {
		return
	}
	if c.told == nil {
		c.told = map[string]bool{}
	}
	c.told[other.Name] = true
	c.Told(a, b, other.Name)
}
