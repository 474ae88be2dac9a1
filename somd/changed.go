package somd

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// MaxChanged is of how many references a program has changed the data at most.
const MaxChanged = 65536

// ChangesLook is how often a process looks whether others have changed data of objects that are loaded here.
const ChangesLook = time.Second

// changesPass is how long whoever looks for changes of others waits for one of this process that is at them, and may have to wait for another process.
const changesPass = time.Second

// changes are the reference data that stand for others, which are in references that clients keep. What is known of them is read at any time; who changes or refreshes it has
// its turn at it, for as long as other processes have him wait.
type changes struct {
	turn  chan struct{}             // holds a token while somebody has it
	since atomic.Pointer[time.Time] // since when; nil: nobody has it, or who has it has only just got it
	kept  *changeFile               // which has them for other processes and the next; nil: none
	disk  disk                      // nil: the system's
	wait  time.Duration             // for the lock of the file; 0: changesWait
	look  sync.Once

	mu sync.Mutex        // of to; nothing is waited for that holds it
	to map[string]string // by what is in the reference, as kept had them last
}

func newChanges() *changes { return &changes{turn: make(chan struct{}, 1), to: map[string]string{}} }

// take waits for the turn, and returns what ends it.
func (c *changes) take() func() {
	c.turn <- struct{}{}
	return c.taken()
}

func (c *changes) taken() func() {
	now := time.Now()
	c.since.Store(&now)
	return func() {
		c.since.Store(nil) // who has the turn next has not had it since then
		<-c.turn
	}
}

// takeSoon is take, but reports false where somebody has had the turn for changesPass.
func (c *changes) takeSoon() (end func(), ok bool) {
	select {
	case c.turn <- struct{}{}:
		return c.taken(), true
	default:
	}
	pass := changesPass
	if since := c.since.Load(); since != nil {
		pass -= time.Since(*since)
	}
	t := time.NewTimer(pass)
	defer t.Stop()
	select {
	case c.turn <- struct{}{}:
		return c.taken(), true
	case <-t.C:
		return nil, false
	}
}

// refresh reads what other processes have changed, and returns of which references. If it cannot be read, or not soon, what is known counts.
func (c *changes) refresh() (others []string) {
	end, ok := c.takeSoon()
	if !ok {
		return nil
	}
	defer end()
	if c.kept != nil {
		others, _ = c.kept.update(new(bool), nil)
		c.learn(others...)
	}
	return others
}

// learn notes what the file says of references. The caller has the turn.
func (c *changes) learn(refs ...string) {
	if len(refs) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ref := range refs {
		change(c.to, ref, now(c.kept.to, ref))
	}
}

// now returns the data of a reference that has these in it, as they were at the last refresh.
func (p *Persistent) now(data string) string {
	c := p.changed
	c.mu.Lock()
	defer c.mu.Unlock()
	return now(c.to, data)
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
	c := p.changed
	defer c.take()()
	d := c.disk
	if d == nil {
		d = systemDisk{}
	}
	kept, err := openChanges(d, name, cmp.Or(c.wait, changesWait))
	if err != nil {
		return fmt.Errorf("somd: the file of changed reference data %s: %w", name, err)
	}
	c.kept = kept
	c.mu.Lock()
	c.to = maps.Clone(kept.to)
	c.mu.Unlock()
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
	defer c.take()()
	if c.kept == nil && lasts {
		return nil, exc.New(exc.BadInvOrder, exc.MinorNotActive, exc.No, "references outlive the process, and there is no file in which changes of their data do: the server's registration has none (impl_refdata_file)")
	}
	if c.kept == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		if err := room(c.to, from); err != nil {
			return nil, err
		}
		change(c.to, from, to)
		return nil, nil
	}
	others, err = c.kept.add(from, to)
	c.learn(append(others, from)...) // as the file has it, with an error as well: the change may be in it nevertheless
	if err != nil && !errors.Is(err, exc.ImpLimit) {
		err = exc.New(exc.PersistStore, exc.MinorStore, exc.Maybe, "the file of changed reference data cannot be written: %w", err)
	}
	return others, err
}
