package cabi

import (
	"path"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// A Unit is what one IDL file declares, in the order in which C and C++ need it.
type Unit struct {
	File    *model.File
	Stem    string             // of the files that are made of it
	Decls   []model.Decl       // types, constants and exceptions, each after those it needs
	Classes []*model.Interface // each after its ancestors
}

// Units returns those of the main files.
func Units(spec *model.Spec) []Unit {
	var all []Unit
	order := spec.DependencyOrder()
	for _, f := range spec.Files {
		if !f.Main {
			continue
		}
		u := Unit{File: f, Stem: Stem(spec, f)}
		for _, d := range order {
			if Outermost(d).About().File() != f {
				continue
			}
			if i, ok := d.(*model.Interface); ok {
				u.Classes = append(u.Classes, i)
			} else {
				u.Decls = append(u.Decls, d)
			}
		}
		all = append(all, u)
	}
	return all
}

// Defined returns the classes of the main files in the order in which a library's entry defines them: each after its ancestors and its
// metaclass, wherever they stand. Of classes that need each other by their metaclasses the kernels refuse one.
func Defined(spec *model.Spec) []*model.Interface {
	var all []*model.Interface
	seen := map[*model.Interface]bool{}
	var add func(i *model.Interface)
	add = func(i *model.Interface) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, p := range i.Parents() {
			add(p)
		}
		if m := i.Metaclass(); m != nil {
			add(m)
		}
		if i.IsClass() && Outermost(i).About().IsMain() {
			all = append(all, i)
		}
	}
	for _, d := range spec.DependencyOrder() {
		if i, ok := d.(*model.Interface); ok {
			add(i)
		}
	}
	return all
}

// Includes returns the stems of the files that the unit's file includes, each once, of which has says that they have headers.
func (u *Unit) Includes(spec *model.Spec, has func(*model.File) bool) []string {
	var stems []string
	for _, name := range u.File.Includes {
		f := spec.File(name)
		if f == nil || f == u.File || !has(f) {
			continue
		}
		if s := Stem(spec, f); !slices.Contains(stems, s) {
			stems = append(stems, s)
		}
	}
	return stems
}

// Mine reports whether a key of a template, the scoped name of a method, is of one of the unit's classes.
func (u *Unit) Mine(key string) bool {
	return slices.ContainsFunc(u.Classes, func(i *model.Interface) bool {
		method, ok := strings.CutPrefix(key, i.ScopedName()+"::")
		return ok && !strings.Contains(method, "::")
	})
}

// Stem returns the name of a file's headers: what the modifier filestem of its first class says, else its own.
func Stem(spec *model.Spec, f *model.File) string {
	for d := range spec.All() {
		if i, ok := d.(*model.Interface); ok && i.File() == f {
			if s, ok := i.ClassModifier("filestem"); ok && s == Word(s) && s != "" {
				return s
			}
		}
	}
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(f.Path, `\`, "/")), ".idl")
}

// Outermost returns the declaration around d that is in none itself, which may be d.
func Outermost(d model.Decl) model.Decl {
	for d.About().Scope() != nil {
		d = d.About().Scope()
	}
	return d
}
