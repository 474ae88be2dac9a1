// Package model is the checked specification that an IDL compilation results in: everything
// the source says, with names resolved, constants evaluated and repository ids assigned, and
// nothing of how it was parsed. Emitters, the interface repository, dynamic calls and class
// building read it and nothing else. It serialises to JSON and back without loss, so that an
// emitter may be another process and a repository a model kept on disk.
//
// It covers OMG IDL as CORBA 3.0 chapter 3 defines it, with repository ids as section 10.7
// says. A Spec is not changed once it is linked and may then be read concurrently.
package model

import (
	"iter"
	"slices"

	"github.com/opendsom/dsom/diag"
)

// A Spec is a checked specification: one or more main files with all that they include.
type Spec struct {
	// Files lists the files in the order in which they were first opened.
	Files []*File `json:"files"`
	// Decls are the declarations outside of any module and the modules, in source order,
	// those of included files where they were included. A module opened several times is
	// there several times; see Modules.
	Decls Decls `json:"decls"`

	index map[string]Decl // by qualified name; definitions before forward declarations
	files map[string]*File
	async map[*Interface]asyncInterface // see Asynchronous
}

// A File is a source file.
type File struct {
	// Path is the name under which the file was opened, and which positions in it carry.
	Path string `json:"path"`
	// Main says that the compiler was asked for this file; else it was only included.
	Main bool `json:"main,omitempty"`
	// Standard says that the file is one that the compiler itself carries, such as orb.idl.
	Standard bool `json:"standard,omitempty"`
	// Includes are the paths of the files it includes itself, each once, in order.
	Includes []string `json:"includes,omitempty"`
	// Pragmas are those of the file that stand outside of any declaration and name none,
	// unknown ones too, in order. prefix, ID and version are not among them: they are in
	// the repository ids.
	Pragmas []Pragma `json:"pragmas,omitempty"`
	// Doc is the comment at the head of the file when it belongs to no declaration.
	Doc Comments `json:"doc,omitempty"`
}

// Pragma returns the arguments of the file's last pragma of that name.
func (f *File) Pragma(name string) ([]string, bool) { return lastPragma(f.Pragmas, name) }

// Lookup returns the declaration with a fully scoped name, "A::B" or "::A::B": the definition
// where there is one, else the forward declaration; the first part of a module. Enumerators
// are found in the scope around their enum. It returns nil if there is none.
func (s *Spec) Lookup(scoped string) Decl {
	if len(scoped) < 2 || scoped[:2] != "::" {
		scoped = "::" + scoped
	}
	return s.index[scoped]
}

// File returns the file of that path, or nil.
func (s *Spec) File(path string) *File { return s.files[path] }

// All iterates over all declarations in source order, each before what is declared in it:
// modules, operations, attributes and forward declarations too, but not enumerators.
func (s *Spec) All() iter.Seq[Decl] {
	return func(yield func(Decl) bool) { walk(s.Decls, yield) }
}

// AllIn iterates over d and all that is declared in it, in source order.
func AllIn(d Decl) iter.Seq[Decl] {
	return func(yield func(Decl) bool) { walk(Decls{d}, yield) }
}

func walk(ds Decls, yield func(Decl) bool) bool {
	for _, d := range ds {
		if !yield(d) {
			return false
		}
		if c, ok := d.(Container); ok && !walk(c.Children(), yield) {
			return false
		}
	}
	return true
}

// A ModuleView is a module with all the parts in which it was opened.
type ModuleView struct {
	Name  string // simple name
	Parts []*Module
}

// Decls returns what the parts declare, in source order.
func (v ModuleView) Decls() Decls {
	var all Decls
	for _, p := range v.Parts {
		all = append(all, p.Decls...)
	}
	return all
}

// Modules returns the top-level modules in the order in which they were first opened, each with its parts.
func (s *Spec) Modules() []ModuleView { return modulesOf(s.Decls) }

// Modules returns the modules directly in this part of the module, each with its parts.
func (m *Module) Modules() []ModuleView { return modulesOf(m.Decls) }

// Modules returns the modules directly inside the module, each with its parts.
func (v ModuleView) Modules() []ModuleView { return modulesOf(v.Decls()) }

func modulesOf(ds Decls) []ModuleView {
	var views []ModuleView
	at := map[string]int{}
	for _, d := range ds {
		m, ok := d.(*Module)
		if !ok {
			continue
		}
		i, seen := at[m.Name]
		if !seen {
			i = len(views)
			at[m.Name] = i
			views = append(views, ModuleView{Name: m.Name})
		}
		views[i].Parts = append(views[i].Parts, m)
	}
	return views
}

// A Pragma is a #pragma directive that the compiler kept.
type Pragma struct {
	// Name is the word after #pragma, as written.
	Name string `json:"name"`
	// Args are the words that follow, string literals without their quotes. For a pragma
	// that names a declaration (see Node.Pragmas) that name is not among them.
	Args []string `json:"args,omitempty"`
	// Text is the whole directive after #pragma, as written.
	Text string    `json:"text"`
	Span diag.Span `json:"span,omitzero"`
}

func lastPragma(ps []Pragma, name string) ([]string, bool) {
	for _, p := range slices.Backward(ps) {
		if p.Name == name {
			return p.Args, true
		}
	}
	return nil, false
}
