package c

import (
	"slices"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// owned says whose the following lines are.
func (u *unit) owned(d model.Decl) { u.owners.Add(u.Len(), d) }

// clashes says where two things would have one name in C: it generates all that there can be, and looks at what that declares. So no
// name is missed, whatever it was made of.
func (g *generator) clashes() {
	trial := *g
	trial.bare, trial.opt.Existing, trial.report = true, nil, new(diag.Report)
	clashes := cabi.Clashes{Told: func(one, other model.Decl, name string) {
		switch d := other.About(); {
		case bothWrite(&trial, one, other, name):
			g.problem(CodeName, d.NameSpan, "give one of them functionprefix in its implementation section, or a file of its own", "%s and %s, classes of one file, both implement a method by a function %s", d.ScopedName(), one.About().ScopedName(), name)
		case one == other:
			g.problem(CodeName, d.NameSpan, "rename one of them", "%s has two things that are %s in C", d.ScopedName(), name)
		default:
			g.problem(CodeName, d.NameSpan, "rename one of them", "%s and %s are both %s in C", d.ScopedName(), one.About().ScopedName(), name)
		}
	}}
	var units []*unit
	for _, of := range cabi.Units(g.spec) {
		u := &unit{generator: &trial, Unit: of}
		if cabi.IsGivenFile(u.File) {
			continue
		}
		units = append(units, u)
		switch {
		case len(u.Decls) > 0:
			u.owned(u.Decls[0])
		case len(u.Classes) > 0:
			u.owned(u.Classes[0])
		}
		clashes.Share(u.usage(), &u.owners)
	}
	for _, u := range units {
		if len(u.Classes) > 0 {
			clashes.Look(u.implementation(), &u.owners, u.template(""), u.Classes[0])
		}
	}
}

// bothWrite reports whether what has the name is what implements a method of each of two classes.
func bothWrite(g *generator, one, other model.Decl, name string) bool {
	writes := func(d model.Decl) bool {
		i, ok := d.(*model.Interface)
		if !ok || !i.IsClass() {
			return false
		}
		u := &unit{generator: g}
		return slices.ContainsFunc(u.written(u.implementing(i)), func(w written) bool { return w.name == name })
	}
	return one != other && writes(one) && writes(other)
}
