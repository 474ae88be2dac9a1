package c

import (
	"strings"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// A rank says whose name gives way where two things would have one in C: that of the higher.
type rank uint8

const (
	ofIDL         rank = iota
	ofType             // the functions of a type
	ofClass            // what users of a class call
	ofFirst            // what calls a method for the first time
	ofImplementer      // what one implements a class with
)

// aside is what the name of something of the generator's begins with where another has the name that it would have.
const aside = "som_own_"

// A taken name is one that something has in C outside of all functions.
type taken struct {
	file *model.File
	rank rank
}

// own returns the name of something that the generator makes of a declaration beside what the IDL has: the declaration's with ending behind
// it, Dog_new. Where the file of the declaration has, or includes, IDL that has a thing of that name in C, which cannot be renamed, it is
// som_own_Dog_new, which IDL has for nothing, and som_own_som_own_Dog_new where that is another's who gave way. Files that include it do not matter: what is generated of one is the same for all of them.
func (g *generator) own(d model.Decl, ending string) string {
	r := ofType
	if _, ok := d.(*model.Interface); ok {
		if r = ofImplementer; classEndings[ending] || strings.HasPrefix(ending, "_new_") {
			r = ofClass
		}
	}
	return g.ownOf(d, ending, r)
}

// classEndings are those of what users of a class call.
var classEndings = cabi.Set(`_major _minor _bind _unbind _class _is _cast _token _new _MajorVersion _MinorVersion _classObject _classData _cClassData`)

// first returns the name of what calls a method for the first time.
func (g *generator) first(i *model.Interface, m *method) string {
	return g.ownOf(i, firstEnding(i, m), ofFirst)
}

func firstEnding(i *model.Interface, m *method) string {
	return strings.TrimPrefix(usageName(i, m.name), cname(i)) + "_first"
}

func (g *generator) ownOf(d model.Decl, ending string, r rank) string {
	name := cname(d) + ending
	f := cabi.Outermost(d).About().File()
	if f == nil || cabi.IsGivenFile(f) {
		return name
	}
	var above [ofFirst + 1]bool
	for _, t := range g.takenNames()[name] {
		if t.rank < r && !above[t.rank] && g.sight.Sees(g.spec, f, t.file) { // those of each rank but the first stand aside themselves
			above[t.rank] = true
			name = aside + name
		}
	}
	return name
}

// takenNames returns who has which names, but for those of the highest rank.
func (g *generator) takenNames() map[string][]taken {
	if g.taken != nil {
		return g.taken
	}
	g.taken = map[string][]taken{}
	for d := range g.spec.All() {
		f := cabi.Outermost(d).About().File()
		if f == nil {
			continue
		}
		add := func(r rank, name string) { g.taken[name] = append(g.taken[name], taken{f, r}) }
		switch d := d.(type) {
		case *model.Struct, *model.Exception, *model.Union, *model.Typedef, *model.Const, *model.Native, *model.Enum:
			add(ofIDL, cname(d))
			for _, ending := range typeEndings(d) {
				add(ofType, cname(d)+ending)
			}
			if e, ok := d.(*model.Enum); ok {
				for _, e := range e.Enumerators {
					add(ofIDL, cname(e))
				}
			}
		case *model.Interface:
			if g.opt.Compat {
				add(ofIDL, cname(d))
			}
			if d.IsClass() {
				g.takenBy(d, add)
			}
		}
	}
	return g.taken
}

// typeEndings returns how the names of a type's functions end.
func typeEndings(d model.Decl) []string {
	helpers := []string{"_clear", "_copy"}
	switch d := d.(type) {
	case *model.Struct:
		if membersOwn(d.AllMembers()) {
			return helpers
		}
	case *model.Union:
		if owns(&model.Type{Kind: model.Named, Decl: d}) {
			return helpers
		}
	case *model.Exception:
		all := []string{"_id", "_raise", "_raised"}
		if len(d.Members) > 0 {
			all = append(all, "_value")
		}
		if membersOwn(d.Members) {
			all = append(append(all, "_drop"), helpers...)
		}
		return all
	case *model.Typedef:
		r := d.Type.Resolve()
		switch {
		case !owns(r) && r.Kind != model.Sequence:
		case r.Kind == model.Sequence:
			return append(helpers, "_resize")
		case r.Kind == model.Array || cabi.FormOf(r) == cabi.Aggregate:
			return helpers
		}
	}
	return nil
}

// takenBy adds the names that a class has for its users.
func (g *generator) takenBy(i *model.Interface, add func(rank, string)) {
	for ending := range classEndings {
		add(ofClass, cname(i)+ending)
	}
	for _, a := range append(i.Ancestors(), i) {
		if a != i && isRoot(a) {
			continue
		}
		for _, m := range a.Introduced() {
			m := g.methodOf(&m)
			if m.hidden {
				continue
			}
			add(ofIDL, usageName(i, m.name))
			if g.opt.Compat {
				add(ofIDL, cname(i)+"_"+m.name) // a macro
			}
			if a == i {
				add(ofFirst, cname(i)+firstEnding(i, m))
			}
			if a == i && m.init {
				add(ofClass, cname(i)+"_new_"+m.name)
			}
		}
	}
	for _, s := range i.StaticData() {
		add(ofIDL, usageName(i, s.Name))
	}
}
