package tree

import (
	"context"
	"errors"
	"fmt"

	"github.com/opendsom/dsom/store"
)

// change runs step until it has succeeded, or failed for another reason than that somebody
// else changed the same context.
func (t *Tree) change(step func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for range attempts {
		if err := step(); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("naming: %w, %d times in a row", store.ErrConflict, attempts)
}

// put binds a name to what it shall lead to. A name that is bound is an error, or, with
// again, bound anew if it is of the same kind. more is committed with it.
func (t *Tree) put(ctx context.Context, at ID, n Name, to Target, again bool, more ...store.Op) error {
	if len(to.Ref) > MaxReference {
		return ErrTooLarge
	}
	return t.change(func() error {
		at, c, err := t.leaf(ctx, at, n)
		if err != nil {
			return err
		}
		self, err := t.self(ctx, at)
		if err != nil {
			return err
		}
		old, err := t.get(ctx, bindingKey(at, c))
		if err != nil {
			return err
		}
		if old.Revision == 0 {
			_, err := t.s.Commit(ctx, append(more,
				store.Create(bindingKey(at, c), encode(to)),
				store.Update(self.Key, self.Value, self.Revision), // so that it is not destroyed at the same time
			)...)
			return err
		}
		if !again {
			return ErrAlreadyBound
		}
		was, err := decode(old)
		if err != nil {
			return err
		}
		if was.Kind != to.Kind {
			why := NotObject
			if to.Kind == Context {
				why = NotContext
			}
			return &NotFoundError{why, n[len(n)-1:]}
		}
		_, err = t.s.Commit(ctx, store.Update(old.Key, encode(to), old.Revision))
		return err
	})
}

// Bind binds a name to an object.
func (t *Tree) Bind(ctx context.Context, at ID, n Name, ref []byte) error {
	return t.put(ctx, at, n, Target{Kind: Object, Ref: ref}, false)
}

// Rebind binds a name to an object, also if it is bound to another.
func (t *Tree) Rebind(ctx context.Context, at ID, n Name, ref []byte) error {
	return t.put(ctx, at, n, Target{Kind: Object, Ref: ref}, true)
}

// BindContext binds a name to a context: of this tree by its ID, another by its reference.
// Contexts may be bound more than once, and in a circle.
func (t *Tree) BindContext(ctx context.Context, at ID, n Name, id ID, ref []byte) error {
	return t.put(ctx, at, n, contextTarget(id, ref), false)
}

// RebindContext is BindContext also for a name that is bound to another context.
func (t *Tree) RebindContext(ctx context.Context, at ID, n Name, id ID, ref []byte) error {
	return t.put(ctx, at, n, contextTarget(id, ref), true)
}

func contextTarget(id ID, ref []byte) Target {
	if id != "" {
		ref = nil
	}
	return Target{Kind: Context, Context: id, Ref: ref}
}

// Unbind undoes a binding. What it led to stays as it is.
func (t *Tree) Unbind(ctx context.Context, at ID, n Name) error {
	return t.change(func() error {
		at, c, err := t.leaf(ctx, at, n)
		if err != nil {
			return err
		}
		e, err := t.get(ctx, bindingKey(at, c))
		if err != nil {
			return err
		}
		if e.Revision == 0 {
			return &NotFoundError{MissingNode, n[len(n)-1:]}
		}
		_, err = t.s.Commit(ctx, store.Delete(e.Key, e.Revision))
		return err
	})
}

// NewContext makes a context that nothing leads to yet.
func (t *Tree) NewContext(ctx context.Context) (ID, error) {
	id := newID()
	if _, err := t.s.Commit(ctx, store.Create(contextKey(id), nil)); err != nil {
		return "", err
	}
	return id, nil
}

// BindNewContext makes a context and binds it, both or neither.
func (t *Tree) BindNewContext(ctx context.Context, at ID, n Name) (ID, error) {
	id := newID()
	if err := t.put(ctx, at, n, Target{Kind: Context, Context: id}, false, store.Create(contextKey(id), nil)); err != nil {
		return "", err
	}
	return id, nil
}

// Destroy removes a context without bindings. Bindings that lead to it stay, and lead nowhere.
func (t *Tree) Destroy(ctx context.Context, id ID) error {
	if id == Root {
		return ErrRoot
	}
	return t.change(func() error {
		self, err := t.self(ctx, id)
		if err != nil {
			return err
		}
		some, err := t.s.List(ctx, bindingPrefix(id), "", 1)
		if err != nil {
			return err
		}
		if len(some) > 0 {
			return ErrNotEmpty
		}
		_, err = t.s.Commit(ctx, store.Delete(self.Key, self.Revision))
		return err
	})
}
