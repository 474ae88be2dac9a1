package somd

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/opendsom/dsom/exc"
)

// leastShorten is how many octets a file of changes has before it is written anew.
const leastShorten = 64 << 10

// A changeFile has changes of reference data: in each line what is in a reference and what stands for it, in hexadecimal digits. Later lines count. Processes share it: each holds the lock beside it
// while it reads or writes, reads what others have added before it adds, and knows by the lock's generation that the file was written anew. What add has returned without an error is on the disk.
// It is not kept open, so that it can be replaced wherever processes are on it, and not used concurrently.
type changeFile struct {
	disk disk
	name string
	lock *changeLock
	is   os.FileInfo       // the file as it was seen last
	read int64             // octets that were read, or written by this process
	gen  string            // of the file that these are of
	next int64             // from which size on it is written anew
	to   map[string]string // what it says
}

// openChanges opens a file, made if it is not there, whose lock is waited for that long, and reads what is in it.
func openChanges(d disk, name string, wait time.Duration) (*changeFile, error) {
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) { // one that is there is not opened before it is locked: another process may be about to replace it
		f, err := d.open(name, false)
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return nil, err
		}
	}
	if real, bad := filepath.EvalSymlinks(name); bad == nil { // the file itself, and no link to it, is locked and written anew
		name = real
	}
	if i, err := os.Stat(name); err != nil || !i.Mode().IsRegular() {
		return nil, errors.Join(err, fmt.Errorf("%s is no file on a disk", name))
	}
	c := &changeFile{disk: d, name: name, lock: newChangeLock(name, wait), to: map[string]string{}}
	_, err := c.update(nil, func(held *held, f file) error {
		if err := c.mend(held, f); err != nil {
			return err
		}
		return c.shorten(held, f)
	})
	return c, err
}

// update takes the lock, reads what others have written, and does what is to be done; what that is to write to is the file. It returns the references whose data others have changed, also with an error. With known, only
// if the file is another than was seen last, and an error without waiting where another process is known to keep the lock.
func (c *changeFile) update(known *bool, do func(*held, file) error) (others []string, err error) {
	if known != nil {
		i, err := os.Stat(c.name)
		if *known = err == nil && c.is != nil && sameFile(i, c.is) && i.Size() == c.is.Size() && i.ModTime().Equal(c.is.ModTime()); *known {
			return nil, nil
		}
	}
	held, err := c.lock.take(known != nil)
	if err != nil {
		return nil, err
	}
	defer held.release()
	f, err := c.disk.open(c.name, false)
	if err != nil {
		return nil, err
	}
	others, err = c.refresh(held, f)
	if err == nil && do != nil {
		err = do(held, f)
	}
	if bad := f.Close(); err == nil && !errors.Is(bad, os.ErrClosed) { // it was replaced
		err = bad
	}
	if i, bad := os.Stat(c.name); err == nil && bad == nil { // what could not be read is read the next time, changed since or not
		c.is = i
	}
	return others, err
}

