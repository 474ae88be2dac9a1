package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/svc/implrepo"
)

// shared are the beginnings of the keys of what daemons share; all others are a machine's own.
var shared = []string{"server/", "server-name/", "server-order", "naming/", "ifr/"}

// prefixRecord begins the keys of servers' records, which say on which machine they are.
const prefixRecord = "server/"

// IsShared reports whether a key is of what daemons share.
func IsShared(key string) bool {
	for _, p := range shared {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

// countShared returns how many entries a state has that daemons would share.
func countShared(ctx context.Context, s store.Store) (n int, err error) {
	for _, p := range shared {
		for _, err := range store.All(ctx, s, p) {
			if err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// seed makes what all have in common of what this machine has: its servers, names and interfaces, and its identity, so that references stay
// good. It is done when the identity is there: what an attempt before has written, of this machine or of another that did not come to an end, is taken over
// by writing it again.
func (c *Cluster) seed(ctx context.Context) error {
	all := identity{UUID: implrepo.NewUUID(), DeadAfter: c.o.DeadAfter, Seeded: c.self.ID}
	e, err := c.o.Local.Get(ctx, daemonIdentity)
	var had struct {
		UUID implrepo.UUID `json:"uuid"`
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return err
	case json.Unmarshal(e.Value, &had) == nil && had.UUID != implrepo.UUID{}:
		all.UUID = had.UUID
	}
	if err := writeOwn(ctx, c.o.Local, own{ID: c.self.ID, Name: c.self.Name}); err != nil { // to be known again
		return err
	}
	moved, err := c.copyShared(ctx)
	if err != nil {
		return err
	}
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	_, err = c.o.Store.Commit(ctx, store.Create(identityKey, b))
	switch {
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrUnsure): // look again
		return ctx.Err()
	case err == nil:
		c.o.Log.Info("the store is new, and begins with this machine's state", "entries", moved, "dead_after", all.DeadAfter)
	}
	return err
}

// copyShared copies what is to be shared. Where there is something else under a key, the store was begun by another machine.
func (c *Cluster) copyShared(ctx context.Context) (n int, err error) {
	var ops []store.Op
	octets := 0
	flush := func() error {
		if len(ops) == 0 {
			return nil
		}
		_, err := c.o.Store.Commit(ctx, ops...)
		ops, octets = nil, 0
		return err
	}
	for _, p := range shared {
		for e, err := range store.All(ctx, c.o.Local, p) {
			if err != nil {
				return n, err
			}
			value, err := c.placed(e)
			if err != nil {
				return n, err
			}
			n++
			there, err := c.o.Store.Get(ctx, e.Key)
			switch {
			case err == nil && string(there.Value) == string(value):
				continue
			case err == nil:
				return n, &JoinError{
					fmt.Sprintf("the store has something else than this state folder under %q: another machine has begun to fill it, and has not come to an end", e.Key),
					"start the daemon of that machine again; this one needs a state folder without names and servers of its own",
				}
			case !errors.Is(err, store.ErrNotFound):
				return n, err
			}
			ops = append(ops, store.Create(e.Key, value))
			if octets += len(value); len(ops) == seedOps || octets > seedOctets {
				if err := flush(); err != nil {
					return n, err
				}
			}
		}
	}
	return n, flush()
}

// How much is copied in one commit.
const (
	seedOps    = store.MaxOps
	seedOctets = 512 << 10
)

// placed returns an entry's value as all are to have it: a server is on this machine until somebody says otherwise.
func (c *Cluster) placed(e store.Entry) ([]byte, error) {
	if !strings.HasPrefix(e.Key, prefixRecord) {
		return e.Value, nil
	}
	var fields map[string]json.RawMessage // whatever it has
	if err := json.Unmarshal(e.Value, &fields); err != nil {
		return nil, &store.Error{Kind: store.ErrCorrupt, Key: e.Key, Detail: "not a server's record", Err: err}
	}
	if _, there := fields["on"]; there {
		return e.Value, nil
	}
	on, err := json.Marshal(c.self.Name)
	if err != nil {
		return nil, err
	}
	fields["on"] = on
	return json.Marshal(fields)
}
