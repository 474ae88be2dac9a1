package tree

import (
	"errors"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/store"
)

// follow returns the tree in a store that others write to as well. What is committed, here or elsewhere, is taken up by what follows the
// store, and by nothing else.
func follow(w store.Watcher, l Limits) (*Tree, error) {
	t := &Tree{store: w, limits: l.orDefault(), turn: make(chan struct{}, 1), state: newState()}
	t.watch = w.Watch(t.see, prefixContext, prefixBinding)
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.stray != nil {
		t.watch()
		return nil, fmt.Errorf("the naming service's state: %w", t.stray)
	}
	return t, nil
}

// see takes up the changes of a commit. Contexts come first: a binding may be in one that is new. What cannot be read is left out, and from
// then on nothing is changed here: nobody would know what.
func (t *Tree) see(all []store.Change) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var err error
	for _, c := range all {
		if strings.HasPrefix(c.Key, prefixContext) && !c.Deleted {
			err = errors.Join(err, t.state.seeContext(c))
		}
	}
	for _, c := range all {
		if strings.HasPrefix(c.Key, prefixBinding) {
			err = errors.Join(err, t.state.seeBinding(c))
		}
	}
	for _, c := range all {
		if strings.HasPrefix(c.Key, prefixContext) && c.Deleted {
			err = errors.Join(err, t.state.seeContext(c))
		}
	}
	if t.stray == nil {
		t.stray = err
	}
}

func (s *state) seeContext(c store.Change) error {
	id, err := parseContext(c.Entry)
	if err != nil {
		return err
	}
	n := s.contexts[id]
	switch {
	case !c.Deleted && n == nil:
		s.contexts[id] = newNode(c.Revision)
	case !c.Deleted:
		n.revision = c.Revision
	case id == Root: // nobody removes it
		n.revision = 0
	default:
		delete(s.contexts, id)
	}
	return nil
}

func (s *state) seeBinding(c store.Change) error {
	if c.Deleted {
		c.Value = []byte{tagObject} // for its key to be read
	}
	id, b, err := parseBinding(c.Entry)
	if err != nil {
		return err
	}
	in := s.contexts[id]
	switch {
	case c.Deleted && in != nil:
		s.remove(in, b.name)
	case c.Deleted:
	case in == nil || in.revision == 0:
		return damaged(c.Entry, "the binding's context does not exist")
	default:
		s.put(in, b)
	}
	return nil
}

// newState is that of an empty store.
func newState() *state { return &state{contexts: map[ID]*node{Root: newNode(0)}} }
