package typelib

import (
	"bytes"
	"container/heap"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/opendsom/dsom/model"
)

// Merge makes one specification of several, such as those of one library, or of a library and of
// those that it is built on: a class that one of them describes takes the place of its outlines in the others.
// Those that were given are left alone. Two that describe one and the same thing differently are an
// error, which names it.
func Merge(specs ...*model.Spec) (*model.Spec, error) {
	if len(specs) == 1 {
		return specs[0], nil
	}
	m := &merger{at: map[string]*model.File{}, defined: map[string]described{}}
	for _, s := range builtOn(specs) {
		if err := m.add(s); err != nil {
			return nil, err
		}
	}
	spec := &model.Spec{Files: m.files}
	for _, ds := range m.decls {
		spec.Decls = append(spec.Decls, m.filter(ds, "::")...)
	}
	if err := spec.Link(); err != nil {
		return nil, fmt.Errorf("typelib: what was merged does not fit together: %w", err)
	}
	return spec, nil
}

// builtOn returns specifications so that each stands behind those which it is built on, as far as
// that can be: behind those in whose main files it has outlines. Otherwise they stay in their order.
func builtOn(specs []*model.Spec) []*model.Spec {
	mains := map[string][]int{} // by a file's path, of which it is a main one
	for i, s := range specs {
		for _, f := range s.Files {
			if f.Main {
				mains[f.Path] = append(mains[f.Path], i)
			}
		}
	}
	bases, above := make([]int, len(specs)), make([][]int, len(specs)) // how many each has, and what is built on it
	for i, s := range specs {
		on := map[int]bool{i: true}
		for _, f := range s.Files {
			if f.Main {
				continue
			}
			for _, base := range mains[f.Path] {
				if !on[base] {
					on[base] = true
					bases[i]++
					above[base] = append(above[base], i)
				}
			}
		}
	}
	var ready indices
	for i, n := range bases {
		if n == 0 {
			ready = append(ready, i) // in order, and so a heap
		}
	}
	out, taken, first := make([]*model.Spec, 0, len(specs)), make([]bool, len(specs)), 0
	for len(out) < len(specs) {
		i := 0
		if len(ready) > 0 {
			i = heap.Pop(&ready).(int)
		} else { // a circle: it begins with the first of those that are left
			for taken[first] {
				first++
			}
			i = first
		}
		if taken[i] {
			continue
		}
		taken[i] = true
		out = append(out, specs[i])
		for _, s := range above[i] {
			if bases[s]--; bases[s] == 0 && !taken[s] {
				heap.Push(&ready, s)
			}
		}
	}
	return out
}

// indices are a heap, the least on top.
type indices []int

func (x indices) Len() int           { return len(x) }
func (x indices) Less(i, j int) bool { return x[i] < x[j] }
func (x indices) Swap(i, j int)      { x[i], x[j] = x[j], x[i] }
func (x *indices) Push(i any)        { *x = append(*x, i.(int)) }
func (x *indices) Pop() any {
	last := len(*x) - 1
	i := (*x)[last]
	*x = (*x)[:last]
	return i
}

// merger collects what several specifications declare.
type merger struct {
	files   []*model.File
	at      map[string]*model.File // of these, by path
	decls   []model.Decls          // of each specification, copied
	defined map[string]described   // by qualified name
	parts   map[string]int
}

// described is what is taken of all that have one name.
type described struct {
	d    model.Decl
	main bool
	from model.Decl  // what d is a copy of
	json []byte      // without places; nil until it is compared
	more model.Decls // types in outlines of a class, which the one that was taken has not
}

// add takes a copy of a specification, in which declarations refer to each other by name until it is linked again.
func (m *merger) add(s *model.Spec) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var copied struct {
		Files []*model.File
		Decls model.Decls
	}
	if err := json.Unmarshal(b, &copied); err != nil {
		return err
	}
	for _, f := range copied.Files {
		g := m.at[f.Path]
		if g == nil {
			m.files, m.at[f.Path] = append(m.files, f), f
			continue
		}
		if f.Main && !g.Main {
			g.Doc = f.Doc
		}
		g.Main = g.Main || f.Main
		for _, name := range f.Includes {
			if !slices.Contains(g.Includes, name) {
				g.Includes = append(g.Includes, name)
			}
		}
	}
	main := map[string]bool{}
	for _, f := range copied.Files {
		main[f.Path] = f.Main
	}
	m.decls = append(m.decls, copied.Decls)
	return m.define(s.Decls, copied.Decls, "::", main)
}

