package somd

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// MaxChanged is of how many references a program has changed the data at most.
const MaxChanged = 65536

// changes are the reference data that stand for others, which are in references that clients keep.
type changes struct {
	mu   sync.Mutex
	to   map[string]string // by what is in the reference
	file *os.File          // which has them for the next process; nil: none
	lost error             // why no more can be kept
}

// now returns the data of a reference that has these in it.
func (c *changes) now(data string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if to, is := c.to[data]; is {
		return to
	}
	return data
}

// Keep has changes of reference data last longer than the process: they are in a file, which one process has at a time, and those that are in it already count from now on. A line that was not written to its end,
// when a process was killed, is none.
func (p *Persistent) Keep(name string) error {
	c := &p.changed
	c.mu.Lock()
	defer c.mu.Unlock()
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("somd: the file of changed reference data: %w", err)
	}
	to, end, err := readChanges(f)
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.Seek(end, io.SeekStart)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("somd: the file of changed reference data %s: %w", name, err), f.Close())
	}
	if c.file != nil {
		err = c.file.Close()
	}
	c.to, c.file, c.lost = to, f, nil
	return err
}

// readChanges reads a file of changes: in each line what is in a reference and what stands for it, in hexadecimal digits; later lines count.
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
		if to[string(a)] = string(b); len(to) > MaxChanged {
			return nil, 0, fmt.Errorf("line %d: more than %d references (MaxChanged)", n, MaxChanged)
		}
		end += int64(len(line))
	}
}

// Change gives a reference other data (change_id): the reference, which clients have, stays, and leads to the object of the new data from the next time on that one is loaded for it. An object
// that is loaded already for it is let go when no call is in it. The change lasts as long as the process, or, where there is a file for it (Keep) or the references themselves do not last longer, as they do; else it is an error.
func (p *Persistent) Change(o orb.Object, data []byte) error {
	if err := checkData(data); err != nil {
		return err
	}
	id, err := p.adapter.ReferenceToID(o)
	if err != nil {
		return exc.New(exc.BadParam, exc.MinorBadValue, exc.No, "it is no reference with data of this program's: %w", err)
	}
	if err := p.changed.set(id, string(data), p.lasts); err != nil {
		return err
	}
	if err := p.Passivate([]byte(id)); err != nil && !errors.Is(err, poa.ErrObjectNotActive) {
		return err
	}
	return nil
}

func (c *changes) set(from, to string, lasts bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.file == nil && lasts {
		return exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "references outlive the process, and there is no file in which changes of their data do: the server's registration has none (impl_refdata_file)")
	}
	if _, there := c.to[from]; !there && len(c.to) >= MaxChanged {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "the data of %d references are changed, and of no more can they be (MaxChanged)", len(c.to))
	}
	if c.lost != nil {
		return c.lost
	}
	if c.file != nil {
		_, err := fmt.Fprintf(c.file, "%x %x\n", from, to)
		if err == nil {
			err = c.file.Sync()
		}
		if err != nil { // what of it is in the file nobody knows
			c.lost = exc.New(exc.PersistStore, exc.MinorStore, exc.Maybe, "the file of changed reference data cannot be written: %w", err)
			return c.lost
		}
	}
	if c.to == nil {
		c.to = map[string]string{}
	}
	c.to[from] = to
	return nil
}
