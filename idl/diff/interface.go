package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// interfaces compares what two releases of an interface say of it itself; its operations are
// declarations and compared as such.
func (c *comparer) interfaces(old, new *model.Interface) {
	s := c.about(old, new)
	c.flag("interface-abstract-changed", s, "abstract", old.Abstract, new.Abstract)
	remote := s
	remote.local = false
	c.flag("interface-local-changed", remote, "local", old.Local, new.Local)
	c.bases(s, old, new)
	if s.binary {
		c.class(s, old, new)
	}
	c.declared(s, old, new)
}

// flag tells that a keyword has come or gone.
func (c *comparer) flag(code string, s subject, word string, old, new bool) {
	switch {
	case old && !new:
		c.add(code, s, "no longer %s", word)
	case new && !old:
		c.add(code, s, "now %s", word)
	}
}

// declared tells that operations and attributes stand in another order where nothing else
// depends on it. What came and went does not count.
func (c *comparer) declared(s subject, old, new *model.Interface) {
	a, b := common(names(old.Members()), names(new.Members()))
	if slices.Equal(a, b) {
		return
	}
	if s.binary {
		if o, n := common(releaseOrder(old), releaseOrder(new)); !slices.Equal(o, n) {
			return // that is told as a change of the release order
		}
	}
	c.add("operation-reordered", s, "operations and attributes stand in another order: %s", strings.Join(b, ", "))
}

func names[D model.Decl](ds []D) []string {
	var out []string
	for _, d := range ds {
		out = append(out, d.About().Name)
	}
	return out
}

// common returns the elements of a that are in b, and those of b that are in a, in order.
func common(a, b []string) (x, y []string) {
	keep := func(from, in []string) (out []string) {
		for _, s := range from {
			if slices.Contains(in, s) {
				out = append(out, s)
			}
		}
		return out
	}
	return keep(a, b), keep(b, a)
}

// bases compares the bases of an interface.
func (c *comparer) bases(s subject, old, new *model.Interface) {
	a, b := thereNames(c.old, old.Parents()), baseNames(new)
	if slices.Equal(a, b) {
		return
	}
	all := names(new.Ancestors())
	scoped := make([]string, 0, len(all))
	for _, x := range new.Ancestors() {
		scoped = append(scoped, x.ScopedName())
	}
	interposed := map[string]bool{}
	for i, name := range a {
		switch was := old.Parents()[i].ScopedName(); {
		case slices.Contains(b, name):
		case slices.Contains(scoped, name):
			for _, p := range new.Parents() {
				if p.ScopedName() != name && inherits(p, name) && !slices.Contains(a, p.ScopedName()) {
					interposed[p.ScopedName()] = true
				}
			}
			if len(interposed) == 0 { // reached through a base that was there before
				c.add("base-redundant-removed", s, "base %s removed, which is still inherited from through another", was)
			}
		default:
			c.add("base-removed", s, "base %s removed", was)
		}
	}
	for i, name := range b {
		switch {
		case slices.Contains(a, name):
		case interposed[name]:
			c.add("base-inserted-above", s, "%s is inserted between it and its base", name)
		case i >= len(b)-countNew(a, b):
			c.add("base-added", s, "base %s added", name)
		default:
			c.add("base-inserted-before", s, "base %s added in front of others", name)
		}
	}
	if x, y := common(a, b); !slices.Equal(x, y) {
		c.add("base-reordered", s, "bases stand in another order: %s", strings.Join(b, ", "))
	}
}

// countNew counts the names of b that are not in a.
func countNew(a, b []string) int {
	n := 0
	for _, s := range b {
		if !slices.Contains(a, s) {
			n++
		}
	}
	return n
}

func baseNames(i *model.Interface) []string {
	var out []string
	for _, p := range i.Parents() {
		out = append(out, p.ScopedName())
	}
	return out
}

// inherits reports whether i inherits from the interface of that scoped name.
func inherits(i *model.Interface, name string) bool {
	return slices.ContainsFunc(i.Ancestors(), func(a *model.Interface) bool { return a.ScopedName() == name })
}

// sameSignature reports whether two operations differ in nothing but their names.
func (c *comparer) sameSignature(o, n *model.Operation) bool {
	return o.Oneway == n.Oneway && c.relate(o.Result, n.Result) == same && c.sameParams(o.Params, n.Params) &&
		slices.Equal(thereNames(c.old, o.Raises), scopedNames(n.Raises))
}

func (c *comparer) sameParams(old, new []*model.Param) bool {
	return slices.EqualFunc(old, new, func(a, b *model.Param) bool {
		return a.Direction == b.Direction && a.Name == b.Name && c.relate(a.Type, b.Type) == same
	})
}

// thereNames returns the names of declarations of one release in the other.
func thereNames[D model.Decl](s *side, ds []D) []string {
	var out []string
	for _, d := range ds {
		out = append(out, s.there(d))
	}
	return out
}

