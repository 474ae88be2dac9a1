package somd

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// leastShorten is how many octets a file of changes has before it is written anew.
const leastShorten = 64 << 10

// A file is what of an os.File the changes need.
type file interface {
	io.ReadWriteSeeker
	Truncate(size int64) error
	Sync() error
	Close() error
}

// An opener opens a file to read and write, made if it is not there; and empty, if it is to be written anew.
type opener func(name string, anew bool) (file, error)

func openFile(name string, anew bool) (file, error) {
	flags := os.O_RDWR | os.O_CREATE
	if anew {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(name, flags, 0o600)
}

// A changeFile has changes of reference data: in each line what is in a reference and what stands for it, in hexadecimal digits. Later lines count. What add and shorten have returned without an
// error is on the disk.
type changeFile struct {
	open opener
	name string
	f    file
	size int64 // octets of the file
	next int64 // from which size on it is written anew
}

// openChanges opens a file, and reads what is in it. What was not written to its end is cut off.
func openChanges(open opener, name string) (*changeFile, map[string]string, error) {
	f, err := open(name, false)
	if err != nil {
		return nil, nil, err
	}
	to, end, err := readChanges(f)
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if real, bad := filepath.EvalSymlinks(name); bad == nil { // the file itself, and no link to it, is written anew
		name = real
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return &changeFile{open: open, name: name, f: f, size: end}, to, nil
}

// readChanges reads a file of changes. A change back is none.
func readChanges(f io.Reader) (to map[string]string, end int64, err error) {
	to = map[string]string{}
	lines := bufio.NewReaderSize(f, 8*MaxReferenceData)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		if err == io.EOF {
			return to, end, nil
		}
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", n, err)
		}
		from, into, two := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		a, err1 := hex.DecodeString(from)
		b, err2 := hex.DecodeString(into)
		if !two || err1 != nil || err2 != nil || len(a) > MaxReferenceData || len(b) > MaxReferenceData {
			return nil, 0, fmt.Errorf("line %d is no change of reference data: %.40q", n, line)
		}
		change(to, string(a), string(b))
		if len(to) > MaxChanged {
			return nil, 0, fmt.Errorf("line %d: more than %d references (MaxChanged)", n, MaxChanged)
		}
		end += int64(len(line))
	}
}

// change has a reference's data stand for others, or for themselves again.
func change(to map[string]string, from, into string) {
	if to[from] = into; from == into {
		delete(to, from)
	}
}

// add appends a change.
func (c *changeFile) add(from, into string) error {
	n, err := fmt.Fprintf(c.f, "%x %x\n", from, into)
	c.size += int64(n)
	if err == nil {
		err = c.f.Sync()
	}
	return err
}

// shorten writes the file anew if most of its lines do not count any more. Where that cannot be done, as on a full disk, the file stays as it is, until it is twice as long. The error says that there
// is no file to write to any more.
func (c *changeFile) shorten(to map[string]string) error {
	if c.size < max(leastShorten, c.next) {
		return nil
	}
	size := int64(0)
	for from, into := range to {
		size += int64(2*(len(from)+len(into)) + len(" \n"))
	}
	c.next = 2 * c.size
	if c.size <= 2*size {
		c.next = 2 * size
		return nil
	}
	fresh := c.name + ".new"
	if err := c.write(fresh, to); err != nil {
		_ = os.Remove(fresh)
		return nil
	}
	if err := c.f.Close(); err != nil { // the system may not rename over a file that is open
		return err
	}
	bad := os.Rename(fresh, c.name) // else the file is as it was
	if bad == nil {
		c.size, c.next = size, 0
		bad = syncFolder(filepath.Dir(c.name))
	}
	f, err := c.open(c.name, false)
	if err != nil {
		return err
	}
	c.f = f
	if _, err := f.Seek(c.size, io.SeekStart); err != nil {
		return err
	}
	if bad != nil && c.next == 0 { // which of the two files the next process finds nobody knows
		return bad
	}
	return nil
}

// write writes all changes to a file.
func (c *changeFile) write(name string, to map[string]string) error {
	f, err := c.open(name, true)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, from := range slices.Sorted(maps.Keys(to)) {
		fmt.Fprintf(w, "%x %x\n", from, to[from])
	}
	if err = w.Flush(); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder makes a name in a folder outlive the machine's end, where the system lets a folder be synchronised.
func syncFolder(path string) error {
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
