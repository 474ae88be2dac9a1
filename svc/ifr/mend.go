package ifr

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/opendsom/dsom/store"
)

// Mend puts aside what cannot be read of a registry in a store, a specification as a whole, so that the rest can be opened; it reports what it did. Whoever says such a specification again
// has it registered anew, as a server does when it starts.
func Mend(ctx context.Context, s store.Store) (done []error, err error) {
	r := &Registry{store: s}
	for e, err := range store.All(ctx, s, prefixSpec) {
		if err != nil {
			return done, err
		}
		x, why := readManifest(e)
		if why == nil {
			why = r.read(ctx, &registered{manifest: x})
		}
		if why == nil {
			continue
		}
		if !errors.Is(why, store.ErrCorrupt) {
			return done, why
		}
		if now, err := s.Get(ctx, e.Key); err != nil || now.Revision != e.Revision { // it was being replaced: so are its pieces
			continue
		}
		if err := store.PutAside(ctx, s, e, why); err != nil {
			return done, err
		}
		done = append(done, why)
	}
	return done, Sweep(ctx, s)
}

// readManifest reads the entry of a specification.
func readManifest(e store.Entry) (m manifest, err error) {
	if err := json.Unmarshal(e.Value, &m); err != nil || specKey(m.Name) != e.Key {
		return m, damaged(e.Key, "not the entry of a specification", err)
	}
	return m, nil
}

// Sweep takes away the pieces in a store that no entry has: those of the next that is registered under the name would have their keys.
func Sweep(ctx context.Context, s store.Store) error {
	after := ""
	for {
		page, err := s.List(ctx, prefixPiece, after, 1)
		if err != nil || len(page) == 0 {
			return err
		}
		e := page[0] // one at a time: they are long
		after = e.Key
		name, rest, _ := strings.Cut(strings.TrimPrefix(e.Key, prefixPiece), "/")
		generation, number, _ := strings.Cut(rest, "/")
		of, err := s.Get(ctx, prefixSpec+name)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil {
			m, bad := readManifest(of)
			i, notNumber := strconv.Atoi(number)
			if bad == nil && notNumber == nil && generation == strconv.FormatUint(m.Generation, 10) && 0 <= i && i < m.Pieces {
				continue
			}
		}
		if _, err := s.Commit(ctx, store.Delete(e.Key, e.Revision), store.Expect(prefixSpec+name, of.Revision)); err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}
