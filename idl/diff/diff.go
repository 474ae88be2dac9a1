// Package diff compares two releases of an IDL specification and says of each change what it
// breaks: calls between programs of the two releases (wire), programs that are compiled anew
// (source: of clients, of servants, of subclasses), and programs that are not compiled anew but
// find another class library at their start (binary, by SOM's rules of release-to-release
// binary compatibility, R1 to R34 and N1 to N12).
//
// It reads two models and nothing else. Declarations are matched by their fully scoped names;
// where one is gone and another has come that keeps its repository id, or is like it and in the
// same scope, it is taken for renamed.
package diff

import (
	"cmp"
	"slices"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/model"
)

// A Change is one difference between two releases.
type Change struct {
	// Code names the rule: see Rules.
	Code string `json:"code"`
	// Numbers are SOM's numbers for it, "R1"; empty where binary compatibility does not apply.
	Numbers []string `json:"numbers,omitempty"`
	// Name is the scoped name of what changed, Kind the kind of declaration it is.
	Name string `json:"name"`
	Kind string `json:"kind"`
	// Group is the scoped name of the declaration around it, or of itself, with which it is shown.
	Group string `json:"group"`
	// Message says what changed, a clause without a full stop.
	Message string `json:"message"`
	// Why says what follows, Do what to do about it; Do may be empty.
	Why string `json:"why"`
	Do  string `json:"do,omitempty"`
	// Silent says of a break of binaries that nothing refuses them: they go on, and take one thing for another.
	Silent bool `json:"silent,omitempty"`
	// Old and New are where it stands in either release; invalid where it is not there.
	Old diag.Span `json:"old"`
	New diag.Span `json:"new"`
	Impact
}

// Options says how to compare.
type Options struct {
	// Binary takes every interface for a class whose binary compatibility matters. Otherwise
	// those are that have an implementation section or inherit from one that has.
	Binary bool
}

// A Result is what Compare found: changes, those of one declaration together, in the order of
// the new release with what is gone at its old place.
type Result struct {
	Changes []Change
}

// Worst returns, for each view, the worst that any change does.
func (r *Result) Worst() Impact {
	var w Impact
	for _, c := range r.Changes {
		w = Impact{
			max(w.Wire, c.Wire), max(w.Client, c.Client), max(w.Servant, c.Servant), max(w.Subclass, c.Subclass), max(w.Binary, c.Binary),
		}
	}
	return w
}

// Compare compares two releases. Standard files that the compiler carries are left out.
func Compare(old, new *model.Spec, o Options) *Result {
	c := &comparer{old: index(old), new: index(new), all: o.Binary, rank: map[string]int{}, orderCxx: orders{cxx: true}}
	c.classes = o.Binary || c.old.hasClass() || c.new.hasClass()
	for _, s := range []*side{c.new, c.old} {
		for _, name := range s.order {
			if _, ok := c.rank[name]; !ok {
				c.rank[name] = len(c.rank)
			}
		}
	}
	c.scopes()
	slices.SortStableFunc(c.changes, func(a, b Change) int {
		return cmp.Compare(c.rank[a.Group], c.rank[b.Group])
	})
	return &Result{Changes: c.changes}
}

// comparer holds what a comparison knows.
type comparer struct {
	old, new *side
	all      bool           // every interface is a class
	classes  bool           // there are classes: types matter to binaries
	rank     map[string]int // of scoped names, for the order of the output
	order    orders
	refusing map[*model.Interface]bool // see refusesAll
	orderCxx orders                    // where all classes are in C++
	changes  []Change
}

// side is one release.
type side struct {
	spec  *model.Spec
	decls map[string]model.Decl // by scoped name; definitions before forward declarations
	order []string              // scoped names in source order
	// renamed is what has another name in the other release: its scoped name to that there.
	renamed map[string]string
}

func index(s *model.Spec) *side {
	x := &side{spec: s, decls: map[string]model.Decl{}, renamed: map[string]string{}}
	for d := range s.All() {
		i := d.About()
		if f := i.File(); f != nil && f.Standard {
			continue
		}
		name := i.ScopedName()
		old, seen := x.decls[name]
		if !seen {
			x.order = append(x.order, name)
		}
		if _, forward := old.(*model.Forward); !seen || forward {
			x.decls[name] = d
		}
	}
	return x
}

func (s *side) hasClass() bool {
	for _, d := range s.decls {
		if i, ok := d.(*model.Interface); ok && i.IsClass() {
			return true
		}
	}
	return false
}

// subject is what a change is about.
type subject struct {
	name, kind, group string
	old, new          diag.Span
	binary            bool // binary compatibility applies
	class             bool // it is a class or in one
	local             bool // it never leaves its process
}

// about makes the subject of a declaration that is in both releases, or in one (the other nil).
func (c *comparer) about(old, new model.Decl) subject {
	d := new
	if d == nil {
		d = old
	}
	s := subject{name: d.About().ScopedName(), kind: kindOf(d), group: groupOf(d), binary: c.binary(old, new), class: inClass(d), local: isLocal(d)}
	if old != nil {
		s.old = place(&old.About().Node)
	}
	if new != nil {
		s.new = place(&new.About().Node)
	} else {
		s.group = c.old.groupThere(old)
	}
	return s
}

// part makes the subject of something inside s: a member, a parameter, an enumerator.
func (s subject) part(kind, name string, old, new *model.Node) subject {
	s.kind, s.name = kind, s.name+"::"+name
	s.old, s.new = diag.Span{}, diag.Span{}
	if old != nil {
		s.old = place(old)
	}
	if new != nil {
		s.new = place(new)
	}
	return s
}

// place returns where a thing is: its name, or the whole where the name has no place.
func place(n *model.Node) diag.Span {
	if n.NameSpan.IsValid() {
		return n.NameSpan
	}
	return n.Span
}

// binary reports whether binary compatibility applies to a declaration.
func (c *comparer) binary(ds ...model.Decl) bool {
	for _, d := range ds {
		for d != nil {
			if i, ok := d.(*model.Interface); ok {
				if c.all || i.IsClass() {
					return true
				}
				break
			}
			if _, ok := d.About().Scope().(*model.Module); ok || d.About().Scope() == nil {
				if c.classes {
					return true // a type that classes may use
				}
			}
			d = d.About().Scope()
		}
	}
	return false
}

// groupOf returns the name of the declaration with which a change is shown: the interface of an
// operation, the type itself.
func groupOf(d model.Decl) string {
	if up := d.About().Scope(); up != nil {
		if _, module := up.(*model.Module); !module {
			return up.About().ScopedName()
		}
	}
	return d.About().ScopedName()
}

func kindOf(d model.Decl) string {
	if f, ok := d.(*model.Forward); ok {
		return f.Of
	}
	return d.Kind()
}

// isLocal reports whether a declaration is a local interface or in one, or is what a value does:
// its operations and factories are called where it is, and only its state is transferred.
func isLocal(d model.Decl) bool {
	switch up := d.About().Scope().(type) {
	case *model.Interface:
		return up.Local
	case *model.ValueType:
		switch d.(type) {
		case *model.Operation, *model.Attribute, *model.Factory:
			return true
		}
	}
	return keywordsOf(d).local
}

// inClass reports whether a declaration is a class or in one.
func inClass(d model.Decl) bool {
	i, ok := d.(*model.Interface)
	if !ok {
		i, ok = d.About().Scope().(*model.Interface)
	}
	return ok && i.IsClass()
}
