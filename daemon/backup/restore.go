package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

// storeName is the store's file in the state folder.
const storeName = "dsom.db"

// ErrThere is the error of a folder that has a state already.
var ErrThere = errors.New("there is a state already")

// Restore makes the state of a folder from a backup: wholly, or not at all. A state that is there is ErrThere unless it is to be replaced: then it is moved
// to a name of its own, which is returned. A daemon that has the folder is store.ErrLocked.
func Restore(ctx context.Context, r io.Reader, folder string, replace bool) (sum Summary, moved []string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return sum, nil, err
	}
	if err := vacant(folder, replace); err != nil {
		return sum, nil, err
	}
	tmp, err := os.MkdirTemp(folder, "restore-*")
	if err != nil {
		return sum, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tmp)) }()
	if sum, err = unpack(ctx, r, tmp); err != nil {
		return sum, nil, err
	}
	if err = giveTo(folder, tmp); err != nil {
		return sum, nil, err
	}
	if err := vacant(folder, replace); err != nil { // it has taken its time
		return sum, nil, err
	}
	moved, err = exchange(tmp, folder)
	return sum, moved, err
}

// kept are the names in a state folder that a backup has, in the order in which they are put there: without a store there is no state.
var kept = []string{configFile, library, storeName}

// vacant returns why no state can be put into a folder.
func vacant(folder string, replace bool) error {
	for _, name := range kept {
		path := filepath.Join(folder, name)
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		if !replace {
			return fmt.Errorf("%w: %s; --replace moves it to another name first", ErrThere, path)
		}
		if name != storeName {
			continue
		}
		s, err := bbolt.Open(path, bbolt.Options{})
		if errors.Is(err, store.ErrLocked) {
			return fmt.Errorf("%w; end the daemon first", err)
		}
		if err == nil {
			err = s.Close()
			if err != nil {
				return err
			}
		} // a state that is damaged is what is replaced
	}
	return nil
}

// unpack puts the backup into an empty folder.
func unpack(ctx context.Context, r io.Reader, folder string) (sum Summary, err error) {
	s, err := bbolt.Open(filepath.Join(folder, storeName), bbolt.Options{})
	if err != nil {
		return sum, err
	}
	var ops []store.Op
	size := 0
	flush := func() error {
		if len(ops) == 0 {
			return nil
		}
		_, err := s.Commit(ctx, ops...)
		ops, size = ops[:0], 0
		return err
	}
	sum, err = Read(r, func(e store.Entry) error {
		ops = append(ops, store.Create(e.Key, e.Value))
		if size += len(e.Value); len(ops) == store.MaxOps || size > store.MaxValue {
			return flush()
		}
		return nil
	}, func(name string, data []byte) error {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return writeFile(path, data)
	})
	if err == nil {
		err = flush()
	}
	return sum, errors.Join(err, s.Close())
}

// writeFile writes a file that outlives the machine's end.
func writeFile(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// exchange moves what is in the folder away, and the new in its place. Of a failure it undoes what it has done.
func exchange(from, to string) (moved []string, err error) {
	suffix := ".before-" + time.Now().UTC().Format("20060102T150405.000Z")
	var done []step
	move := func(old, new string) error {
		err := os.Rename(old, new)
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil {
			done = append(done, step{old, new})
		}
		return err
	}
	for _, name := range kept {
		path := filepath.Join(to, name)
		before := len(done)
		if name == storeName && os.Link(path, path+suffix) == nil { // and the new one takes its place at once
			moved = append(moved, path+suffix)
			if err := os.Rename(filepath.Join(from, name), path); err != nil {
				return nil, undone(err, done)
			}
			continue
		}
		err := move(path, path+suffix)
		if err == nil && len(done) > before {
			moved = append(moved, path+suffix)
		}
		if err == nil {
			err = move(filepath.Join(from, name), path)
		}
		if err != nil {
			return nil, undone(err, done)
		}
	}
	return moved, syncFolder(to)
}

// A step is a file that was given another name.
type step struct{ old, new string }

// undone takes back what was done.
func undone(err error, done []step) error {
	for i := len(done) - 1; i >= 0; i-- {
		err = errors.Join(err, os.Rename(done[i].new, done[i].old))
	}
	return err
}

// syncFolder makes the names in a folder outlive the machine's end. Not every system lets a folder be synchronised.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err == nil {
		_ = f.Sync()
		err = f.Close()
	}
	return err
}

// Interrupted returns why the state of a folder must not be begun anew: a restore was interrupted in it. nil if none was.
func Interrupted(folder string) error {
	if _, err := os.Stat(filepath.Join(folder, storeName)); !errors.Is(err, os.ErrNotExist) {
		return nil
	}
	left, _ := filepath.Glob(filepath.Join(folder, storeName+".before-*"))
	if len(left) == 0 {
		return nil
	}
	return fmt.Errorf("a restore was interrupted in %s: restore the backup again, or give %s back its name, %s", folder, left[len(left)-1], storeName)
}
