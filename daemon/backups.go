package daemon

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"os"
	"time"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/daemon/backup"
	"github.com/opendsom/dsom/daemon/cluster"
	"github.com/opendsom/dsom/store"
)

// streamed writes to an answer, piece by piece: each has its time.
type streamed struct {
	c    *call
	sent bool
}

func (s *streamed) Write(b []byte) (int, error) {
	if !s.sent {
		s.c.w.Header().Set("Content-Type", "application/gzip")
		s.sent = true
	}
	if err := s.c.stream(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// toKeep is the store as a backup has it.
func (d *Daemon) toKeep() store.Store {
	if d.machines == nil {
		return d.store
	}
	return alone{d.store, d}
}

// alone is a state that machines share as that of one daemon: without what is said there of machines, and with the identity that all have in common, by which
// references stay good, as that of the daemon.
type alone struct {
	store.Store
	d *Daemon
}

// Snapshot implements store.Snapshotter.
func (a alone) Snapshot(ctx context.Context) iter.Seq2[store.Entry, error] {
	all := store.All(ctx, a.Store, "")
	if s, ok := a.Store.(store.Snapshotter); ok {
		all = s.Snapshot(ctx)
	}
	return func(yield func(store.Entry, error) bool) {
		id, err := readIdentity(ctx, a.d.own)
		id.UUID = a.d.machines.UUID()
		value, bad := json.Marshal(id)
		if err := errors.Join(err, bad); err != nil {
			yield(store.Entry{}, err)
			return
		}
		pending := true
		for e, err := range all {
			if err == nil && !cluster.IsShared(e.Key) {
				continue
			}
			if pending && err == nil && e.Key > identityKey { // in their order
				pending = false
				if !yield(store.Entry{Key: identityKey, Value: value}, nil) {
					return
				}
			}
			if !yield(e, err) {
				return
			}
		}
		if pending {
			yield(store.Entry{Key: identityKey, Value: value}, nil)
		}
	}
}

// backup answers GET /v1/backup. What goes wrong in the middle cuts the answer off, which its reader recognises.
func (d *Daemon) backup(c *call) error {
	host, _ := os.Hostname()
	out := &streamed{c: c}
	pieces := bufio.NewWriterSize(out, 64<<10)
	_, err := backup.Write(c.r.Context(), pieces, d.toKeep(), d.o.State, backup.Head{Version: d.o.Version, Host: host, Made: time.Now().UTC().Truncate(time.Second)})
	if err == nil {
		err = pieces.Flush()
	}
	if err != nil && !out.sent {
		return &admin.Error{Code: admin.CodeUnavailable, Message: err.Error()}
	}
	if err != nil {
		d.o.Log.Warn("a backup was not finished", "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}
