package diff

import (
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
)

// unseen reports whether nothing refuses programs of the old release because of what has become of a type: whether a class that has it in
// what it takes, returns or raises, or in static data, goes on with them. Of a type that none has, alike says whether signatures could tell.
func (c *comparer) unseen(of model.Decl, alike bool) bool {
	used := false
	for _, name := range c.old.order {
		old, ok := c.old.decls[name].(*model.Interface)
		if !ok || !c.binary(old) {
			continue
		}
		new, ok := c.new.decls[c.old.there(old)].(*model.Interface)
		if !ok {
			continue // who knows it is told so
		}
		w := typeWalk{of: of}
		for _, m := range old.Introduced() {
			if !w.method(&m) {
				continue
			}
			if used = true; !c.refuses(old, new, &m) {
				return true
			}
		}
		for _, d := range old.StaticData() {
			if !w.within(d.Type) {
				continue
			}
			is := slices.IndexFunc(new.StaticData(), func(n *model.Member) bool { return n.Name == d.Name })
			if used = true; is >= 0 && cabi.DataSignature(d) == cabi.DataSignature(new.StaticData()[is]) && !c.refuses(old, new, nil) {
				return true
			}
		}
	}
	return !used && alike
}

// unseenIn is unseen of what an operation or an attribute says itself.
func (c *comparer) unseenIn(d model.Decl) bool {
	old, ok := d.About().Scope().(*model.Interface)
	if !ok {
		return false
	}
	new, ok := c.new.decls[c.old.there(old)].(*model.Interface)
	if !ok {
		return false
	}
	for _, m := range old.Introduced() {
		if (model.Decl(m.Operation) == d || model.Decl(m.Attribute) == d) && !c.refuses(old, new, &m) {
			return true
		}
	}
	return false
}

// refuses reports whether programs that were compiled with the old release of a class are told that it is another: when they first use
// the class, whose methods and version are compared then, or when they look for a method that is a procedure. m is nil for static data.
func (c *comparer) refuses(old, new *model.Interface, m *model.Method) bool {
	return m != nil && m.Kind() == model.ProcedureMethod && changed(new, m) || c.refusesAll(old, new)
}

func (c *comparer) refusesAll(old, new *model.Interface) bool {
	if is, ok := c.refusing[old]; ok {
		return is
	}
	oldMajor, oldMinor := old.ClassVersion()
	major, minor := new.ClassVersion()
	is := major != oldMajor || minor < oldMinor ||
		slices.ContainsFunc(old.Introduced(), func(m model.Method) bool { return m.Kind() != model.ProcedureMethod && changed(new, &m) }) ||
		slices.ContainsFunc(old.Ancestors(), func(a *model.Interface) bool { return !inherits(new, c.old.there(a)) })
	if c.refusing == nil {
		c.refusing = map[*model.Interface]bool{}
	}
	c.refusing[old] = is
	return is
}

// changed reports whether the new release of a class has a method no more, or in another way. Where only its place is kept there is nothing
// to compare, but for a procedure without environment, which is not called then.
func changed(new *model.Interface, m *model.Method) bool {
	now := new.FindMethod(m.Name)
	if now == nil {
		return isBare(m) || !slices.Contains(releaseOrder(new), m.Name)
	}
	return !som.SameSignature(cabi.Signature(m), cabi.Signature(now)) || m.Kind() != model.ProcedureMethod && now.Kind() == model.ProcedureMethod
}

// A typeWalk looks for a declaration in types.
type typeWalk struct {
	of   model.Decl
	seen map[model.Decl]bool // each is looked into once
}

// method reports whether the declaration is part of what a method takes, returns or raises.
func (w *typeWalk) method(m *model.Method) bool {
	raises := m.Operation != nil && w.raised(m.Operation.Raises)
	switch {
	case m.Operation != nil:
		return raises || w.within(m.Operation.Result) || slices.ContainsFunc(m.Operation.Params, func(p *model.Param) bool { return w.within(p.Type) })
	case m.Set:
		return w.within(m.Attribute.Type) || w.raised(m.Attribute.SetRaises)
	}
	return w.within(m.Attribute.Type) || w.raised(m.Attribute.GetRaises)
}

func (w *typeWalk) raised(xs []*model.Exception) bool {
	return slices.ContainsFunc(xs, func(x *model.Exception) bool { return model.Decl(x) == w.of || w.members(x.Members) })
}

func (w *typeWalk) members(ms []*model.Member) bool {
	return slices.ContainsFunc(ms, func(m *model.Member) bool { return w.within(m.Type) })
}

func (w *typeWalk) within(t *model.Type) bool {
	w.seen = map[model.Decl]bool{}
	return w.has(t)
}

func (w *typeWalk) has(t *model.Type) bool {
	if t.IsVoid() {
		return false
	}
	t = t.Resolve()
	switch t.Kind {
	case model.Sequence, model.Array, model.Pointer:
		return w.has(t.Elem)
	case model.Named:
	default:
		return false
	}
	d := cabi.Definition(t.Decl)
	if d == w.of {
		return true
	}
	if w.seen[d] {
		return false
	}
	w.seen[d] = true
	switch d := d.(type) {
	case *model.Struct:
		return slices.ContainsFunc(d.AllMembers(), func(m *model.Member) bool { return w.has(m.Type) })
	case *model.Union:
		return w.has(d.Discriminator) || slices.ContainsFunc(d.Cases, func(x *model.Case) bool { return w.has(x.Type) })
	}
	return false
}
