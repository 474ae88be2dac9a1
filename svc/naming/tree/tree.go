package tree

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store"
)

// An ID names a context of a tree: never two of them, also not after one was destroyed.
type ID string

// Root is the context that always exists.
const Root ID = "root"

// maxID bounds what is taken for an id.
const maxID = 64

func newID() ID { return ID(rand.Text()) }

// valid reports whether id can be one: letters and digits.
func (id ID) valid() bool {
	for i := range len(id) {
		if c := id[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return 0 < len(id) && len(id) <= maxID
}

// Kind says what a binding leads to.
type Kind uint8

// The kinds of binding, with the values of CosNaming::BindingType.
const (
	Object  Kind = iota // names end there
	Context             // names can go on through it
)

// A Target is what a name is bound to.
type Target struct {
	Kind    Kind
	Context ID     // of Kind Context: this context of the tree, or "" for a foreign one
	Ref     []byte // the reference of an object or of a foreign context; it must not be changed
}

func (t Target) check() error {
	if t.Kind > Context || t.Context != "" && (t.Kind != Context || t.Ref != nil || !t.Context.valid()) {
		return fmt.Errorf("naming: %+v is neither an object nor a context", t)
	}
	return within("naming-reference-octets", MaxReference, len(t.Ref))
}

// A Binding is a name in a context and what it leads to.
type Binding struct {
	Name       ior.NameComponent
	Target     Target
	Properties []Property // by name; they must not be changed
}

func (b *binding) shown() Binding { return Binding{b.name, b.target, b.properties} }

// A Tree is the contexts and bindings in a store. It is safe for concurrent use. Several Trees may serve a
// store.Watcher: each follows what the others change. Any other store one Tree at a time should serve: what another one
// changes is seen here when a change of one's own conflicts with it, and only then.
type Tree struct {
	store  store.Store
	limits Limits
	watch  func()        // ends following a store.Watcher; nil: the store is none
	turn   chan struct{} // holds a token while somebody changes the tree

	mu    sync.RWMutex
	state *state // changed under mu: by what follows the store, or else by the holder of turn
	stray error  // what was followed to that cannot be read; nil: nothing

	doubtful bool // the store may differ from state; of the holder of turn
}

// Open returns the tree in a store. An empty store holds the root context alone. Its error
// is store.ErrCorrupt for entries that cannot be read, and names the first, or the store's.
func Open(ctx context.Context, s store.Store, l Limits) (*Tree, error) {
	if w, ok := s.(store.Watcher); ok {
		return follow(w, l)
	}
	st, err := load(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("the naming service's state: %w", err)
	}
	return &Tree{store: s, limits: l.orDefault(), turn: make(chan struct{}, 1), state: st}, nil
}

// Close ends following the store. The tree stays as it is then.
func (t *Tree) Close() {
	if t.watch != nil {
		t.watch()
	}
}

// Exists reports whether there is a context id.
func (t *Tree) Exists(id ID) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.state.contexts[id] != nil
}

// Resolve returns what n, in the context at, is bound to.
func (t *Tree) Resolve(at ID, n ior.Name) (Target, error) {
	b, err := t.Lookup(at, n)
	return b.Target, err
}

// Lookup returns the binding of n in the context at, with its properties.
func (t *Tree) Lookup(at ID, n ior.Name) (Binding, error) {
	if err := checkName(n); err != nil {
		return Binding{}, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	_, in, err := t.state.walk(at, n)
	if err != nil {
		return Binding{}, err
	}
	b := in.byName[n[len(n)-1]]
	if b == nil {
		return Binding{}, &NotFoundError{MissingNode, n[len(n)-1:]}
	}
	return b.shown(), nil
}

// HasKind reports whether any object is bound by a name of a kind, which is not empty, in the context at. It looks through no bindings.
func (t *Tree) HasKind(at ID, kind string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	in := t.state.contexts[at]
	return in != nil && in.kinds[kind] > 0
}

// List returns bindings of the context at in the order of their names: those after the name
// after, or from the first if it is nil; most of them at most, and no more than MaxPage and
// MaxPageOctets allow. more says that others follow. A walk from page to page meets every
// binding that is there all the time once; of others it is not said.
func (t *Tree) List(at ID, after *ior.NameComponent, most int) (page []Binding, more bool, err error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	in := t.state.contexts[at]
	if in == nil {
		return nil, false, ErrNoContext
	}
	rest := in.order
	if after != nil {
		i, found := in.place(*after)
		if found {
			i++
		}
		rest = rest[i:]
	}
	octets := 0
	for i, b := range rest[:min(max(most, 0), MaxPage, len(rest))] {
		if octets += nameOctets(b.name); octets > MaxPageOctets && i > 0 {
			break
		}
		page = append(page, b.shown())
	}
	return page, len(page) < len(rest), nil
}

// Sizes returns how many contexts and bindings there are, and the octets of all names and references.
func (t *Tree) Sizes() (contexts, bindings, octets int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.state.contexts), t.state.bindings, t.state.octets
}

// reload reads the tree anew. The caller holds turn.
func (t *Tree) reload(ctx context.Context) error {
	t.doubtful = true
	st, err := load(ctx, t.store)
	if err != nil {
		return err
	}
	t.mu.Lock()
	t.state = st
	t.mu.Unlock()
	t.doubtful = false
	return nil
}
