// Package graph draws how the files and declarations of a specification hang together: which
// file includes which, which interface inherits from which, which declaration uses which. A
// graph is written for Graphviz (dot), for Mermaid, or as JSON.
package graph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/model"
)

// Relation is what an edge means.
type Relation string

// The relations.
const (
	Includes Relation = "includes" // file to file
	Inherits Relation = "inherits" // interface, value, component or structure to its base
	Supports Relation = "supports" // value or component to interface
	Uses     Relation = "uses"     // declaration to what it mentions
)

// A Node is a file or a declaration.
type Node struct {
	// ID is the path of a file or the scoped name of a declaration.
	ID   string `json:"id"`
	Kind string `json:"kind"` // "file", or the kind of declaration
	// Module is the outermost module of a declaration; empty outside of all.
	Module string `json:"module,omitempty"`
}

// An Edge leads from a node to one that it needs.
type Edge struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Relation Relation `json:"relation"`
}

// A Graph is nodes in the order of the source, and edges by their ends.
type Graph struct {
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`
}

// Options say what to draw. The zero Options draws inheritance.
type Options struct {
	Relations []Relation
	// Standard draws what the compiler carries, such as orb.idl, too.
	Standard bool
	// Focus, if not empty, keeps the nodes from which one of these can be reached, or which can
	// be reached from one, in at most Depth steps (0: any number).
	Focus []string
	Depth int
}

// Of draws a specification. It is an error if a focus is not in it.
func Of(s *model.Spec, o Options) (*Graph, error) {
	if len(o.Relations) == 0 {
		o.Relations = []Relation{Inherits, Supports}
	}
	b := &builder{o: o, at: map[string]bool{}, seen: map[Edge]bool{}}
	if slices.Contains(o.Relations, Includes) {
		for _, f := range s.Files {
			if f.Standard && !o.Standard {
				continue
			}
			b.node(Node{ID: f.Path, Kind: "file"})
			for _, to := range f.Includes {
				if t := s.File(to); t == nil || !t.Standard || o.Standard {
					b.edge(f.Path, to, Includes)
				}
			}
		}
	}
	for d := range s.All() {
		b.decl(d)
	}
	g := &b.g
	g.keepEnds()
	if len(o.Focus) > 0 {
		return g.around(o.Focus, o.Depth)
	}
	return g, nil
}

type builder struct {
	g    Graph
	o    Options
	at   map[string]bool
	seen map[Edge]bool
}

func (b *builder) node(n Node) {
	if !b.at[n.ID] {
		b.at[n.ID] = true
		b.g.Nodes = append(b.g.Nodes, n)
	}
}

func (b *builder) edge(from, to string, r Relation) {
	e := Edge{from, to, r}
	if from != to && !b.seen[e] {
		b.seen[e] = true
		b.g.Edges = append(b.g.Edges, e)
	}
}

// decl adds a declaration that stands for itself, and where it leads. What stands inside an
// interface or a type belongs to that.
func (b *builder) decl(d model.Decl) {
	if f := d.About().File(); f != nil && f.Standard && !b.o.Standard {
		return
	}
	bases, supports := bases(d)
	for r, list := range map[Relation][]*model.Type{Inherits: bases, Supports: supports} {
		if !slices.Contains(b.o.Relations, r) {
			continue
		}
		if owner(d) == d {
			b.add(d, false)
		}
		for _, t := range list {
			if to := t.Resolve().Decl; to != nil && owner(to) != nil {
				b.edge(id(d), id(owner(to)), r)
			}
		}
	}
	if !slices.Contains(b.o.Relations, Uses) {
		return
	}
	from := owner(d)
	if from == nil {
		return
	}
	b.add(from, true)
	for _, u := range model.Uses(d) {
		to := owner(u)
		if to != nil && !b.seen[Edge{id(from), id(to), Inherits}] && !b.seen[Edge{id(from), id(to), Supports}] {
			b.edge(id(from), id(to), Uses)
		}
	}
}

// add adds the node of a declaration; of those that inherit from nothing and have nothing to
// inherit only if all are wanted.
func (b *builder) add(d model.Decl, all bool) {
	switch d.(type) {
	case *model.Interface, *model.ValueType, *model.Component, *model.Home, *model.Struct:
	default:
		if !all {
			return
		}
	}
	if s, ok := d.(*model.Struct); ok && !all && s.Base == nil {
		return
	}
	n := Node{ID: id(d), Kind: d.Kind()}
	if m := model.TopModule(d); m != nil {
		n.Module = m.Name
	}
	b.node(n)
}

// bases returns what a declaration inherits from and what it supports.
func bases(d model.Decl) (inherits, supports []*model.Type) {
	one := func(t *model.Type) []*model.Type {
		if t == nil {
			return nil
		}
		return []*model.Type{t}
	}
	switch d := d.(type) {
	case *model.Interface:
		return d.Bases, nil
	case *model.ValueType:
		return d.Bases, d.Supports
	case *model.Component:
		return one(d.Base), d.Supports
	case *model.Home:
		return one(d.Base), d.Supports
	case *model.Struct:
		return one(d.Base), nil
	}
	return nil, nil
}

// owner returns the declaration that stands directly in a module, or outside of all, of which d
// is a part; nil for a module. A forward declaration stands for its definition.
func owner(d model.Decl) model.Decl {
	for {
		if f, ok := d.(*model.Forward); ok && f.Definition != nil {
			d = f.Definition
		}
		if _, ok := d.(*model.Module); ok {
			return nil
		}
		up := d.About().Scope()
		if up == nil {
			return d
		}
		if _, ok := up.(*model.Module); ok {
			return d
		}
		d = up
	}
}

func id(d model.Decl) string { return d.About().ScopedName() }

// keepEnds removes edges to what is not drawn.
func (g *Graph) keepEnds() {
	at := map[string]bool{}
	for _, n := range g.Nodes {
		at[n.ID] = true
	}
	g.Edges = slices.DeleteFunc(g.Edges, func(e Edge) bool { return !at[e.From] || !at[e.To] })
	slices.SortFunc(g.Edges, func(a, b Edge) int {
		return strings.Compare(a.From+"\x00"+a.To+"\x00"+string(a.Relation), b.From+"\x00"+b.To+"\x00"+string(b.Relation))
	})
}

// around keeps what is near the focus.
func (g *Graph) around(focus []string, depth int) (*Graph, error) {
	out, in := map[string][]string{}, map[string][]string{}
	for _, e := range g.Edges {
		out[e.From] = append(out[e.From], e.To)
		in[e.To] = append(in[e.To], e.From)
	}
	keep := map[string]bool{}
	for _, f := range focus {
		f = strings.TrimPrefix(f, "::")
		if !slices.ContainsFunc(g.Nodes, func(n Node) bool { return n.ID == f }) {
			return nil, fmt.Errorf("%s is not in the graph", f)
		}
		for _, next := range []map[string][]string{out, in} {
			reach(f, next, depth, keep)
		}
	}
	g.Nodes = slices.DeleteFunc(g.Nodes, func(n Node) bool { return !keep[n.ID] })
	g.keepEnds()
	return g, nil
}

// reach marks what can be reached in at most depth steps, 0 for any number.
func reach(from string, next map[string][]string, depth int, keep map[string]bool) {
	seen := map[string]bool{from: true}
	ring := []string{from}
	for step := 0; len(ring) > 0 && (depth == 0 || step <= depth); step++ {
		var outer []string
		for _, n := range ring {
			keep[n] = true
			for _, m := range next[n] {
				if !seen[m] {
					seen[m] = true
					outer = append(outer, m)
				}
			}
		}
		ring = outer
	}
}
