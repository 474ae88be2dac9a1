package model

import "slices"

// Uses returns the declarations that d itself refers to (not those declared in it), each
// once, in the order of their first use: types of members, parameters and elements, bases,
// exceptions, the enum of a value.
func Uses(d Decl) []Decl { return refer(d, true) }

// Needs returns the declarations whose complete definition d needs first: like Uses, but not
// what is reached through a sequence or an @external member only, nor what operations and attributes mention.
// Needs never leads in a circle.
func Needs(d Decl) []Decl { return refer(d, false) }

// HoldsItself reports whether values of a structure or union contain values of itself without
// a sequence or map between: what @external members allow, and what not every language can lay out.
func HoldsItself(d Decl) bool {
	seen := map[Decl]bool{}
	work := []Decl{d}
	for len(work) > 0 {
		next := work[len(work)-1]
		work = work[:len(work)-1]
		switch next.(type) {
		case *Struct, *Union, *Typedef, *Exception:
		default:
			continue
		}
		for _, u := range collect(next, references{external: true}) {
			if u == d {
				return true
			}
			if !seen[u] {
				seen[u] = true
				work = append(work, u)
			}
		}
	}
	return false
}

func refer(d Decl, soft bool) []Decl { return collect(d, references{soft: soft, external: soft}) }

// collect returns what d refers to, of the kinds of references that r is made for.
func collect(d Decl, r references) []Decl {
	r.seen = map[Decl]bool{}
	soft := r.soft
	switch d := d.(type) {
	case *Interface:
		for _, b := range d.Bases {
			r.typ(b)
		}
	case *Operation:
		if soft {
			r.typ(d.Result)
			for _, p := range d.Params {
				r.typ(p.Type)
			}
			r.exceptions(d.Raises)
		}
	case *Attribute:
		if soft {
			r.typ(d.Type)
			r.exceptions(d.GetRaises)
			r.exceptions(d.SetRaises)
		}
	case *Struct:
		r.typ(d.Base)
		r.members(d.Members)
	case *Exception:
		r.members(d.Members)
	case *Union:
		r.typ(d.Discriminator)
		for _, c := range d.Cases {
			r.held(&c.Node, c.Type)
		}
	case *Typedef:
		r.typ(d.Type)
	case *ValueType:
		for _, b := range d.Bases {
			r.typ(b)
		}
		for _, b := range d.Supports {
			r.typ(b)
		}
	case *StateMember:
		if soft { // a value is held by reference
			r.typ(d.Type)
		}
	case *Factory:
		if soft {
			for _, p := range d.Params {
				r.typ(p.Type)
			}
			r.exceptions(d.Raises)
		}
	case *ValueBox:
		if soft {
			r.typ(d.Type)
		}
	case *Component:
		r.typ(d.Base)
		for _, b := range d.Supports {
			r.typ(b)
		}
	case *Port:
		r.typ(d.Type)
	case *Home:
		r.typ(d.Base)
		for _, b := range d.Supports {
			r.typ(b)
		}
		if soft {
			r.typ(d.Manages)
			r.typ(d.PrimaryKey)
		}
	case *Bitset:
		r.typ(d.Base)
	case *AnnotationDecl:
		for _, m := range d.Members {
			r.typ(m.Type)
		}
	case *Const:
		r.typ(d.Type)
		if d.Value.Kind == EnumValue {
			r.decl(d.Value.Enumerator.Enum())
		}
	case *Forward:
		if soft && d.Definition != nil {
			r.decl(d.Definition)
		}
	}
	return r.list
}

type references struct {
	soft     bool // also what stands behind sequences, and what operations mention
	external bool // also what @external members hold
	seen     map[Decl]bool
	list     []Decl
}

func (r *references) decl(d Decl) {
	if d != nil && !r.seen[d] {
		r.seen[d] = true
		r.list = append(r.list, d)
	}
}

func (r *references) typ(t *Type) {
	for t != nil {
		if (t.Kind == Sequence || t.Kind == Map || t.Kind == Pointer) && !r.soft {
			return
		}
		if t.Decl != nil {
			// An interface is listed too although its name would do: it needs nothing but
			// its bases, so that this makes no circle.
			r.decl(t.Decl)
		}
		if t.Key != nil {
			r.typ(t.Key)
		}
		t = t.Elem
	}
}

