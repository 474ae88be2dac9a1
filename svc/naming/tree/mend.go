package tree

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/store"
)

// PutBack puts bindings back that an older release has put aside since it could not read them, where their contexts are there. It reports what it did.
func PutBack(ctx context.Context, s store.Store) (done []error, err error) {
	keys, err := store.PutBack(ctx, s, prefixBinding, func(e store.Entry) bool {
		in, _, err := parseBinding(e)
		if err != nil {
			return false
		}
		_, err = s.Get(ctx, contextKey(in))
		return err == nil
	})
	for _, key := range keys {
		done = append(done, &store.Error{Kind: store.ErrVersion, Key: key, Detail: "an older release has put it aside, and it is put back"})
	}
	return done, err
}

// Mend puts aside what cannot be read of a tree in a store, so that the rest can be opened, and makes the entries of contexts anew that are missing though something is bound there: who destroys a context finds it empty. It reports what it
// did. What somebody changes meanwhile is left to him.
func Mend(ctx context.Context, s store.Store) (done []error, err error) {
	contexts := map[ID]bool{}
	for e, err := range store.All(ctx, s, prefixContext) {
		if err != nil {
			return done, err
		}
		id, why := parseContext(e)
		if why == nil {
			contexts[id] = true
			continue
		}
		if id, ok := unescapeID(e.Key[len(prefixContext):]); ok { // its value is to be nothing
			contexts[id] = true
			if _, err = s.Commit(ctx, store.Update(e.Key, nil, e.Revision)); errors.Is(err, store.ErrConflict) {
				continue
			}
		} else {
			err = store.PutAside(ctx, s, e, why)
		}
		if err != nil {
			return done, err
		}
		done = append(done, why)
	}
	for e, err := range store.All(ctx, s, prefixBinding) {
		if err != nil {
			return done, err
		}
		in, _, why := parseBinding(e)
		switch {
		case why != nil:
			err = store.PutAside(ctx, s, e, why)
		case contexts[in]:
			continue
		default:
			contexts[in] = true
			if _, err = s.Commit(ctx, store.Create(contextKey(in), nil)); errors.Is(err, store.ErrConflict) { // it was made meanwhile
				continue
			}
			why = damaged(store.Entry{Key: contextKey(in)}, "the entry of a naming context was missing, and is made anew")
		}
		if err != nil {
			return done, err
		}
		done = append(done, why)
	}
	return done, nil
}
