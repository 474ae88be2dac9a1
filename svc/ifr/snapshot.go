package ifr

import (
	"iter"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// A snapshot is what the repository holds at a time. It is immutable. Specifications are not put together for it: of each name it has the declaration of
// one of them, which says as much as any does.
type snapshot struct {
	byID   map[string]model.Decl
	byName map[string]model.Decl // qualified: "::A::B"

	scopes   map[string][]string     // the qualified names of what stands in a module, by that of the module; "": outside of all
	outlines map[string][]model.Decl // of a class of which there are outlines alone, all of those

	disputes
}

// index makes a snapshot of specifications, in which nothing is that is disputed.
func index(specs []*model.Spec, of disputes) *snapshot {
	x := &snapshot{byID: map[string]model.Decl{}, byName: map[string]model.Decl{}, scopes: map[string][]string{}, outlines: map[string][]model.Decl{}, disputes: of}
	ranks := map[string]int{}
	for _, spec := range specs {
		for d := range spec.All() {
			stands, rank := shown(d)
			if stands == nil || x.isDisputed(d) {
				continue
			}
			i := d.About()
			name := i.QualifiedName()
			known, twice := ranks[name]
			if _, class := stands.(*model.Interface); class && rank == outlined && (!twice || known <= outlined) {
				x.outlines[name] = append(x.outlines[name], stands)
			}
			if !twice {
				switch in := i.Scope().(type) {
				case nil:
					x.scopes[""] = append(x.scopes[""], name)
				case *model.Module:
					x.scopes[in.QualifiedName()] = append(x.scopes[in.QualifiedName()], name)
				}
			}
			if twice && known >= rank { // the next part of a module, or it says no more
				continue
			}
			ranks[name], x.byName[name] = rank, stands
			if i.ID != "" {
				x.byID[i.ID] = stands
			}
		}
	}
	for name, rank := range ranks {
		if rank > outlined {
			delete(x.outlines, name)
		}
	}
	return x
}

// How much a declaration says: that there is such a thing, what others need of it, all.
const (
	announced = iota + 1
	outlined
	whole
)

// shown returns what stands for a declaration in the repository, and how much it says; nil if nothing does: forward declarations
// of what is not defined are like definitions that say nothing, those of what is are left out.
func shown(d model.Decl) (model.Decl, int) {
	switch d := d.(type) {
	case *model.Forward:
		if d.Definition != nil {
			return nil, 0
		}
		switch d.Of {
		case "interface":
			return &model.Interface{Info: d.Info, Abstract: d.Abstract, Local: d.Local}, announced
		case "valuetype":
			return &model.ValueType{Info: d.Info, Abstract: d.Abstract, Event: d.Event}, announced
		}
		return nil, 0
	}
	switch {
	case kindOf(d) == 0:
		return nil, 0
	case d.About().IsMain():
		return d, whole
	}
	return d, outlined
}

// one returns the declaration that stands for what has its name.
func (x *snapshot) one(d model.Decl) model.Decl {
	if known := x.byName[d.About().QualifiedName()]; known != nil {
		return known
	}
	return d
}

// children returns what is declared directly in a declaration; nil is the repository itself. Modules stand
// there once, with all their parts.
func (x *snapshot) children(in model.Decl) []model.Decl {
	var out []model.Decl
	if m, module := in.(*model.Module); in == nil || module {
		name := ""
		if module {
			name = m.QualifiedName()
		}
		for _, n := range x.scopes[name] {
			out = append(out, x.byName[n])
		}
		return out
	}
	seen := map[string]bool{}
	for _, of := range append([]model.Decl{in}, x.outlines[in.About().QualifiedName()]...) {
		c, ok := of.(model.Container)
		if !ok {
			continue
		}
		for _, d := range c.Children() {
			if d, _ = shown(d); d == nil || seen[d.About().Name] {
				continue
			}
			seen[d.About().Name] = true
			out = append(out, x.one(d))
		}
	}
	return out
}

// members returns what is declared in a declaration and, for interfaces and values, what they inherit.
func (x *snapshot) members(in model.Decl, excludeInherited bool) []model.Decl {
	all := x.children(in)
	if excludeInherited {
		return all
	}
	for a := range x.ancestors(in) {
		if a != in {
			all = append(all, x.children(a)...)
		}
	}
	return all
}

// parents returns what an interface or a value inherits from and supports.
func (x *snapshot) parents(d model.Decl) (out []model.Decl) {
	switch d := d.(type) {
	case *model.Interface:
		for _, p := range d.Parents() {
			out = append(out, x.one(p))
		}
	case *model.ValueType:
		for _, p := range d.Parents() {
			out = append(out, x.one(p))
		}
		for _, p := range d.Supported() {
			out = append(out, x.one(p))
		}
	}
	return out
}

// ancestors yields a declaration and what it inherits from and supports, each once, each before its own parents, in the order in which they are written. Specifications
// can differ in their parents, and so form a circle together.
func (x *snapshot) ancestors(d model.Decl) iter.Seq[model.Decl] {
	return func(yield func(model.Decl) bool) {
		seen := map[model.Decl]bool{}
		for todo := []model.Decl{d}; len(todo) > 0; {
			d := todo[len(todo)-1]
			if todo = todo[:len(todo)-1]; seen[d] {
				continue
			}
			if seen[d] = true; !yield(d) {
				return
			}
			parents := x.parents(d)
			slices.Reverse(parents)
			todo = append(todo, parents...)
		}
	}
}

// isA reports whether an interface or value is, or is derived from or supports, what has the id.
func (x *snapshot) isA(d model.Decl, id string) bool {
	for a := range x.ancestors(d) {
		if a.About().ID == id {
			return true
		}
	}
	return false
}

// lookup finds a scoped name from a place, by IDL's rules: where the name's first part is visible
// in the place or around it, the rest is looked for in it. Where it comes to what is disputed there is none, since nobody knows what it would have found there.
func (x *snapshot) lookup(from model.Decl, name string) (model.Decl, dispute) {
	if rest, absolute := strings.CutPrefix(name, "::"); absolute {
		return x.byName["::"+rest], x.names["::"+rest]
	}
	parts := strings.Split(name, "::")
	for at := from; ; at = at.About().Scope() {
		d, why := x.named(at, parts[0])
		found := d != nil
		for i := 1; i < len(parts) && d != nil; i++ {
			d, why = x.named(d, parts[i])
		}
		if found || why != "" || at == nil {
			return d, why
		}
	}
}

// named returns the member of a declaration that has a simple name, or why there is no answer.
func (x *snapshot) named(in model.Decl, name string) (model.Decl, dispute) {
	if in == nil {
		return x.byName["::"+name], x.names["::"+name]
	}
	for a := range x.ancestors(in) {
		full := a.About().QualifiedName() + "::" + name
		if d, why := x.byName[full], x.names[full]; d != nil || why != "" {
			return d, why
		}
	}
	return nil, ""
}
