package implrepo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/store"
)

// A Left is a name of a server that was removed, which nobody gets until Free: what was kept under it is still being taken away.
type Left struct {
	Name   string
	Server UUID
}

// value is how it lies in the store, in the place of the UUID of a server that has the name.
func (l Left) value() string { return l.Server.String() + " " + l.Name }

// parseLeft undoes value; ok is false for the UUID of a server.
func parseLeft(value []byte) (l Left, ok bool, err error) {
	server, name, ok := strings.Cut(string(value), " ")
	if ok {
		l.Name = name
		l.Server, err = ParseUUID(server)
	}
	return l, ok, err
}

// MaxDamaged is how many entries that cannot be read are told of at a time.
const MaxDamaged = 16

// Left returns the names that servers have left. Damaged is why entries among the names of servers cannot be read, of MaxDamaged at most: those are passed over.
func (p *Repo) Left(ctx context.Context) (all []Left, damaged []error, err error) {
	for e, err := range store.All(ctx, p.s, prefixName) {
		if err != nil {
			return nil, nil, err
		}
		why := nameDamage(e)
		switch l, ok, _ := parseLeft(e.Value); {
		case why == nil && ok:
			all = append(all, l)
		case why != nil && len(damaged) < MaxDamaged:
			damaged = append(damaged, why)
		}
	}
	return all, damaged, nil
}

// leave is the operation by which a server that is removed leaves a name; e is who has it.
func (r Record) leave(name string, e store.Entry) (store.Op, Left) {
	l := Left{name, r.UUID}
	return store.Update(e.Key, []byte(l.value()), e.Revision), l
}

// StillLeft is the guard of a change that is made under a name that a server has left: it holds until Free. Its error is ErrUnknown or the store's.
func (p *Repo) StillLeft(l Left) store.Guard {
	return func(ctx context.Context) ([]store.Op, error) {
		e, err := p.left(ctx, l)
		if err != nil {
			return nil, err
		}
		return []store.Op{store.Expect(e.Key, e.Revision)}, nil
	}
}

func (p *Repo) left(ctx context.Context, l Left) (store.Entry, error) {
	e, err := p.s.Get(ctx, nameKey(l.Name))
	if errors.Is(err, store.ErrNotFound) || err == nil && string(e.Value) != l.value() {
		return e, fmt.Errorf("what the server %q had: %w", l.Name, ErrUnknown)
	}
	return e, err
}

// Free lets others have a name that a server has left. One that is free already is no error.
func (p *Repo) Free(ctx context.Context, l Left) error {
	for range attempts {
		e, err := p.left(ctx, l)
		if errors.Is(err, ErrUnknown) {
			return nil
		}
		if err == nil {
			_, err = p.s.Commit(ctx, store.Delete(e.Key, e.Revision))
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("the name %q: %w, %d times in a row", l.Name, store.ErrConflict, attempts)
}
