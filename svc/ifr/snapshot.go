package ifr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// A snapshot is what the repository holds at a time. It is immutable.
type snapshot struct {
	spec   *model.Spec
	byID   map[string]model.Decl
	byName map[string]model.Decl // qualified: "::A::B"
}

// index makes a snapshot of a specification. An id that two things have is ErrInvalid.
func index(spec *model.Spec) (*snapshot, error) {
	x := &snapshot{spec: spec, byID: map[string]model.Decl{}, byName: map[string]model.Decl{}}
	for d := range spec.All() {
		if d = x.shown(d); d == nil {
			continue
		}
		i := d.About()
		name := i.QualifiedName()
		if _, twice := x.byName[name]; twice {
			continue // the next part of a module, or another forward declaration
		}
		x.byName[name] = d
		if i.ID == "" {
			continue
		}
		if old := x.byID[i.ID]; old != nil {
			return nil, fmt.Errorf("%w: %s and %s have the id %s", ErrInvalid, old.About().ScopedName(), i.ScopedName(), i.ID)
		}
		x.byID[i.ID] = d
	}
	return x, nil
}

// shown returns what stands for a declaration in the repository, nil if nothing does: forward declarations
// of what is not defined are like definitions that say nothing, those of what is are left out.
func (x *snapshot) shown(d model.Decl) model.Decl {
	switch d := d.(type) {
	case *model.Forward:
		if d.Definition != nil {
			return nil
		}
		if known := x.byName[d.QualifiedName()]; known != nil {
			return known
		}
		switch d.Of {
		case "interface":
			return &model.Interface{Info: d.Info, Abstract: d.Abstract, Local: d.Local}
		case "valuetype":
			return &model.ValueType{Info: d.Info, Abstract: d.Abstract, Event: d.Event}
		}
		return nil
	}
	if kindOf(d) == 0 {
		return nil
	}
	return d
}

// children returns what is declared directly in a declaration; nil is the repository itself. Modules stand
// there once, with all their parts.
func (x *snapshot) children(in model.Decl) []model.Decl {
	var all model.Decls
	switch in := in.(type) {
	case nil:
		all = x.spec.Decls
	case *model.Module:
		all = x.parts(in)
	case model.Container:
		all = in.Children()
	}
	var out []model.Decl
	seen := map[string]bool{}
	for _, d := range all {
		if d = x.shown(d); d == nil || seen[d.About().Name] {
			continue
		}
		seen[d.About().Name] = true
		out = append(out, d)
	}
	return out
}

// parts returns what all parts of a module declare.
func (x *snapshot) parts(m *model.Module) model.Decls {
	views := x.spec.Modules()
	var found model.ModuleView
	for _, name := range m.Path() {
		i := slices.IndexFunc(views, func(v model.ModuleView) bool { return v.Name == name })
		if i < 0 {
			return nil
		}
		found = views[i]
		views = found.Modules()
	}
	return found.Decls()
}

// members returns what is declared in a declaration and, for interfaces and values, what they inherit.
func (x *snapshot) members(in model.Decl, excludeInherited bool) []model.Decl {
	all := x.children(in)
	if excludeInherited {
		return all
	}
	seen := map[model.Decl]bool{}
	var inherit func(d model.Decl)
	inherit = func(d model.Decl) {
		if seen[d] {
			return
		}
		seen[d] = true
		if d != in {
			all = append(all, x.children(d)...)
		}
		for _, b := range parents(d) {
			inherit(b)
		}
	}
	inherit(in)
	return all
}

// parents returns what an interface or a value inherits from and supports.
func parents(d model.Decl) (out []model.Decl) {
	switch d := d.(type) {
	case *model.Interface:
		for _, p := range d.Parents() {
			out = append(out, p)
		}
	case *model.ValueType:
		for _, p := range d.Parents() {
			out = append(out, p)
		}
		for _, p := range d.Supported() {
			out = append(out, p)
		}
	}
	return out
}

// isA reports whether an interface or value is, or is derived from or supports, what has the id.
func isA(d model.Decl, id string) bool {
	return d.About().ID == id || slices.ContainsFunc(parents(d), func(p model.Decl) bool { return isA(p, id) })
}

// lookup finds a scoped name from a place, by IDL's rules: where the name's first part is visible
// in the place or around it, the rest is looked for in it.
func (x *snapshot) lookup(from model.Decl, name string) model.Decl {
	if rest, absolute := strings.CutPrefix(name, "::"); absolute {
		return x.byName["::"+rest]
	}
	parts := strings.Split(name, "::")
	for at := from; ; at = at.About().Scope() {
		if d := x.named(at, parts[0]); d != nil {
			for _, p := range parts[1:] {
				if d = x.named(d, p); d == nil {
					return nil
				}
			}
			return d
		}
		if at == nil {
			return nil
		}
	}
}

// named returns the member of a declaration that has a simple name.
func (x *snapshot) named(in model.Decl, name string) model.Decl {
	prefix := ""
	if in != nil {
		prefix = in.About().QualifiedName()
	}
	if d := x.byName[prefix+"::"+name]; d != nil {
		return d
	}
	for _, p := range parents(in) {
		if d := x.named(p, name); d != nil {
			return d
		}
	}
	return nil
}
