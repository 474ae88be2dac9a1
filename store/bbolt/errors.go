package bbolt

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/opendsom/dsom/store"
)

// damaged is the error of a file that is not what was written.
func damaged(path, detail string) *store.Error {
	return &store.Error{Kind: store.ErrCorrupt, Path: path, Detail: detail,
		Help: "it was left as it is; restore it from a backup, or move it away to begin with an empty state"}
}

// openError says why a file could not be opened.
func openError(path string, err error) error {
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		pid, program := holder(path)
		e := &store.Error{Kind: store.ErrLocked, Path: path, PID: pid, Program: program,
			Help: "stop that process, or use another state folder"}
		if pid == 0 {
			e.Detail = "it did not say which"
		}
		return e
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum):
		return damaged(path, err.Error())
	case errors.Is(err, berrors.ErrVersionMismatch):
		return &store.Error{Kind: store.ErrVersion, Path: path, Err: err}
	}
	return fault(path, "", err)
}

// fault translates what the library or the system said; it leaves errors of package store alone.
func fault(path, key string, err error) error {
	var known *store.Error
	var kind error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case isFull(err), errors.Is(err, berrors.ErrMaxSizeReached):
		kind = store.ErrFull
	case isReadOnly(err), errors.Is(err, berrors.ErrDatabaseReadOnly), errors.Is(err, fs.ErrPermission):
		kind = store.ErrReadOnly
	case errors.Is(err, berrors.ErrDatabaseNotOpen):
		kind = store.ErrClosed
	default:
		kind = errFailed
	}
	return &store.Error{Kind: kind, Path: path, Key: key, Err: err}
}

// errFailed is the kind of an error that the system gives and that has no kind of its own.
var errFailed = errors.New("failed")

// means reports whether the system said errno. The library keeps some of the system's errors as text only.
func means(err error, errno syscall.Errno) bool {
	return errors.Is(err, errno) || strings.HasSuffix(err.Error(), ": "+errno.Error())
}

// SetAside moves a damaged file out of the way, so that the next Open begins with an empty
// one, and returns where it is now. It is for a person who asked for it: nothing in this
// module calls it by itself. A file that another process holds is not moved.
func SetAside(path string) (moved string, err error) {
	if err := heldByNobody(path); err != nil {
		return "", err
	}
	moved = path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000Z")
	if err := os.Rename(path, moved); err != nil {
		return "", fault(path, "", err)
	}
	syncFolder(filepath.Dir(path))
	return moved, nil
}

// heldByNobody fails if a process has the file open.
func heldByNobody(path string) error {
	b, err := bbolt.Open(path, 0, &bbolt.Options{Timeout: 100 * time.Millisecond, ReadOnly: true})
	if errors.Is(err, berrors.ErrTimeout) {
		return openError(path, err)
	}
	if err == nil {
		_ = b.Close()
	}
	return nil
}
