package daemon

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

// unread is a store in which one entry cannot be read.
type unread struct {
	store.Store
	key string
	err error
}

func (u unread) Get(ctx context.Context, key string) (store.Entry, error) {
	if key == u.key {
		return store.Entry{}, u.err
	}
	return u.Store.Get(ctx, key)
}

// TestNoNewIdentity holds that a state gets an identity only if it is known to have had none: not where it is not to be read whether one was put aside.
func TestNoNewIdentity(t *testing.T) {
	t.Parallel()
	s, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ctx := t.Context()
	broken := errors.New("the disk does not answer")
	if id, err := readIdentity(ctx, unread{s, store.AsideKey(identityKey), broken}); !errors.Is(err, broken) {
		t.Errorf("got %+v, %v", id, err)
	}
	id, err := readIdentity(ctx, s)
	if err == nil {
		err = writeIdentity(ctx, s, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Get(ctx, identityKey)
	if err == nil {
		err = store.PutAside(ctx, s, e, errors.New("bad"))
	}
	if err != nil {
		t.Fatal(err)
	}
	if id, err := readIdentity(ctx, s); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("of one that was put aside is read %+v, %v", id, err)
	}
}
