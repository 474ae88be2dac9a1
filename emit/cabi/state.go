package cabi

import (
	"slices"

	"github.com/opendsom/dsom/model"
)

// Owns reports whether values of a type hold memory or references, which whoever has the value has to end.
func Owns(t *model.Type) bool { return owns(t, map[model.Decl]bool{}) }

func owns(t *model.Type, seen map[model.Decl]bool) bool {
	switch FormOf(t) {
	case Text:
		return StandardName(t) != "somId"
	case Wide, Object:
		return true
	case Array:
		return owns(t.Resolve().Elem, seen)
	case Aggregate:
		t = t.Resolve()
		if t.Kind == model.Sequence {
			return true
		}
		d := Definition(t.Decl)
		if seen[d] {
			return false
		}
		seen[d] = true
		switch d := d.(type) {
		case *model.Struct:
			return slices.ContainsFunc(d.AllMembers(), func(m *model.Member) bool { return owns(m.Type, seen) })
		case *model.Union:
			return slices.ContainsFunc(d.Cases, func(c *model.Case) bool { return owns(c.Type, seen) })
		}
	}
	return false
}

// lives are the methods of SOMObject that classes override for what they do at a moment of their objects' lives, and what
// stands for them in the description of a class, som_class_desc: the kernel calls it for each ancestor in turn.
var lives = map[string]string{
	"somDefaultInit": "init", "somDestruct": "fini",
	"somDefaultCopyInit": "copy", "somDefaultConstCopyInit": "copy", "somDefaultVCopyInit": "copy", "somDefaultConstVCopyInit": "copy",
	"somDefaultAssign": "assign", "somDefaultConstAssign": "assign", "somDefaultVAssign": "assign", "somDefaultConstVAssign": "assign",
}

// LifeOf returns the function of a class's description that an override stands for: "init", "fini", "copy" or "assign"; "" of
// what is an override of a method in the table.
func LifeOf(o *model.Override) string {
	if o.Of != "SOMObject::"+o.Name && o.Of != "::SOMObject::"+o.Name {
		return ""
	}
	return lives[o.Name]
}

// KeepsState reports whether a class in C has data, and begins or ends them: written overrides do, and what is generated ends the
// attributes that own memory. The kernels refuse to bring the parts of two such classes into another order. In C++ each
// class keeps state.
func KeepsState(i *model.Interface) bool {
	attributes := i.AttributeData()
	if len(i.InstanceData())+len(attributes) == 0 {
		return false
	}
	return slices.ContainsFunc(attributes, func(a *model.Attribute) bool { return Owns(a.Type) }) ||
		slices.ContainsFunc(i.Overridden(), func(o *model.Override) bool { l := LifeOf(o); return l == "init" || l == "fini" })
}
