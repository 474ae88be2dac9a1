package dii

import (
	"context"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
)

// Interfaces returns the interfaces that a specification defines, in source order: those that
// objects elsewhere can have, so no local ones, and none that the compiler itself carries.
func Interfaces(spec *model.Spec) []*model.Interface {
	var list []*model.Interface
	for d := range spec.All() {
		if i, ok := d.(*model.Interface); ok && !i.Local && (i.File() == nil || !i.File().Standard) {
			list = append(list, i)
		}
	}
	return list
}

// InterfaceOf returns the interface of the object that ref refers to: the one whose id the
// reference has; where the specification lacks that, the most derived of its interfaces that
// the object says it supports. Where several of those are not derived from one another, or
// none fits, the error says so.
func InterfaceOf(ctx context.Context, ref *orb.Ref, spec *model.Spec) (*model.Interface, error) {
	all := Interfaces(spec)
	for _, i := range all {
		if ior.SameType(i.ID, ref.TypeID()) {
			return i, nil
		}
	}
	var fit []*model.Interface
	for _, i := range all {
		is, err := ref.IsA(ctx, i.ID)
		if err != nil {
			return nil, err
		}
		if is {
			fit = append(fit, i)
		}
	}
	fit = mostDerived(fit)
	switch len(fit) {
	case 1:
		return fit[0], nil
	case 0:
		return nil, fmt.Errorf("the object, %s, supports none of the %d interfaces in the IDL", typeText(ref), len(all))
	}
	var names []string
	for _, i := range fit {
		names = append(names, i.ScopedName())
	}
	return nil, fmt.Errorf("the object supports several interfaces of the IDL (%s): name the one that is meant", strings.Join(names, ", "))
}

func typeText(ref *orb.Ref) string {
	if id := ref.TypeID(); id != "" {
		return "a " + id
	}
	return "whose reference does not tell its type"
}

// mostDerived leaves out what another one is derived from.
func mostDerived(list []*model.Interface) []*model.Interface {
	var out []*model.Interface
	for _, i := range list {
		derived := false
		for _, o := range list {
			derived = derived || o != i && o.Inherits(i)
		}
		if !derived {
			out = append(out, i)
		}
	}
	return out
}

// Interface returns the interface of a name, scoped or simple where that is unambiguous, or
// of a repository id.
func Interface(spec *model.Spec, name string) (*model.Interface, error) {
	var fit []*model.Interface
	var names []string
	for _, i := range Interfaces(spec) {
		scoped := i.ScopedName()
		if i.ID == name || scoped == strings.TrimPrefix(name, "::") {
			return i, nil
		}
		if i.Name == name {
			fit = append(fit, i)
		}
		names = append(names, scoped, i.Name)
	}
	switch len(fit) {
	case 1:
		return fit[0], nil
	case 0:
		return nil, fmt.Errorf("the IDL has no interface %s%s", name, suggestion(name, names))
	}
	return nil, fmt.Errorf("the IDL has several interfaces %s: write %s or %s", name, fit[0].ScopedName(), fit[1].ScopedName())
}

// Member returns the operation or attribute of a name that the interface has or inherits.
func Member(i *model.Interface, name string) (model.Decl, error) {
	var names []string
	for _, m := range i.AllMembers() {
		n := m.About().Name
		if n == name {
			return m, nil
		}
		names = append(names, n)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s has no operations", i.ScopedName())
	}
	return nil, fmt.Errorf("%s has no operation or attribute %s%s", i.ScopedName(), name, suggestion(name, names))
}

func suggestion(name string, names []string) string {
	if s := diag.Closest(name, names); s != "" {
		return ": did you mean " + s + "?"
	}
	return ""
}
