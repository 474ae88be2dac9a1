package implrepo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	b, err := json.Marshal(r.UUID)
	if err != nil {
		return nil, err
	}
	if guard.Revision == 0 {
		return []store.Op{store.Create(orderKey, b)}, nil
	}
	return []store.Op{store.Update(orderKey, b, guard.Revision)}, nil
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
