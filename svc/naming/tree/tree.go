// Package tree is the naming service without CORBA: contexts that bind names to references,
// kept in a store, with the semantics of CosNaming (OMG Naming Service 1.3, chapter 2).
//
// A reference is opaque octets here. A binding of a context leads to a context of this tree,
// or to a foreign one, of which only the reference is known: an operation that would go on
// there returns a CannotProceedError with that reference, and whoever can make calls goes on.
//
// Every change is one commit of the store. What keeps a context from being destroyed while
// somebody binds in it is its own entry, which each new binding writes again.
package tree

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/opendsom/dsom/store"
)

// An ID identifies a context of a tree, for ever.
type ID string

// Root is the context that is always there.
const Root ID = "root"

// A Component is one part of a name. Two components are the same if both fields are.
type Component struct{ ID, Kind string }

// A Name leads from a context over others to a binding.
type Name []Component

// Limits of names.
const (
	MaxComponents = 128  // of a name
	MaxComponent  = 1024 // octets of a component, ID and Kind together
	MaxReference  = 64 << 10
)

// Kind says what a binding leads to.
type Kind uint8

// The kinds of binding (CosNaming::BindingType).
const (
	Object Kind = iota
	Context
)

// A Target is what a name is bound to.
type Target struct {
	Kind    Kind
	Context ID     // of Kind Context: a context of this tree, or ""
	Ref     []byte // the reference of an object, or of a foreign context
}

// A Binding is a name of one component and what it leads to.
type Binding struct {
	Component
	Target
}

// A Tree is a naming tree in a store. Its methods may be called concurrently, also through
// several Trees on one store. Besides the errors of the package they return those of the
// store and of the context.
type Tree struct {
	s  store.Store
	mu sync.Mutex // held during a change: those of one process need not find out from the store that they meet
}

// attempts bounds how often a change is tried again because somebody else changed the same context.
const attempts = 1000

// Open returns the tree that lies in a store, and makes its root if there is none.
func Open(ctx context.Context, s store.Store) (*Tree, error) {
	_, err := s.Commit(ctx, store.Create(contextKey(Root), nil))
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return nil, err
	}
	return &Tree{s: s}, nil
}

const (
	prefixContext = "naming/context/"
	prefixBinding = "naming/binding/"
)

func contextKey(id ID) string { return prefixContext + store.EscapeKey(string(id)) }

func bindingPrefix(id ID) string { return prefixBinding + store.EscapeKey(string(id)) + "/" }

func bindingKey(id ID, c Component) string {
	return bindingPrefix(id) + store.EscapeKey(c.ID) + "." + store.EscapeKey(c.Kind)
}

// The first octet of a binding's value; the rest is the reference, or the context's ID.
const (
	tagObject  = 'o'
	tagForeign = 'f'
	tagContext = 'c'
)

func encode(t Target) []byte {
	switch {
	case t.Kind == Object:
		return append([]byte{tagObject}, t.Ref...)
	case t.Context == "":
		return append([]byte{tagForeign}, t.Ref...)
	}
	return append([]byte{tagContext}, t.Context...)
}

func decode(e store.Entry) (Target, error) {
	if len(e.Value) > 0 {
		switch rest := e.Value[1:]; e.Value[0] {
		case tagObject:
			return Target{Kind: Object, Ref: rest}, nil
		case tagForeign:
			return Target{Kind: Context, Ref: rest}, nil
		case tagContext:
			return Target{Kind: Context, Context: ID(rest)}, nil
		}
	}
	return Target{}, &store.Error{Kind: store.ErrCorrupt, Key: e.Key, Detail: "not a binding"}
}

// component reads the name of a binding from its key.
func component(key string) (Component, error) {
	last := key[strings.LastIndexByte(key, '/')+1:]
	id, kind, _ := strings.Cut(last, ".")
	c, okID := store.UnescapeKey(id)
	k, okKind := store.UnescapeKey(kind)
	if !okID || !okKind {
		return Component{}, &store.Error{Kind: store.ErrCorrupt, Key: key, Detail: "not the key of a binding"}
	}
	return Component{c, k}, nil
}

