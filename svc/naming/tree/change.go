package tree

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/store"
)

const (
	attempts   = 20               // of a change that meets conflicts
	reloadTime = 10 * time.Second // to read the store after a failed commit

	conflictTime = 30 * time.Second      // of a change in a store that others write to as well
	longPause    = 32 * time.Millisecond // between its attempts, at most
)

// A plan is how to bring about a change: what to commit, and what to do to the copy in
// memory when that has succeeded, given the revision.
type plan struct {
	ops   []store.Op
	apply func(revision uint64)
}

// change makes a plan of the present state, commits it and applies it; and again, should the
// store have been changed by somebody else. The error of prepare is returned as it is.
func (t *Tree) change(ctx context.Context, prepare func(*state) (plan, error)) error {
	return t.changeWhile(ctx, nil, prepare)
}

// changeWhile is change, as long as something holds beside: the guard's error is returned as it is.
func (t *Tree) changeWhile(ctx context.Context, while store.Guard, prepare func(*state) (plan, error)) error {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if t.doubtful {
		if err := t.reload(ctx); err != nil {
			return fmt.Errorf("the naming service's state could not be read: %w", err)
		}
	}
	tries, until := attempts, time.Now().Add(conflictTime)
	if t.watch != nil { // whoever else adds to the context at the same moment is in the way: it is tried for a time, not so many times
		tries = math.MaxInt
	}
	for try := range tries {
		holds, err := while.Ops(ctx) // not within prepare, which has the lock that a store's copy waits for
		if err != nil {
			return err
		}
		p, err := t.prepare(prepare)
		if err != nil {
			return err
		}
		revision, err := t.store.Commit(ctx, append(holds, p.ops...)...)
		if t.watch != nil { // which has told of the commit already, and of others' that it has met
			if errors.Is(err, store.ErrConflict) && time.Now().Before(until) {
				if err := pause(ctx, try); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				err = fmt.Errorf("the naming service's state could not be written: %w", err)
			}
			return err
		}
		if err == nil {
			t.mu.Lock()
			p.apply(revision)
			t.mu.Unlock()
			return nil
		}
		// After other errors than a conflict nobody knows whether the change has happened.
		again, cancel := context.WithTimeout(context.WithoutCancel(ctx), reloadTime)
		loadErr := t.reload(again)
		cancel()
		if !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("the naming service's state could not be written: %w", err)
		}
		if loadErr != nil {
			return fmt.Errorf("the naming service's state could not be read: %w", loadErr)
		}
	}
	return fmt.Errorf("naming: %w, %d times in a row", store.ErrConflict, attempts)
}