func (r *references) members(ms []*Member) {
	for _, m := range ms {
		r.held(&m.Node, m.Type)
	}
}

// held is typ for a member: what an @external one holds stands elsewhere.
func (r *references) held(n *Node, t *Type) {
	if r.external || n.Annotation("external") == nil {
		r.typ(t)
	}
}

func (r *references) exceptions(es []*Exception) {
	for _, e := range es {
		r.decl(e)
	}
}

// DependencyOrder returns all declarations but modules, forward declarations and what stands
// inside interfaces, values, components and homes without being a type, each after those whose complete definition it needs (see Needs), otherwise in
// source order. Declarations nested in others are listed for themselves.
func (s *Spec) DependencyOrder() []Decl {
	var order []Decl
	done := map[Decl]bool{}
	var visit func(Decl)
	visit = func(d Decl) {
		if done[d] {
			return
		}
		done[d] = true
		for _, dep := range Needs(d) {
			visit(dep)
		}
		switch d.(type) {
		case *Module, *Operation, *Attribute, *Forward, *StateMember, *Factory, *Port:
		default:
			order = append(order, d)
		}
	}
	for d := range s.All() {
		visit(d)
	}
	return order
}

// IsRecursive reports whether values of a structure or union can contain values of itself,
// through sequences.
func IsRecursive(d Decl) bool {
	seen := map[Decl]bool{}
	work := []Decl{d}
	for len(work) > 0 {
		next := work[len(work)-1]
		work = work[:len(work)-1]
		switch next.(type) {
		case *Struct, *Union, *Typedef, *Forward, *Exception:
		default:
			continue // an interface is held by reference
		}
		for _, u := range Uses(next) {
			if u == d {
				return true
			}
			if !seen[u] {
				seen[u] = true
				work = append(work, u)
			}
		}
	}
	return false
}

// ModuleGroups returns the names of the top-level modules, grouped so that modules which refer
// to each other in a circle are together, a group after those it refers to; within a group
// and otherwise in source order. Declarations outside all modules are the group of name "".
func (s *Spec) ModuleGroups() [][]string {
	g := moduleGraph{rank: map[string]int{}, uses: map[string][]string{}}
	edges := map[[2]string]bool{}
	for d := range s.All() {
		from := topName(d)
		g.add(from)
		for _, u := range Uses(d) {
			if to := topName(u); to != from && !edges[[2]string{from, to}] {
				edges[[2]string{from, to}] = true
				g.uses[from] = append(g.uses[from], to)
			}
		}
	}
	return g.components()
}

func topName(d Decl) string {
	if m := TopModule(d); m != nil {
		return m.Name
	}
	return ""
}

type moduleGraph struct {
	names []string
	rank  map[string]int // place in names
	uses  map[string][]string
}

func (g *moduleGraph) add(name string) {
	if _, ok := g.rank[name]; !ok {
		g.rank[name] = len(g.names)
		g.names = append(g.names, name)
	}
}

// components is Tarjan's algorithm: strongly connected components, dependencies first.
func (g *moduleGraph) components() [][]string {
	var groups [][]string
	index, low, stacked := map[string]int{}, map[string]int{}, map[string]bool{}
	var stack []string
	var visit func(string)
	visit = func(n string) {
		index[n] = len(index) + 1
		low[n] = index[n]
		stack = append(stack, n)
		stacked[n] = true
		for _, m := range g.uses[n] {
			if index[m] == 0 {
				visit(m)
				low[n] = min(low[n], low[m])
			} else if stacked[m] {
				low[n] = min(low[n], index[m])
			}
		}
		if low[n] != index[n] {
			return
		}
		at := len(stack) - 1
		for stack[at] != n {
			at--
		}
		group := slices.Clone(stack[at:])
		stack = stack[:at]
		for _, m := range group {
			stacked[m] = false
		}
		slices.SortFunc(group, func(a, b string) int { return g.rank[a] - g.rank[b] })
		groups = append(groups, group)
	}
	for _, n := range g.names {
		if index[n] == 0 {
			visit(n)
		}
	}
	return groups
}
