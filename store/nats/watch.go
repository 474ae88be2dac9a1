package nats

import (
	"bytes"
	"context"
	"iter"

	"github.com/opendsom/dsom/store"
)

// Watch implements store.Watcher.
func (c *cluster) Watch(see func([]store.Change), prefixes ...string) (stop func()) {
	return c.copy.watch(see, prefixes)
}

// Snapshot implements store.Snapshotter: it is the copy as it is when the walk begins.
func (c *cluster) Snapshot(ctx context.Context) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		done, err := c.begun(ctx)
		if err != nil {
			yield(store.Entry{}, err)
			return
		}
		all := c.copy.snapshot()
		done()
		for _, e := range all {
			if err := ctx.Err(); err != nil {
				yield(store.Entry{}, err)
				return
			}
			e.Value = bytes.Clone(e.Value)
			if !yield(e, nil) {
				return
			}
		}
	}
}