// check returns what is wrong with a name.
func check(n Name) error {
	if len(n) == 0 {
		return &InvalidNameError{"it is empty"}
	}
	if len(n) > MaxComponents {
		return &InvalidNameError{fmt.Sprintf("%d components, the limit is %d", len(n), MaxComponents)}
	}
	for _, c := range n {
		if size := len(c.ID) + len(c.Kind); size > MaxComponent {
			return &InvalidNameError{fmt.Sprintf("a component of %d octets, the limit is %d", size, MaxComponent)}
		}
		if strings.ContainsRune(c.ID, 0) || strings.ContainsRune(c.Kind, 0) {
			return &InvalidNameError{"a NUL in a component"}
		}
	}
	return nil
}

// newID returns an ID that no context ever had.
func newID() ID { return ID(rand.Text()) }

// get returns an entry, and no error but a zero one if there is none.
func (t *Tree) get(ctx context.Context, key string) (store.Entry, error) {
	e, err := t.s.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return store.Entry{}, nil
	}
	return e, err
}

// self returns the entry of a context, or ErrNoContext.
func (t *Tree) self(ctx context.Context, id ID) (store.Entry, error) {
	if id == "" || len(id) > MaxComponent {
		return store.Entry{}, ErrNoContext
	}
	e, err := t.get(ctx, contextKey(id))
	if err == nil && e.Revision == 0 {
		err = ErrNoContext
	}
	return e, err
}

// Exists returns nil if there is such a context, or ErrNoContext.
func (t *Tree) Exists(ctx context.Context, id ID) error {
	_, err := t.self(ctx, id)
	return err
}

// leaf follows all of a name but the last component.
func (t *Tree) leaf(ctx context.Context, at ID, n Name) (ID, Component, error) {
	if err := check(n); err != nil {
		return "", Component{}, err
	}
	if _, err := t.self(ctx, at); err != nil {
		return "", Component{}, err
	}
	for i, c := range n[:len(n)-1] {
		e, err := t.get(ctx, bindingKey(at, c))
		if err != nil {
			return "", Component{}, err
		}
		if e.Revision == 0 {
			return "", Component{}, &NotFoundError{MissingNode, n[i:]}
		}
		to, err := decode(e)
		switch {
		case err != nil:
			return "", Component{}, err
		case to.Kind == Object:
			return "", Component{}, &NotFoundError{NotContext, n[i:]}
		case to.Context == "":
			return "", Component{}, &CannotProceedError{to.Ref, n[i+1:]}
		}
		if err := t.Exists(ctx, to.Context); errors.Is(err, ErrNoContext) { // it was destroyed, its binding was not undone
			return "", Component{}, &NotFoundError{MissingNode, n[i+1:]}
		} else if err != nil {
			return "", Component{}, err
		}
		at = to.Context
	}
	return at, n[len(n)-1], nil
}

// Resolve returns what a name is bound to.
func (t *Tree) Resolve(ctx context.Context, at ID, n Name) (Target, error) {
	at, c, err := t.leaf(ctx, at, n)
	if err != nil {
		return Target{}, err
	}
	e, err := t.get(ctx, bindingKey(at, c))
	if err != nil {
		return Target{}, err
	}
	if e.Revision == 0 {
		return Target{}, &NotFoundError{MissingNode, n[len(n)-1:]}
	}
	return decode(e)
}

// List returns the bindings of a context in a fixed order, n at most, after where an earlier
// List ended ("" for the first), and where it ended itself: "" when there are no more. What
// is bound or unbound between two calls may appear or not; nothing appears twice.
func (t *Tree) List(ctx context.Context, at ID, after string, n int) (page []Binding, next string, err error) {
	if _, err := t.self(ctx, at); err != nil {
		return nil, "", err
	}
	prefix := bindingPrefix(at)
	if after != "" {
		after = prefix + after
	}
	n = min(max(n, 1), store.MaxList-1)
	entries, err := t.s.List(ctx, prefix, after, n+1) // one more tells whether there are more
	if err != nil {
		return nil, "", err
	}
	for _, e := range entries[:min(n, len(entries))] {
		c, err := component(e.Key)
		if err != nil {
			return nil, "", err
		}
		to, err := decode(e)
		if err != nil {
			return nil, "", err
		}
		page = append(page, Binding{c, to})
	}
	if len(entries) > n {
		next = strings.TrimPrefix(entries[n-1].Key, prefix)
	}
	return page, next, nil
}
