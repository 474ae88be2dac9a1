package check

import (
	"cmp"
	"slices"
	"strings"

	"github.com/opendsom/dsom/diag"
	"github.com/opendsom/dsom/idl/syntax"
	"github.com/opendsom/dsom/model"
)

// An Index tells what each name of a text denotes, for tools that work on the text. It is
// made also where there are errors, of all that could be resolved. It is not to be changed.
type Index struct {
	// Symbols are all that is declared, in the order of the text.
	Symbols []*Symbol
	// Uses are the places of names, those of declarations too, by file and offset.
	Uses []Use

	byName map[string][]*Symbol // by qualified name, annotations left out
}

// A Use is a place where a name stands.
type Use struct {
	Span   diag.Span
	Symbol *Symbol
	// Declares says that the name is declared there.
	Declares bool
	// Made says that a macro made the name: the place is that of the macro's use.
	Made bool
}

// A Symbol is what a name denotes.
type Symbol struct {
	Name string
	// Kind is the kind in words: "interface", "structure", "enumerator", …
	Kind string
	// Type says that a type of values has this name.
	Type bool
	// Scope is what it is declared in; nil outside of all.
	Scope *Symbol
	// Members are what is declared in it, in order.
	Members []*Symbol
	// Bases are what it inherits names from.
	Bases []*Symbol
	// NameSpan is the name where it is defined, or else first declared.
	NameSpan diag.Span
	// Declared are all places where its name is declared: forward declarations, the definition,
	// each part of a module.
	Declared []diag.Span
	// Node has its extent, comments and annotations; nil if it is not supported.
	Node *model.Node
	// ID is the repository id; empty for what has none.
	ID string
}

// Qualified returns the fully scoped name, "A::B".
func (s *Symbol) Qualified() string {
	if s.Scope == nil {
		return s.Name
	}
	return s.Scope.Qualified() + "::" + s.Name
}

// Annotation reports whether s is an annotation, which is named behind an @ only.
func (s *Symbol) Annotation() bool { return s.Kind == string(kindAnnotation) }

// Ancestors returns what s inherits names from, directly or not, each once.
func (s *Symbol) Ancestors() []*Symbol {
	var all []*Symbol
	seen := map[*Symbol]bool{s: true}
	var visit func(*Symbol)
	visit = func(x *Symbol) {
		for _, b := range x.Bases {
			if !seen[b] {
				seen[b] = true
				all = append(all, b)
				visit(b)
			}
		}
	}
	visit(s)
	return all
}

// Lookup returns the symbols of a fully scoped name: several where what is declared twice is an
// error. Annotations are not found; they have names of their own.
func (x *Index) Lookup(qualified string) []*Symbol { return x.byName[qualified] }

// At returns the use that an offset of a file is in or right behind, or nil.
func (x *Index) At(file string, offset int) *Use {
	i, found := slices.BinarySearchFunc(x.Uses, offset, func(u Use, offset int) int {
		return cmp.Or(cmp.Compare(u.Span.Start.File, file), cmp.Compare(u.Span.Start.Offset, offset))
	})
	if !found {
		i--
	}
	if i < 0 {
		return nil
	}
	if u := &x.Uses[i]; u.Span.Start.File == file && offset <= u.Span.End.Offset {
		return u
	}
	return nil
}

// In returns the uses in a file, by offset.
func (x *Index) In(file string) []Use {
	from, _ := slices.BinarySearchFunc(x.Uses, file, func(u Use, file string) int { return cmp.Compare(u.Span.Start.File, file) })
	to := from
	for to < len(x.Uses) && x.Uses[to].Span.Start.File == file {
		to++
	}
	return x.Uses[from:to]
}

// indexer collects what an Index is made of.
type indexer struct {
	order []*symbol
	uses  []indexed
}

type indexed struct {
	name     syntax.Name
	of       *symbol
	declares bool
}

func (x *indexer) use(n syntax.Name, of *symbol) {
	if x != nil && n.Span.IsValid() {
		x.uses = append(x.uses, indexed{n, of, false})
	}
}

func (x *indexer) declare(n syntax.Name, of *symbol, first bool) {
	if x == nil || !n.Span.IsValid() {
		return
	}
	if first {
		x.order = append(x.order, of)
	}
	x.uses = append(x.uses, indexed{n, of, true})
}

// index makes the Index.
func (c *checker) index() *Index {
	x := &Index{byName: map[string][]*Symbol{}}
	all := make(map[*symbol]*Symbol, len(c.indexer.order))
	for _, s := range c.indexer.order {
		p := &Symbol{Name: strings.TrimPrefix(s.name.Text, "@"), Kind: string(s.kind), Type: s.kind.isType(), NameSpan: s.name.Span, Node: s.node}
		if s.decl != nil {
			p.ID = s.decl.About().ID
		}
		all[s] = p
		x.Symbols = append(x.Symbols, p)
	}
	for _, s := range c.indexer.order {
		p := all[s]
		if s.scope != nil && s.scope.owner != nil {
			owner := s.scope.owner
			for owner != nil && all[owner] == nil && owner.scope != nil {
				owner = owner.scope.owner // an implementation section is no symbol
			}
			if p.Scope = all[owner]; p.Scope != nil {
				p.Scope.Members = append(p.Scope.Members, p)
			}
		}
		if s.inner != nil {
			for _, b := range s.inner.bases {
				if q := all[b]; q != nil {
					p.Bases = append(p.Bases, q)
				}
			}
		}
	}
	for _, p := range x.Symbols {
		if p.Annotation() {
			continue
		}
		q := p.Qualified()
		x.byName[q] = append(x.byName[q], p)
	}
	for _, u := range c.indexer.uses {
		p := all[u.of]
		if p == nil {
			continue
		}
		if u.declares {
			p.Declared = append(p.Declared, u.name.Span)
		}
		x.Uses = append(x.Uses, Use{u.name.Span, p, u.declares, u.name.Macro != nil})
	}
	slices.SortStableFunc(x.Uses, func(a, b Use) int {
		s, t := a.Span.Start, b.Span.Start
		return cmp.Or(cmp.Compare(s.File, t.File), cmp.Compare(s.Offset, t.Offset), cmp.Compare(a.Symbol.Name, b.Symbol.Name))
	})
	x.Uses = slices.CompactFunc(x.Uses, func(a, b Use) bool { return a.Span == b.Span && a.Symbol == b.Symbol })
	return x
}
