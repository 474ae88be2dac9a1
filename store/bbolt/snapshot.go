package bbolt

import (
	"context"
	"errors"
	"iter"

	"go.etcd.io/bbolt"

	"github.com/opendsom/dsom/store"
)

var _ store.Snapshotter = (*db)(nil)

// errEnough ends a walk that the caller has ended.
var errEnough = errors.New("enough")

// Snapshot implements store.Snapshotter. The file grows by what is written during the walk.
func (d *db) Snapshot(ctx context.Context) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		err := d.use(ctx, "", func() error {
			return d.bolt.View(func(tx *bbolt.Tx) error {
				c := tx.Bucket(bucketData).Cursor()
				for k, v := c.First(); k != nil; k, v = c.Next() {
					if err := ctx.Err(); err != nil {
						return err
					}
					e, err := decode(d.path, k, v)
					if err != nil {
						return err
					}
					if !yield(e, nil) {
						return errEnough
					}
				}
				return nil
			})
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(store.Entry{}, err)
		}
	}
}
