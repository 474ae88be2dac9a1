package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// data returns the instance variables and static data of a class.
func data(i *model.Interface) []*model.Member {
	if i.Implementation == nil {
		return nil
	}
	return i.Implementation.Data
}

func isStatic(m *model.Member) bool { return m.HasModifier("staticdata") }

// data compares instance variables and static data.
func (c *comparer) data(s subject, old, new *model.Interface) {
	a, b := data(old), data(new)
	was, is := memberNames(a), memberNames(b)
	if len(a) == len(b) {
		for i := range a {
			if was[i] != is[i] && !slices.Contains(is, was[i]) && !slices.Contains(was, is[i]) && !isStatic(a[i]) && c.relate(a[i].Type, b[i].Type) <= aliased {
				c.add("data-renamed", s.part("variable", is[i], &a[i].Node, &b[i].Node), "variable %s is now %s", was[i], is[i])
				was[i] = is[i]
			}
		}
	}
	for i, n := range was {
		j := slices.Index(is, n)
		if j < 0 {
			code := "data-removed"
			if isStatic(a[i]) { // a place that is kept for it has no variable
				code = "staticdata-removed"
			}
			c.add(code, s.part("variable", n, &a[i].Node, nil), "variable %s removed", n)
			continue
		}
		c.variable(s.part("variable", n, &a[i].Node, &b[j].Node), a[i], b[j])
	}
	for j, n := range is {
		if slices.Contains(was, n) {
			continue
		}
		code := "data-added"
		if isStatic(b[j]) {
			code = "staticdata-added"
		}
		c.add(code, s.part("variable", n, nil, &b[j].Node), "variable %s added", n)
	}
	if x, y := common(was, is); !slices.Equal(x, y) {
		c.add("data-reordered", s, "variables stand in another order: %s", strings.Join(y, ", "))
	}
}

// variable compares two releases of a variable.
func (c *comparer) variable(p subject, old, new *model.Member) {
	switch a, b := isStatic(old), isStatic(new); {
	case a && !b:
		c.add("staticdata-removed", p, "variable %s is no longer static", new.Name)
	case b && !a:
		c.add("staticdata-added", p, "variable %s is static now", new.Name)
	}
	rel := c.relate(old.Type, new.Type)
	if rel <= aliased {
		return
	}
	code := "data-retyped"
	switch {
	case isStatic(old):
		code = "staticdata-changed"
	case rel == bounded || sameElements(c, old.Type.Resolve(), new.Type.Resolve()):
		code = "data-resized"
	}
	from := len(c.changes)
	c.add(code, p, "variable %s: %s is now %s", new.Name, show(old.Type), show(new.Type))
	c.silence(from, func() bool { return sameShape(old.Type, new.Type) })
}

// sameElements reports whether two types are arrays that differ in their sizes only.
func sameElements(c *comparer, a, b *model.Type) bool {
	return a.Kind == model.Array && b.Kind == model.Array && len(a.Dims) == len(b.Dims) && c.relate(a.Elem, b.Elem) <= aliased
}

// overrides compares which inherited methods a class implements anew.
func (c *comparer) overrides(s subject, old, new *model.Interface) {
	a, b := old.Overridden(), new.Overridden()
	for _, o := range a {
		if find(b, o.Name) != nil || member(new, o.Name) != nil {
			continue // still, or declared here now
		}
		code := "override-removed"
		if was, is := implementor(old, o.Name), implementor(new, o.Name); was != is {
			code = "override-moved-up"
		}
		c.add(code, s.part("override", o.Name, &o.Node, nil), "%s is no longer overridden", o.Name)
	}
	for _, n := range b {
		if find(a, n.Name) != nil || member(old, n.Name) != nil {
			continue
		}
		code := "override-added"
		switch n.Name {
		case "somDefaultInit", "somDestruct", "somInit", "somUninit":
			code = "init-override-added"
		}
		c.add(code, s.part("override", n.Name, nil, &n.Node), "%s is overridden now", n.Name)
	}
}

// implementor returns the nearest ancestor that implements a method, itself left out.
func implementor(i *model.Interface, name string) string {
	all := i.Ancestors()
	for _, a := range slices.Backward(all) {
		if find(a.Overridden(), name) != nil || member(a, name) != nil {
			return a.ScopedName()
		}
	}
	return ""
}

func find(os []*model.Override, name string) *model.Override {
	for _, o := range os {
		if o.Name == name {
			return o
		}
	}
	return nil
}
