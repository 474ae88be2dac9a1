package bbolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"go.etcd.io/bbolt"

	"github.com/opendsom/dsom/store"
)

// A value in the file: revision (8 octets, big-endian), checksum (4), the value.
// The checksum is over key, revision and value.
const entryHead = 12

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func sum(key, revision, value []byte) uint32 {
	c := crc32.Update(0, castagnoli, key)
	c = crc32.Update(c, castagnoli, revision)
	return crc32.Update(c, castagnoli, value)
}

func encode(key, value []byte, revision uint64) []byte {
	b := make([]byte, entryHead, entryHead+len(value))
	binary.BigEndian.PutUint64(b, revision)
	binary.BigEndian.PutUint32(b[8:], sum(key, b[:8], value))
	return append(b, value...)
}

// decode returns the entry that lies in the file as k and v; it copies the value.
func decode(path string, k, v []byte) (store.Entry, error) {
	if len(v) < entryHead || binary.BigEndian.Uint32(v[8:]) != sum(k, v[:8], v[entryHead:]) {
		e := damaged(path, "its value does not match its checksum")
		e.Key, e.Help = fmt.Sprintf("%.80s", k), "a daemon that starts with it puts it aside, and serves the rest"
		return store.Entry{}, e
	}
	return store.Entry{Key: string(k), Value: append([]byte{}, v[entryHead:]...), Revision: binary.BigEndian.Uint64(v)}, nil
}

// Get implements store.Store.
func (d *db) Get(ctx context.Context, key string) (e store.Entry, err error) {
	if err := store.CheckKey(key); err != nil {
		return store.Entry{}, err
	}
	err = d.use(ctx, key, func() error {
		return d.bolt.View(func(tx *bbolt.Tx) (err error) {
			v := tx.Bucket(bucketData).Get([]byte(key))
			if v == nil {
				return &store.Error{Kind: store.ErrNotFound, Key: key}
			}
			e, err = decode(d.path, []byte(key), v)
			return err
		})
	})
	return e, err
}

// List implements store.Store.
func (d *db) List(ctx context.Context, prefix, after string, limit int) (page []store.Entry, err error) {
	if limit < 1 || limit > store.MaxList {
		limit = store.MaxList
	}
	err = d.use(ctx, "", func() error {
		return d.bolt.View(func(tx *bbolt.Tx) error {
			c, p := tx.Bucket(bucketData).Cursor(), []byte(prefix)
			k, v := c.Seek([]byte(max(prefix, after)))
			for ; k != nil && bytes.HasPrefix(k, p) && len(page) < limit; k, v = c.Next() {
				if string(k) == after {
					continue
				}
				e, err := decode(d.path, k, v)
				if err != nil {
					return err
				}
				page = append(page, e)
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// Commit implements store.Store.
func (d *db) Commit(ctx context.Context, ops ...store.Op) (revision uint64, err error) {
	if err := store.CheckOps(ops); err != nil {
		return 0, err
	}
	err = d.use(ctx, "", func() error {
		return d.bolt.Update(func(tx *bbolt.Tx) (err error) {
			b := tx.Bucket(bucketData)
			for _, o := range ops {
				if err := d.hold(b, o); err != nil {
					return err
				}
			}
			if revision, err = b.NextSequence(); err != nil {
				return err
			}
			for _, o := range ops {
				switch k := []byte(o.Key); o.Kind {
				case store.OpCreate, store.OpUpdate:
					err = b.Put(k, encode(k, o.Value, revision))
				case store.OpDelete:
					err = b.Delete(k)
				case store.OpExpect:
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	return revision, nil
}

// hold checks the guard of an operation.
func (d *db) hold(b *bbolt.Bucket, o store.Op) error {
	var have uint64
	k := []byte(o.Key)
	if v := b.Get(k); v != nil {
		e, err := decode(d.path, k, v)
		if err != nil {
			return err
		}
		have = e.Revision
	}
	if have == o.Want() {
		return nil
	}
	detail := fmt.Sprintf("it has revision %d, not %d", have, o.Want())
	switch {
	case o.Want() == 0:
		detail = "it exists already"
	case have == 0:
		detail = "it does not exist any more"
	}
	return &store.Error{Kind: store.ErrConflict, Key: o.Key, Detail: detail}
}
