package typelib

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/model"
)

// ErrNoClasses is the error about a specification whose main files define no class.
var ErrNoClasses = errors.New("typelib: there are no classes of SOM to describe")

// Options say what becomes part of a typelib. The zero Options takes the classes of the main files.
type Options struct {
	// Files are the paths of the files whose classes are described, in place of the main files.
	Files []string
}

// selection is what a typelib takes of a specification.
type selection struct {
	main  map[*model.File]bool
	keep  map[model.Decl]bool
	files []*model.File
	decls []model.Decl // in source order
	class string       // for whose sake things are taken at the moment
	err   error
}

// selectFrom finds what the typelib holds.
func selectFrom(spec *model.Spec, o Options) (*selection, error) {
	s := &selection{main: map[*model.File]bool{}, keep: map[model.Decl]bool{}}
	for _, f := range spec.Files {
		if len(o.Files) == 0 && f.Main || slices.Contains(o.Files, f.Path) {
			s.main[f] = true
		}
	}
	classes := 0
	for d := range spec.All() {
		if !s.main[d.About().File()] {
			continue
		}
		switch d := d.(type) {
		case *model.Interface:
			if d.IsClass() {
				classes++
				s.class = d.ScopedName()
				s.need(d)
			}
		case *model.Const:
			s.class = d.ScopedName()
			s.need(d)
		}
	}
	if s.err == nil && classes == 0 {
		s.err = ErrNoClasses
	}
	for d := range spec.All() { // what stands before its definition may be used before it
		if f, ok := d.(*model.Forward); ok && f.Definition != nil && s.keep[f.Definition] && s.main[f.File()] {
			s.need(f)
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	s.takeFiles(spec)
	s.arrange(spec)
	return s, nil
}

// outline reports whether a typelib has only the outline of an interface.
func (s *selection) outline(d *model.Interface) bool { return !s.main[d.File()] }

// need takes a declaration, the scopes around it, and what it refers to.
func (s *selection) need(d model.Decl) {
	if d == nil || s.keep[d] || s.err != nil {
		return
	}
	s.keep[d] = true
	if scope := d.About().Scope(); scope != nil {
		s.need(scope)
	}
	switch d := d.(type) {
	case *model.Module:
		return // of which others take what they need
	case *model.Interface:
		s.types(d.Bases...)
		if s.outline(d) {
			return
		}
		if i := d.Implementation; i != nil {
			if i.Metaclass != nil {
				s.types(i.Metaclass)
			}
			for _, m := range i.Data {
				s.node(&m.Node)
				s.types(m.Type)
			}
		}
	case *model.Operation:
		s.types(d.Result)
		for _, p := range d.Params {
			s.node(&p.Node)
			s.types(p.Type)
		}
		s.exceptions(d.Raises)
	case *model.Attribute:
		s.types(d.Type)
		s.exceptions(d.GetRaises)
		s.exceptions(d.SetRaises)
	case *model.Struct:
		if d.Base != nil {
			s.types(d.Base)
		}
		s.members(d.Members)
	case *model.Exception:
		s.members(d.Members)
	case *model.Union:
		s.types(d.Discriminator)
		for _, c := range d.Cases {
			s.node(&c.Node)
			s.types(c.Type)
			for _, l := range c.Labels {
				s.value(l.Value)
			}
		}
	case *model.Enum:
		for _, e := range d.Enumerators {
			s.node(&e.Node)
		}
	case *model.Typedef:
		s.types(d.Type)
	case *model.Const:
		s.types(d.Type)
		s.value(d.Value)
	case *model.Forward:
		if !slices.Contains(forwards[1:], d.Of) {
			s.fail("the %s %s", d.Of, d.ScopedName())
		}
	case *model.Native:
	default:
		s.fail("the %s %s", d.Kind(), d.About().ScopedName())
	}
	s.node(&d.About().Node)
	if c, ok := d.(model.Container); ok {
		for _, x := range c.Children() {
			s.need(x)
		}
	}
}

func (s *selection) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("typelib: %s reaches %s, for which classes of SOM have no form", s.class, fmt.Sprintf(format, args...))
	}
}

