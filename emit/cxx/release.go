package cxx

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"

	"github.com/opendsom/dsom/emit/cabi"
	"github.com/opendsom/dsom/model"
)

// Units of one client may be compiled with headers of several releases. What of a header is compiled otherwise with those of another has a
// name of the release: the linker takes one of several functions of one name for all units, and each is to be refused what it would do wrong.

// releases are numbers of the releases of classes, each found once.
type releases struct {
	own, reach map[*model.Interface]uint32
}

// of returns a number for all that is looked at when a class is bound and its procedures and static data are looked up.
func (rs *releases) of(i *model.Interface) uint32 {
	if n, ok := rs.own[i]; ok {
		return n
	}
	h := fnv.New32a()
	for _, c := range append([]*model.Interface{i}, i.Ancestors()...) {
		major, minor := c.ClassVersion()
		fmt.Fprintf(h, "%q%d.%d", c.ScopedName(), major, minor)
	}
	fmt.Fprintf(h, "%q", cabi.List(i.Parents(), (*model.Interface).ScopedName))
	for _, m := range introduced(i) {
		fmt.Fprintf(h, "%d%q%q", m.Kind(), m.Name, cabi.Signature(m.Method))
	}
	for _, d := range i.StaticData() {
		fmt.Fprintf(h, "%q%q", d.Name, cabi.DataSignature(d))
	}
	return remember(&rs.own, i, h.Sum32())
}

// reached returns a number for the releases of a class and of all others whose handles may be made where it is used: its ancestors, those
// in what its methods take, return and raise, and theirs. It is in the description's name, and so in that of what is bound.
func (rs *releases) reached(i *model.Interface) uint32 {
	if n, ok := rs.reach[i]; ok {
		return n
	}
	w := handleWalk{seen: map[model.Decl]bool{}}
	w.class(i)
	for n := 0; n < len(w.found); n++ { // which grows
		for _, p := range w.found[n].Parents() {
			w.class(p)
		}
		for _, m := range introduced(w.found[n]) {
			w.method(m)
		}
	}
	h := fnv.New32a()
	slices.SortFunc(w.found, func(a, b *model.Interface) int { return cmp.Compare(a.ScopedName(), b.ScopedName()) })
	for _, c := range w.found {
		fmt.Fprintf(h, "%q%08x", c.ScopedName(), rs.of(c))
	}
	return remember(&rs.reach, i, h.Sum32())
}

func remember(in *map[*model.Interface]uint32, i *model.Interface, n uint32) uint32 {
	if *in == nil {
		*in = map[*model.Interface]uint32{}
	}
	(*in)[i] = n
	return n
}

// A handleWalk finds the classes of whose handles there are some in types, each once.
type handleWalk struct {
	seen  map[model.Decl]bool
	found []*model.Interface
}

func (w *handleWalk) class(i *model.Interface) {
	if !w.seen[i] && rootHandle(i) == "" {
		w.found = append(w.found, i)
	}
	w.seen[i] = true
}

func (w *handleWalk) method(m *method) {
	w.within(m.result)
	for _, p := range m.params {
		w.within(p.typ)
	}
	for _, e := range m.raises {
		w.members(e.Members)
	}
}

func (w *handleWalk) members(ms []*model.Member) {
	for _, m := range ms {
		w.within(m.Type)
	}
}

func (w *handleWalk) within(t *model.Type) {
	if t == nil || t.IsVoid() {
		return
	}
	t = t.Resolve()
	switch t.Kind {
	case model.Sequence, model.Array:
		w.within(t.Elem)
		return
	case model.Named:
	default:
		return
	}
	switch d := cabi.Definition(t.Decl).(type) {
	case *model.Interface:
		w.class(d)
	case *model.Struct:
		if !w.seen[d] {
			w.seen[d] = true
			w.members(d.AllMembers())
		}
	case *model.Union:
		if !w.seen[d] {
			w.seen[d] = true
			for _, c := range d.Cases {
				w.within(c.Type)
			}
		}
	}
}

// ofRelease returns how inline functions are declared that are compiled otherwise with the headers of another release: one that has no
// such name of its own is, where it is not inlined, for all units of a client what the first unit has.
func (u *unit) ofRelease(i *model.Interface) string {
	return fmt.Sprintf("SOM_OF_RELEASE(r%08x)", u.releases.reached(i))
}

// handlesWithin prints the handles of which there are some in a structure, a union or an exception.
func (u *unit) handlesWithin(types ...*model.Type) {
	w := handleWalk{seen: map[model.Decl]bool{}}
	for _, t := range types {
		w.within(t)
	}
	if len(w.found) > 0 {
		u.F("\tusing som_handles = som::list<%s>;", cabi.List(w.found, func(i *model.Interface) string { return qualified(i) }))
	}
}

func typesOf(ms []*model.Member) (all []*model.Type) {
	for _, m := range ms {
		all = append(all, m.Type)
	}
	return all
}
