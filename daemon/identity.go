package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// identity is what the references of a daemon and its servers say of it. It is chosen once
// and kept with the state.
type identity struct {
	UUID implrepo.UUID `json:"uuid"` // in the keys of the daemon's own objects
	Host string        `json:"host"`
	Port uint16        `json:"port"`

	revision uint64
}

// address returns host:port as references name it.
func (id identity) address() string { return net.JoinHostPort(id.Host, strconv.Itoa(int(id.Port))) }

const identityKey = "daemon/identity"

// readIdentity returns the identity in s, a new one if there is none.
func readIdentity(ctx context.Context, s store.Store) (id identity, err error) {
	e, err := s.Get(ctx, identityKey)
	if errors.Is(err, store.ErrNotFound) {
		return identity{UUID: implrepo.NewUUID()}, nil
	}
	if err != nil {
		return id, err
	}
	if err := json.Unmarshal(e.Value, &id); err != nil {
		return id, fmt.Errorf("the daemon's identity in its state is not readable: %w", err)
	}
	id.revision = e.Revision
	return id, nil
}

// writeIdentity keeps id in s.
func writeIdentity(ctx context.Context, s store.Store, id identity) error {
	b, err := json.Marshal(id)
	if err != nil {
		return err
	}
	op := store.Create(identityKey, b)
	if id.revision != 0 {
		op = store.Update(identityKey, b, id.revision)
	}
	_, err = s.Commit(ctx, op)
	return err
}