func (s *selection) types(ts ...*model.Type) {
	for _, t := range ts {
		for ; t != nil; t = t.Elem {
			if typeCode(t.Kind) == 0 {
				s.fail("the type %s", t)
			}
			if t.Kind == model.Named {
				s.need(t.Decl)
			}
			s.annotations(t.Annotations)
		}
	}
}

func (s *selection) members(ms []*model.Member) {
	for _, m := range ms {
		s.node(&m.Node)
		s.types(m.Type)
	}
}

func (s *selection) exceptions(es []*model.Exception) {
	for _, e := range es {
		s.need(e)
	}
}

func (s *selection) node(n *model.Node) { s.annotations(n.Annotations) }

func (s *selection) annotations(as []model.Annotation) {
	for _, a := range as {
		for _, p := range a.Params {
			s.value(p.Value)
		}
	}
}

func (s *selection) value(v *model.Value) {
	if v != nil && v.Kind == model.EnumValue {
		s.need(v.Enumerator.Enum())
	}
}

// takeFiles finds the files of what was taken, and those on the way to them.
func (s *selection) takeFiles(spec *model.Spec) {
	taken := map[*model.File]bool{}
	for f := range s.main {
		taken[f] = true
	}
	for d := range s.keep {
		if f := d.About().File(); f != nil {
			taken[f] = true
		}
	}
	for again := true; again; {
		again = false
		for _, f := range spec.Files {
			for _, name := range f.Includes {
				if !taken[f] && taken[spec.File(name)] {
					taken[f], again = true, true
				}
			}
		}
	}
	for _, f := range spec.Files {
		if taken[f] {
			s.files = append(s.files, f)
		}
	}
	// In which order files were opened depends on which others were compiled with them.
	slices.SortStableFunc(s.files, func(f, g *model.File) int {
		switch {
		case s.main[f] && s.main[g]:
			return 0
		case s.main[f]:
			return -1
		case s.main[g]:
			return 1
		}
		return cmp.Or(cmp.Compare(path.Base(f.Path), path.Base(g.Path)), cmp.Compare(f.Path, g.Path))
	})
}

// arrange lists what was taken: what is in other files first, in the order of the files.
func (s *selection) arrange(spec *model.Spec) {
	at := func(d model.Decl) int {
		f := d.About().File()
		if s.main[f] {
			return len(s.files)
		}
		return slices.Index(s.files, f)
	}
	tops := slices.DeleteFunc(slices.Clone(spec.Decls), func(d model.Decl) bool { return !s.keep[d] })
	slices.SortStableFunc(tops, func(c, d model.Decl) int { return cmp.Compare(at(c), at(d)) })
	for _, top := range tops {
		for d := range model.AllIn(top) {
			if s.keep[d] {
				s.decls = append(s.decls, d)
			}
		}
	}
}

// paths returns what the files are called in the typelib, where nobody shall read in which folder
// it was made: relative to that of the first main file, or, outside of it, by the last name alone.
func (s *selection) paths() []string {
	folder := "."
	if i := slices.IndexFunc(s.files, func(f *model.File) bool { return s.main[f] }); i >= 0 {
		folder = path.Dir(filepath.ToSlash(s.files[i].Path))
	}
	names := make([]string, len(s.files))
	used := map[string]bool{}
	for i, f := range s.files {
		name := path.Clean(filepath.ToSlash(f.Path))
		if rel, err := filepath.Rel(filepath.FromSlash(folder), filepath.FromSlash(name)); err == nil && filepath.IsLocal(rel) {
			name = filepath.ToSlash(rel)
		} else if !f.Standard || strings.HasPrefix(name, "..") || path.IsAbs(name) {
			name = path.Base(name)
		}
		plain := name
		for n := 2; used[name]; n++ {
			name = strconv.Itoa(n) + "/" + plain
		}
		used[name] = true
		names[i] = name
	}
	return names
}
