package somd

import (
	"errors"
	"fmt"
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
	kept *changeFile       // which has them for the next process; nil: none
	lost error             // why no more can be kept
	open opener            // nil: openFile
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
// when a process was killed, is none. The file is written anew, beside itself (.new), when it is twice as long as what is in it, and 64 KiB.
func (p *Persistent) Keep(name string) error {
	c := &p.changed
	c.mu.Lock()
	defer c.mu.Unlock()
	open := c.open
	if open == nil {
		open = openFile
	}
	kept, to, err := openChanges(open, name)
	if err != nil {
		return fmt.Errorf("somd: the file of changed reference data %s: %w", name, err)
	}
	if c.kept != nil {
		err = c.kept.f.Close()
	}
	c.to, c.kept, c.lost = to, kept, nil
	if err == nil {
		err = kept.shorten(to)
	}
	return err
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
	if c.kept == nil && lasts {
		return exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "references outlive the process, and there is no file in which changes of their data do: the server's registration has none (impl_refdata_file)")
	}
	if _, there := c.to[from]; !there && len(c.to) >= MaxChanged {
		return exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "the data of %d references are changed, and of no more can they be (MaxChanged)", len(c.to))
	}
	if c.lost != nil {
		return c.lost
	}
	if c.kept != nil {
		if err := c.kept.add(from, to); err != nil { // what of it is in the file nobody knows
			return c.lose(err)
		}
	}
	if c.to == nil {
		c.to = map[string]string{}
	}
	change(c.to, from, to)
	if c.kept != nil {
		if err := c.kept.shorten(c.to); err != nil { // this change is in one file or the other
			_ = c.lose(err)
		}
	}
	return nil
}

// lose has no more changes be kept.
func (c *changes) lose(err error) error {
	c.lost = exc.New(exc.PersistStore, exc.MinorStore, exc.Maybe, "the file of changed reference data cannot be written: %w", err)
	return c.lost
}
