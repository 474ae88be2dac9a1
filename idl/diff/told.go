package diff

import (
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/som"
)

// told reports whether each class whose methods have an enumeration refuses programs of the old release because of what
// signatures say. They say of an enumeration no more than that it is one, but for the labels of unions, which are numbers.
func (c *comparer) told(e *model.Enum) bool {
	any := false
	for _, name := range c.old.order {
		old, ok := c.old.decls[name].(*model.Interface)
		if !ok || !c.binary(old) {
			continue
		}
		new, ok := c.new.decls[c.old.there(old)].(*model.Interface)
		if !ok {
			continue // who knows it is told so
		}
		differs := func(m model.Method) bool {
			now := new.FindMethod(m.Name)
			return now == nil || !som.SameSignature(cabi.Signature(&m), cabi.Signature(now))
		}
		procedure := func(m model.Method) bool { return m.Kind() == model.ProcedureMethod }
		all := old.Introduced()
		bound := slices.DeleteFunc(slices.Clone(all), procedure) // they are all compared before one is called
		for _, m := range all {
			if !methodHas(&m, e) {
				continue
			}
			if any = true; procedure(m) && !differs(m) || !procedure(m) && !slices.ContainsFunc(bound, differs) {
				return false
			}
		}
	}
	return any
}

// methodHas reports whether an enumeration is part of what a method takes, returns or raises.
func methodHas(m *model.Method, e *model.Enum) bool {
	w := enumWalk{e, map[model.Decl]bool{}}
	raises := func(xs []*model.Exception) bool {
		for _, x := range xs {
			if w.members(x.Members) {
				return true
			}
		}
		return false
	}
	switch {
	case m.Operation != nil:
		for _, p := range m.Operation.Params {
			if w.has(p.Type) {
				return true
			}
		}
		return w.has(m.Operation.Result) || raises(m.Operation.Raises)
	case m.Set:
		return w.has(m.Attribute.Type) || raises(m.Attribute.SetRaises)
	}
	return w.has(m.Attribute.Type) || raises(m.Attribute.GetRaises)
}

// An enumWalk looks for an enumeration in types, in each declaration once.
type enumWalk struct {
	enum *model.Enum
	seen map[model.Decl]bool
}

func (w *enumWalk) has(t *model.Type) bool {
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
	if w.seen[d] {
		return false
	}
	w.seen[d] = true
	switch d := d.(type) {
	case *model.Enum:
		return d == w.enum
	case *model.Struct:
		return w.members(d.AllMembers())
	case *model.Union:
		for _, x := range d.Cases {
			if w.has(x.Type) {
				return true
			}
		}
		return w.has(d.Discriminator)
	}
	return false
}

func (w *enumWalk) members(ms []*model.Member) bool {
	for _, m := range ms {
		if w.has(m.Type) {
			return true
		}
	}
	return false
}
