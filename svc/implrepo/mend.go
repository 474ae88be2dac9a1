package implrepo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/opendsom/dsom/store"
)

// Mend puts aside what cannot be read of a repository, and makes anew the entries of names that whole records have and that are missing; it reports what it did. What a newer version has written is left, and is the error store.ErrVersion
// where it is read. The name of a server whose record was put aside is nobody else's: see Add and Abandon.
func Mend(ctx context.Context, s store.Store) (done []error, err error) {
	p := New(s)
	note := func(e store.Entry, why error) error {
		done = append(done, why)
		return store.PutAside(ctx, s, e, why)
	}
	for e, err := range store.All(ctx, s, prefixName) {
		if err == nil && nameDamage(e) != nil {
			err = note(e, nameDamage(e))
		}
		if err != nil {
			return done, err
		}
	}
	for e, err := range store.All(ctx, s, prefixRecord) {
		if err != nil {
			return done, err
		}
		r, why := parse(e)
		switch {
		case errors.Is(why, store.ErrVersion):
			continue
		case why != nil:
			err = note(e, why)
		default:
			var missing []error
			missing, err = p.mendNames(ctx, r)
			done = append(done, missing...)
		}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// nameDamage returns why the entry of a name cannot be read, or nil.
func nameDamage(e store.Entry) error {
	l, ok, err := parseLeft(e.Value)
	if !ok {
		_, err = ParseUUID(string(e.Value))
	}
	if err == nil && ok && nameKey(l.Name) != e.Key {
		err = errors.New("it is that of another name")
	}
	if err == nil {
		return nil
	}
	return &store.Error{Kind: store.ErrCorrupt, Key: e.Key, Detail: "not the name of a server", Err: err}
}

// mendNames makes anew the entries of the names of a record that are missing, as long as that is as it was read.
func (p *Repo) mendNames(ctx context.Context, r Record) (done []error, err error) {
	for _, name := range []string{r.Name, r.Was} {
		if name == "" {
			continue
		}
		if _, err := p.s.Get(ctx, nameKey(name)); !errors.Is(err, store.ErrNotFound) {
			if err != nil {
				return done, err
			}
			continue
		}
		_, err := p.s.Commit(ctx, store.Create(nameKey(name), []byte(r.UUID.String())), store.Expect(recordKey(r.UUID), r.Revision))
		switch {
		case errors.Is(err, store.ErrConflict): // somebody changes it
		case err != nil:
			return done, err
		default:
			done = append(done, fmt.Errorf("the entry of the name of server %q was missing, and is made anew", name))
		}
	}
	return done, nil
}

// aside returns ErrUnknown for a server that is not registered, or store.ErrCorrupt if its record was put aside.
func (p *Repo) aside(ctx context.Context, u UUID) error {
	switch a, _, err := store.AsideOf(ctx, p.s, recordKey(u)); {
	case err == nil:
		return &store.Error{
			Kind: store.ErrCorrupt, Key: recordKey(u), Detail: "it was put aside: " + a.Why,
			Help: "register the server again, by dsom server add with the name that it had, which brings it back with its references; or dsom server remove",
		}
	case !errors.Is(err, store.ErrNotFound):
		return err
	}
	return fmt.Errorf("server with UUID %v: %w", u, ErrUnknown)
}

// stale returns the entry of a name whose server has no record that can be read, or another name, and which server that is; nil if the name is free, or a server's. The operations hold as long as that is so.
func (p *Repo) stale(ctx context.Context, name string) (e *store.Entry, u UUID, while []store.Op, err error) {
	now, err := p.s.Get(ctx, nameKey(name))
	if errors.Is(err, store.ErrNotFound) {
		return nil, u, nil, nil
	}
	if err != nil {
		return nil, u, nil, err
	}
	if u, err = ParseUUID(string(now.Value)); err != nil {
		return nil, u, nil, nil
	}
	r, err := p.s.Get(ctx, recordKey(u))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return &now, u, []store.Op{store.Expect(recordKey(u), 0)}, nil
	case err != nil:
		return nil, u, nil, err
	}
	rec, err := parse(r)
	if errors.Is(err, store.ErrCorrupt) { // somebody has written it since this was mended
		return &now, u, []store.Op{store.Expect(recordKey(u), 0)}, store.PutAside(ctx, p.s, r, err)
	}
	if err != nil || strings.EqualFold(rec.Name, name) || strings.EqualFold(rec.Was, name) {
		return nil, u, nil, nil
	}
	return &now, UUID{}, []store.Op{store.Expect(r.Key, r.Revision)}, nil
}

// takeOver returns the operations by which r is registered under a name that has lost its server, which it becomes where the record says no other: nil if the name has a server, or is free.
func (p *Repo) takeOver(ctx context.Context, r *Record, given bool) ([]store.Op, error) {
	e, u, while, err := p.stale(ctx, r.Name)
	if err != nil || e == nil || given && u != (UUID{}) && u != r.UUID {
		return nil, err
	}
	if u == (UUID{}) {
		return append(while, store.Update(e.Key, []byte(r.UUID.String()), e.Revision)), nil
	}
	r.UUID = u
	return []store.Op{store.Expect(e.Key, e.Revision)}, nil // and the record is made
}

// dropAside returns what removes the record of a server that was put aside, if it was.
func (p *Repo) dropAside(ctx context.Context, u UUID) ([]store.Op, error) {
	_, a, err := store.AsideOf(ctx, p.s, recordKey(u))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return []store.Op{store.Delete(a.Key, a.Revision)}, nil
}

// Abandon gives up a server whose record was put aside, and returns the name that it leaves, as Remove does. Its error is ErrUnknown if there is none of that name, a *NeededError, or the store's.
func (p *Repo) Abandon(ctx context.Context, name string) (Left, error) {
	for range attempts {
		e, u, ops, err := p.stale(ctx, name)
		if err != nil {
			return Left{}, err
		}
		if e == nil || u == (UUID{}) {
			return Left{}, fmt.Errorf("server %.140q: %w", name, ErrUnknown)
		}
		order, err := p.checkNeeded(ctx, Record{UUID: u, Name: name})
		if err != nil {
			return Left{}, err
		}
		aside, err := p.dropAside(ctx, u)
		if err != nil {
			return Left{}, err
		}
		op, l := Record{UUID: u}.leave(name, *e)
		if _, err = p.s.Commit(ctx, slices.Concat(ops, order, aside, []store.Op{op})...); !isOrder(err) {
			return l, err
		}
	}
	return Left{}, fmt.Errorf("server %.140q: %w, %d times in a row", name, store.ErrConflict, attempts)
}