// refresh reads what others have written.
func (c *changeFile) refresh(held *held, f file) (others []string, err error) {
	to, from := c.to, c.read
	if held.gen != c.gen || from > held.size(f) { // it was written anew, or somebody has cut it
		to, from = map[string]string{}, 0
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	told := map[string]bool{}
	end, err := readChanges(f, to, func(ref string) { told[ref] = true })
	if err != nil {
		return nil, err
	}
	if from == 0 {
		for ref := range c.to {
			told[ref] = true
		}
		for ref := range told {
			if now(c.to, ref) == now(to, ref) {
				delete(told, ref)
			}
		}
	}
	c.to, c.read, c.gen = to, from+end, held.gen
	return slices.Collect(maps.Keys(told)), nil
}

// readChanges reads the lines of a file of changes, as far as they were written to their ends. A change back is none.
func readChanges(f io.Reader, to map[string]string, tell func(ref string)) (end int64, err error) {
	lines := bufio.NewReaderSize(f, 8*MaxReferenceData)
	for n := 1; ; n++ {
		line, err := lines.ReadSlice('\n')
		if err == io.EOF {
			return end, nil
		}
		if err != nil {
			return 0, fmt.Errorf("line %d: %w", n, err)
		}
		from, into, two := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		a, err1 := hex.DecodeString(from)
		b, err2 := hex.DecodeString(into)
		if !two || err1 != nil || err2 != nil || len(a) > MaxReferenceData || len(b) > MaxReferenceData {
			return 0, fmt.Errorf("line %d is no change of reference data: %.40q", n, line)
		}
		change(to, string(a), string(b))
		if len(to) > MaxChanged {
			return 0, fmt.Errorf("line %d: more than %d references (MaxChanged)", n, MaxChanged)
		}
		tell(string(a))
		end += int64(len(line))
	}
}

// change has a reference's data stand for others, or for themselves again.
func change(to map[string]string, from, into string) {
	if to[from] = into; from == into {
		delete(to, from)
	}
}

// now is what stands for a reference's data.
func now(to map[string]string, data string) string {
	if to, is := to[data]; is {
		return to
	}
	return data
}

// add appends a change. An error is IMP_LIMIT, or why nobody knows whether the change will be there: then the file is written anew before another is taken, by whichever process.
func (c *changeFile) add(from, into string) (others []string, err error) {
	return c.update(nil, func(held *held, f file) error {
		if err := room(c.to, from); err != nil {
			return err
		}
		if held.doubtful {
			if err := c.anew(held, f); err != nil {
				return err
			}
			fresh, err := c.disk.open(c.name, false)
			if err != nil {
				return err
			}
			defer func() { _ = fresh.Close() }() // it was synchronised, or is doubtful
			f = fresh
		}
		if err := c.mend(held, f); err != nil {
			return err
		}
		n, err := fmt.Fprintf(f, "%x %x\n", from, into)
		if err == nil {
			err = f.Sync()
		}
		if err != nil {
			held.doubt()
			_ = f.Truncate(c.read) // so that nothing of it is in the way, if that can be
			return err
		}
		c.read += int64(n)
		change(c.to, from, into)
		return c.shorten(held, f)
	})
}

// mend cuts off what was not written to its end, by a process that was killed or whose disk was full, and goes to the end.
func (c *changeFile) mend(held *held, f file) error {
	if held.size(f) > c.read {
		if err := f.Truncate(c.read); err != nil {
			return err
		}
	}
	_, err := f.Seek(c.read, io.SeekStart)
	return err
}

// room is the error of a change more than there may be.
func room(to map[string]string, from string) error {
	if _, there := to[from]; !there && len(to) >= MaxChanged {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "the data of %d references are changed, and of no more can they be (MaxChanged)", len(to))
	}
	return nil
}

// shorten writes the file anew if most of its lines do not count any more. Where that cannot be done, as on a full disk, the file stays as it is, until it is twice as long. It may be closed afterwards.
func (c *changeFile) shorten(held *held, old file) error {
	if c.read < max(leastShorten, c.next) {
		return nil
	}
	size := int64(0)
	for from, into := range c.to {
		size += int64(2*(len(from)+len(into)) + len(" \n"))
	}
	if c.next = 2 * c.read; c.read <= 2*size {
		c.next = 2 * size
		return nil
	}
	_ = c.anew(held, old) // what was acknowledged is in either file; which of the two is found is seen to before anything is added
	return nil
}

// anew writes a file with all changes, in place of the one that is there, which it closes: Windows replaces no file that is open.
func (c *changeFile) anew(held *held, old file) error {
	fresh := c.name + ".new"
	size, err := c.write(fresh)
	if err == nil {
		err = old.Close()
	}
	if err == nil {
		err = held.begin() // others read the file from its beginning
	}
	if err == nil {
		err = c.disk.rename(fresh, c.name)
	}
	if err != nil {
		_ = c.disk.remove(fresh)
		return err
	}
	c.read, c.next, c.gen = size, 0, held.gen
	if err := c.disk.syncFolder(filepath.Dir(c.name)); err != nil { // which of the two files is found when the power has gone nobody knows
		held.doubt()
		return err
	}
	return held.sure()
}

// write writes all changes to a file.
func (c *changeFile) write(name string) (size int64, err error) {
	f, err := c.disk.open(name, true)
	if err != nil {
		return 0, err
	}
	w := bufio.NewWriter(f)
	for _, from := range slices.Sorted(maps.Keys(c.to)) {
		n, _ := fmt.Fprintf(w, "%x %x\n", from, c.to[from])
		size += int64(n)
	}
	if err = w.Flush(); err == nil {
		err = f.Sync()
	}
	return size, errors.Join(err, f.Close())
}
