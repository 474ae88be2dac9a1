package somd

import (
	"errors"
	"io"
	"os"
	"runtime"
	"syscall"

	"github.com/rogpeppe/go-internal/robustio"
)

// A file is what of an os.File the changes need.
type file interface {
	io.ReadWriteSeeker
	Truncate(size int64) error
	Sync() error
	Close() error
}

// A disk has the file of changes, and the one that replaces it.
type disk interface {
	open(name string, anew bool) (file, error) // to read and write, made if it is not there; and empty, if it is to be written anew
	rename(from, to string) error
	remove(name string) error
	syncFolder(path string) error // makes names in it outlive the machine's end
}

// systemDisk is the system's.
type systemDisk struct{}

func (systemDisk) open(name string, anew bool) (file, error) {
	flags := os.O_RDWR | os.O_CREATE
	if anew {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(name, flags, 0o600)
}

// rename waits for up to two seconds where a system refuses it for a while, as Windows does while anybody has the file open, such as who looks for viruses.
func (systemDisk) rename(from, to string) error { return robustio.Rename(from, to) }
func (systemDisk) remove(name string) error     { return os.Remove(name) }

// syncFolder does nothing where the system lets no folder be synchronised.
func (systemDisk) syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	if err = f.Sync(); errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// sameFile reports whether two files that were found by one name at different times may be one. On Windows that cannot be told without opening the file by its name, which would keep others from replacing it meanwhile, and tell nothing of the first.
func sameFile(a, b os.FileInfo) bool { return runtime.GOOS == "windows" || os.SameFile(a, b) }
