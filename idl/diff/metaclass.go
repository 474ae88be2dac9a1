package diff

import (
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// metaclass compares the metaclasses that the classes name.
func (c *comparer) metaclass(s subject, old, new *model.Interface) {
	a, _ := classModifier(old, "metaclass")
	b, _ := classModifier(new, "metaclass")
	if a == b {
		return
	}
	switch m := c.new.named(new, b); {
	case a == "":
		c.add("metaclass-added", s, "the metaclass is %s now", b)
	case m != nil && slices.ContainsFunc(m.Ancestors(), func(x *model.Interface) bool { return x == c.new.named(new, a) }):
		c.add("metaclass-derived", s, "the metaclass is %s now, which is derived from %s", b, a)
	default:
		c.add("metaclass-changed", s, "the metaclass is %s now, and was %s", orNone(b), a)
	}
}

// named returns the interface that a name in an implementation section denotes, or nil.
func (s *side) named(from *model.Interface, name string) *model.Interface {
	name = strings.TrimPrefix(strings.Trim(name, `" `), "::")
	if name == "" {
		return nil
	}
	path := from.Path()
	for n := len(path) - 1; n >= 0; n-- {
		scoped := strings.Join(append(slices.Clone(path[:n]), name), "::")
		if i, ok := s.spec.Lookup(scoped).(*model.Interface); ok {
			return i
		}
	}
	return nil
}

// metaclassOf returns the metaclass of a class as it is declared: its own or that of the first
// parent that has one; nil if none of them names one.
func (s *side) metaclassOf(i *model.Interface) *model.Interface {
	if v, ok := classModifier(i, "metaclass"); ok {
		return s.named(i, v)
	}
	for _, a := range slices.Backward(i.Ancestors()) { // the nearest first
		if v, ok := classModifier(a, "metaclass"); ok {
			return s.named(a, v)
		}
	}
	return nil
}

// metaclasses returns those from which the metaclass of a class must be derived.
func (s *side) metaclasses(i *model.Interface) []*model.Interface {
	var all []*model.Interface
	add := func(m *model.Interface) {
		if m != nil && !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	if v, ok := classModifier(i, "metaclass"); ok {
		add(s.named(i, v))
	}
	for _, p := range i.Parents() {
		add(s.metaclassOf(p))
	}
	return all
}

// conflicts tells what a new release cannot be built with, and the old one could.
func (c *comparer) conflicts(s subject, old, new *model.Interface) {
	if c.order.under(new.Parents()) == nil && c.order.under(old.Parents()) != nil {
		c.add("parents-conflict", s, "its bases %s have ancestors in contradicting orders", strings.Join(baseNames(new), ", "))
	}
	if c.order.under(c.new.metaclasses(new)) == nil && c.order.under(c.old.metaclasses(old)) != nil {
		var ms []string
		for _, m := range c.new.metaclasses(new) {
			ms = append(ms, m.ScopedName())
		}
		c.add("metaclass-conflict", s, "no metaclass can be derived from %s", strings.Join(ms, ", "))
	}
	before := wrongs(c.old, old)
	for _, w := range wrongs(c.new, new) {
		if !slices.ContainsFunc(before, func(x wrong) bool { return x.code == w.code && x.name == w.name }) {
			c.add(w.code, s.part("method", w.name, nil, w.node), "%s", w.message)
		}
	}
}

// wrong is something in a class that SOM refuses.
type wrong struct {
	code, name, message string
	node                *model.Node
}

// wrongs finds what SOM refuses in the methods of a class.
func wrongs(in *side, i *model.Interface) []wrong {
	var all []wrong
	check := func(name string, node *model.Node, ms []model.Modifier) {
		introducer, method := introducerOf(i, name)
		if v, ok := model.ModifierOf(ms, "migrate"); ok {
			if a := in.named(i, v); a == nil || !i.Inherits(a) || a == i {
				all = append(all, wrong{"migrate-not-ancestor", name, name + " is to migrate to " + v + ", which is no ancestor", node})
			}
		}
		if method == nil {
			return
		}
		_, re := model.ModifierOf(ms, "reintroduce")
		if _, no := model.ModifierOf(method.About().Modifiers, "nooverride"); no && !re {
			all = append(all, wrong{"nooverride-overridden", name, name + " of " + introducer.ScopedName() + " must not be overridden", node})
		}
		if _, dynamic := model.ModifierOf(method.About().Modifiers, "nonstatic"); re && !dynamic {
			all = append(all, wrong{"static-reintroduced", name, name + " is a static method of " + introducer.ScopedName(), node})
		}
	}
	for _, o := range overridesOf(i) {
		check(o.Name, &o.Node, modifiersOf(o))
	}
	for _, d := range i.Members() {
		check(d.About().Name, &d.About().Node, d.About().Modifiers)
	}
	return all
}

// introducerOf returns the ancestor that introduces a method, and the method; nil if none does.
func introducerOf(i *model.Interface, name string) (*model.Interface, model.Decl) {
	for _, a := range i.Ancestors() {
		if m := member(a, name); m != nil {
			return a, m
		}
	}
	return nil, nil
}