func scopedNames[D model.Decl](es []D) []string {
	var out []string
	for _, e := range es {
		out = append(out, e.About().ScopedName())
	}
	return out
}

// operations compares two releases of an operation.
func (c *comparer) operations(old, new *model.Operation) {
	s := c.about(old, new)
	from := len(c.changes)
	defer func() { c.silence(from, func() bool { return c.unseenIn(old) }) }()
	if old.Oneway != new.Oneway {
		c.flag("oneway-changed", s, "oneway", old.Oneway, new.Oneway)
	}
	c.retyped("result-type-changed", s.part("result", "result", &old.Node, &new.Node), old.Result, new.Result)
	c.params(s, old.Params, new.Params)
	c.raises(s, "raises", old.Raises, new.Raises)
	if !slices.Equal(old.Context, new.Context) {
		c.add("context-changed", s, "the context clause lists %s now", orNothing(new.Context))
	}
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

// params compares parameters: by name where names stay, else by place.
func (c *comparer) params(s subject, old, new []*model.Param) {
	a, b := paramNames(old), paramNames(new)
	x, y := common(a, b)
	if len(a) == len(b) && len(x) == len(a) && !slices.Equal(x, y) {
		c.add("parameter-reordered", s, "parameters stand in another order: %s", strings.Join(b, ", "))
		for i, n := range b {
			c.param(s, old[slices.Index(a, n)], new[i])
		}
		return
	}
	if len(a) == len(b) { // by place: a name that differs is another name for the same
		if n := moved(a, b); n != "" {
			c.add("parameter-reordered", s, "parameters are %s now, and were %s: %s", strings.Join(b, ", "), strings.Join(a, ", "), n)
		}
		for i := range old {
			if a[i] != b[i] && !slices.Contains(b, a[i]) && !slices.Contains(a, b[i]) {
				c.add("parameter-renamed", s.part("parameter", b[i], &old[i].Node, &new[i].Node), "parameter %s is now %s", a[i], b[i])
			}
			c.param(s, old[i], new[i])
		}
		return
	}
	for i, n := range a {
		if j := slices.Index(b, n); j >= 0 {
			c.param(s, old[i], new[j])
		} else {
			c.add("parameter-removed", s.part("parameter", n, &old[i].Node, nil), "parameter %s removed", n)
		}
	}
	for i, n := range b {
		if !slices.Contains(a, n) {
			c.add("parameter-added", s.part("parameter", n, nil, &new[i].Node), "parameter %s added", n)
		}
	}
}

func (c *comparer) param(s subject, old, new *model.Param) {
	p := s.part("parameter", new.Name, &old.Node, &new.Node)
	if old.Direction != new.Direction {
		c.add("parameter-direction-changed", p, "parameter %s is %s now, and was %s", new.Name, new.Direction, old.Direction)
	}
	if c.retyped("parameter-type-changed", p, old.Type, new.Type) && new.Direction != model.In && c.relate(old.Type, new.Type) != different {
		c.owned(p, old.Type, new.Type)
	}
	c.remarks(p, &old.Node, &new.Node)
}

func paramNames(ps []*model.Param) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Name)
	}
	return out
}

// raises compares the exceptions of an operation, attribute or factory. What has another name
// in the new release is told there. One that takes the place of another is told as that: the
// program that raises the one and the program that waits for the other do not meet.
func (c *comparer) raises(s subject, clause string, old, new []*model.Exception) {
	a, b := thereNames(c.old, old), scopedNames(new)
	var gone []string // as the old release names them
	for i, e := range a {
		if !slices.Contains(b, e) {
			gone = append(gone, old[i].ScopedName())
		}
	}
	come := without(b, a)
	for len(gone) > 0 && len(come) > 0 {
		c.add("raises-replaced", s, "%s lists %s now in place of %s", clause, come[0], gone[0])
		gone, come = gone[1:], come[1:]
	}
	for _, e := range come {
		c.add("raises-widened", s, "%s lists %s now", clause, e)
	}
	for _, e := range gone {
		c.add("raises-narrowed", s, "%s no longer lists %s", clause, e)
	}
}

// without returns the elements of a that are not in b, in order.
func without(a, b []string) (out []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

// attributes compares two releases of an attribute.
func (c *comparer) attributes(old, new *model.Attribute) {
	s := c.about(old, new)
	from := len(c.changes)
	defer func() { c.silence(from, func() bool { return c.unseenIn(old) }) }()
	switch {
	case new.Readonly && !old.Readonly:
		c.add("attribute-readonly-added", s, "now readonly")
	case old.Readonly && !new.Readonly:
		c.add("attribute-readonly-removed", s, "no longer readonly")
	}
	c.retyped("attribute-type-changed", s, old.Type, new.Type)
	c.raises(s, "getraises", old.GetRaises, new.GetRaises)
	c.raises(s, "setraises", old.SetRaises, new.SetRaises)
}
