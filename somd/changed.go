package somd

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// MaxChanged is of how many references a program has changed the data at most.
const MaxChanged = 65536

// ChangesLook is how often a process looks whether others have changed data of objects that are loaded here.
const ChangesLook = time.Second

// changes are the reference data that stand for others, which are in references that clients keep.
type changes struct {
	mu   sync.Mutex
	to   map[string]string // by what is in the reference; nil where there is a file
	kept *changeFile       // which has them for other processes and the next; nil: none
	disk disk              // nil: the system's
	wait time.Duration     // for the lock of the file; 0: changesWait
	look sync.Once
}

// all are the changes; mu is held.
func (c *changes) all() map[string]string {
	if c.kept != nil {
		return c.kept.to
	}
	return c.to
}

// refresh reads what other processes have changed, and returns of which references. If it cannot be read, what is known counts.
func (c *changes) refresh() (others []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept != nil {
		others, _ = c.kept.update(new(bool), nil)
	}
	return others
}

// now returns the data of a reference that has these in it, as they were at the last refresh.
func (p *Persistent) now(data string) string {
	c := &p.changed
	c.mu.Lock()
	defer c.mu.Unlock()
	return now(c.all(), data)
}

// refresh lets objects go whose data others have changed, but for one that is just being loaded.
func (p *Persistent) refresh(loading string) {
	for _, ref := range p.changed.refresh() {
		if ref != loading {
			_ = p.adapter.Deactivate(ref) // if it is loaded
		}
	}
}

// Keep has changes of reference data last longer than the process: they are in a file, which the processes of a server share, and those that are in it already count from now on, as do those that others add: from the next time on that
// an object is loaded, and within a second (ChangesLook) for those that are loaded. A line that was not written to its end, when a process was killed, is none. The file is written anew, beside itself (.new), when
// it is twice as long as what is in it, and 64 KiB; beside it is the file that processes lock (.lock), so that its folder has to be writable. One that another process has locked for 10 s is an error of what needs it.
func (p *Persistent) Keep(name string) error {
	c := &p.changed
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.disk
	if d == nil {
		d = systemDisk{}
	}
	kept, err := openChanges(d, name, cmp.Or(c.wait, changesWait))
	if err != nil {
		return fmt.Errorf("somd: the file of changed reference data %s: %w", name, err)
	}
	c.to, c.kept = nil, kept
	c.look.Do(func() { go p.lookAt(ChangesLook) })
	return nil
}

// lookAt looks for what others have changed until the domain is closed.
func (p *Persistent) lookAt(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.refresh("")
		case <-p.d.closed:
			return
		}
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
	others, err := p.changed.set(id, string(data), p.lasts)
	for _, ref := range others {
		_ = p.adapter.Deactivate(ref) // if it is loaded
	}
	if err != nil {
		return err
	}
	if err := p.Passivate([]byte(id)); err != nil && !errors.Is(err, poa.ErrObjectNotActive) {
		return err
	}
	return nil
}

// set changes what stands for a reference's data. It returns the references whose data others have changed, also with an error.
func (c *changes) set(from, to string, lasts bool) (others []string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil && lasts {
		return nil, exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "references outlive the process, and there is no file in which changes of their data do: the server's registration has none (impl_refdata_file)")
	}
	if c.kept == nil {
		if err := room(c.to, from); err != nil {
			return nil, err
		}
		if c.to == nil {
			c.to = map[string]string{}
		}
		change(c.to, from, to)
		return nil, nil
	}
	others, err = c.kept.add(from, to)
	if err != nil && !errors.Is(err, exc.ImpLimit) {
		err = exc.New(exc.PersistStore, exc.MinorStore, exc.Maybe, "the file of changed reference data cannot be written: %w", err)
	}
	return others, err
}