// define decides, for each name, which declaration is taken: of the copies ds of what is in from.
func (m *merger) define(from, ds model.Decls, prefix string, main map[string]bool) error {
	for i, d := range ds {
		name := prefix + d.About().Name
		switch d := d.(type) {
		case *model.Module:
			if err := m.define(from[i].(*model.Module).Decls, d.Decls, name+"::", main); err != nil {
				return err
			}
			continue
		case *model.Forward:
			continue // all are kept
		}
		now := described{d: d, from: from[i], main: main[d.About().Span.Start.File]}
		old, known := m.defined[name]
		if !known {
			m.defined[name] = now
			continue
		}
		same, err := alike(&old, &now)
		if err != nil {
			return err
		}
		_, class := d.(*model.Interface)
		switch {
		case same:
			if old.main || !now.main {
				now = old
			}
		case old.main && now.main || !class || old.d.Kind() != d.Kind():
			return fmt.Errorf("typelib: %s %s is described twice, and not alike", d.Kind(), name[2:])
		case old.main:
			now = old
		case now.main:
		default: // two outlines, each with the types that somebody needs
			there := map[declared]bool{}
			for _, ds := range []model.Decls{old.d.(*model.Interface).Decls, old.more} {
				for _, x := range ds {
					there[declared{x.About().Name, x.Kind()}] = true
				}
			}
			for _, x := range d.(*model.Interface).Decls {
				if k := (declared{x.About().Name, x.Kind()}); !there[k] {
					there[k] = true
					old.more = append(old.more, x)
				}
			}
			now = old
		}
		m.defined[name] = now
	}
	return nil
}

// declared is what tells the declarations of a scope apart.
type declared struct{ name, kind string }

// alike reports whether two declarations say the same, wherever. Most names are declared once, and never compared.
func alike(a, b *described) (bool, error) {
	for _, x := range []*described{a, b} {
		if x.json != nil {
			continue
		}
		var err error
		if x.json, err = withoutPlaces(x.from); err != nil {
			return false, err
		}
	}
	return bytes.Equal(a.json, b.json), nil
}

// filter returns those of the declarations that were taken.
func (m *merger) filter(ds model.Decls, prefix string) model.Decls {
	var out model.Decls
	for _, d := range ds {
		name := prefix + d.About().Name
		switch d := d.(type) {
		case *model.Module:
			if d.Decls = m.filter(d.Decls, name+"::"); len(d.Decls) > 0 {
				if m.parts == nil {
					m.parts = map[string]int{}
				}
				d.Part = m.parts[name]
				m.parts[name]++
				out = append(out, d)
			}
			continue
		case *model.Forward:
			out = append(out, d)
			continue
		case *model.Interface:
			if x := m.defined[name]; x.d == model.Decl(d) {
				d.Decls = append(x.more, d.Decls...)
			}
		}
		if m.defined[name].d == d {
			out = append(out, d)
		}
	}
	return out
}

// Only leaves of a specification what it says of one class: it alone is in the main file of what
// is returned, which has its name and includes the file that it was in. spec, in which the class is
// named by its scoped name, is not to be used any more.
func Only(spec *model.Spec, class string) (*model.Spec, error) {
	d, ok := spec.Lookup(class).(*model.Interface)
	if !ok || !d.IsClass() || !d.IsMain() {
		return nil, fmt.Errorf("typelib: there is no class %s in it", class)
	}
	path := d.Path()
	from := d.File()
	file := &model.File{Path: model.CScoped(d) + ".idl", Main: true, Includes: []string{from.Path}}
	for _, f := range spec.Files {
		f.Main = false
	}
	spec.Files = append(spec.Files, file)
	var scopes []*model.Module
	for s := d.Scope(); s != nil; s = s.About().Scope() {
		m, ok := s.(*model.Module)
		if !ok {
			return nil, fmt.Errorf("typelib: class %s is not declared in a module", class)
		}
		scopes = append(scopes, m)
	}
	same := func(x model.Decl) bool { return x == model.Decl(d) }
	var now model.Decl = d
	if len(scopes) == 0 {
		spec.Decls = slices.DeleteFunc(spec.Decls, same)
	} else {
		scopes[0].Decls = slices.DeleteFunc(scopes[0].Decls, same)
	}
	for x := range model.AllIn(d) {
		x.About().Span = place(file, x.About().Span.Start.Offset)
	}
	for i, m := range scopes {
		module := &model.Module{Decls: model.Decls{now}, Part: m.Part + 1}
		module.Name, module.ID = path[len(scopes)-1-i], m.ID
		module.Span = place(file, 0)
		now = module
	}
	spec.Decls = append(spec.Decls, now)
	if err := spec.Link(); err != nil {
		return nil, fmt.Errorf("typelib: %w", err)
	}
	return spec, nil
}
