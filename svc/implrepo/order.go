package implrepo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/store"
)

// MaxAfter is how many servers may be named as having to run before one.
const MaxAfter = 32

// orderKey is written with every change of what comes after what: two changes at the same time, each
// right by itself, could make a circle.
const orderKey = "server-order"

// checkOrder returns what is wrong with what the record comes after: an unknown server, or a circle, which the error
// tells. The operations that it returns have to be committed with the record.
func (p *Repo) checkOrder(ctx context.Context, r Record) ([]store.Op, error) {
	if len(r.After) == 0 {
		return nil, nil
	}
	guard, err := p.s.Get(ctx, orderKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	w := walk{p: p, target: r.UUID, seen: map[UUID]bool{}, path: []string{r.Name}}
	for _, u := range r.After {
		if err := w.visit(ctx, u); err != nil {
			return nil, err
		}
	}
	return guarded(guard, r.UUID)
}

// guarded returns what has to be committed with a change that was found right by the order as it was when the guard was read.
func guarded(guard store.Entry, u UUID) ([]store.Op, error) {
	b, err := json.Marshal(u)
	if err != nil {
		return nil, err
	}
	if guard.Revision == 0 {
		return []store.Op{store.Create(orderKey, b)}, nil
	}
	return []store.Op{store.Update(orderKey, b, guard.Revision)}, nil
}

// A NeededError says that a server cannot be removed since others come after it.
type NeededError struct {
	Name string
	By   []string // the names of the others
}

// Error names them.
func (e *NeededError) Error() string {
	return fmt.Sprintf("server %q is one that %s comes after; change that first", e.Name, strings.Join(e.By, ", "))
}

// Needed returns a *NeededError if other servers come after one, or the store's error.
func (p *Repo) Needed(ctx context.Context, r Record) error {
	_, err := p.checkNeeded(ctx, r)
	return err
}

// checkNeeded is Needed, and returns what has to be committed with the removal.
func (p *Repo) checkNeeded(ctx context.Context, r Record) ([]store.Op, error) {
	guard, err := p.s.Get(ctx, orderKey)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil // nobody comes after anybody
	}
	if err != nil {
		return nil, err
	}
	all, err := p.List(ctx)
	if err != nil {
		return nil, err
	}
	e := &NeededError{Name: r.Name}
	for _, other := range all {
		if slices.Contains(other.After, r.UUID) {
			e.By = append(e.By, other.Name)
		}
	}
	if len(e.By) > 0 {
		return nil, e
	}
	return guarded(guard, r.UUID)
}

// isOrder reports whether a commit failed because somebody else has changed the order.
func isOrder(err error) bool {
	var e *store.Error
	return errors.Is(err, store.ErrConflict) && errors.As(err, &e) && e.Key == orderKey
}

// A walk follows what servers come after.
type walk struct {
	p      *Repo
	target UUID // must not be met
	seen   map[UUID]bool
	path   []string // the names from the target's down to here
}

func (w *walk) visit(ctx context.Context, u UUID) error {
	if u == w.target {
		return &InvalidError{"after", "the servers would wait for one another: " + strings.Join(append(w.path, w.path[0]), " after ")}
	}
	if w.seen[u] {
		return nil
	}
	w.seen[u] = true
	r, err := w.p.Get(ctx, u)
	if errors.Is(err, ErrUnknown) && len(w.path) > 1 {
		return nil // a record that was removed by an older version
	}
	if err != nil {
		return fmt.Errorf("server %q comes after another: %w", w.path[len(w.path)-1], err)
	}
	w.path = append(w.path, r.Name)
	defer func() { w.path = w.path[:len(w.path)-1] }()
	for _, next := range r.After {
		if err := w.visit(ctx, next); err != nil {
			return err
		}
	}
	return nil
}
