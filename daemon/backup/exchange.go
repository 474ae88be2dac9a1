package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opendsom/dsom/store"
	"github.com/opendsom/dsom/store/bbolt"
)

// A restore puts three names into the state folder, which no system does in one step. So they are put into a folder of their own first, with a journal that says
// which they are, and that folder is given its last name: from then on the restore has happened, and what is left to be done is done again and again, by
// whoever comes, until nothing is. The name says when it was, which is in the names that what was there before gets.
const (
	pendingPrefix = "restored-"
	movedInfix    = ".before-"
	journalName   = "journal.db" // it is locked by who works on it
	journalKey    = "parts"
	stampFormat   = "20060102T150405.000Z"
)

// commit makes the parts in from the state of a folder. It returns what was there before, by its new names.
func commit(from, folder string, between func() error) (moved []string, err error) {
	var parts []string
	for _, name := range kept {
		if _, err := os.Lstat(filepath.Join(from, name)); err == nil {
			parts = append(parts, name)
		}
	}
	journal, err := bbolt.Open(filepath.Join(from, journalName), bbolt.Options{})
	if err != nil {
		return nil, err
	}
	_, err = journal.Commit(context.Background(), store.Create(journalKey, []byte(strings.Join(parts, "\n"))))
	if err = errors.Join(err, journal.Close()); err == nil {
		err = giveTo(folder, from)
	}
	if err == nil {
		err = syncFolders(from)
	}
	if err != nil {
		return nil, err
	}
	pending := filepath.Join(folder, pendingPrefix+time.Now().UTC().Format(stampFormat))
	if err := os.Rename(from, pending); err != nil {
		return nil, err
	}
	if err = syncFolder(folder); err == nil {
		err = between()
	}
	if err == nil {
		moved, err = finish(pending, folder, between)
	}
	if err != nil {
		return moved, fmt.Errorf("not all that was restored is in place, which is tried again when a daemon is started with the folder, or something is restored there: %w", err)
	}
	return moved, nil
}

// Finish brings a restore to its end that was interrupted when it had all that it wanted to put into a folder. A restore that goes on is store.ErrLocked. Without one it
// does nothing. Whoever opens the state calls it first.
func Finish(folder string) error {
	all, err := filepath.Glob(filepath.Join(escaped(folder), pendingPrefix+"*"))
	if err != nil {
		return err
	}
	for _, pending := range all { // in the order of their times
		if _, err := finish(pending, folder, noCrash); err != nil {
			return fmt.Errorf("the restore in %s cannot be brought to its end: %w", pending, err)
		}
	}
	return nil
}

// escaped is a path as a pattern.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// noCrash is what happens between two steps; tests have more happen.
func noCrash() error { return nil }

// finish takes the steps that are left of a restore. Each leaves the folder as one from which finish goes on.
func finish(pending, folder string, between func() error) (moved []string, err error) {
	path := filepath.Join(pending, journalName)
	if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) { // the last step was not finished
		return nil, os.RemoveAll(pending)
	}
	journal, err := bbolt.Open(path, bbolt.Options{})
	if err != nil {
		return nil, err
	}
	e, err := journal.Get(context.Background(), journalKey)
	if err != nil {
		return nil, errors.Join(err, journal.Close())
	}
	x := exchange{pending, folder, movedInfix + strings.TrimPrefix(filepath.Base(pending), pendingPrefix), between}
	has := map[string]bool{}
	for _, name := range strings.Split(string(e.Value), "\n") {
		has[name] = true
	}
	for _, name := range kept {
		if err == nil {
			err = x.part(name, has[name])
		}
		if _, there := os.Lstat(filepath.Join(folder, name+x.suffix)); there == nil {
			moved = append(moved, filepath.Join(folder, name+x.suffix))
		}
	}
	if err == nil {
		err = syncFolder(folder)
	}
	if err == nil {
		err = between()
	}
	err = errors.Join(err, journal.Close())
	if err != nil {
		return moved, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // from here on it is rubbish
		return moved, err
	}
	if err := between(); err != nil {
		return moved, err
	}
	return moved, os.RemoveAll(pending)
}

// An exchange is a restore that is being put in place.
type exchange struct {
	from, to string
	suffix   string // of what was there
	between  func() error
}

// part moves away what has a name, once, and puts the new there if the backup has it.
func (x exchange) part(name string, has bool) error {
	fresh, at := filepath.Join(x.from, name), filepath.Join(x.to, name)
	if _, err := os.Lstat(fresh); has && errors.Is(err, os.ErrNotExist) {
		return nil // it is in place
	} else if has && err != nil {
		return err
	}
	_, err := os.Lstat(at + x.suffix)
	if away := err == nil; !away {
		if name == storeName && has && os.Link(at, at+x.suffix) == nil { // and the new one takes its place at once
			if err := x.between(); err != nil {
				return err
			}
		} else if err := x.rename(at, at+x.suffix); err != nil {
			return err
		}
	}
	if !has {
		return nil
	}
	return x.rename(fresh, at)
}

// rename is os.Rename of what may not be there.
func (x exchange) rename(old, new string) error {
	if err := os.Rename(old, new); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return x.between()
}

// syncFolders makes the names below a folder outlive the machine's end.
func syncFolders(folder string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return syncFolder(path)
	})
}
