// Package store is durable key-value state behind one small interface: what a daemon must
// not forget (server programs, names, interfaces) lies in a Store, and nothing else does.
//
// Every write is a Commit: a list of operations of which all happen or none, each guarded
// by the revision that the caller read. There is no lock that a caller can hold and no
// callback inside a transaction, so that the same interface fits a file of this machine
// (store/bbolt) and a replicated store that several daemons share.
package store

import (
	"context"
	"iter"
)

// An Entry is a key with its value.
type Entry struct {
	Key   string
	Value []byte // the caller's own

	// Revision is that of the commit which wrote the value. It is never 0, grows from commit
	// to commit, and is never used twice, also not for a key that was deleted in between.
	Revision uint64
}

// A Store holds entries. All methods may be called concurrently; none calls back.
type Store interface {
	// Get returns the entry of a key, or an error that is ErrNotFound.
	Get(ctx context.Context, key string) (Entry, error)

	// List returns the entries whose keys begin with prefix and come after the key after
	// ("" for the first), in the order of their keys' octets, at most limit of them; a limit
	// below 1 or above MaxList stands for MaxList. Fewer than asked for means that there are no more.
	List(ctx context.Context, prefix, after string, limit int) ([]Entry, error)

	// Commit applies all operations, or none and returns why. When it returns without an
	// error the change outlives a crash of this process and of the machine, and the entries
	// written have the revision returned. An operation whose guard does not hold makes it an
	// error that is ErrConflict and names the key. After another error (a full disk, a lost
	// connection) the change is not known to have happened.
	Commit(ctx context.Context, ops ...Op) (revision uint64, err error)

	// Close releases the store. Calls under way end first; later ones return ErrClosed.
	Close() error
}

// Limits of what a Store holds. They are those of every implementation, so that state can
// move from one to another.
const (
	MaxKey   = 3584      // octets of a key
	MaxValue = 512 << 10 // octets of a value
	MaxOps   = 256       // operations of a commit
	MaxList  = 1024      // entries that one List returns
)

// All returns every entry whose key begins with prefix, in order, a page of the store at a
// time: what is committed during the walk may be seen or not. The store is not held while
// the loop's body runs. An error ends the walk.
func All(ctx context.Context, s Store, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for after := ""; ; {
			page, err := s.List(ctx, prefix, after, MaxList)
			if err != nil {
				yield(Entry{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if len(page) < MaxList {
				return
			}
			after = page[len(page)-1].Key
		}
	}
}

// A Snapshotter is a Store that can be read as it was at one moment.
type Snapshotter interface {
	// Snapshot is All of all keys, without what is committed during the walk. The store keeps what it replaces until the walk has
	// ended, and is not closed before.
	Snapshot(ctx context.Context) iter.Seq2[Entry, error]
}