// pause waits a little before the next attempt, the longer the more there have been: chance decides who of many is the next.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(rand.N(min(time.Millisecond<<min(try, 10), longPause)))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// prepare makes a plan of the present state.
func (t *Tree) prepare(make func(*state) (plan, error)) (plan, error) {
	if t.watch == nil {
		return make(t.state) // nobody else changes it
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if t.stray != nil {
		return plan{}, t.stray
	}
	return make(t.state)
}

// touch is the operation that guards an addition to a context.
func touch(id ID, in *node) store.Op {
	if in.revision == 0 {
		return store.Create(contextKey(id), nil)
	}
	return store.Update(contextKey(id), nil, in.revision)
}

// Bind binds n, in the context at, to a target: as an object or as a context. A name in use
// is ErrAlreadyBound.
func (t *Tree) Bind(ctx context.Context, at ID, n ior.Name, to Target) error {
	return t.bind(ctx, at, n, to, nil, false)
}

// Rebind is Bind for a name that may be in use already. It must be bound to the same sort of
// target then: an object where a context is bound, or the other way round, is a NotFoundError.
// The binding's properties stay: a server that binds its object anew at each start knows nothing of them.
func (t *Tree) Rebind(ctx context.Context, at ID, n ior.Name, to Target) error {
	return t.bind(ctx, at, n, to, nil, true)
}

// bind binds; of a name in use it replaces the target, and the properties too unless they are nil.
func (t *Tree) bind(ctx context.Context, at ID, n ior.Name, to Target, properties []Property, replace bool) error {
	if err := errors.Join(checkName(n), to.check(), checkProperties(properties)); err != nil {
		return err
	}
	return t.change(ctx, func(s *state) (plan, error) {
		id, in, err := s.walk(at, n)
		if err != nil {
			return plan{}, err
		}
		last := n[len(n)-1:]
		old := in.byName[last[0]]
		switch {
		case old == nil:
			return t.addition(s, id, in, &binding{name: last[0], target: to, properties: properties})
		case !replace:
			return plan{}, ErrAlreadyBound
		case old.target.Kind == Context && to.Kind == Object:
			return plan{}, &NotFoundError{NotObject, last}
		case old.target.Kind == Object && to.Kind == Context:
			return plan{}, &NotFoundError{NotContext, last}
		}
		next := &binding{name: last[0], target: to, properties: properties}
		if properties == nil {
			next.properties = old.properties
		}
		return t.replacement(s, id, in, old, next)
	})
}

// replacement plans another binding in the place of one.
func (t *Tree) replacement(s *state, id ID, in *node, old, next *binding) (plan, error) {
	if err := within("naming-octets", t.limits.Octets, s.octets+next.octets()-old.octets()); err != nil {
		return plan{}, err
	}
	return plan{
		ops: []store.Op{store.Update(bindingKey(id, next.name), next.value(), old.revision)},
		apply: func(revision uint64) {
			next.revision = revision
			s.put(in, next)
		},
	}, nil
}

// addition plans a binding of a name that is not bound.
func (t *Tree) addition(s *state, id ID, in *node, b *binding) (plan, error) {
	if err := errors.Join(within("naming-bindings", t.limits.Bindings, s.bindings+1), within("naming-octets", t.limits.Octets, s.octets+b.octets())); err != nil {
		return plan{}, err
	}
	return added(s, id, in, b), nil
}

// added is addition without its limits.
func added(s *state, id ID, in *node, b *binding) plan {
	return plan{
		ops: []store.Op{touch(id, in), store.Create(bindingKey(id, b.name), b.value())},
		apply: func(revision uint64) {
			in.revision, b.revision = revision, revision
			s.put(in, b)
		},
	}
}

// Unbind removes the binding of n in the context at. What it was bound to lives on, a
// context too.
func (t *Tree) Unbind(ctx context.Context, at ID, n ior.Name) error {
	return t.UnbindWhile(ctx, at, n, nil)
}

// UnbindWhile is Unbind, as long as something holds, in one commit with that: the guard's error is returned as it is.
func (t *Tree) UnbindWhile(ctx context.Context, at ID, n ior.Name, while store.Guard) error {
	if err := checkName(n); err != nil {
		return err
	}
	return t.changeWhile(ctx, while, func(s *state) (plan, error) {
		id, in, err := s.walk(at, n)
		if err != nil {
			return plan{}, err
		}
		last := n[len(n)-1:]
		old := in.byName[last[0]]
		if old == nil {
			return plan{}, &NotFoundError{MissingNode, last}
		}
		return removed(s, id, in, old), nil
	})
}

// removed plans that a binding goes.
func removed(s *state, id ID, in *node, old *binding) plan {
	return plan{
		ops:   []store.Op{store.Delete(bindingKey(id, old.name), old.revision)},
		apply: func(uint64) { s.remove(in, old.name) },
	}
}

// RenameWhile gives the binding of n in the context at another name there, as long as something holds, in one commit with that: what has the name is replaced. Properties
// are set as by SetProperties. Where what is bound to n was said anew under the other name, as saidAnew says, the binding of n is removed instead. The guard's error is returned as it is.
func (t *Tree) RenameWhile(ctx context.Context, at ID, n ior.Name, to ior.NameComponent, properties, said []Property, while store.Guard) error {
	if err := errors.Join(checkName(n), checkComponent(to), checkProperties(properties)); err != nil {
		return err
	}
	return t.changeWhile(ctx, while, func(s *state) (plan, error) {
		id, in, err := s.walk(at, n)
		if err != nil {
			return plan{}, err
		}
		last := n[len(n)-1]
		old := in.byName[last]
		if old == nil {
			return plan{}, &NotFoundError{MissingNode, n[len(n)-1:]}
		}
		next := &binding{name: to, target: old.target, properties: with(old.properties, properties)}
		if err := checkProperties(next.properties); err != nil {
			return plan{}, err
		}
		if to == last {
			return t.replacement(s, id, in, old, next)
		}
		if in.saidAnew(last, to, said) {
			return removed(s, id, in, old), nil
		}
		if err := within("naming-octets", t.limits.Octets, s.octets+next.octets()-old.octets()); err != nil {
			return plan{}, err
		}
		p := added(s, id, in, next)
		if there := in.byName[to]; there != nil {
			if p, err = t.replacement(s, id, in, there, next); err != nil {
				return plan{}, err
			}
		}
		put := p.apply
		return plan{
			ops: append(p.ops, store.Delete(bindingKey(id, last), old.revision)),
			apply: func(revision uint64) {
				s.remove(in, last)
				put(revision)
			},
		}, nil
	})
}

// saidAnew reports whether what is said under a name was said anew under another: that, or the binding with its id and no kind, has all the properties of said, of which there is one at least. The latter was
// only renamed if there is none of the kind with the id before: it is the last of them to be, but releases of before had it be the first.
func (n *node) saidAnew(from, to ior.NameComponent, said []Property) bool {
	same, plain := n.byName[to], n.byName[ior.NameComponent{ID: to.ID}]
	return same != nil && has(same.properties, said) ||
		plain != nil && n.byName[ior.NameComponent{ID: from.ID}] != nil && has(plain.properties, said)
}

// NewContext makes a context that has no name yet.
func (t *Tree) NewContext(ctx context.Context) (id ID, err error) {
	err = t.change(ctx, func(s *state) (plan, error) {
		if err := within("naming-contexts", t.limits.Contexts, len(s.contexts)+1); err != nil {
			return plan{}, err
		}
		id = newID()
		return plan{
			ops:   []store.Op{store.Create(contextKey(id), nil)},
			apply: func(revision uint64) { s.contexts[id] = newNode(revision) },
		}, nil
	})
	return id, err
}

// BindNewContext makes a context and binds n, in the context at, to it: both or neither.
func (t *Tree) BindNewContext(ctx context.Context, at ID, n ior.Name) (id ID, err error) {
	if err := checkName(n); err != nil {
		return "", err
	}
	err = t.change(ctx, func(s *state) (plan, error) {
		parent, in, err := s.walk(at, n)
		if err != nil {
			return plan{}, err
		}
		name := n[len(n)-1]
		if in.byName[name] != nil {
			return plan{}, ErrAlreadyBound
		}
		if err := within("naming-contexts", t.limits.Contexts, len(s.contexts)+1); err != nil {
			return plan{}, err
		}
		id = newID()
		p, err := t.addition(s, parent, in, &binding{name: name, target: Target{Kind: Context, Context: id}})
		if err != nil {
			return plan{}, err
		}
		bound := p.apply
		return plan{
			ops: append(p.ops, store.Create(contextKey(id), nil)),
			apply: func(revision uint64) {
				s.contexts[id] = newNode(revision)
				bound(revision)
			},
		}, nil
	})
	return id, err
}

// Destroy removes the context at, which must be empty and not the root. Bindings to it stay,
// and lead nowhere.
func (t *Tree) Destroy(ctx context.Context, at ID) error {
	if at == Root {
		return ErrRoot
	}
	return t.change(ctx, func(s *state) (plan, error) {
		in := s.contexts[at]
		switch {
		case in == nil:
			return plan{}, ErrNoContext
		case len(in.order) > 0:
			return plan{}, ErrNotEmpty
		}
		return plan{
			ops:   []store.Op{store.Delete(contextKey(at), in.revision)},
			apply: func(uint64) { delete(s.contexts, at) },
		}, nil
	})
}
