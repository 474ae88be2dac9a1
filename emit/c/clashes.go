package c

import (
	"sort"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// An owner is a declaration that what is printed from some place on is there for.
type owner struct {
	at int
	d  model.Decl
}

// owned says whose the following lines are.
func (u *unit) owned(d model.Decl) { u.owners = append(u.owners, owner{u.Len(), d}) }

// clashes says where two things would have one name in C: it generates all that there can be, and looks at what that declares. So no
// name is missed, whatever it was made of.
func (g *generator) clashes() {
	trial := *g
	trial.bare, trial.opt.Existing, trial.report = true, nil, new(diag.Report)
	var owners []owner
	length := 0
	declared := func(u *unit, text []byte) []cabi.Name {
		for _, o := range u.owners {
			owners = append(owners, owner{length + o.at, o.d})
		}
		u.owners = nil
		from := length
		length += len(text)
		return cabi.Declared(string(text), from)
	}
	var shared []cabi.Name
	var units []*unit
	for _, of := range cabi.Units(g.spec) {
		u := &unit{generator: &trial, Unit: of}
		if cabi.IsGivenFile(u.File) {
			continue
		}
		units = append(units, u)
		u.owned(first(u))
		shared = append(shared, declared(u, u.usage())...)
	}
	told := map[string]bool{}
	say := func(one, other cabi.Name) {
		a, b := ownerOf(owners, one), ownerOf(owners, other)
		if a == nil || b == nil || told[other.Name] {
			return
		}
		told[other.Name] = true
		if a == b {
			g.problem(CodeName, b.About().NameSpan, "rename one of them", "%s has two things that are %s in C", b.About().ScopedName(), other.Name)
		} else {
			g.problem(CodeName, b.About().NameSpan, "rename one of them", "%s and %s are both %s in C", b.About().ScopedName(), a.About().ScopedName(), other.Name)
		}
	}
	cabi.Clashes(nil, shared, say)
	for _, u := range units {
		if len(u.Classes) == 0 {
			continue
		}
		names := declared(u, u.implementation())
		u.owned(u.Classes[0])
		names = append(names, declared(u, u.template())...)
		cabi.Clashes(shared, names, say)
	}
}

// first returns what a file's header begins with, or nil.
func first(u *unit) model.Decl {
	switch {
	case len(u.Decls) > 0:
		return u.Decls[0]
	case len(u.Classes) > 0:
		return u.Classes[0]
	}
	return nil
}

// ownerOf returns the declaration whose lines a name is in.
func ownerOf(owners []owner, n cabi.Name) model.Decl {
	after := sort.Search(len(owners), func(i int) bool { return owners[i].at > n.At })
	if after == 0 {
		return nil
	}
	return owners[after-1].d
}
