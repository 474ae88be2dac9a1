package tree

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store"
)

// A binding is a name in a context and what it is bound to. It is never changed.
type binding struct {
	name       ior.NameComponent
	target     Target
	properties []Property // by name
	revision   uint64
}

// octets is what the binding counts for naming-octets.
func (b *binding) octets() int {
	n := nameOctets(b.name) + len(b.target.Ref) + len(b.target.Context)
	for i := range b.properties {
		n += b.properties[i].octets()
	}
	return n
}

func nameOctets(c ior.NameComponent) int { return len(c.ID) + len(c.Kind) }

// A node is a context.
type node struct {
	revision uint64 // 0: it has no entry in the store yet
	byName   map[ior.NameComponent]*binding
	order    []*binding     // by name
	kinds    map[string]int // how many objects are bound by names of a kind, which is not empty; nil: none
}

func newNode(revision uint64) *node {
	return &node{revision: revision, byName: map[ior.NameComponent]*binding{}}
}

func compare(a, b ior.NameComponent) int {
	return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Kind, b.Kind))
}

// count notes that there are so many objects more of the kind of a binding.
func (n *node) count(b *binding, more int) {
	if b.target.Kind != Object || b.name.Kind == "" {
		return
	}
	if n.kinds == nil {
		n.kinds = map[string]int{}
	}
	if n.kinds[b.name.Kind] += more; n.kinds[b.name.Kind] == 0 {
		delete(n.kinds, b.name.Kind)
	}
}

// place returns where in the order c stands, or would stand.
func (n *node) place(c ior.NameComponent) (int, bool) {
	return slices.BinarySearchFunc(n.order, c, func(b *binding, c ior.NameComponent) int { return compare(b.name, c) })
}

// A state is all that a tree holds.
type state struct {
	contexts map[ID]*node
	bindings int
	octets   int
}

// put adds or replaces a binding.
func (s *state) put(n *node, b *binding) {
	i, found := n.place(b.name)
	if found {
		s.octets -= n.order[i].octets()
		n.count(n.order[i], -1)
		n.order[i] = b
	} else {
		n.order = slices.Insert(n.order, i, b)
		s.bindings++
	}
	n.byName[b.name] = b
	n.count(b, 1)
	s.octets += b.octets()
}

// remove takes a binding away.
func (s *state) remove(n *node, c ior.NameComponent) {
	if i, found := n.place(c); found {
		s.octets -= n.order[i].octets()
		n.count(n.order[i], -1)
		s.bindings--
		n.order = slices.Delete(n.order, i, i+1)
		delete(n.byName, c)
	}
}

// walk goes from the context at to the one in which the last component of n stands.
func (s *state) walk(at ID, n ior.Name) (ID, *node, error) {
	in := s.contexts[at]
	if in == nil {
		return "", nil, ErrNoContext
	}
	for i, c := range n[:len(n)-1] {
		b := in.byName[c]
		switch {
		case b == nil:
			return "", nil, &NotFoundError{MissingNode, n[i:]}
		case b.target.Kind != Context:
			return "", nil, &NotFoundError{NotContext, n[i:]}
		case b.target.Context == "":
			return "", nil, &ForeignError{b.target.Ref, n[i+1:]}
		}
		at = b.target.Context
		if in = s.contexts[at]; in == nil {
			return "", nil, &CannotProceedError{at, n[i+1:]}
		}
	}
	return at, in, nil
}

// loadAttempts bounds how often the store is read again because it changed meanwhile.
const loadAttempts = 3

// load reads the whole tree.
func load(ctx context.Context, from store.Store) (s *state, err error) {
	for range loadAttempts {
		var stray *store.Entry
		if s, stray, err = loadOnce(ctx, from); err != nil || stray == nil {
			return s, err
		}
		err = damaged(*stray, "the binding's context does not exist")
	}
	return nil, err
}

// loadOnce reads the tree. Contexts are read first: should somebody else add a binding
// meanwhile, a change here that rests on the older revision of its context fails. And should
// he add a context with a binding in it, the binding is a stray.
func loadOnce(ctx context.Context, from store.Store) (s *state, stray *store.Entry, err error) {
	s = newState()
	for e, err := range store.All(ctx, from, prefixContext) {
		if err != nil {
			return nil, nil, err
		}
		id, err := parseContext(e)
		if err != nil {
			return nil, nil, err
		}
		s.contexts[id] = newNode(e.Revision)
	}
	for e, err := range store.All(ctx, from, prefixBinding) {
		if err != nil {
			return nil, nil, err
		}
		id, b, err := parseBinding(e)
		if err != nil {
			return nil, nil, err
		}
		in := s.contexts[id]
		if in == nil || in.revision == 0 {
			return nil, &e, nil
		}
		in.byName[b.name] = b
		in.count(b, 1)
		in.order = append(in.order, b)
		s.bindings++
		s.octets += b.octets()
	}
	for _, in := range s.contexts {
		slices.SortFunc(in.order, func(a, b *binding) int { return compare(a.name, b.name) })
	}
	return s, nil, nil
}
