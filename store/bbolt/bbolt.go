// Package bbolt keeps a store.Store in one file of this machine: a B+ tree that is copied on
// write and synchronised to the disk before a commit is acknowledged, so that the file is
// whole at any moment at which the process or the machine may die.
//
// A file is opened by one process at a time. Before it is used it is checked from the root
// to the last page, because the tree is read through a memory mapping in which a damaged
// page would be a crash; and each value carries a checksum. A file that is damaged is reported and
// left as it is: only SetAside moves it away, and only because a person asked. Of one that is whole, but for values that do not match their checksums,
// these are put aside (store.Aside) where Options say so, and else it is damaged.
package bbolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/opendsom/dsom/store"
)

// Format is the version of what this package writes. A file of another version is refused.
const Format = 1

// DefaultLockTimeout is how long Open waits for another process to let go of the file.
const DefaultLockTimeout = time.Second

// Options tune Open; the zero value is useful.
type Options struct {
	LockTimeout time.Duration // how long to wait for another process to let go of the file; 0: DefaultLockTimeout
	MaxSize     int           // octets that the file may grow to; 0: as the disk allows
	PutAside    bool          // entries whose values do not match their checksums are put aside
}

// The buckets of the file, and the keys in the one that describes it.
var (
	bucketMeta = []byte("dsom")
	bucketData = []byte("data")
	keyFormat  = []byte("format")
)

type db struct {
	path  string
	owner *ownerFile
	bolt  *bbolt.DB

	mu     sync.RWMutex // held for reading by calls, for writing by Close
	closed bool
	broken atomic.Pointer[store.Error] // set once the library under us has panicked
}

var _ store.Store = (*db)(nil)

// Open opens the file at path, and makes it where there is none; the folder must exist.
// Its error is ErrLocked when another process holds the file (and names it), ErrCorrupt when
// the file is damaged (it is left untouched), ErrVersion when another version wrote it,
// ErrReadOnly or ErrFull when the system says so.
func Open(path string, o Options) (store.Store, error) {
	if o.LockTimeout <= 0 {
		o.LockTimeout = DefaultLockTimeout
	}
	d := &db{path: path}
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = d.create()
	case err == nil && !st.Mode().IsRegular():
		err = &store.Error{Kind: store.ErrInvalid, Path: path, Detail: "not a regular file"}
	case err == nil:
		err = inspect(path, o)
	}
	if err != nil {
		return nil, openError(path, err)
	}
	if err := d.guard(func() (err error) {
		d.bolt, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: o.LockTimeout, MaxSize: o.MaxSize, FreelistType: bbolt.FreelistMapType})
		return err
	}); err != nil {
		return nil, openError(path, err)
	}
	if err := d.guard(func() error { return d.checkContents(o.PutAside) }); err != nil {
		_ = d.bolt.Close()
		return nil, fault(path, "", err)
	}
	d.owner = claim(path)
	return d, nil
}

// create makes a new file whole or not at all: under another name first.
func (d *db) create() error {
	tmp, err := os.CreateTemp(filepath.Dir(d.path), filepath.Base(d.path)+".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if err := tmp.Close(); err != nil {
		return err
	}
	b, err := bbolt.Open(tmp.Name(), 0o600, nil)
	if err != nil {
		return err
	}
	err = b.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket(bucketMeta)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket(bucketData); err != nil {
			return err
		}
		return meta.Put(keyFormat, binary.BigEndian.AppendUint32(nil, Format))
	})
	if err := errors.Join(err, b.Close()); err != nil {
		return err
	}
	// A link fails where a rename would overwrite what another process made in the meantime.
	if err := os.Link(tmp.Name(), d.path); err != nil && !errors.Is(err, os.ErrExist) {
		if err := os.Rename(tmp.Name(), d.path); err != nil { // a file system without links
			return err
		}
	}
	syncFolder(filepath.Dir(d.path))
	return nil
}

// inspect checks the structure of an existing file under a shared lock, before anything maps it.
func inspect(path string, o Options) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	ro, err := bbolt.Open(path, 0, &bbolt.Options{Timeout: o.LockTimeout, ReadOnly: true})
	if errors.Is(err, berrors.ErrTimeout) || errors.Is(err, os.ErrPermission) {
		return err
	}
	if err == nil {
		defer func() { _ = ro.Close() }()
	} // else it found damage: checkFile says more
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if err := checkFile(f, st.Size()); err != nil {
		return damaged(path, err.Error())
	}
	return nil
}

// checkContents checks the version and every value. Those that are damaged are put aside, if they are to be.
func (d *db) checkContents(putAside bool) error {
	type rotten struct {
		key, at string
		store.Aside
	}
	var bad []rotten
	err := d.bolt.View(func(tx *bbolt.Tx) error {
		meta, data := tx.Bucket(bucketMeta), tx.Bucket(bucketData)
		if meta == nil || data == nil {
			return &store.Error{Kind: store.ErrVersion, Path: d.path, Detail: "a database of another program"}
		}
		v := meta.Get(keyFormat)
		if len(v) != 4 {
			return damaged(d.path, "the format's version is not readable")
		}
		if n := binary.BigEndian.Uint32(v); n != Format {
			help := "this program is too old for it: run the newer one"
			if n < Format {
				help = "this program no longer reads it: run the version that wrote it and make a backup"
			}
			return &store.Error{Kind: store.ErrVersion, Path: d.path, Detail: fmt.Sprintf("format %d, this program has format %d", n, Format), Help: help}
		}
		return data.ForEach(func(k, v []byte) error {
			_, err := decode(d.path, k, v)
			if err != nil && putAside {
				at, a := store.Rotten(string(k), bytes.Clone(v[min(len(v), entryHead):]))
				bad = append(bad, rotten{string(k), at, a})
				return nil
			}
			return err
		})
	})
	if err != nil || len(bad) == 0 {
		return err
	}
	return d.bolt.Update(func(tx *bbolt.Tx) error {
		data := tx.Bucket(bucketData)
		revision, err := data.NextSequence()
		if err != nil {
			return err
		}
		for _, a := range bad {
			b, err := a.Pack()
			if err != nil {
				return err
			}
			at := []byte(a.at)
			if err := errors.Join(data.Delete([]byte(a.key)), data.Put(at, encode(at, b, revision))); err != nil {
				return err
			}
		}
		return nil
	})
}

// guard runs f, which calls the library, and turns a panic in it, a fault in the mapping included, into an error.
// From then on the library is not called any more: it may have left its locks taken.
func (d *db) guard(f func() error) (err error) {
	if b := d.broken.Load(); b != nil {
		return b
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			e := damaged(d.path, fmt.Sprint("while in use: ", r))
			d.broken.Store(e)
			err = e
		}
	}()
	return f()
}

// use is guard for a call on the open store.
func (d *db) use(ctx context.Context, key string, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return &store.Error{Kind: store.ErrClosed, Path: d.path}
	}
	return fault(d.path, key, d.guard(f))
}

// Close ends the use of the file.
func (d *db) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	d.owner.release()
	return fault(d.path, "", d.guard(d.bolt.Close))
}

// syncFolder makes a new file's name as durable as its contents. Not every system lets a
// folder be synchronised; where it does not, there is nothing to be done.
func syncFolder(dir string) {
	if f, err := os.Open(dir); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}
